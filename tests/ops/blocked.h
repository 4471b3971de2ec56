/* Activations in blocks of channels (core/tensor.h) for tests: where an element lies, and random ones. */
#ifndef LINCE_TESTS_BLOCKED_H
#define LINCE_TESTS_BLOCKED_H

#include "core/memory.h"
#include "core/tensor.h"
#include "ops/sample.h"

static inline size_t blocked_at(lince_shape s, int n, int c, int y, int x)
{
    size_t b = (size_t)s.block, blocks = (size_t)lince_round_up(s.channels, s.block) / b;
    size_t plane = (size_t)n * blocks + (size_t)c / b;
    return ((plane * (size_t)s.height + (size_t)y) * (size_t)s.width + (size_t)x) * b + (size_t)c % b;
}

static inline float *blocked_new(lince_shape s, int n)
{
    float *x = lince_alloc((size_t)n * lince_shape_size(s), sizeof *x);
    assert_non_null(x);
    return x;
}

/* Calls BODY for each sample, channel, row and column of s, named n, c, y and x. */
#define EACH_ELEMENT(s, batch)                   \
    for (int n = 0; n < (batch); n++)            \
        for (int c = 0; c < (s).channels; c++)   \
            for (int y = 0; y < (s).height; y++) \
                for (int x = 0; x < (s).width; x++)

/* Random values where there are channels, zeros in their padding. */
static inline float *draw_blocked(lince_shape s, int batch, value_kind kind, lince_random *r)
{
    float *v = blocked_new(s, batch);
    EACH_ELEMENT(s, batch) v[blocked_at(s, n, c, y, x)] = draw_value(kind, r);
    return v;
}

/* The same as weights: negative, where sums shall cancel, in the second half of each map's pixels. */
static inline float *draw_blocked_weights(lince_shape s, int batch, value_kind kind, lince_random *r)
{
    float *v = blocked_new(s, batch);
    EACH_ELEMENT(s, batch)
    v[blocked_at(s, n, c, y, x)] = draw_weight(kind, y * s.width + x >= s.height * s.width / 2, r);
    return v;
}

static inline lince_shape draw_shape(lince_random *r)
{
    static const int blocks[] = {1, 8, 16};
    int block = blocks[lince_random_below(r, 3)];
    return (lince_shape){draw_size(r, 1, 40), draw_size(r, 1, 30), draw_size(r, 1, 30), block};
}

/* Padding channels stay zero. */
static inline void assert_padding_zero(lince_shape s, int batch, const float *v)
{
    lince_shape padded = s;
    padded.channels = lince_round_up(s.channels, s.block);
    EACH_ELEMENT(padded, batch)
    if (c >= s.channels && v[blocked_at(s, n, c, y, x)] != 0) fail_msg("channel %d is not zero", c);
}

#endif
