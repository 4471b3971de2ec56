/* The vector code of grouped.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/finish_simd.h"
#include "kernels/x86/grouped.h"

enum { MAX_TAPS = 7 };

/* A row goes in pieces of T pixels, T known to the compiler: eight, or seven where that fits better (maps of
 * 7, 14, 28 and 56 pixels), then what is left. */
#define IN_PIECES(count, PIECE)                                 \
    do {                                                        \
        size_t first_ = 0, n_ = (count);                        \
        if (n_ % 8 && n_ % 7 == 0)                              \
            for (; first_ < n_; first_ += 7) PIECE(first_, 7);  \
        for (; first_ + 8 <= n_; first_ += 8) PIECE(first_, 8); \
        if (n_ - first_ >= 4) {                                 \
            PIECE(first_, 4);                                   \
            first_ += 4;                                        \
        }                                                       \
        if (n_ - first_ >= 2) {                                 \
            PIECE(first_, 2);                                   \
            first_ += 2;                                        \
        }                                                       \
        if (n_ - first_ >= 1) PIECE(first_, 1);                 \
    } while (0)

/* Whether the pixels [first, first + count) all lie in a row. */
INLINE bool inside(ptrdiff_t first, size_t count, ptrdiff_t width)
{
    return first >= 0 && first + (ptrdiff_t)count <= width;
}

/* Pixel `at` of a row. */
INLINE vec load_pixel(const float *x, const float *other, ptrdiff_t at, lince_spread spread,
                      const int32_t *lane)
{
    vec pixel = vec_load(x + at * LANES);
    if (spread == LINCE_SPREAD_TWO) return vec_permute2(pixel, vec_load(other + at * LANES), lane);
    return spread == LINCE_SPREAD_BLOCK ? vec_permute(pixel, lane) : pixel;
}

/* T outputs: each pixel is loaded once for all the taps that meet it. At the ends of a row (`edge`) those
 * outside are left out. */
INLINE void row_piece(const lince_grouped_row *j, size_t first, size_t taps, size_t step, size_t T,
                      lince_spread spread, bool edge)
{
    vec sum[8], w[MAX_TAPS];
    ptrdiff_t column = (ptrdiff_t)(first * step) + j->shift;
    UNROLL for (size_t t = 0; t < T; t++) sum[t] = j->bias ? vec_load(j->bias) : vec_zero();
    for (size_t r = 0; r < j->row_count; r++) {
        const lince_tap_row *row = &j->rows[r];
        UNROLL for (size_t i = 0; i < taps; i++) w[i] = vec_load(row->w + (ptrdiff_t)i * row->w_step);
        UNROLL for (size_t c = 0; c < (T - 1) * step + taps; c++)
        {
            ptrdiff_t at = column + (ptrdiff_t)c;
            if (edge && (at < 0 || at >= j->width)) continue;
            vec pixel = load_pixel(row->x, row->other, at, spread, row->lane);
            UNROLL for (size_t i = 0; i < taps; i++) if (c >= i && (c - i) % step == 0 && (c - i) / step < T)
                sum[(c - i) / step] = vec_fma(w[i], pixel, sum[(c - i) / step]);
        }
    }
    size_t pixel = j->to_step * LANES;
    finish_pixels(&j->finish, 0, (ptrdiff_t)(first * pixel), pixel, (int)T, 1, false, sum, j->y);
}

INLINE void row_of(const lince_grouped_row *j, size_t taps, size_t step, lince_spread spread)
{
#define PIECE(first, T)                                                                    \
    do {                                                                                   \
        if (inside((ptrdiff_t)((first)*step) + j->shift, ((T)-1) * step + taps, j->width)) \
            row_piece(j, first, taps, step, T, spread, false);                             \
        else                                                                               \
            row_piece(j, first, taps, step, T, spread, true);                              \
    } while (0)
    IN_PIECES(j->count, PIECE);
#undef PIECE
}

/* Windows of 5 and 7 are of LINCE_SPREAD_OWN alone. Of stride 2 an input's gradient meets 1 to 4 taps. */
INLINE void row_as(const lince_grouped_row *j, lince_spread spread)
{
    bool own = spread == LINCE_SPREAD_OWN;
    if (j->from_step == 2 && j->taps == 3)
        row_of(j, 3, 2, spread);
    else if (j->from_step == 1 && j->taps == 1)
        row_of(j, 1, 1, spread);
    else if (j->from_step == 1 && j->taps == 2)
        row_of(j, 2, 1, spread);
    else if (j->from_step == 1 && j->taps == 3)
        row_of(j, 3, 1, spread);
    else if (own && j->from_step == 2 && j->taps == 5)
        row_of(j, 5, 2, spread);
    else if (own && j->from_step == 2)
        row_of(j, 7, 2, spread);
    else if (own && j->taps == 4)
        row_of(j, 4, 1, spread);
    else if (own && j->taps == 5)
        row_of(j, 5, 1, spread);
    else if (own)
        row_of(j, 7, 1, spread);
}

