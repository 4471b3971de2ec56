/* Updates of weights that are all updated. */
#include "kernels/update.h"
#include "core/bfloat.h"
#include "core/parallel.h"
#include "kernels/ref/blend.h"
#include "kernels/ref/row.h"

#include <string.h>

enum { PIECE = 1 << 15, /* floats in one task */ BATCH = 64 /* pieces whose sums are held at a time */ };

/* --- a rule's step ----------------------------------------------------------------------------------- */

static void step_piece(void *context, size_t begin, size_t end)
{
    const lince_step_args *s = context;
    const lince_weights_memory *m = &s->memory;
    float average = s->hyper->average;
    s->rule->update(s->hyper, m->value + begin, s->grad + begin, m->state[0] ? m->state[0] + begin : NULL,
                    m->state[1] ? m->state[1] + begin : NULL, end - begin);
    if (m->average) blend_range(average, 1 - average, m->average + begin, m->value + begin, end - begin);
}

/* In pieces that stay in the caches until their average has followed. */
static void step(const lince_kernel *kernel, const void *args)
{
    lince_step_args s = *(const lince_step_args *)args;
    lince_parallel_ranges(kernel->exec.threads, s.n, PIECE, step_piece, &s);
}

/* --- sums of squares ---------------------------------------------------------------------------------- */

typedef float floats __attribute__((vector_size(8 * sizeof(float))));
typedef double doubles __attribute__((vector_size(8 * sizeof(double))));

static inline void add_squares(doubles *sum, const float *x)
{
    floats narrow;
    memcpy(&narrow, x, sizeof narrow);
    doubles wide = __builtin_convertvector(narrow, doubles);
    *sum += wide * wide;
}

/* 32 partial sums, written as vectors: the order of additions is the same in every variant, and four
 * chains hide an addition's latency. */
LINCE_EACH_LEVEL(squares, (const float *x, size_t n, double *result), (x, n, result))
{
    doubles a = {0}, b = {0}, c = {0}, d = {0};
    double total = 0;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        add_squares(&a, x + i);
        add_squares(&b, x + i + 8);
        add_squares(&c, x + i + 16);
        add_squares(&d, x + i + 24);
    }
    for (; i < n; i++) total += (double)x[i] * (double)x[i];
    a += b + (c + d);
    for (int k = 0; k < 8; k++) total += a[k];
    *result = total;
}

typedef struct summing {
    const float *x;
    double *sum;
} summing;

static void sum_piece(void *context, size_t begin, size_t end)
{
    const summing *s = context;
    squares(s->x + begin, end - begin, &s->sum[begin / PIECE]);
}

static void sum_of_squares(const lince_kernel *kernel, const void *args)
{
    const lince_squares_args *a = args;
    double total = 0, sum[BATCH] = {0};
    for (size_t done = 0; done < a->n; done += (size_t)BATCH * PIECE) {
        size_t left = a->n - done < (size_t)BATCH * PIECE ? a->n - done : (size_t)BATCH * PIECE;
        lince_parallel_ranges(kernel->exec.threads, left, PIECE, sum_piece, &(summing){a->x + done, sum});
        for (size_t i = 0; i < (left + PIECE - 1) / PIECE; i++) total += sum[i];
    }
    *a->sum = total;
}

/* --- blends ------------------------------------------------------------------------------------------- */

static void blend_piece(void *context, size_t begin, size_t end)
{
    const lince_blend_args *a = context;
    blend_range(a->keep, a->rate, a->y + begin, a->x + begin, end - begin);
}

static void blend(const lince_kernel *kernel, const void *args)
{
    lince_blend_args a = *(const lince_blend_args *)args;
    lince_parallel_ranges(kernel->exec.threads, a.n, PIECE, blend_piece, &a);
}

LINCE_EACH_LEVEL(round_range, (float *y, size_t n), (y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = lince_round_to_bfloat(y[i]);
}

static void round_piece(void *context, size_t begin, size_t end)
{
    const lince_blend_args *a = context;
    round_range(a->y + begin, end - begin);
}

static void round_all(const lince_kernel *kernel, const void *args)
{
    lince_blend_args a = *(const lince_blend_args *)args;
    lince_parallel_ranges(kernel->exec.threads, a.n, PIECE, round_piece, &a);
}

LINCE_EACH_LEVEL(lookahead_range, (float share, float *restrict slow, float *restrict fast, size_t n),
                 (share, slow, fast, n))
{
    for (size_t i = 0; i < n; i++) fast[i] = slow[i] += share * (fast[i] - slow[i]);
}

static void lookahead_piece(void *context, size_t begin, size_t end)
{
    const lince_blend_args *a = context;
    lookahead_range(a->rate, a->y + begin, a->z + begin, end - begin);
}

static void lookahead(const lince_kernel *kernel, const void *args)
{
    lince_blend_args a = *(const lince_blend_args *)args;
    lince_parallel_ranges(kernel->exec.threads, a.n, PIECE, lookahead_piece, &a);
}

LINCE_EACH_LEVEL(direction_range,
                 (float m, float scale, float *restrict d, const float *restrict g, float *restrict b,
                  size_t n),
                 (m, scale, d, g, b, n))
{
    for (size_t i = 0; i < n; i++) {
        float x = g[i] * scale;
        b[i] = m * b[i] + (1 - m) * x;
        d[i] = m * b[i] + (1 - m) * x;
    }
}

static void direction_piece(void *context, size_t begin, size_t end)
{
    const lince_blend_args *a = context;
    direction_range(a->keep, a->rate, a->z + begin, a->x + begin, a->y + begin, end - begin);
}

static void direction(const lince_kernel *kernel, const void *args)
{
    lince_blend_args a = *(const lince_blend_args *)args;
    lince_parallel_ranges(kernel->exec.threads, a.n, PIECE, direction_piece, &a);
}

LINCE_REF_ROW(step, STEP);
LINCE_REF_ROW(sum_of_squares, SUM_OF_SQUARES);
LINCE_REF_ROW(blend, BLEND);
const lince_op_row lince_round_ref = {
    .op = LINCE_OP_ROUND, .name = "ref", .same_bits = true, .run = round_all};
LINCE_REF_ROW(lookahead, LOOKAHEAD);
LINCE_REF_ROW(direction, DIRECTION);
