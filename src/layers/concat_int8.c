/* Channels of two inputs one behind the other, of bytes that stand for the same. */
#include "layers/bytes.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    l->out = l->in[0];
    l->out.channels += l->in[1].channels;
    l->out_rows = LINCE_BYTES;
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_concat_bytes(l->exec, l->in[0], l->in[1], (size_t)p->n, (const uint8_t *)p->in[0],
                       (const uint8_t *)p->in[1], (uint8_t *)p->out);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    lince_concat_layer.describe(l, out, size);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    return lince_concat_layer.express(l, g, in);
}

const lince_layer_type lince_concat_int8_layer = {.name = "concat_int8",
                                                  .inputs = 2,
                                                  .infer = infer,
                                                  .forward = forward,
                                                  .describe = describe,
                                                  .express = express};
