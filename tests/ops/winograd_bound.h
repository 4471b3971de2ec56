/* How far Winograd's convolutions (kernels/x86/winograd.h) may be from the truth: estimates go the way that
 * the numbers go, through the transforms in both directions, the products of each point, and back. */
#ifndef LINCE_TESTS_WINOGRAD_BOUND_H
#define LINCE_TESTS_WINOGRAD_BOUND_H

#include "ops/conv_bound.h"

enum { WINOGRAD_EDGE = 6, WINOGRAD_POINTS = WINOGRAD_EDGE * WINOGRAD_EDGE };

typedef struct winograd_matrix {
    int rows, columns;
    double at[WINOGRAD_EDGE][WINOGRAD_EDGE];
} winograd_matrix;

/* B', G and A' of an algorithm. */
typedef struct winograd_algorithm {
    winograd_matrix input, weights, output;
} winograd_algorithm;

/* F(4x4, 3x3) at the points 0, +-a, +-b and infinity, with 1 / N of +-a and +-b in A'. */
#define W_A  (5. / 8)
#define W_B  (3. / 2)
#define W_AA (W_A * W_A)
#define W_BB (W_B * W_B)
#define W_NA (1 / (2 * W_AA * (W_AA - W_BB)))
#define W_NB (1 / (2 * W_BB * (W_BB - W_AA)))

static const winograd_algorithm winograd_map4 = {
    .input = {6,
              6,
              {{1, 0, -(W_AA + W_BB) / (W_AA * W_BB), 0, 1 / (W_AA * W_BB), 0},
               {0, -W_A *W_BB, -W_BB, W_A, 1, 0},
               {0, W_A *W_BB, -W_BB, -W_A, 1, 0},
               {0, -W_B *W_AA, -W_AA, W_B, 1, 0},
               {0, W_B *W_AA, -W_AA, -W_B, 1, 0},
               {0, W_AA *W_BB, 0, -(W_AA + W_BB), 0, 1}}},
    .weights = {6, 3, {{1}, {1, W_A, W_AA}, {1, -W_A, W_AA}, {1, W_B, W_BB}, {1, -W_B, W_BB}, {0, 0, 1}}},
    .output = {4,
               6,
               {{1, W_NA, W_NA, W_NB, W_NB, 0},
                {0, W_NA *W_A, -W_NA *W_A, W_NB *W_B, -W_NB *W_B, 0},
                {0, W_NA *W_AA, W_NA *W_AA, W_NB *W_BB, W_NB *W_BB, 0},
                {0, W_NA *W_AA *W_A, -W_NA *W_AA *W_A, W_NB *W_BB *W_B, -W_NB *W_BB *W_B, 1}}}};

/* Maps of 2x2 pixels in nine products; of one pixel in one. */
static const winograd_algorithm winograd_map2 = {.input = {3, 2, {{1, 1}, {0, 1}, {1, 0}}},
                                                 .weights = {3, 3, {{0, 1, 0}, {0, -1, 1}, {1, -1, 0}}},
                                                 .output = {2, 3, {{1, 1, 0}, {1, 0, 1}}}};
static const winograd_algorithm winograd_map1 = {.input = {1, 1, {{1}}},
                                                 .weights = {1, 3, {{0, 1, 0}}},
                                                 .output = {1, 1, {{1}}}};

static const winograd_algorithm *winograd_algorithm_for(const lince_conv *c, conv_algorithm algorithm)
{
    if (algorithm == WINOGRAD_4) return &winograd_map4;
    bool padded = c->padding[0] == 1 && c->padding[1] == 1;
    if (padded && c->in.height == 2 && c->in.width == 2) return &winograd_map2;
    if (padded && c->in.height == 1 && c->in.width == 1) return &winograd_map1;
    return &winograd_map4;
}

/* --- transforms ----------------------------------------------------------------------------------------- */

static winograd_matrix winograd_transposed(winograd_matrix t)
{
    winograd_matrix result = {t.columns, t.rows, {{0}}};
    for (int i = 0; i < t.rows; i++)
        for (int j = 0; j < t.columns; j++) result.at[j][i] = t.at[i][j];
    return result;
}

/* Row `row` of T times x, x[j] at x[j * step]: one rounding a term, none for the first that has no factor.
 * Factors that are no floats are rounded. */
static estimate winograd_row(const winograd_matrix *t, int row, const estimate *x, int step)
{
    sum s = {0};
    double exact = 0;
    for (int j = 0; j < t->columns; j++) {
        double factor = t->at[row][j];
        if (factor == 0 || is_zero(x[j * step])) continue;
        estimate f = exactly(factor);
        if ((double)(float)factor != factor) f = rounded(f);
        add_term(&s, product_of(f, x[j * step]));
        if (fabs(factor) == 1) exact = 1;
    }
    return total_of(&s, MIXED, s.terms - exact);
}

