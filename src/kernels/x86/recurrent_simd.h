/* The vector code of recurrent.h, for the instruction set that the including file is compiled with, which
 * also says how many rows a tile of three and of four vectors has: ROWS_3, ROWS_4 fill the registers with
 * sums. */
#include "kernels/x86/activation.h"
#include "kernels/x86/recurrent.h"

#include <string.h>

enum {
    WIDE = 4,     /* vectors in a block where gates do not set it: rnn, and backward */
    MOST_ROWS = 8 /* that WITH_ROWS knows; an instruction set's tiles have no more */
};

#define UNROLL _Pragma("GCC unroll 16")

INLINE int columns_of(lince_cell cell)
{
    return cell == LINCE_GRU ? 3 : 4;
}

INLINE int rows_of(int columns)
{
    return columns == 3 ? ROWS_3 : ROWS_4;
}

/* sum[r][c] += over l < k of x[r][l] w[l][c] */
INLINE void multiply(int rows, int columns, size_t k, const float *x, size_t ldx, const float *w,
                     vec sum[MOST_ROWS][4])
{
    for (size_t l = 0; l < k; l++, w += columns * LANES) {
        vec line[4];
        UNROLL for (int c = 0; c < columns; c++) line[c] = vec_load(w + c * LANES);
        UNROLL for (int r = 0; r < rows; r++)
        {
            vec all = vec_all(x[(size_t)r * ldx + l]);
            UNROLL for (int c = 0; c < columns; c++) sum[r][c] = vec_fma(all, line[c], sum[r][c]);
        }
    }
}

/* n floats, all of a vector or its first: n is LANES, as a constant, but at the end of the units. */
INLINE vec take(const float *p, int n)
{
    return n == LANES ? vec_load(p) : vec_load_first(p, (size_t)n);
}

INLINE void put(float *p, int n, vec x)
{
    if (n == LANES)
        vec_store(p, x);
    else
        vec_store_first(p, (size_t)n, x);
}

/* --- packing --------------------------------------------------------------------------------------- */

static int forward_units(lince_cell cell)
{
    return cell == LINCE_RNN_TANH || cell == LINCE_RNN_RELU ? WIDE * LANES : LANES;
}

/* LANES units' weights by LANES units of h': rows become columns. */
INLINE void pack_square(const float *w, size_t ld, float *packed, size_t wide)
{
    vec square[LANES];
    UNROLL for (size_t i = 0; i < LANES; i++) square[i] = vec_load(w + i * ld);
    vec_transpose(square);
    UNROLL for (size_t i = 0; i < LANES; i++) vec_store(packed + i * wide, square[i]);
}

static void pack_part(const float *w, size_t ld, int units, int from, int to, float *packed, size_t wide)
{
    for (int u = 0; u < LANES; u++)
        for (int k = from; k < to; k++)
            packed[(size_t)k * wide + (size_t)u] = u < units ? w[(size_t)u * ld + (size_t)k] : 0;
}

static void pack_forward(const lince_recurrent *r, int block, float *packed)
{
    int gates = lince_cell_gates(r->cell), units = forward_units(r->cell), hidden = r->hidden;
    size_t wide = (size_t)(gates * units), ld = (size_t)hidden;
    for (int g = 0; g < gates; g++)
        for (int u = 0; u < units; u += LANES) {
            int unit = block * units + u, left = hidden - unit, k = 0;
            const float *w = r->w + ((ptrdiff_t)g * hidden + unit) * hidden;
            float *to = packed + g * units + u;
            for (; left >= LANES && k + LANES <= hidden; k += LANES)
                pack_square(w + k, ld, to + (size_t)k * wide, wide);
            pack_part(w, ld, left, k, hidden, to, wide);
        }
}

/* Rows of the weights in the order in which backward leaves the gates' gradients. */
static void pack_backward(const lince_recurrent *r, int block, float *packed)
{
    int rows = lince_cell_gates(r->cell) * r->hidden, hidden = r->hidden, from = block * WIDE * LANES;
    int n = hidden - from < WIDE * LANES ? hidden - from : WIDE * LANES;
    for (int j = 0; j < rows; j++, packed += WIDE * LANES) {
        int row = r->cell == LINCE_GRU ? (j + 2 * hidden) % rows : j;
        memcpy(packed, r->w + (ptrdiff_t)row * hidden + from, (size_t)n * sizeof *packed);
        if (n < WIDE * LANES) memset(packed + n, 0, (size_t)(WIDE * LANES - n) * sizeof *packed);
    }
}

