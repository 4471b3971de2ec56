/* Convolution of bytes, with what follows it (products_int8.c has the formula). */
#include "core/error.h"
#include "layers/bytes.h"

#include <stdio.h>

static int size_of(int in, const lince_conv2d_int8_layer_args *a)
{
    return (in + 2 * a->padding - a->kernel) / a->stride + 1;
}

static int infer(lince_layer *l)
{
    const lince_conv2d_int8_layer_args *a = l->own;
    lince_shape in = l->in[0];
    l->out = (lince_shape){a->channels, size_of(in.height, a), size_of(in.width, a), 1};
    l->out_rows = LINCE_BYTES;
    lince_conv conv = {.batch = l->batch,
                       .in = in,
                       .out = l->out,
                       .kernel = {a->kernel, a->kernel},
                       .stride = {a->stride, a->stride},
                       .padding = {a->padding, a->padding},
                       .groups = a->groups};
    LINCE_TRY(lince_products_int8_infer(l, &conv, 4));
    lince_layer_add_scale(l);
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    const lince_conv2d_int8_layer_args *a = l->own;
    lince_products_int8_run(l, p, a->of, a->other);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_conv2d_int8_layer_args *a = l->own;
    snprintf(out, size, "%d×%d, %d → %d, stride=%d", a->kernel, a->kernel, l->in[0].channels, a->channels,
             a->stride);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_conv2d_int8_layer_args *a = l->own;
    lince_onnx_value w, b, x = lince_layer_express_dequantize(a->of, g, in[0]);
    lince_products_int8_express(l, g, a->of, &w, &b);
    lince_onnx_value y = LINCE_ONNX(g, "Conv", x, w, b);
    lince_onnx_ints(g, "kernel_shape", 2, (int64_t[]){a->kernel, a->kernel});
    lince_onnx_ints(g, "strides", 2, (int64_t[]){a->stride, a->stride});
    lince_onnx_ints(g, "pads", 4, (int64_t[]){a->padding, a->padding, a->padding, a->padding});
    lince_onnx_int(g, "group", a->groups);
    if (a->other) y = LINCE_ONNX(g, "Add", y, lince_layer_express_dequantize(a->other, g, in[1]));
    return lince_layer_express_quantize(l, g, y);
}

#define CONV(type, input_count)                                                                       \
    const lince_layer_type lince_##type##_layer = {.name = #type,                                     \
                                                   .args_size = sizeof(lince_conv2d_int8_layer_args), \
                                                   .inputs = input_count,                             \
                                                   .infer = infer,                                    \
                                                   .prepare = lince_products_int8_prepare,            \
                                                   .forward = forward,                                \
                                                   .release = lince_products_int8_release,            \
                                                   .describe = describe,                              \
                                                   .express = express}
CONV(conv2d_int8, 1);
CONV(conv2d_add_int8, 2);
