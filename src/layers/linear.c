/* Fully connected:  y = x W^T + b
 * x [n, in], W [out, in], y [n, out];  dx = dy W,  dW = dy^T x,  db = sum over n of dy
 * Where each input stands for `copies` equal ones (docs/classifier-redundancy.md), W holds the mean of the
 * copies' weights:  y = copies x W^T + b,  dx = copies dy W;  dW is every copy's gradient as it is.
 * https://pytorch.org/docs/stable/generated/torch.nn.Linear.html */
#include "layers/linear.h"
#include "core/error.h"
#include "kernels/kernels.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    const lince_linear_layer_args *a = l->own;
    lince_shape in = l->in[0];
    if (in.height != 1 || in.width != 1 || in.block != 1)
        return lince_fail(LINCE_ESHAPE, "%s: expects a flat input, found %dx%dx%d", l->name, in.channels,
                          in.height, in.width);
    l->out = (lince_shape){a->outputs, 1, 1, 1};
    lince_param *w = lince_layer_param(l, "weight", 2, (int[]){a->outputs, in.channels * l->in_copies});
    if (l->in_copies > 1) {
        w->copies = l->in_copies;
        w->size = (size_t)a->outputs * (size_t)in.channels + 1;
    }
    lince_param *bias = a->no_bias ? NULL : lince_layer_param(l, "bias", 1, &a->outputs);
    lince_layer_init(w, bias, a->init, a->init_std > 0 ? a->init_std : 0.01f);
    l->macs = (double)a->outputs * in.channels;
    return 0;
}

static bool has_bias(const lince_layer *l)
{
    return l->param_count > 1;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    size_t n = (size_t)p->n, in = (size_t)l->in[0].channels, out = (size_t)l->out.channels;
    lince_gemm(l->exec, false, true, n, out, in, p->in[0], in, l->params[0].value, in, 0, p->out, out);
    if (l->in_copies > 1) lince_scale(l->exec, p->out, p->out, (float)l->in_copies, n * out);
    if (has_bias(l)) lince_add_bias(l->exec, p->out, l->params[1].value, n, out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    size_t n = (size_t)p->n, in = (size_t)l->in[0].channels, out = (size_t)l->out.channels;
    if (l->params[0].trainable) {
        lince_gemm(l->exec, true, false, out, in, n, p->dout, out, p->in[0], in, 0, l->params[0].grad, in);
        if (has_bias(l)) lince_sum_rows(l->exec, p->dout, l->params[1].grad, n, out);
    }
    if (!p->din[0]) return;
    lince_gemm(l->exec, false, false, n, in, out, p->dout, out, l->params[0].value, in, 0, p->din[0], in);
    if (l->in_copies > 1) lince_scale(l->exec, p->din[0], p->din[0], (float)l->in_copies, n * in);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "%d → %d", l->in[0].channels * l->in_copies, l->out.channels);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    lince_onnx_value inputs[] = {in[0], l->params[0].name, has_bias(l) ? l->params[1].name : NULL},
                     y = lince_onnx_node(g, "Gemm", inputs, has_bias(l) ? 3 : 2);
    lince_onnx_int(g, "transB", 1);
    return y;
}

const lince_layer_type lince_linear_layer = {.name = "linear",
                                             .args_size = sizeof(lince_linear_layer_args),
                                             .homogeneous = true,
                                             .inputs = 1,
                                             .needs_input = true,
                                             .takes_copies = true,
                                             .infer = infer,
                                             .forward = forward,
                                             .backward = backward,
                                             .describe = describe,
                                             .express = express};
