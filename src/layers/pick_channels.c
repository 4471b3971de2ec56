/* Some channels, in their order or one of each group in turn (ShuffleNet: Zhang et al. 2018):
 *     y[c] = x[begin + (c mod groups) count / groups + floor(c / groups)];  dx: dy where it went to, else 0 */
#include "layers/pick_channels.h"
#include "core/error.h"
#include "kernels/kernels.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    lince_pick_channels_layer_args *a = l->own;
    int channels = l->in[0].channels;
    if (!a->groups) a->groups = 1;
    if (!a->count) a->count = channels - a->begin;
    if (a->begin < 0 || a->count < 1 || a->count > channels - a->begin || a->groups < 1 ||
        a->count % a->groups)
        return lince_fail(LINCE_ESHAPE,
                          "%s: %d channels cannot be picked from %d on, in %d groups, out of %d", l->name,
                          a->count, a->begin, a->groups, channels);
    l->out = l->in[0];
    l->out.channels = a->count;
    return 0;
}

static lince_pick pick_of(const lince_layer *l)
{
    const lince_pick_channels_layer_args *a = l->own;
    return (lince_pick){.begin = a->begin, .groups = a->groups};
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_pick_channels(l->exec, l->in[0], l->out, pick_of(l), (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0])
        lince_pick_channels_backward(l->exec, l->in[0], l->out, pick_of(l), (size_t)p->n, p->dout, p->din[0]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_pick_channels_layer_args *a = l->own;
    int n = snprintf(out, size, "%d-%d / %d", a->begin, a->begin + a->count - 1, l->in[0].channels);
    if (a->groups > 1 && (size_t)n < size) snprintf(out + n, size - (size_t)n, ", groups=%d", a->groups);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_pick_channels_layer_args *a = l->own;
    lince_onnx_value x = in[0];
    if (a->count < l->in[0].channels) x = lince_onnx_slice(g, x, 1, a->begin, a->begin + a->count, 1);
    if (a->groups == 1) return x;
    int64_t apart[] = {0, a->groups, a->count / a->groups, l->out.height, l->out.width},
            order[] = {0, 2, 1, 3, 4}, whole[] = {0, a->count, l->out.height, l->out.width};
    x = LINCE_ONNX(g, "Reshape", x, lince_onnx_longs(g, 5, apart));
    x = lince_onnx_transpose(g, x, 5, order);
    return LINCE_ONNX(g, "Reshape", x, lince_onnx_longs(g, 4, whole));
}

const lince_layer_type lince_pick_channels_layer = {.name = "pick_channels",
                                                    .args_size = sizeof(lince_pick_channels_layer_args),
                                                    .homogeneous = true,
                                                    .inputs = 1,
                                                    .infer = infer,
                                                    .forward = forward,
                                                    .backward = backward,
                                                    .describe = describe,
                                                    .express = express};
