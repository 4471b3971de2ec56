#include "kernels/update.h"
#include "kernels/op.h"

void lince_apply_rule(const lince_exec *exec, const lince_rule *rule, const lince_hyper *hyper,
                      const lince_weights_memory *memory, const float *grad, size_t n)
{
    lince_op_run(exec, LINCE_OP_STEP, &(lince_step_args){rule, hyper, *memory, grad, n});
}

double lince_sum_of_squares(const lince_exec *exec, const float *x, size_t n)
{
    double sum = 0;
    lince_op_run(exec, LINCE_OP_SUM_OF_SQUARES, &(lince_squares_args){x, n, &sum});
    return sum;
}

void lince_blend(const lince_exec *exec, float keep, float rate, float *y, const float *x, size_t n)
{
    lince_op_run(exec, LINCE_OP_BLEND, &(lince_blend_args){keep, rate, x, y, NULL, n});
}

void lince_round_to_bfloats(const lince_exec *exec, float *y, size_t n)
{
    lince_op_run(exec, LINCE_OP_ROUND, &(lince_blend_args){.y = y, .n = n});
}

void lince_lookahead(const lince_exec *exec, float share, float *slow, float *fast, size_t n)
{
    lince_op_run(exec, LINCE_OP_LOOKAHEAD, &(lince_blend_args){0, share, NULL, slow, fast, n});
}

void lince_direction(const lince_exec *exec, float momentum, float scale, const float *grad, float *b,
                     float *d, size_t n)
{
    lince_op_run(exec, LINCE_OP_DIRECTION, &(lince_blend_args){momentum, scale, grad, b, d, n});
}

void lince_add_rows(const lince_exec *exec, float weight, const float *x, const int32_t *at, size_t count,
                    size_t n, float *y)
{
    lince_op_run(exec, LINCE_OP_ADD_ROWS, &(lince_add_rows_args){weight, x, at, count, n, y});
}

void lince_rest_rows(const lince_exec *exec, const lince_lazy_rows *rows, const lince_missed *missed,
                     const lince_rest *rest, const float *rates, const int32_t *row, size_t count)
{
    lince_op_run(exec, LINCE_OP_REST_ROWS, &(lince_lazy_args){*rows, missed, rest, rates, NULL, row, count});
}

void lince_step_rows(const lince_exec *exec, const lince_lazy_rows *rows, const float *grad,
                     const int32_t *row, size_t count)
{
    lince_op_run(exec, LINCE_OP_STEP_ROWS, &(lince_lazy_args){*rows, NULL, NULL, NULL, grad, row, count});
}