/* T x T'; both with rows next to each other. */
static void winograd_transform(const winograd_matrix *t, const estimate *x, estimate *to)
{
    estimate half[WINOGRAD_POINTS];
    for (int i = 0; i < t->rows; i++)
        for (int j = 0; j < t->columns; j++) half[i * t->columns + j] = winograd_row(t, i, x + j, t->columns);
    for (int i = 0; i < t->rows; i++)
        for (int j = 0; j < t->rows; j++) to[i * t->rows + j] = winograd_row(t, j, half + i * t->columns, 1);
}

/* --- operands ------------------------------------------------------------------------------------------- */

/* Each result's product at a point is a sum over `terms`: over channels for each tile (a row), or in backward
 * weights over tiles for each input channel. */
typedef struct winograd {
    const conv_truth *t;
    const winograd_algorithm *algorithm;
    lince_shape from, to; /* read and written; backward weights: x and dy */
    int step, origin, rows, columns;
    size_t tiles, points, terms, piece; /* terms that are summed by themselves */
    estimate *v;                        /* transformed input [row][point][term] */
    estimate *u;                        /* transformed weights or gradients [to channel][point][term] */
} winograd;

/* A tile of a channel, which begins `origin` pixels before its place; zero outside of the map. */
static void winograd_read(const winograd *w, const double *from, lince_shape s, int origin, int edge,
                          size_t tile, size_t channel, estimate *x)
{
    int per_map = w->rows * w->columns, n = (int)tile / per_map, within = (int)tile % per_map;
    int top = within / w->columns * w->step - origin, left = within % w->columns * w->step - origin;
    for (int i = 0; i < edge; i++)
        for (int j = 0; j < edge; j++)
            x[i * edge + j] = exactly(
                conv_inside(s, top + i, left + j) ? from[conv_at(s, n, (int)channel, top + i, left + j)] : 0);
}

/* T x T' as term `term` of row `row` of u or v. */
static void winograd_transform_to(const winograd *w, const winograd_matrix *t, const estimate *x,
                                  estimate *to, size_t row, size_t term)
{
    estimate all[WINOGRAD_POINTS];
    winograd_transform(t, x, all);
    for (size_t i = 0; i < w->points; i++) to[(row * w->points + i) * w->terms + term] = all[i];
}

static void winograd_input_channel(void *context, size_t c)
{
    const winograd *w = context;
    const conv_problem *p = w->t->p;
    const double *from = p->direction == LINCE_BACKWARD_DATA ? p->y : p->x;
    bool weights = p->direction == LINCE_BACKWARD_WEIGHTS;
    for (size_t tile = 0; tile < w->tiles; tile++) {
        estimate x[WINOGRAD_POINTS];
        winograd_read(w, from, w->from, w->origin, w->algorithm->input.columns, tile, c, x);
        winograd_transform_to(w, &w->algorithm->input, x, w->v, weights ? c : tile, weights ? tile : c);
    }
}

static void winograd_weights_channel(void *context, size_t k)
{
    const winograd *w = context;
    const conv_problem *p = w->t->p;
    bool rotated = p->direction == LINCE_BACKWARD_DATA;
    for (size_t c = 0; c < w->terms; c++) {
        estimate g[9];
        for (int tap = 0; tap < 9; tap++)
            g[tap] = exactly(rotated ? p->w[conv_w_at(p->c, (int)c, (int)k, 2 - tap / 3, 2 - tap % 3)]
                                     : p->w[conv_w_at(p->c, (int)k, (int)c, tap / 3, tap % 3)]);
        winograd_transform_to(w, &w->algorithm->weights, g, w->u, k, c);
    }
}

static void winograd_gradient_channel(void *context, size_t o)
{
    const winograd *w = context;
    winograd_matrix t = winograd_transposed(w->algorithm->output);
    for (size_t tile = 0; tile < w->tiles; tile++) {
        estimate dy[WINOGRAD_POINTS];
        winograd_read(w, w->t->p->y, w->to, 0, w->step, tile, o, dy);
        winograd_transform_to(w, &t, dy, w->u, o, tile);
    }
}

/* --- results -------------------------------------------------------------------------------------------- */

static void winograd_products(const winograd *w, size_t k, size_t row, estimate *m)
{
    order terms_order = w->t->p->order;
    for (size_t i = 0; i < w->points; i++) {
        const estimate *u = w->u + (k * w->points + i) * w->terms,
                       *v = w->v + (row * w->points + i) * w->terms;
        sum whole = {0}, piece = {0};
        for (size_t c = 0; c < w->terms; c++) {
            if (c && c % w->piece == 0) carry_up(terms_order, &piece, piece.terms, &whole);
            add_term(&piece, product_of(u[c], v[c]));
        }
        carry_up(terms_order, &piece, piece.terms, &whole);
        m[i] = total_of(&whole, terms_order, whole.terms - 1);
    }
}

