/* Bytes to floats:  x = scale (q - zero) */
#include "layers/bytes.h"

static int infer(lince_layer *l)
{
    l->out = l->in[0];
    l->out.block = l->block;
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    const lince_dequantize_layer_args *a = l->own;
    lince_from_bytes(l->exec, l->out, (size_t)p->n, lince_layer_scale(a->of), (const uint8_t *)p->in[0],
                     p->out);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_dequantize_layer_args *a = l->own;
    return lince_layer_express_dequantize(a->of, g, in[0]);
}

const lince_layer_type lince_dequantize_layer = {.name = "dequantize",
                                                 .args_size = sizeof(lince_dequantize_layer_args),
                                                 .inputs = 1,
                                                 .infer = infer,
                                                 .forward = forward,
                                                 .express = express};
