/* y = x + number,  dx = dy */
#include "layers/shift.h"
#include "kernels/kernels.h"

#include <stdio.h>

static float number_of(const lince_layer *l)
{
    return ((const lince_shift_layer_args *)l->own)->number;
}

/* 0 + number is not 0: the padding channels are cleared (core/tensor.h). */
static void forward(lince_layer *l, const lince_pass *p)
{
    lince_shift(l->exec, p->in[0], p->out, number_of(l), lince_layer_floats(l, p));
    lince_clear_padding(l->exec, l->out, (size_t)p->n, p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (p->din[0] && p->din[0] != p->dout) lince_copy(l->exec, p->dout, p->din[0], lince_layer_floats(l, p));
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "+ %.4g", (double)number_of(l));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    return LINCE_ONNX(g, "Add", in[0], lince_onnx_scalar(g, number_of(l)));
}

const lince_layer_type lince_shift_layer = {.name = "shift",
                                            .args_size = sizeof(lince_shift_layer_args),
                                            .inputs = 1,
                                            .in_place = true,
                                            .infer = lince_layer_same_shape,
                                            .forward = forward,
                                            .backward = backward,
                                            .describe = describe,
                                            .express = express};
