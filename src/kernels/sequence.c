#include "kernels/sequence.h"
#include "kernels/op.h"
#include "kernels/operands.h"

void lince_gather_rows(const lince_exec *exec, const float *table, const int32_t *index, size_t count,
                       size_t n, float *out)
{
    lince_op_run(exec, LINCE_OP_GATHER_ROWS,
                 &(lince_sequence_args){.x = table, .y = out, .n = n, .index = index, .count = count});
}

void lince_sum_uses(const lince_exec *exec, const lince_packed *packed, const float *x, size_t ld, size_t n,
                    float *sum)
{
    lince_op_run(exec, LINCE_OP_SUM_USES,
                 &(lince_sequence_args){.packed = packed, .x = x, .y = sum, .n = n, .ld = ld});
}

void lince_unpack(const lince_exec *exec, const lince_packed *packed, const float *x, bool distinct, size_t n,
                  float *plain)
{
    lince_op_run(exec, LINCE_OP_UNPACK,
                 &(lince_sequence_args){.packed = packed, .x = x, .y = plain, .n = n, .distinct = distinct});
}

void lince_drop_steps(const lince_exec *exec, const lince_packed *packed, const float *x, const int32_t *slot,
                      size_t n, float p, const uint64_t *key, uint64_t layer, float *y)
{
    lince_op_run(exec, LINCE_OP_DROP_STEPS, &(lince_drop_steps_args){packed, x, slot, n, p, key, layer, y});
}

void lince_read_last(const lince_exec *exec, const lince_packed *packed, const float *x, size_t n,
                     size_t from_last, float *y)
{
    lince_op_run(exec, LINCE_OP_READ_LAST,
                 &(lince_sequence_args){.packed = packed, .x = x, .y = y, .n = n, .from_last = from_last});
}

void lince_read_last_backward(const lince_exec *exec, const lince_packed *packed, const float *dy, size_t n,
                              size_t from_last, float *dx)
{
    lince_op_run(exec, LINCE_OP_READ_LAST_BACKWARD,
                 &(lince_sequence_args){.packed = packed, .x = dy, .y = dx, .n = n, .from_last = from_last});
}

void lince_read_mean(const lince_exec *exec, const lince_packed *packed, const float *x, size_t n, float *y)
{
    lince_op_run(exec, LINCE_OP_READ_MEAN, &(lince_sequence_args){.packed = packed, .x = x, .y = y, .n = n});
}

void lince_read_mean_backward(const lince_exec *exec, const lince_packed *packed, const float *dy, size_t n,
                              float *dx)
{
    lince_op_run(exec, LINCE_OP_READ_MEAN_BACKWARD,
                 &(lince_sequence_args){.packed = packed, .x = dy, .y = dx, .n = n});
}

void lince_read_max(const lince_exec *exec, const lince_packed *packed, const float *x, size_t n, float *y,
                    int32_t *taken)
{
    lince_op_run(exec, LINCE_OP_READ_MAX,
                 &(lince_sequence_args){.packed = packed, .x = x, .y = y, .n = n, .taken = taken});
}

void lince_read_max_backward(const lince_exec *exec, const lince_packed *packed, const float *dy, size_t n,
                             const int32_t *taken, float *dx)
{
    lince_op_run(
        exec, LINCE_OP_READ_MAX_BACKWARD,
        &(lince_sequence_args){.packed = packed, .x = dy, .y = dx, .n = n, .taken = (int32_t *)taken});
}
