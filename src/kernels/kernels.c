#include "kernels/kernels.h"
#include "kernels/attention.h"
#include "kernels/op.h"
#include "kernels/operands.h"

#include <string.h>

/* --- each value by itself --------------------------------------------------------------------------- */

void lince_fill(const lince_exec *exec, float *y, float value, size_t n)
{
    lince_op_run(exec, LINCE_OP_FILL, &(lince_map_args){.y = y, .n = n, .number = value});
}

void lince_copy(const lince_exec *exec, const float *x, float *y, size_t n)
{
    lince_op_run(exec, LINCE_OP_COPY, &(lince_map_args){.a = x, .y = y, .n = n});
}

void lince_scale(const lince_exec *exec, const float *x, float *y, float factor, size_t n)
{
    lince_op_run(exec, LINCE_OP_SCALE, &(lince_map_args){.a = x, .y = y, .n = n, .number = factor});
}

void lince_shift(const lince_exec *exec, const float *x, float *y, float number, size_t n)
{
    lince_op_run(exec, LINCE_OP_SHIFT, &(lince_map_args){.a = x, .y = y, .n = n, .number = number});
}

void lince_sum(const lince_exec *exec, const float *a, const float *b, bool relu, float *y, size_t n)
{
    lince_op_run(exec, LINCE_OP_SUM, &(lince_map_args){.a = a, .b = b, .y = y, .n = n, .relu = relu});
}

void lince_quotient(const lince_exec *exec, const float *a, const float *b, float *y, size_t n)
{
    lince_op_run(exec, LINCE_OP_QUOTIENT, &(lince_map_args){.a = a, .b = b, .y = y, .n = n});
}

void lince_accumulate(const lince_exec *exec, float *y, const float *x, size_t n)
{
    lince_sum(exec, y, x, false, y, n);
}

