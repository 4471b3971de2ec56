/* Self-attention between the tokens of a map (Vaswani et al. 2017, "Attention is all you need"), by heads of
 * d = channels / heads channels each:
 *     y_i = sum_j p_ij v_j,   p_ij = exp(s_ij - l_i),   l_i = log sum_j exp(s_ij),   s_ij = <q_i, k_j> / sqrt(d) + b_ij
 * and backward, with D_i = <dy_i, y_i> and ds_ij = p_ij (<dy_i, v_j> - D_i):
 *     dv_j = sum_i p_ij dy_i,   dq_i = sum_j ds_ij k_j / sqrt(d),   dk_j = sum_i ds_ij q_i / sqrt(d),   db_ij = ds_ij
 * so that no p_ij is kept, but one l_i a token and head (Dao et al. 2022, "FlashAttention").
 *
 * Tokens are a map's pixels, in blocks of channels as everywhere (core/tensor.h): q, k and v are three times the
 * channels of one map, in this order, each with its heads side by side, as PyTorch's in_proj and torchvision's qkv
 * write them. A vision transformer's tokens are a map of one row.
 *
 * Within windows (Liu et al. 2021, "Swin transformer"): each token attends to those of its window alone. Windows begin
 * `shift` pixels further down and right, and go round the edge; tokens that meet only there get b_ij - 100, as
 * torchvision masks them. The bias is one number for each difference of places in a window and each head:
 *     b_ij = table[(y_i - y_j + h - 1) (2 w - 1) + x_i - x_j + w - 1][head],   h x w: the window */
#ifndef LINCE_KERNELS_ATTENTION_H
#define LINCE_KERNELS_ATTENTION_H

#include "core/tensor.h"
#include "kernels/exec.h"

#include <math.h>
#include <stdint.h>

typedef struct lince_attention {
    int heads;               /* which the channels divide into */
    int window[2], shift[2]; /* height, width: what the map divides into; 0: the map is one window */
    const float *table;      /* NULL: no bias */
    float *log_sum;          /* [n][heads][height width]: l; NULL where backward does not follow */
} lince_attention;

/* `shape`: of y, whose channels qkv has three times. */
void lince_attention_forward(const lince_exec *exec, const lince_attention *attention, lince_shape shape,
                             size_t n, const float *qkv, float *y);
/* dtable [n][floats of the table]: each sample's part of the table's gradient. dqkv or dtable may be NULL. */
void lince_attention_backward(const lince_exec *exec, const lince_attention *attention, lince_shape shape,
                              size_t n, const float *qkv, const float *y, const float *dy, float *dqkv,
                              float *dtable);

/* Rows of the table: differences of places in a window. */
static inline size_t lince_attention_differences(const lince_attention *a)
{
    return (size_t)(2 * a->window[0] - 1) * (size_t)(2 * a->window[1] - 1);
}

/* --- for rows ------------------------------------------------------------------------------------------- */

#define LINCE_ATTENTION_MASK (-100.0f)

/* Of a window's tokens one: where it lies in the map, where in the window, and which part of the window it is of:
 * parts do not neighbour in the map. */
typedef struct lince_window_token {
    size_t pixel;
    int y, x, part;
} lince_window_token;

typedef struct lince_windows {
    int map[2], window[2], shift[2];
    size_t across, count, tokens; /* windows in a row, in all; tokens of one */
} lince_windows;

static inline lince_windows lince_windows_of(const lince_attention *a, lince_shape shape)
{
    lince_windows w = {.map = {shape.height, shape.width}, .shift = {a->shift[0], a->shift[1]}};
    for (int i = 0; i < 2; i++) w.window[i] = a->window[i] ? a->window[i] : w.map[i];
    w.across = (size_t)(w.map[1] / w.window[1]);
    w.count = w.across * (size_t)(w.map[0] / w.window[0]);
    w.tokens = (size_t)w.window[0] * (size_t)w.window[1];
    return w;
}

/* Along one axis: the place in the map, and whether it lies before the last window, in it, or round the edge. */
static inline int lince_window_place(const lince_windows *w, int axis, int at, int *part)
{
    int size = w->map[axis], shift = w->shift[axis];
    *part = !shift || at < size - w->window[axis] ? 0 : at < size - shift ? 1 : 2;
    return at + shift < size ? at + shift : at + shift - size;
}

/* The token that stands y, x in a window. */
static inline lince_window_token lince_window_token_at(const lince_windows *w, size_t window, int y, int x)
{
    int row = (int)(window / w->across) * w->window[0] + y,
        column = (int)(window % w->across) * w->window[1] + x, part[2];
    row = lince_window_place(w, 0, row, &part[0]);
    column = lince_window_place(w, 1, column, &part[1]);
    return (lince_window_token){(size_t)row * (size_t)w->map[1] + (size_t)column, y, x,
                                3 * part[0] + part[1]};
}

/* The row of the table for two tokens. */
static inline size_t lince_window_difference(const lince_windows *w, lince_window_token i,
                                             lince_window_token j)
{
    return (size_t)((i.y - j.y + w->window[0] - 1) * (2 * w->window[1] - 1) + i.x - j.x + w->window[1] - 1);
}

#endif
