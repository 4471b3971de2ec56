/* Floats to bytes:  q = round(x / scale) + zero, kept in 0 .. 255
 * https://onnx.ai/onnx/operators/onnx__QuantizeLinear.html */
#include "layers/bytes.h"

static int infer(lince_layer *l)
{
    l->out = l->in[0];
    l->out.block = 1;
    l->out_rows = LINCE_BYTES;
    l->out_copies = l->in_copies;
    lince_layer_add_scale(l);
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_to_bytes(l->exec, l->in[0], (size_t)p->n, lince_layer_scale(l), p->in[0], (uint8_t *)p->out);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    return lince_layer_express_quantize(l, g, in[0]);
}

const lince_layer_type lince_quantize_layer = {.name = "quantize",
                                               .inputs = 1,
                                               .takes_copies = true,
                                               .infer = infer,
                                               .forward = forward,
                                               .express = express};

/* --- scales ---------------------------------------------------------------------------------------- */

void lince_layer_add_scale(lince_layer *l)
{
    lince_param *scale = lince_layer_param(l, "scale", 0, NULL),
                *zero = lince_layer_param(l, "zero_point", 0, NULL);
    scale->buffer = zero->buffer = true;
    scale->trainable = zero->trainable = false;
    scale->init = LINCE_INIT_ONES;
    zero->counter = true;
}

lince_byte_scale lince_layer_scale(const lince_layer *l)
{
    const lince_param *scale = &l->params[l->param_count - 2];
    return (lince_byte_scale){scale[0].value[0], (int)scale[1].value[0]};
}

void lince_layer_set_scale(lince_layer *l, lince_byte_scale s)
{
    lince_param *scale = &l->params[l->param_count - 2];
    scale[0].value[0] = s.scale;
    scale[1].value[0] = (float)s.zero;
}

/* --- ONNX ------------------------------------------------------------------------------------------ */

lince_onnx_value lince_layer_express_quantize(const lince_layer *l, lince_onnx *g, lince_onnx_value x)
{
    return LINCE_ONNX(g, "QuantizeLinear", x, l->params[l->param_count - 2].name,
                      lince_onnx_byte(g, (uint8_t)lince_layer_scale(l).zero));
}

lince_onnx_value lince_layer_express_dequantize(const lince_layer *of, lince_onnx *g, lince_onnx_value x)
{
    return LINCE_ONNX(g, "DequantizeLinear", x, of->params[of->param_count - 2].name,
                      lince_onnx_byte(g, (uint8_t)lince_layer_scale(of).zero));
}