/* --- forward --------------------------------------------------------------------------------------- */

/* One step of a group: `rows` rows from `row` on, of which the first `old` have a previous state, that of the
 * rows from `before` on; the results are the previous states of the first `next` rows from `after` on. */
typedef struct step {
    const lince_recurrent *r;
    const float *packed;
    int row, rows, old, before, next, after;
} step;

/* Where the results of rank `i` go besides h. */
INLINE void put_state(const step *s, int i, int unit, int n, vec h)
{
    const lince_recurrent *r = s->r;
    put(r->h + (size_t)(s->row + i) * r->ld + unit, n, h);
    if (i < s->next) put(r->previous + ((size_t)(s->after + i) * (size_t)r->hidden) + unit, n, h);
}

INLINE const float *input_of(const step *s, int i)
{
    const lince_recurrent *r = s->r;
    ptrdiff_t row = s->row + i;
    return r->x + (r->slot ? r->slot[row] : row) * lince_cell_gates(r->cell) * r->hidden;
}

INLINE void finish_rnn(const step *s, int i, int unit, int n, vec sum)
{
    vec a = vec_add(sum, take(input_of(s, i) + unit, n));
    put_state(s, i, unit, n, s->r->cell == LINCE_RNN_RELU ? vec_relu(a) : vec_tanh(a));
}

INLINE void finish_gru(const step *s, int i, int unit, int n, const vec sum[4])
{
    int hidden = s->r->hidden;
    const float *x = input_of(s, i) + unit;
    ptrdiff_t row = s->row + i;
    vec previous = take(s->r->previous + row * hidden + unit, n);
    vec bias = take(s->r->b_ih + 2 * hidden + unit, n);
    vec reset = vec_logistic(vec_add(sum[0], take(x, n))),
        z = vec_logistic(vec_add(sum[1], take(x + hidden, n)));
    vec new = vec_tanh(vec_fma(reset, sum[2], vec_add(take(x + 2 * hidden, n), bias)));
    float *saved = s->r->gates + row * 4 * hidden + unit;
    put(saved, n, sum[2]);
    put(saved + hidden, n, reset);
    put(saved + 2 * hidden, n, z);
    put(saved + 3 * hidden, n, new);
    put_state(s, i, unit, n, vec_fma(z, vec_sub(previous, new), new));
}

INLINE void finish_lstm(const step *s, int i, int unit, int n, const vec sum[4])
{
    int hidden = s->r->hidden;
    const float *x = input_of(s, i) + unit;
    ptrdiff_t row = s->row + i;
    vec in = vec_logistic(vec_add(sum[0], take(x, n))),
        forget = vec_logistic(vec_add(sum[1], take(x + hidden, n)));
    vec cell = vec_tanh(vec_add(sum[2], take(x + 2 * hidden, n)));
    vec out = vec_logistic(vec_add(sum[3], take(x + 3 * hidden, n)));
    vec c = vec_mul(in, cell);
    if (i < s->old) c = vec_fma(forget, take(s->r->c + (ptrdiff_t)(s->before + i) * hidden + unit, n), c);
    float *saved = s->r->gates + row * 4 * hidden + unit;
    put(saved, n, in);
    put(saved + hidden, n, forget);
    put(saved + 2 * hidden, n, cell);
    put(saved + 3 * hidden, n, out);
    put(s->r->c + row * hidden + unit, n, c);
    put_state(s, i, unit, n, vec_mul(out, vec_tanh(c)));
}

/* Both biases, but of the gru's n only the one that stands inside r's product. */
INLINE vec bias_of(const lince_recurrent *r, lince_cell cell, int at, int n, int column)
{
    vec b = take(r->b_hh + at, n);
    return cell == LINCE_GRU && column == 2 ? b : vec_add(b, take(r->b_ih + at, n));
}

