/* Sums of products of bytes, as convolutions and linear layers make them:
 *     y = s_x s_w[o] (sum over i of (x[i] - z_x) w[o][i]) + b[o]  (+ s_r (r - z_r))
 * written to bytes, y / s_y + z_y, or to floats. What does not depend on x is one factor and one offset an output. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/op.h"
#include "layers/bytes.h"

#include <math.h>

static size_t place(const void *layout, const int *dims, size_t element)
{
    size_t inputs = (size_t)dims[1], width = (size_t)((const lince_conv *)layout)->kernel[1],
           height = (size_t)((const lince_conv *)layout)->kernel[0];
    size_t x = element % width, y = element / width % height, i = element / width / height % inputs;
    return lince_conv_int8_weight_at(layout, (int)(element / width / height / inputs), (int)i, (int)y,
                                     (int)x);
}

static size_t weights_in_floats(const lince_conv *c)
{
    return (lince_conv_int8_weights_size(c) + sizeof(float) - 1) / sizeof(float);
}

/* Behind an output's weights lie their sums, which whoever writes weights writes with them. */
static int32_t *sums_of(const lince_conv *c, float *memory)
{
    return (int32_t *)(void *)(memory + weights_in_floats(c));
}

static void put_rows(const void *layout, const float *rows, float *memory, size_t begin, size_t end)
{
    const lince_conv *c = layout;
    int inputs = c->in.channels / c->groups;
    for (size_t o = begin; o < end; o++) {
        int32_t sum = 0;
        for (int i = 0; i < inputs; i++)
            for (int y = 0; y < c->kernel[0]; y++)
                for (int x = 0; x < c->kernel[1]; x++) {
                    int8_t w = (int8_t)*rows++;
                    ((int8_t *)memory)[lince_conv_int8_weight_at(c, (int)o, i, y, x)] = w;
                    sum += w;
                }
        sums_of(c, memory)[o] = sum;
    }
}

int lince_products_int8_infer(lince_layer *l, const lince_conv *conv, int ndim)
{
    lince_products_int8 *p = l->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    p->conv = *conv;
    if (!lince_conv_int8_supported(conv))
        return lince_fail(LINCE_EUNSUPPORTED, "%s: not of a kind that is computed in 8 bits", l->name);
    int outs = conv->out.channels,
        dims[] = {outs, conv->in.channels / conv->groups, conv->kernel[0], conv->kernel[1]};
    lince_param *w = lince_layer_param(l, "weight", ndim, dims),
                *scale = lince_layer_param(l, "weight_scale", 1, &outs),
                *bias = lince_layer_param(l, "bias", 1, &outs);
    w->int8 = true;
    w->size = weights_in_floats(conv) + (size_t)outs;
    w->place = place;
    w->put_rows = put_rows;
    w->layout = &p->conv;
    w->trainable = scale->trainable = bias->trainable = false;
    l->macs = (double)lince_shape_elements(conv->out) * dims[1] * dims[2] * dims[3];
    return 0;
}

/* Floats of a number for each output, in whole panels. */
static size_t panels(const lince_products_int8 *p)
{
    return (size_t)lince_round_up(p->conv.out.channels, LINCE_INT8_PANEL);
}

int lince_products_int8_prepare(lince_layer *l)
{
    lince_products_int8 *p = l->plan;
    p->conv.batch = l->batch;
    LINCE_TRY(lince_kernel_init(&p->kernel, l->exec, LINCE_OP_CONV_INT8, &p->conv));
    l->scratch = 2 * panels(p) * sizeof(float) + p->kernel.scratch;
    return 0;
}

void lince_products_int8_release(lince_layer *l)
{
    lince_products_int8 *p = l->plan;
    if (p) lince_kernel_release(&p->kernel);
    lince_free(p);
}

static void make_factors(const lince_layer *l, lince_byte_scale of, lince_byte_scale other,
                         lince_byte_scale out, float *factor, float *offset)
{
    const lince_products_int8 *p = l->plan;
    const float *scale = l->params[LINCE_INT8_WEIGHT_SCALE].value, *bias = l->params[LINCE_INT8_BIAS].value;
    const int32_t *sums = sums_of(&p->conv, l->params[LINCE_INT8_WEIGHT].value);
    for (int o = 0; o < (int)panels(p); o++) {
        factor[o] = offset[o] = 0;
        if (o >= p->conv.out.channels) continue;
        double f = (double)of.scale * (double)scale[o] / (double)out.scale;
        double at_zero = f * of.zero * sums[o];
        factor[o] = (float)f;
        offset[o] = (float)((double)bias[o] / (double)out.scale + out.zero - at_zero -
                            (double)other.scale / (double)out.scale * other.zero);
    }
}

void lince_products_int8_run(lince_layer *l, const lince_pass *pass, const lince_layer *of,
                             const lince_layer *other)
{
    const lince_products_int8 *p = l->plan;
    bool bytes = l->out_rows == LINCE_BYTES;
    float *factor = pass->scratch, *offset = factor + panels(p);
    lince_byte_scale in = lince_layer_scale(of),
                     out = bytes ? lince_layer_scale(l) : (lince_byte_scale){1, 0},
                     added = other ? lince_layer_scale(other) : (lince_byte_scale){0, 0};
    make_factors(l, in, added, out, factor, offset);
    lince_kernel_run(&p->kernel,
                     &(lince_conv_int8_args){.x = (const uint8_t *)pass->in[0],
                                             .w = (const int8_t *)l->params[LINCE_INT8_WEIGHT].value,
                                             .factor = factor,
                                             .offset = offset,
                                             .pad = (uint8_t)in.zero,
                                             .other = other ? (const uint8_t *)pass->in[1] : NULL,
                                             .other_factor = added.scale / out.scale,
                                             .y = bytes ? (uint8_t *)pass->out : NULL,
                                             .floats = bytes ? NULL : pass->out,
                                             .scratch = offset + panels(p)});
}

/* A bias as a whole number of steps of what it is added to, as runtimes for ONNX want it. */
void lince_products_int8_express(const lince_layer *l, lince_onnx *g, const lince_layer *of,
                                 lince_onnx_value *weight, lince_onnx_value *bias)
{
    const lince_products_int8 *p = l->plan;
    const float *scale = l->params[LINCE_INT8_WEIGHT_SCALE].value, *b = l->params[LINCE_INT8_BIAS].value;
    size_t outs = (size_t)p->conv.out.channels;
    float *steps = lince_alloc(outs, sizeof *steps);
    int32_t *whole = lince_alloc(outs, sizeof *whole);
    if (!steps || !whole) lince_onnx_fail(g, LINCE_ENOMEM);
    for (size_t o = 0; o < outs && steps && whole; o++) {
        steps[o] = lince_layer_scale(of).scale * scale[o];
        double n = steps[o] > 0 ? rint((double)b[o] / (double)steps[o]) : 0;
        whole[o] = (int32_t)fmin(fmax(n, INT32_MIN), INT32_MAX);
    }
    *weight = LINCE_ONNX(g, "DequantizeLinear", l->params[LINCE_INT8_WEIGHT].name,
                         l->params[LINCE_INT8_WEIGHT_SCALE].name);
    lince_onnx_int(g, "axis", 0);
    *bias = NULL;
    if (steps && whole) {
        *bias = LINCE_ONNX(g, "DequantizeLinear", lince_onnx_ints32(g, outs, whole),
                           lince_onnx_floats(g, outs, steps));
        lince_onnx_int(g, "axis", 0);
    }
    lince_free(steps);
    lince_free(whole);
}
