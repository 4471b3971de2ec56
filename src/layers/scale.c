/* y = factor x,  dx = factor dy */
#include "layers/scale.h"
#include "kernels/kernels.h"

#include <stdio.h>

static float factor_of(const lince_layer *l)
{
    return ((const lince_scale_layer_args *)l->own)->factor;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_scale(l->exec, p->in[0], p->out, factor_of(l), lince_layer_floats(l, p));
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0]) lince_scale(l->exec, p->dout, p->din[0], factor_of(l), lince_layer_floats(l, p));
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "× %.4g", (double)factor_of(l));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    return LINCE_ONNX(g, "Mul", in[0], lince_onnx_scalar(g, factor_of(l)));
}

const lince_layer_type lince_scale_layer = {.name = "scale",
                                            .args_size = sizeof(lince_scale_layer_args),
                                            .homogeneous = true,
                                            .inputs = 1,
                                            .in_place = true,
                                            .infer = lince_layer_same_shape,
                                            .forward = forward,
                                            .backward = backward,
                                            .describe = describe,
                                            .express = express};
