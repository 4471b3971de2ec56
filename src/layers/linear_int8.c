/* Fully connected, from bytes to floats (products_int8.c has the formula): a convolution of one pixel. */
#include "core/error.h"
#include "layers/bytes.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    const lince_linear_int8_layer_args *a = l->own;
    l->out = (lince_shape){a->outputs, 1, 1, 1};
    lince_conv conv = {
        .batch = l->batch, .in = l->in[0], .out = l->out, .kernel = {1, 1}, .stride = {1, 1}, .groups = 1};
    return lince_products_int8_infer(l, &conv, 2);
}

static void forward(lince_layer *l, const lince_pass *p)
{
    const lince_linear_int8_layer_args *a = l->own;
    lince_products_int8_run(l, p, a->of, NULL);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    snprintf(out, size, "%d → %d", l->in[0].channels, l->out.channels);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_linear_int8_layer_args *a = l->own;
    lince_onnx_value w, b, x = lince_layer_express_dequantize(a->of, g, in[0]);
    lince_products_int8_express(l, g, a->of, &w, &b);
    lince_onnx_value y = LINCE_ONNX(g, "Gemm", x, w, b);
    lince_onnx_int(g, "transB", 1);
    return y;
}

const lince_layer_type lince_linear_int8_layer = {.name = "linear_int8",
                                                  .args_size = sizeof(lince_linear_int8_layer_args),
                                                  .inputs = 1,
                                                  .takes_copies = true,
                                                  .infer = infer,
                                                  .prepare = lince_products_int8_prepare,
                                                  .forward = forward,
                                                  .release = lince_products_int8_release,
                                                  .describe = describe,
                                                  .express = express};
