/* An activation of bytes:  y = table[x], where table[q] is the byte nearest to f(scale (q - zero)), by f's definition in double
 * precision, so that it is the same table everywhere. */
#include "core/error.h"
#include "core/memory.h"
#include "layers/bytes.h"

#include <math.h>

static double activated(lince_activation f, double x)
{
    double hard = fmin(fmax(x + 3, 0), 6) / 6;
    switch (f) {
    case LINCE_HARD_SWISH: return x * hard;
    case LINCE_HARD_SIGMOID: return hard;
    case LINCE_SILU: return x / (1 + exp(-x));
    case LINCE_SIGMOID: return 1 / (1 + exp(-x));
    case LINCE_GELU: return x * erfc(-x * sqrt(0.5)) / 2;
    case LINCE_RELU: return fmax(x, 0);
    case LINCE_RELU6: return fmin(fmax(x, 0), 6);
    default: return x;
    }
}

/* The last table, and what it was made of: it is made anew where that is something else. */
typedef struct table {
    lince_byte_scale in, out; /* scale 0: there is none yet */
    uint8_t y[256];
} table;

static bool same(lince_byte_scale a, lince_byte_scale b)
{
    return a.scale == b.scale && a.zero == b.zero;
}

static int infer(lince_layer *l)
{
    l->out = l->in[0];
    l->out_rows = LINCE_BYTES;
    lince_layer_add_scale(l);
    l->plan = lince_alloc(1, sizeof(table));
    return l->plan ? 0 : LINCE_ENOMEM;
}

static void release(lince_layer *l)
{
    lince_free(l->plan);
}

static void fill(table *t, lince_activation f, lince_byte_scale in, lince_byte_scale out)
{
    for (int q = 0; q < 256; q++) {
        double y = activated(f, (double)in.scale * (q - in.zero));
        t->y[q] = lince_to_byte(rintf((float)(y / (double)out.scale)) + (float)out.zero);
    }
    t->in = in, t->out = out;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    const lince_activation_int8_layer_args *a = l->own;
    lince_byte_scale in = lince_layer_scale(a->of), out = lince_layer_scale(l);
    table *t = l->plan;
    if (!same(t->in, in) || !same(t->out, out)) fill(t, a->type->activation, in, out);
    lince_look_up(l->exec, (size_t)p->n * lince_bytes_size(l->out), t->y, (const uint8_t *)p->in[0],
                  (uint8_t *)p->out);
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_activation_int8_layer_args *a = l->own;
    lince_onnx_value x = lince_layer_express_dequantize(a->of, g, in[0]);
    return lince_layer_express_quantize(l, g, a->type->express(l, g, &x));
}

const lince_layer_type lince_activation_int8_layer = {.name = "activation_int8",
                                                      .args_size = sizeof(lince_activation_int8_layer_args),
                                                      .inputs = 1,
                                                      .infer = infer,
                                                      .forward = forward,
                                                      .release = release,
                                                      .express = express};