/* The value stays the definition's; no number is near to it if the transforms led to another one. */
static void winograd_put(const winograd *w, size_t at, estimate found)
{
    estimate *result = &w->t->result[at];
    if (!(fabs(found.value - result->value) <= 1e-6 * UNIT_ROUNDOFF * found.reach)) result->value = NAN;
    result->variance = found.variance, result->reach = found.reach;
}

static void winograd_output_channel(void *context, size_t k)
{
    const winograd *w = context;
    const conv_problem *p = w->t->p;
    int per_map = w->rows * w->columns;
    for (size_t tile = 0; tile < w->tiles; tile++) {
        estimate m[WINOGRAD_POINTS], y[WINOGRAD_POINTS];
        int n = (int)tile / per_map, within = (int)tile % per_map;
        winograd_products(w, k, tile, m);
        winograd_transform(&w->algorithm->output, m, y);
        for (int i = 0; i < w->step * w->step; i++) {
            int row = within / w->columns * w->step + i / w->step,
                column = within % w->columns * w->step + i % w->step;
            if (!conv_inside(w->to, row, column)) continue;
            if (p->direction == LINCE_FORWARD) {
                y[i].value += p->b[k];
                y[i] = rounded(y[i]);
            }
            winograd_put(w, conv_at(w->to, n, (int)k, row, column), y[i]);
        }
    }
}

/* The sum of dy: of a tile's pixels, of tiles, of ranges of tiles. */
static estimate winograd_bias(const winograd *w, size_t o)
{
    enum { RANGE = 32 };
    order terms_order = w->t->p->order;
    sum whole = {0}, range = {0}, pixels = {0};
    for (size_t tile = 0; tile < w->tiles; tile++) {
        estimate dy[WINOGRAD_POINTS];
        winograd_read(w, w->t->p->y, w->to, 0, w->step, tile, o, dy);
        for (int i = 0; i < w->step * w->step; i++) add_term(&pixels, dy[i]);
        carry_up(terms_order, &pixels, pixels.terms - 1, &range);
        if (tile % RANGE == RANGE - 1) carry_up(terms_order, &range, range.terms - 1, &whole);
    }
    carry_up(terms_order, &range, range.terms - 1, &whole);
    return total_of(&whole, terms_order, whole.terms - 1);
}

static void winograd_weights_of_output(void *context, size_t o)
{
    const winograd *w = context;
    winograd_matrix t = winograd_transposed(w->algorithm->weights);
    for (size_t c = 0; c < (size_t)w->from.channels; c++) {
        estimate du[WINOGRAD_POINTS], dw[9];
        winograd_products(w, o, c, du);
        winograd_transform(&t, du, dw);
        for (int tap = 0; tap < 9; tap++)
            winograd_put(w, conv_w_at(w->t->p->c, (int)o, (int)c, tap / 3, tap % 3), dw[tap]);
    }
    w->t->bias[o] = winograd_bias(w, o);
}

/* Of few tiles the weights are made, and products summed, in pieces of channels. */
static winograd winograd_of(const conv_truth *t)
{
    enum { PIECE = 64 };
    const lince_conv *c = t->p->c;
    bool back = t->p->direction == LINCE_BACKWARD_DATA, weights = t->p->direction == LINCE_BACKWARD_WEIGHTS;
    winograd w = {.t = t, .algorithm = winograd_algorithm_for(c, t->algorithm)};
    w.from = back ? c->out : c->in, w.to = back ? c->in : c->out;
    w.step = w.algorithm->output.rows;
    w.origin = w.step == 4 ? (back ? 2 - c->padding[0] : c->padding[0]) : 0;
    w.rows = (w.to.height + w.step - 1) / w.step, w.columns = (w.to.width + w.step - 1) / w.step;
    w.tiles = (size_t)c->batch * (size_t)w.rows * (size_t)w.columns;
    w.points = (size_t)(w.algorithm->input.rows * w.algorithm->input.rows);
    w.terms = w.piece = weights ? w.tiles : (size_t)w.from.channels;
    bool few_tiles = w.tiles < (size_t)lince_round_up(w.to.channels, w.to.block);
    if (!weights && few_tiles) w.piece = PIECE;
    return w;
}

static conv_truth winograd_truth_of(const conv_problem *p, conv_algorithm algorithm)
{
    conv_truth t = conv_truth_of(p, algorithm);
    winograd w = winograd_of(&t);
    bool weights = p->direction == LINCE_BACKWARD_WEIGHTS;
    size_t ins = (size_t)w.from.channels, outs = (size_t)w.to.channels;
    w.v = lince_alloc((weights ? ins : w.tiles) * w.points * w.terms, sizeof *w.v);
    w.u = lince_alloc(outs * w.points * w.terms, sizeof *w.u);
    assert_true(w.v && w.u);
    lince_parallel(2, ins, winograd_input_channel, &w);
    lince_parallel(2, outs, weights ? winograd_gradient_channel : winograd_weights_channel, &w);
    lince_parallel(2, outs, weights ? winograd_weights_of_output : winograd_output_channel, &w);
    lince_free(w.v), lince_free(w.u);
    return t;
}

#endif
