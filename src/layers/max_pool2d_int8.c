/* Max pooling of bytes: the largest byte stands for the largest number. */
#include "layers/bytes.h"

static int infer(lince_layer *l)
{
    int code = lince_max_pool2d_layer.infer(l);
    l->out_rows = LINCE_BYTES;
    l->saved = 0; /* for backward alone */
    return code;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    const lince_max_pool2d_int8_layer_args *a = l->own;
    lince_max_pool_bytes(l->exec, a->window, l->in[0], l->out, (size_t)p->n, (const uint8_t *)p->in[0],
                         (uint8_t *)p->out);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    lince_max_pool2d_layer.describe(l, out, size);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    return lince_max_pool2d_layer.express(l, g, in);
}

const lince_layer_type lince_max_pool2d_int8_layer = {.name = "max_pool2d_int8",
                                                      .args_size = sizeof(lince_max_pool2d_int8_layer_args),
                                                      .inputs = 1,
                                                      .infer = infer,
                                                      .forward = forward,
                                                      .describe = describe,
                                                      .express = express};