/* Units of a vector from `unit` on. */
INLINE int units_at(int hidden, int unit, bool whole)
{
    return whole || hidden - unit >= LANES ? LANES : hidden - unit;
}

/* `rows` rows from rank `first` on, for one block of units; `whole`: all of its units exist. */
INLINE void forward_tile(lince_cell cell, int rows, const step *s, int first, int block, bool old, bool whole)
{
    const lince_recurrent *r = s->r;
    int columns = columns_of(cell), units = forward_units(cell), unit = block * units;
    size_t hidden = (size_t)r->hidden, wide = (size_t)(columns * LANES);
    vec sum[MOST_ROWS][4];
    UNROLL for (int c = 0; c < columns; c++)
    {
        int at = unit + (units == LANES ? 0 : c * LANES), gate = units == LANES ? c : 0;
        int n = units_at(r->hidden, at, whole);
        vec b = n > 0 ? bias_of(r, cell, gate * r->hidden + at, n, c) : vec_zero();
        UNROLL for (int i = 0; i < rows; i++) sum[i][c] = b;
    }
    multiply(rows, columns, old ? hidden : 0, r->previous + (size_t)(s->row + first) * hidden, hidden,
             s->packed + (size_t)block * hidden * wide, sum);
    UNROLL for (int i = 0; i < rows; i++)
    {
        if (cell == LINCE_GRU)
            finish_gru(s, first + i, unit, units_at(r->hidden, unit, whole), sum[i]);
        else if (cell == LINCE_LSTM)
            finish_lstm(s, first + i, unit, units_at(r->hidden, unit, whole), sum[i]);
        else
            for (int c = 0; c < columns && unit + c * LANES < r->hidden; c++)
                finish_rnn(s, first + i, unit + c * LANES, units_at(r->hidden, unit + c * LANES, whole),
                           sum[i][c]);
    }
}

/* Calls CALL with `rows` as a constant. */
#define WITH_ROWS(rows, CALL) \
    switch (rows) {           \
    case 1: CALL(1); break;   \
    case 2: CALL(2); break;   \
    case 3: CALL(3); break;   \
    case 4: CALL(4); break;   \
    case 5: CALL(5); break;   \
    case 6: CALL(6); break;   \
    case 7: CALL(7); break;   \
    case 8: CALL(8); break;   \
    }

/* Tiles of about the same number of rows. */
INLINE int tile_rows(int rows, int most)
{
    int tiles = (rows + most - 1) / most;
    return (rows + tiles - 1) / tiles;
}

/* The last units, where they do not fill a block, take two rows at a time: not worth more code. */
INLINE int most_rows(lince_cell cell, bool whole)
{
    return whole ? rows_of(columns_of(cell)) : 2;
}

/* The rows that have a previous state (`old`), or those that have none. */
INLINE void forward_rows(lince_cell cell, const step *s, bool old, int block, bool whole)
{
    int begin = old ? 0 : s->old, end = old ? s->old : s->rows;
    if (begin == end) return;
    int most = tile_rows(end - begin, most_rows(cell, whole));
    for (int first = begin; first < end; first += most) {
        int rows = end - first < most ? end - first : most;
#define TILE(constant) \
    if (constant <= most_rows(cell, whole)) forward_tile(cell, constant, s, first, block, old, whole)
        WITH_ROWS(rows, TILE)
#undef TILE
    }
}

INLINE void forward_step(lince_cell cell, const step *s)
{
    int units = forward_units(cell), block = 0;
    for (; (block + 1) * units <= s->r->hidden; block++)
        for (int part = 0; part < 2; part++) forward_rows(cell, s, part == 0, block, true);
    if (block * units < s->r->hidden)
        for (int part = 0; part < 2; part++) forward_rows(cell, s, part == 0, block, false);
}

static void forward_rnn(const step *s)
{
    forward_step(LINCE_RNN_TANH, s);
}

static void forward_gru(const step *s)
{
    forward_step(LINCE_GRU, s);
}

static void forward_lstm(const step *s)
{
    forward_step(LINCE_LSTM, s);
}

