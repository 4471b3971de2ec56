/* Convolution of bytes, with what follows it (products_int8.c has the formula). */
#include "core/error.h"
#include "layers/bytes.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    const lince_conv2d_int8_layer_args *a = l->own;
    const lince_window *w = &a->window;
    lince_shape in = l->in[0];
    l->out = (lince_shape){a->channels, lince_window_places(w, 0, in.height),
                           lince_window_places(w, 1, in.width), 1};
    l->out_rows = LINCE_BYTES;
    lince_conv conv = {.batch = l->batch,
                       .in = in,
                       .out = l->out,
                       .kernel = {w->kernel[0], w->kernel[1]},
                       .stride = {w->stride[0], w->stride[1]},
                       .padding = {w->padding[0], w->padding[1]},
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
    size_t n = lince_window_print(&a->window, out, size);
    int more = snprintf(out + n, size - n, ", %d → %d", l->in[0].channels, a->channels);
    n += (size_t)more < size - n ? (size_t)more : size - n;
    lince_window_put(out + n, size - n, "stride", a->window.stride);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_conv2d_int8_layer_args *a = l->own;
    lince_onnx_value w, b, x = lince_layer_express_dequantize(a->of, g, in[0]);
    lince_products_int8_express(l, g, a->of, &w, &b);
    lince_onnx_value y = LINCE_ONNX(g, "Conv", x, w, b);
    const int *pad = a->window.padding;
    lince_window_express(&a->window, g);
    lince_onnx_ints(g, "pads", 4, (int64_t[]){pad[0], pad[1], pad[0], pad[1]});
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