static void row(const lince_grouped_row *j)
{
    if (j->spread == LINCE_SPREAD_OWN)
        row_as(j, LINCE_SPREAD_OWN);
    else if (j->spread == LINCE_SPREAD_BLOCK)
        row_as(j, LINCE_SPREAD_BLOCK);
    else
        row_as(j, LINCE_SPREAD_TWO);
    if (!lince_finish_holds(&j->finish))
        activate(&j->finish, j->y, j->count); /* forward: they are neighbours */
}

/* Two sums a tap, of even and of odd pixels, so that additions wait less for each other. */
typedef vec tap_sums[2][MAX_TAPS];

INLINE void weights_piece(const lince_grouped_gradient *j, tap_sums sum, size_t first, size_t kernel,
                          size_t step, size_t T, lince_spread spread, bool edge)
{
    vec gradient[8];
    ptrdiff_t column = (ptrdiff_t)(first * step) + j->shift;
    UNROLL for (size_t t = 0; t < T; t++) gradient[t] = vec_load(j->dy + (first + t) * LANES);
    UNROLL for (size_t c = 0; c < (T - 1) * step + kernel; c++)
    {
        ptrdiff_t at = column + (ptrdiff_t)c;
        if (edge && (at < 0 || at >= j->width)) continue;
        vec pixel = load_pixel(j->x, j->other, at, spread, j->lane);
        UNROLL for (size_t k = 0; k < kernel; k++) if (c >= k && (c - k) % step == 0 && (c - k) / step < T)
        {
            size_t t = (c - k) / step;
            sum[t % 2][k] = vec_fma(gradient[t], pixel, sum[t % 2][k]);
        }
    }
}

INLINE void weights_of(const lince_grouped_gradient *j, size_t kernel, size_t step, lince_spread spread)
{
    tap_sums sum;
    UNROLL for (size_t k = 0; k < kernel; k++) sum[0][k] = vec_load(j->dw + k * LANES),
                                               sum[1][k] = vec_zero();
#define PIECE(first, T)                                                                      \
    do {                                                                                     \
        if (inside((ptrdiff_t)((first)*step) + j->shift, ((T)-1) * step + kernel, j->width)) \
            weights_piece(j, sum, first, kernel, step, T, spread, false);                    \
        else                                                                                 \
            weights_piece(j, sum, first, kernel, step, T, spread, true);                     \
    } while (0)
    IN_PIECES(j->count, PIECE);
#undef PIECE
    UNROLL for (size_t k = 0; k < kernel; k++) vec_store(j->dw + k * LANES, vec_add(sum[0][k], sum[1][k]));
}

INLINE void weights_as(const lince_grouped_gradient *j, lince_spread spread)
{
    bool own = spread == LINCE_SPREAD_OWN;
    if (j->kernel == 3 && j->step == 1)
        weights_of(j, 3, 1, spread);
    else if (j->kernel == 3)
        weights_of(j, 3, 2, spread);
    else if (own && j->kernel == 5 && j->step == 1)
        weights_of(j, 5, 1, spread);
    else if (own && j->kernel == 5)
        weights_of(j, 5, 2, spread);
    else if (own && j->step == 1)
        weights_of(j, 7, 1, spread);
    else if (own)
        weights_of(j, 7, 2, spread);
}

static void weights(const lince_grouped_gradient *j)
{
    if (j->spread == LINCE_SPREAD_OWN)
        weights_as(j, LINCE_SPREAD_OWN);
    else if (j->spread == LINCE_SPREAD_BLOCK)
        weights_as(j, LINCE_SPREAD_BLOCK);
    else
        weights_as(j, LINCE_SPREAD_TWO);
}

static void sum(const float *dy, size_t count, float *total)
{
    vec all = vec_load(total);
    for (size_t t = 0; t < count; t++) all = vec_add(all, vec_load(dy + t * LANES));
    vec_store(total, all);
}

const lince_grouped_simd GROUPED_SIMD = {.lanes = LANES, .row = row, .weights = weights, .sum = sum};
