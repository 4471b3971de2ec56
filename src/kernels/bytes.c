#include "kernels/bytes.h"
#include "kernels/op.h"

void lince_to_bytes(const lince_exec *exec, lince_shape shape, size_t n, lince_byte_scale scale,
                    const float *x, uint8_t *bytes)
{
    lince_op_run(
        exec, LINCE_OP_TO_BYTES,
        &(lince_bytes_args){.shape = shape, .n = n, .scale = scale, .x = (float *)x, .bytes = bytes});
}

void lince_from_bytes(const lince_exec *exec, lince_shape shape, size_t n, lince_byte_scale scale,
                      const uint8_t *bytes, float *x)
{
    lince_op_run(
        exec, LINCE_OP_FROM_BYTES,
        &(lince_bytes_args){.shape = shape, .n = n, .scale = scale, .x = x, .bytes = (uint8_t *)bytes});
}

void lince_max_pool_bytes(const lince_exec *exec, lince_window window, lince_shape in, lince_shape out,
                          size_t n, const uint8_t *x, uint8_t *y)
{
    lince_op_run(
        exec, LINCE_OP_MAX_POOL_BYTES,
        &(lince_max_pool_bytes_args){.window = window, .in = in, .out = out, .n = n, .x = x, .y = y});
}

void lince_concat_bytes(const lince_exec *exec, lince_shape a, lince_shape b, size_t n, const uint8_t *from_a,
                        const uint8_t *from_b, uint8_t *y)
{
    lince_op_run(exec, LINCE_OP_CONCAT_BYTES,
                 &(lince_concat_bytes_args){.in = {a, b}, .n = n, .x = {from_a, from_b}, .y = y});
}

void lince_look_up(const lince_exec *exec, size_t n, const uint8_t *table, const uint8_t *x, uint8_t *y)
{
    lince_op_run(exec, LINCE_OP_LOOK_UP_BYTES, &(lince_look_up_args){.n = n, .table = table, .x = x, .y = y});
}

/* --- geometry of CONV_INT8 -------------------------------------------------------------------------- */

static bool is_depthwise(const lince_conv *c)
{
    return c->groups > 1 && c->groups == c->in.channels && c->groups == c->out.channels;
}

bool lince_conv_int8_supported(const lince_conv *c)
{
    enum { MOST_TERMS = 1 << 16 }; /* of 255 * 127 each: below 2^31 */
    double terms = (double)c->kernel[0] * c->kernel[1] * lince_round_up(c->in.channels / c->groups, 4);
    return (c->groups == 1 || is_depthwise(c)) && terms <= MOST_TERMS;
}

size_t lince_conv_int8_weights_size(const lince_conv *c)
{
    size_t window = (size_t)c->kernel[0] * (size_t)c->kernel[1], ins = lince_bytes_pixel(c->in);
    return is_depthwise(c) ? window * ins
                           : (size_t)lince_round_up(c->out.channels, LINCE_INT8_PANEL) * window * ins;
}

size_t lince_conv_int8_weight_at(const lince_conv *c, int o, int i, int y, int x)
{
    size_t ins = lince_bytes_pixel(c->in), kh = (size_t)c->kernel[0], kw = (size_t)c->kernel[1];
    if (is_depthwise(c)) return ((size_t)y * kw + (size_t)x) * ins + (size_t)o;
    size_t fours = kw * ins / 4, four = (size_t)x * (ins / 4) + (size_t)i / 4;
    size_t panel = (size_t)o / LINCE_INT8_PANEL, lane = (size_t)o % LINCE_INT8_PANEL;
    return (((panel * kh + (size_t)y) * fours + four) * LINCE_INT8_PANEL + lane) * 4 + (size_t)i % 4;
}

/* --- timing ------------------------------------------------------------------------------------------ */

static bool worthwhile(const void *geometry)
{
    (void)geometry;
    return false;
}

/* None is remembered. */
static bool describe(const char *key, FILE *out)
{
    (void)key, (void)out;
    return false;
}

static void lend(void *args, void *scratch)
{
    ((lince_conv_int8_args *)args)->scratch = scratch;
}

const lince_op_timing lince_conv_int8_timing = {
    .geometry = sizeof(lince_conv), .worthwhile = worthwhile, .lend = lend, .describe = describe};
