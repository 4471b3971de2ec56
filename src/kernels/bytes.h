/* Numbers as bytes, for nets that answer in 8 bits (docs/quantize.md): what a byte q stands for, how activations of bytes
 * lie in memory, and the convolution of them.
 *
 *     value = scale (q - zero),   q = round(value / scale) + zero, to the nearest and of two to the even one, kept in 0 .. 255
 *
 * Activations are nhwc, pixel by pixel, with the channels of each rounded up to four, as products are summed by fours:
 *     data[((n * h + y) * w + x) * C + c],   C = lince_bytes_pixel
 * with zeros in the channels behind the last. All that is computed is a function of whole numbers and of single
 * operations of floats: every row of an operation has the same bits. */
#ifndef LINCE_KERNELS_BYTES_H
#define LINCE_KERNELS_BYTES_H

#include "core/tensor.h"
#include "kernels/conv.h"
#include "kernels/exec.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdint.h>

typedef struct lince_byte_scale {
    float scale;
    int zero;
} lince_byte_scale;

static inline uint8_t lince_to_byte(float in_steps)
{
    float kept = in_steps > 0 ? in_steps : 0; /* of what is no number, too */
    return (uint8_t)rintf(kept < 255 ? kept : 255);
}

/* Bytes of a pixel and of a sample. */
static inline size_t lince_bytes_pixel(lince_shape s)
{
    return (size_t)lince_round_up(s.channels, 4);
}

static inline size_t lince_bytes_size(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width * lince_bytes_pixel(s);
}

/* TO_BYTES: floats x -> bytes, FROM_BYTES: back. The shape's block is that of the floats. */
typedef struct lince_bytes_args {
    lince_shape shape;
    size_t n;
    lince_byte_scale scale;
    float *x;
    uint8_t *bytes;
} lince_bytes_args;

void lince_to_bytes(const lince_exec *exec, lince_shape shape, size_t n, lince_byte_scale scale,
                    const float *x, uint8_t *bytes);
void lince_from_bytes(const lince_exec *exec, lince_shape shape, size_t n, lince_byte_scale scale,
                      const uint8_t *bytes, float *x);

/* MAX_POOL_BYTES: what is padding is no byte and never the largest. */
typedef struct lince_max_pool_bytes_args {
    lince_window window;
    lince_shape in, out;
    size_t n;
    const uint8_t *x;
    uint8_t *y;
} lince_max_pool_bytes_args;

void lince_max_pool_bytes(const lince_exec *exec, lince_window window, lince_shape in, lince_shape out,
                          size_t n, const uint8_t *x, uint8_t *y);

/* CONCAT_BYTES: the channels of b behind those of a; heights and widths are equal. */
typedef struct lince_concat_bytes_args {
    lince_shape in[2];
    size_t n;
    const uint8_t *x[2];
    uint8_t *y;
} lince_concat_bytes_args;

void lince_concat_bytes(const lince_exec *exec, lince_shape a, lince_shape b, size_t n, const uint8_t *from_a,
                        const uint8_t *from_b, uint8_t *y);

/* LOOK_UP_BYTES: y = table[x], of n bytes; table [256]. y may be x. */
typedef struct lince_look_up_args {
    size_t n;
    const uint8_t *table, *x;
    uint8_t *y;
} lince_look_up_args;

void lince_look_up(const lince_exec *exec, size_t n, const uint8_t *table, const uint8_t *x, uint8_t *y);

/* CONV_INT8. For output o of a pixel, with whole numbers in the sum:
 *     t = (sum of x w) factor[o] + offset[o]  (+ other_factor other),   y = t, or the byte nearest to it
 * in the order in which it is written, each step rounded to a float. Where the window reaches beyond the picture, x is `pad`.
 *
 * Weights lie as
 *     [O/16][kh][kw C/4][16][4]      C: the input's channels rounded up to four; padding zero
 * or for depthwise convolutions [kh][kw][C]. Of two inputs 2i and 2i + 1 at the same place the weights' sum is in
 * -127 - 1 .. 127 + 1: so 255 times it fits into 16 bits, of which AVX2 has sums of two products. */
enum { LINCE_INT8_PANEL = 16, LINCE_INT8_PAIR = 128 };

/* The geometry: a lince_conv, whose shapes' blocks do not matter. */
typedef struct lince_conv_int8_args {
    const uint8_t *x;
    const int8_t *w;
    const float *factor, *offset; /* [O rounded up to 16], behind O zeros */
    uint8_t pad;
    const uint8_t *other; /* as y; NULL: none */
    float other_factor;
    uint8_t *y;    /* NULL: `floats` are wanted */
    float *floats; /* [n][h][w][O] */
    void *scratch;
} lince_conv_int8_args;

extern const lince_op_timing lince_conv_int8_timing; /* the rows' order decides: they have the same bits */

/* Whether there is a row for it that is worth asking, and its sums fit. */
bool lince_conv_int8_supported(const lince_conv *conv);

size_t lince_conv_int8_weights_size(const lince_conv *conv); /* bytes */
size_t lince_conv_int8_weight_at(const lince_conv *conv, int o, int i, int y, int x);

/* What becomes of a sum. */
static inline float lince_int8_result(const lince_conv_int8_args *a, int32_t sum, size_t o, size_t other)
{
    float t = (float)sum * a->factor[o];
    t = t + a->offset[o];
    return a->other ? t + (float)a->other[other] * a->other_factor : t;
}

#endif
