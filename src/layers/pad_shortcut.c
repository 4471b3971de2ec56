/* The shortcut without parameters where channels and stride change (He et al. 2016, option A):
 *     y[c, i, j] = x[c - d, s i, s j] for the channels that x has, else 0;   d = (out - in) / 2
 * so that the zeros stand before and behind x's channels in equal numbers. */
#include "core/error.h"
#include "kernels/kernels.h"
#include "layers/layer.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    lince_shape in = l->in[0];
    int s = l->args.stride;
    if (l->args.channels < in.channels || s < 1)
        return lince_fail(LINCE_ESHAPE, "%s: cannot pad %d channels to %d with stride %d", l->name,
                          in.channels, l->args.channels, s);
    l->out = (lince_shape){l->args.channels, (in.height + s - 1) / s, (in.width + s - 1) / s, in.block};
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_pad_shortcut(l->exec, l->in[0], l->out, l->args.stride, (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0])
        lince_pad_shortcut_backward(l->exec, l->in[0], l->out, l->args.stride, (size_t)p->n, p->dout,
                                    p->din[0]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "%d → %d, stride=%d", l->in[0].channels, l->out.channels, l->args.stride);
}

const lince_layer_type lince_pad_shortcut_layer = {.name = "pad_shortcut",
                                                   .homogeneous = true,
                                                   .inputs = 1,
                                                   .infer = infer,
                                                   .forward = forward,
                                                   .backward = backward,
                                                   .describe = describe};