/* What step t of a group has before and behind it. */
INLINE step step_at(const lince_packed *texts, const lince_recurrent *r, const float *packed, int group,
                    int t)
{
    int rows = lince_active(texts, group, t), later = lince_active(texts, group, t + 1);
    int row = lince_row(texts, group, t), earlier = t > 0 ? lince_row(texts, group, t - 1) : 0;
    if (r->reverse) return (step){r, packed, row, rows, later, row + rows, t > 0 ? rows : 0, earlier};
    return (step){r, packed, row, rows, t > 0 ? rows : 0, earlier, later, row + rows};
}

static void forward(const lince_packed *texts, const lince_recurrent *r, const float *packed, int group)
{
    size_t hidden = (size_t)r->hidden;
    for (int i = 0; i < texts->steps; i++) {
        step s = step_at(texts, r, packed, group, r->reverse ? texts->steps - 1 - i : i);
        if (!s.rows) continue;
        memset(r->previous + (size_t)(s.row + s.old) * hidden, 0,
               (size_t)(s.rows - s.old) * hidden * sizeof(float));
        switch (r->cell) {
        case LINCE_RNN_TANH:
        case LINCE_RNN_RELU: forward_rnn(&s); break;
        case LINCE_GRU: forward_gru(&s); break;
        case LINCE_LSTM: forward_lstm(&s); break;
        }
    }
}

/* --- backward -------------------------------------------------------------------------------------- */

/* The derivative by the state of n units of rank i; dh is what flows back from the step behind. */
INLINE vec whole_gradient(const step *s, int i, int unit, int n, const float *dh)
{
    float *state = s->r->dh + (size_t)(s->row + i) * s->r->ld + unit;
    vec d = vec_add(take(state, n), take(dh, n));
    put(state, n, d);
    return d;
}

/* The gradients before the nonlinearities of n units of rank i; what flows on to h' past the weights into dh,
 * to c' into dc. */
INLINE void backward_units_rnn(const step *s, int i, int unit, int n, float *dh)
{
    const lince_recurrent *r = s->r;
    ptrdiff_t row = s->row + i;
    vec h = take(r->h + (size_t)row * r->ld + unit, n), d = whole_gradient(s, i, unit, n, dh);
    vec da = r->cell == LINCE_RNN_RELU ? vec_where_positive(d, h)
                                       : vec_mul(d, vec_fma(vec_sub(vec_zero(), h), h, vec_all(1)));
    put(r->gates + row * r->hidden + unit, n, da);
    put(dh, n, vec_zero());
}

/* x (1 - x) */
INLINE vec slope(vec x)
{
    return vec_fma(vec_sub(vec_zero(), x), x, x);
}

INLINE void backward_units_gru(const step *s, int i, int unit, int n, float *dh)
{
    const lince_recurrent *r = s->r;
    ptrdiff_t row = s->row + i;
    int hidden = r->hidden;
    float *saved = r->gates + row * 4 * hidden + unit;
    vec d = whole_gradient(s, i, unit, n, dh);
    vec b = take(saved, n), reset = take(saved + hidden, n), z = take(saved + 2 * hidden, n);
    vec new = take(saved + 3 * hidden, n), previous = take(r->previous + row * hidden + unit, n);
    vec da = vec_mul(vec_mul(d, vec_sub(vec_all(1), z)), vec_fma(vec_sub(vec_zero(), new), new, vec_all(1)));
    put(saved, n, vec_mul(da, reset));
    put(saved + hidden, n, vec_mul(vec_mul(da, b), slope(reset)));
    put(saved + 2 * hidden, n, vec_mul(vec_mul(d, vec_sub(previous, new)), slope(z)));
    put(saved + 3 * hidden, n, da);
    put(dh, n, vec_mul(d, z));
}