#define MAP(name, id)                                                                 \
    void lince_##name(const lince_exec *exec, const float *x, float *y, size_t n)     \
    {                                                                                 \
        lince_op_run(exec, LINCE_OP_##id, &(lince_map_args){.a = x, .y = y, .n = n}); \
    }
#define MAP_BACKWARD(name, id)                                                                             \
    void lince_##name##_backward(const lince_exec *exec, const float *a, const float *dy, float *dx,       \
                                 size_t n)                                                                 \
    {                                                                                                      \
        lince_op_run(exec, LINCE_OP_##id##_BACKWARD, &(lince_map_args){.a = a, .b = dy, .y = dx, .n = n}); \
    }
#define ACTIVATION(name, id) MAP(name, id) MAP_BACKWARD(name, id)
ACTIVATION(relu, RELU)
ACTIVATION(relu6, RELU6)
ACTIVATION(hard_sigmoid, HARD_SIGMOID)
ACTIVATION(hard_swish, HARD_SWISH)
ACTIVATION(sigmoid, SIGMOID)
ACTIVATION(silu, SILU)
ACTIVATION(gelu, GELU)
ACTIVATION(error_function, ERROR_FUNCTION)
ACTIVATION(elu, ELU)

/* --- dropout ---------------------------------------------------------------------------------------- */

void lince_dropout(const lince_exec *exec, const float *x, float *y, size_t n, size_t size, float p,
                   const uint64_t *key, uint64_t layer)
{
    lince_op_run(exec, LINCE_OP_DROPOUT, &(lince_dropout_args){x, y, n, size, p, key, layer});
}

void lince_drop_samples(const lince_exec *exec, const float *x, float *y, size_t n, size_t size, float p,
                        const uint64_t *key, uint64_t layer)
{
    lince_op_run(exec, LINCE_OP_DROP_SAMPLES, &(lince_dropout_args){x, y, n, size, p, key, layer});
}

/* --- products, rows ----------------------------------------------------------------------------------- */

void lince_gemm(const lince_exec *exec, bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k,
                const float *a, size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc)
{
    lince_op_run(exec, LINCE_OP_GEMM,
                 &(lince_gemm_args){transpose_a, transpose_b, m, n, k, a, lda, b, ldb, beta, c, ldc});
}

void lince_add_bias(const lince_exec *exec, float *y, const float *bias, size_t rows, size_t n)
{
    lince_op_run(exec, LINCE_OP_ADD_BIAS, &(lince_rows_args){bias, y, rows, n});
}

void lince_sum_rows(const lince_exec *exec, const float *dy, float *sum, size_t rows, size_t n)
{
    lince_op_run(exec, LINCE_OP_SUM_ROWS, &(lince_rows_args){dy, sum, rows, n});
}

void lince_sum_channels(const lince_exec *exec, lince_shape shape, size_t n, const float *dy, float *sum)
{
    lince_op_run(exec, LINCE_OP_SUM_CHANNELS, &(lince_layout_args){shape, n, dy, sum});
}

/* --- layouts -------------------------------------------------------------------------------------------- */

void lince_to_plain(const lince_exec *exec, lince_shape shape, size_t n, const float *blocked, float *plain)
{
    lince_op_run(exec, LINCE_OP_TO_PLAIN, &(lince_layout_args){shape, n, blocked, plain});
}

void lince_from_plain(const lince_exec *exec, lince_shape shape, size_t n, const float *plain, float *blocked)
{
    lince_op_run(exec, LINCE_OP_FROM_PLAIN, &(lince_layout_args){shape, n, plain, blocked});
}

void lince_clear_padding(const lince_exec *exec, lince_shape shape, size_t n, float *blocked)
{
    lince_op_run(exec, LINCE_OP_CLEAR_PADDING, &(lince_layout_args){shape, n, NULL, blocked});
}

/* --- channels ------------------------------------------------------------------------------------------- */

void lince_scale_channels(const lince_exec *exec, lince_shape shape, size_t n, const float *x, const float *s,
                          float *y)
{
    lince_op_run(exec, LINCE_OP_SCALE_CHANNELS,
                 &(lince_scale_channels_args){.shape = shape, .n = n, .x = x, .s = s, .y = y});
}

void lince_scale_channels_backward(const lince_exec *exec, lince_shape shape, size_t n, const float *x,
                                   const float *s, const float *dy, float *dx, float *ds)
{
    lince_op_run(exec, LINCE_OP_SCALE_CHANNELS_BACKWARD,
                 &(lince_scale_channels_args){shape, n, x, s, dy, NULL, dx, ds});
}

void lince_concat(const lince_exec *exec, const lince_join *join, size_t n, const float *xa, const float *xb,
                  float *y)
{
    lince_op_run(exec, LINCE_OP_CONCAT, &(lince_concat_args){.join = *join, .n = n, .x = {xa, xb}, .y = y});
}

void lince_concat_backward(const lince_exec *exec, const lince_join *join, size_t n, const float *dy,
                           float *da, float *db)
{
    lince_op_run(exec, LINCE_OP_CONCAT_BACKWARD,
                 &(lince_concat_args){.join = *join, .n = n, .dy = dy, .dx = {da, db}});
}

void lince_pad_shortcut(const lince_exec *exec, lince_shape in, lince_shape out, int stride, size_t n,
                        const float *x, float *y)
{
    lince_op_run(exec, LINCE_OP_PAD_SHORTCUT, &(lince_pad_shortcut_args){in, out, stride, n, x, y});
}

void lince_pad_shortcut_backward(const lince_exec *exec, lince_shape in, lince_shape out, int stride,
                                 size_t n, const float *dy, float *dx)
{
    lince_op_run(exec, LINCE_OP_PAD_SHORTCUT_BACKWARD,
                 &(lince_pad_shortcut_args){in, out, stride, n, dy, dx});
}

void lince_pick_channels(const lince_exec *exec, lince_shape in, lince_shape out, lince_pick pick, size_t n,
                         const float *x, float *y)
{
    lince_op_run(exec, LINCE_OP_PICK_CHANNELS, &(lince_pick_args){in, out, pick, n, x, y});
}

void lince_pick_channels_backward(const lince_exec *exec, lince_shape in, lince_shape out, lince_pick pick,
                                  size_t n, const float *dy, float *dx)
{
    lince_op_run(exec, LINCE_OP_PICK_CHANNELS_BACKWARD, &(lince_pick_args){in, out, pick, n, dy, dx});
}

void lince_pad(const lince_exec *exec, lince_shape in, lince_shape out, int top, int left, size_t n,
               const float *x, float *y)
{
    lince_op_run(exec, LINCE_OP_PAD, &(lince_pad_args){in, out, top, left, n, x, y});
}

void lince_pad_backward(const lince_exec *exec, lince_shape in, lince_shape out, int top, int left, size_t n,
                        const float *dy, float *dx)
{
    lince_op_run(exec, LINCE_OP_PAD_BACKWARD, &(lince_pad_args){in, out, top, left, n, dy, dx});
}

void lince_prepend(const lince_exec *exec, lince_shape in, size_t n, const float *x, const float *token,
                   float *y)
{
    lince_op_run(exec, LINCE_OP_PREPEND, &(lince_prepend_args){in, n, x, token, y, NULL});
}

void lince_prepend_backward(const lince_exec *exec, lince_shape in, size_t n, const float *dy, float *dx,
                            float *dtoken)
{
    lince_op_run(exec, LINCE_OP_PREPEND_BACKWARD, &(lince_prepend_args){in, n, dy, NULL, dx, dtoken});
}

void lince_merge_pixels(const lince_exec *exec, lince_shape in, lince_shape out, size_t n, const float *x,
                        float *y)
{
    lince_op_run(exec, LINCE_OP_MERGE_PIXELS, &(lince_merge_args){in, out, n, x, y});
}

void lince_merge_pixels_backward(const lince_exec *exec, lince_shape in, lince_shape out, size_t n,
                                 const float *dy, float *dx)
{
    lince_op_run(exec, LINCE_OP_MERGE_PIXELS_BACKWARD, &(lince_merge_args){in, out, n, dy, dx});
}

/* --- attention ------------------------------------------------------------------------------------------ */

void lince_attention_forward(const lince_exec *exec, const lince_attention *attention, lince_shape shape,
                             size_t n, const float *qkv, float *y)
{
    lince_op_run(exec, LINCE_OP_ATTENTION,
                 &(lince_attention_args){.a = *attention, .shape = shape, .n = n, .qkv = qkv, .y = y});
}

void lince_attention_backward(const lince_exec *exec, const lince_attention *attention, lince_shape shape,
                              size_t n, const float *qkv, const float *y, const float *dy, float *dqkv,
                              float *dtable)
{
    lince_op_run(exec, LINCE_OP_ATTENTION_BACKWARD,
                 &(lince_attention_args){*attention, shape, n, qkv, (float *)y, dy, dqkv, dtable});
}

/* --- pooling, normalising --------------------------------------------------------------------------------- */

void lince_max_pool(const lince_exec *exec, lince_window w, lince_shape in, lince_shape out, size_t n,
                    bool gate, const float *x, float *y, uint8_t *taken)
{
    lince_op_run(exec, LINCE_OP_MAX_POOL, &(lince_pool_args){w, in, out, n, gate, x, y, taken});
}

void lince_max_pool_backward(const lince_exec *exec, lince_window w, lince_shape in, lince_shape out,
                             size_t n, const float *dy, const uint8_t *taken, float *dx)
{
    lince_op_run(exec, LINCE_OP_MAX_POOL_BACKWARD,
                 &(lince_pool_args){w, in, out, n, false, dy, dx, (uint8_t *)taken});
}

void lince_avg_pool(const lince_exec *exec, lince_window w, lince_shape in, lince_shape out, size_t n,
                    const float *x, float *y)
{
    lince_op_run(exec, LINCE_OP_AVG_POOL, &(lince_pool_args){w, in, out, n, false, x, y, NULL});
}

void lince_avg_pool_backward(const lince_exec *exec, lince_window w, lince_shape in, lince_shape out,
                             size_t n, const float *dy, float *dx)
{
    lince_op_run(exec, LINCE_OP_AVG_POOL_BACKWARD, &(lince_pool_args){w, in, out, n, false, dy, dx, NULL});
}

void lince_adaptive_avg_pool(const lince_exec *exec, lince_shape in, lince_shape out, size_t n,
                             const float *x, float *y)
{
    lince_avg_pool(exec, (lince_window){0}, in, out, n, x, y);
}

void lince_adaptive_avg_pool_backward(const lince_exec *exec, lince_shape in, lince_shape out, size_t n,
                                      const float *dy, float *dx)
{
    lince_avg_pool_backward(exec, (lince_window){0}, in, out, n, dy, dx);
}

void lince_batch_norm_forward(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape, size_t n,
                              bool relu, const float *x, float *y)
{
    lince_op_run(exec, LINCE_OP_BATCH_NORM,
                 &(lince_batch_norm_args){.bn = *bn, .shape = shape, .n = n, .relu = relu, .x = x, .y = y});
}

void lince_batch_norm_backward(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape,
                               size_t n, const float *x, const float *dy, bool add, float *dx, float *dgamma,
                               float *dbeta)
{
    lince_op_run(exec, LINCE_OP_BATCH_NORM_BACKWARD,
                 &(lince_batch_norm_args){.bn = *bn,
                                          .shape = shape,
                                          .n = n,
                                          .add = add,
                                          .x = x,
                                          .dy = dy,
                                          .y = dx,
                                          .dgamma = dgamma,
                                          .dbeta = dbeta});
}

void lince_batch_norm_affine(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape,
                             float *scale, float *shift)
{
    lince_op_run(exec, LINCE_OP_BATCH_NORM,
                 &(lince_batch_norm_args){.bn = *bn, .shape = shape, .scale = scale, .shift = shift});
}

static void begin_sums(lince_shape shape, size_t n, double *sums)
{
    size_t count = lince_batch_norm_sums(shape);
    memset(sums, 0, count * sizeof *sums);
    sums[count - 1] = (double)(n * (size_t)shape.height * (size_t)shape.width);
}

void lince_batch_norm_look(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape, size_t n,
                           const float *x, double *sums)
{
    begin_sums(shape, n, sums);
    if (n)
        lince_op_run(exec, LINCE_OP_BATCH_NORM,
                     &(lince_batch_norm_args){.bn = *bn, .shape = shape, .n = n, .x = x, .sums = sums});
}

void lince_batch_norm_look_back(const lince_exec *exec, const lince_batch_norm *bn, lince_shape shape,
                                size_t n, const float *x, const float *dy, double *sums)
{
    begin_sums(shape, n, sums);
    if (n)
        lince_op_run(
            exec, LINCE_OP_BATCH_NORM_BACKWARD,
            &(lince_batch_norm_args){.bn = *bn, .shape = shape, .n = n, .x = x, .dy = dy, .sums = sums});
}

void lince_layer_norm_forward(const lince_exec *exec, const lince_layer_norm *ln, lince_shape shape, size_t n,
                              const float *x, float *y)
{
    lince_op_run(exec, LINCE_OP_LAYER_NORM,
                 &(lince_layer_norm_args){.ln = *ln, .shape = shape, .n = n, .x = x, .y = y});
}

void lince_layer_norm_backward(const lince_exec *exec, const lince_layer_norm *ln, lince_shape shape,
                               size_t n, const float *x, const float *dy, float *dx, float *dgamma,
                               float *dbeta)
{
    lince_op_run(exec, LINCE_OP_LAYER_NORM_BACKWARD,
                 &(lince_layer_norm_args){*ln, shape, n, x, dy, NULL, dx, dgamma, dbeta});
}