INLINE void backward_units_lstm(const step *s, int i, int unit, int n, float *dh, float *dc)
{
    const lince_recurrent *r = s->r;
    ptrdiff_t row = s->row + i;
    int hidden = r->hidden;
    float *saved = r->gates + row * 4 * hidden + unit;
    vec d = whole_gradient(s, i, unit, n, dh);
    vec in = take(saved, n), forget = take(saved + hidden, n), cell = take(saved + 2 * hidden, n);
    vec out = take(saved + 3 * hidden, n), t = vec_tanh(take(r->c + row * hidden + unit, n));
    vec previous = i < s->old ? take(r->c + (ptrdiff_t)(s->before + i) * hidden + unit, n) : vec_zero();
    vec one = vec_all(1), c = vec_fma(vec_mul(d, out), vec_fma(vec_sub(vec_zero(), t), t, one), take(dc, n));
    put(saved, n, vec_mul(vec_mul(c, cell), slope(in)));
    put(saved + hidden, n, vec_mul(vec_mul(c, previous), slope(forget)));
    put(saved + 2 * hidden, n, vec_mul(vec_mul(c, in), vec_fma(vec_sub(vec_zero(), cell), cell, one)));
    put(saved + 3 * hidden, n, vec_mul(vec_mul(d, t), slope(out)));
    put(dh, n, vec_zero());
    put(dc, n, vec_mul(c, forget));
}

INLINE void backward_units(const step *s, int i, int unit, int n, float *dh, float *dc)
{
    if (s->r->cell == LINCE_GRU)
        backward_units_gru(s, i, unit, n, dh + unit);
    else if (s->r->cell == LINCE_LSTM)
        backward_units_lstm(s, i, unit, n, dh + unit, dc + unit);
    else
        backward_units_rnn(s, i, unit, n, dh + unit);
}

static void backward_gates(const step *s, float *dh, float *dc, size_t ld)
{
    int hidden = s->r->hidden;
    for (int i = 0; i < s->rows; i++, dh += ld, dc += ld) {
        int unit = 0;
        for (; unit + LANES <= hidden; unit += LANES) backward_units(s, i, unit, LANES, dh, dc);
        if (unit < hidden) backward_units(s, i, unit, hidden - unit, dh, dc);
    }
}

/* dh[rows][WIDE vectors] += W^T da */
INLINE void backward_tile(int rows, size_t k, const float *da, size_t lda, const float *packed, float *dh,
                          size_t ld)
{
    vec sum[MOST_ROWS][4];
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int c = 0; c < WIDE; c++) sum[i][c] =
        vec_load(dh + (size_t)i * ld + c * LANES);
    multiply(rows, WIDE, k, da, lda, packed, sum);
    UNROLL for (int i = 0; i < rows; i++) UNROLL for (int c = 0; c < WIDE; c++)
        vec_store(dh + (size_t)i * ld + c * LANES, sum[i][c]);
}

static void backward_product(const step *s, float *dh, size_t ld)
{
    const lince_recurrent *r = s->r;
    size_t k = (size_t)(lince_cell_gates(r->cell) * r->hidden),
           lda = (size_t)lince_cell_saved(r->cell, r->hidden);
    if (!s->old) return;
    int most = tile_rows(s->old, ROWS_4);
    for (int unit = 0, block = 0; unit < r->hidden; unit += WIDE * LANES, block++)
        for (int first = 0; first < s->old; first += most) {
            int rows = s->old - first < most ? s->old - first : most;
            const float *da = r->gates + (size_t)(s->row + first) * lda,
                        *w = s->packed + (size_t)block * k * WIDE * LANES;
            float *to = dh + (size_t)first * ld + unit;
#define TILE(constant) \
    if (constant <= ROWS_4) backward_tile(constant, k, da, lda, w, to, ld)
            WITH_ROWS(rows, TILE)
#undef TILE
        }
}

static void backward(const lince_packed *texts, const lince_recurrent *r, const float *packed, int group,
                     float *carry)
{
    size_t ld = (size_t)((r->hidden + WIDE * LANES - 1) / (WIDE * LANES) * WIDE * LANES);
    float *dh = carry, *dc = carry + LINCE_GROUP * ld;
    memset(carry, 0, 2 * LINCE_GROUP * ld * sizeof *carry);
    for (int i = 0; i < texts->steps; i++) {
        step s = step_at(texts, r, packed, group, r->reverse ? i : texts->steps - 1 - i);
        if (!s.rows) continue;
        backward_gates(&s, dh, dc, ld);
        backward_product(&s, dh, ld);
    }
}

const lince_recurrent_simd RECURRENT_SIMD = {.forward_units = forward_units,
                                             .backward_units = WIDE * LANES,
                                             .pack_forward = pack_forward,
                                             .pack_backward = pack_backward,
                                             .forward = forward,
                                             .backward = backward};
