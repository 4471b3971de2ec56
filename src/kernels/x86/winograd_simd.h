/* The vector code of winograd.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/finish_simd.h"
#include "kernels/x86/winograd.h"

#include <stddef.h>
#include <string.h>

#if defined(__AVX512F__)
#define REGISTERS 32
#else
#define REGISTERS 16
#endif

/* --- one-dimensional transforms ------------------------------------------------------------------------
 *
 * F(4, 3): four outputs of a three-tap filter from six inputs with six products, by evaluation at the points
 * 0, +-a, +-b and infinity (Toom 1963, Cook 1966; Winograd 1980; for convolution networks Lavin & Gray 2016).
 * With the points z_i, m(z) = product of (z - z_i) and N_i = m'(z_i):
 *     row i of G:  1, z_i, z_i^2      row i of B':  coefficients of m(z) / (z - z_i)
 *     column i of A':  (1, z_i, z_i^2, z_i^3) / N_i          and for infinity (0 0 1), m(z), (0 0 0 1)
 * The factors 1 / N_i stand in A rather than, as usual, in G: that makes the transform of the weights, which
 * is what costs at small batches, cheaper; for the point 0 it stands in B'.
 *
 * How much is lost by rounding depends on the points (Barabasz et al. 2020, "Error analysis and improving the
 * accuracy of Winograd convolution for deep neural networks"). With 64 channels of normal numbers, relative
 * to the result's root mean square:  0, +-1, +-2: 1.7e-6;  0, +-1, 1/2, -2: 1.1e-6;  0, +-5/8, +-3/2:
 * 0.74e-6, the least of all +-a, +-b in sixteenths; the direct sum: 0.2e-6. Being symmetric they also need
 * the fewest operations, because sums of even and of odd terms serve two points each. */

/* Some rows of T times a column of vectors, each written to its place. */
typedef void rows_of(const vec *in, vec *out);

/* A matrix as the code that applies it to a column of vectors, in up to three parts, each with the set of
 * rows that it gives (bit i: row i). Rows that share sums belong into one part. In two dimensions a part
 * at a time is made, so that what it gives for all columns fits into the registers: 32 with AVX-512, 16
 * with AVX2. */
typedef struct matrix {
    int rows, columns;
    rows_of *first;
    unsigned first_rows;
    rows_of *second; /* or NULL */
    unsigned second_rows;
    rows_of *third; /* or NULL */
    unsigned third_rows;
} matrix;

#define A_POINT 0.625f
#define B_POINT 1.5f
#define AA      (A_POINT * A_POINT)
#define BB      (B_POINT * B_POINT)
#define A_SCALE (1 / (2 * AA * (AA - BB))) /* 1 / N of +-a */
#define B_SCALE (1 / (2 * BB * (BB - AA)))

INLINE vec scaled(float factor, vec x)
{
    return vec_mul(vec_all(factor), x);
}

/* factor x + y */
INLINE vec plus_scaled(vec y, float factor, vec x)
{
    return vec_fma(vec_all(factor), x, y);
}

/*       | 1      0    -(aa+bb)/(aabb)   0    1/(aabb)  0 |
 *       | 0  -+a bb        -bb         +-a       1     0 |    for +-a
 *  B' = | 0  -+b aa        -aa         +-b       1     0 |    for +-b
 *       | 0    aabb          0       -(aa+bb)    0     1 | */
INLINE void map4_input_a(const vec *d, vec *r)
{
    vec even = plus_scaled(d[4], -BB, d[2]), odd = plus_scaled(d[3], -BB, d[1]);
    r[1] = plus_scaled(even, A_POINT, odd);
    r[2] = plus_scaled(even, -A_POINT, odd);
}

INLINE void map4_input_b(const vec *d, vec *r)
{
    vec even = plus_scaled(d[4], -AA, d[2]), odd = plus_scaled(d[3], -AA, d[1]);
    r[3] = plus_scaled(even, B_POINT, odd);
    r[4] = plus_scaled(even, -B_POINT, odd);
}

INLINE vec map4_input_zero(const vec *d)
{
    return plus_scaled(plus_scaled(d[0], -(AA + BB) / (AA * BB), d[2]), 1 / (AA * BB), d[4]);
}

INLINE vec map4_input_infinity(const vec *d)
{
    return plus_scaled(plus_scaled(d[5], -(AA + BB), d[3]), AA * BB, d[1]);
}

#if REGISTERS == 32
INLINE void map4_input_upper(const vec *d, vec *r)
{
    r[0] = map4_input_zero(d);
    map4_input_a(d, r);
}

INLINE void map4_input_lower(const vec *d, vec *r)
{
    map4_input_b(d, r);
    r[5] = map4_input_infinity(d);
}

static const matrix map4_input = {6, 6, map4_input_upper, 0x07, map4_input_lower, 0x38, NULL, 0};
#else
INLINE void map4_input_ends(const vec *d, vec *r)
{
    r[0] = map4_input_zero(d), r[5] = map4_input_infinity(d);
}

static const matrix map4_input = {6, 6, map4_input_ends, 0x21, map4_input_a, 0x06, map4_input_b, 0x18};
#endif

/* G */
INLINE void map4_weights_upper(const vec *g, vec *r)
{
    vec even = plus_scaled(g[0], AA, g[2]);
    r[0] = g[0];
    r[1] = plus_scaled(even, A_POINT, g[1]);
    r[2] = plus_scaled(even, -A_POINT, g[1]);
}

INLINE void map4_weights_lower(const vec *g, vec *r)
{
    vec even = plus_scaled(g[0], BB, g[2]);
    r[3] = plus_scaled(even, B_POINT, g[1]);
    r[4] = plus_scaled(even, -B_POINT, g[1]);
    r[5] = g[2];
}

static const matrix map4_weights = {6, 3, map4_weights_upper, 0x07, map4_weights_lower, 0x38, NULL, 0};

/* A' */
INLINE void map4_output_even(const vec *m, vec *y)
{
    vec a = vec_add(m[1], m[2]), b = vec_add(m[3], m[4]);
    y[0] = plus_scaled(plus_scaled(m[0], A_SCALE, a), B_SCALE, b);
    y[2] = plus_scaled(scaled(A_SCALE * AA, a), B_SCALE * BB, b);
}

INLINE void map4_output_odd(const vec *m, vec *y)
{
    vec a = vec_sub(m[1], m[2]), b = vec_sub(m[3], m[4]);
    y[1] = plus_scaled(scaled(A_SCALE * A_POINT, a), B_SCALE * B_POINT, b);
    y[3] = plus_scaled(plus_scaled(m[5], A_SCALE * AA * A_POINT, a), B_SCALE * BB * B_POINT, b);
}

static const matrix map4_output = {4, 6, map4_output_even, 0x05, map4_output_odd, 0x0A, NULL, 0};

/* A */
INLINE void map4_gradient_upper(const vec *y, vec *r)
{
    vec even = plus_scaled(scaled(A_SCALE, y[0]), A_SCALE * AA, y[2]);
    vec odd = plus_scaled(scaled(A_SCALE * A_POINT, y[1]), A_SCALE * AA * A_POINT, y[3]);
    r[0] = y[0];
    r[1] = vec_add(even, odd);
    r[2] = vec_sub(even, odd);
}

INLINE void map4_gradient_lower(const vec *y, vec *r)
{
    vec even = plus_scaled(scaled(B_SCALE, y[0]), B_SCALE * BB, y[2]);
    vec odd = plus_scaled(scaled(B_SCALE * B_POINT, y[1]), B_SCALE * BB * B_POINT, y[3]);
    r[3] = vec_add(even, odd);
    r[4] = vec_sub(even, odd);
    r[5] = y[3];
}

static const matrix map4_gradient = {6, 4, map4_gradient_upper, 0x07, map4_gradient_lower, 0x38, NULL, 0};

/* G' */
INLINE void map4_weights_gradient_even(const vec *u, vec *w)
{
    vec a = vec_add(u[1], u[2]), b = vec_add(u[3], u[4]);
    w[0] = vec_add(u[0], vec_add(a, b));
    w[2] = plus_scaled(plus_scaled(u[5], AA, a), BB, b);
}

INLINE void map4_weights_gradient_odd(const vec *u, vec *w)
{
    vec a = vec_sub(u[1], u[2]), b = vec_sub(u[3], u[4]);
    w[1] = plus_scaled(scaled(A_POINT, a), B_POINT, b);
}

static const matrix map4_weights_gradient = {
    3, 6, map4_weights_gradient_even, 0x05, map4_weights_gradient_odd, 0x02, NULL, 0};

/* A map of two pixels with one pixel of padding sees a 2x2 Toeplitz matrix of the three taps,
 *     y0 = w1 x0 + w2 x1,   y1 = w0 x0 + w1 x1,
 * which three products do:  w1 (x0 + x1),  (w2 - w1) x1,  (w0 - w1) x0. */
INLINE void map2_input_rows(const vec *x, vec *r)
{
    r[0] = vec_add(x[0], x[1]), r[1] = x[1], r[2] = x[0];
}

INLINE void map2_weights_rows(const vec *w, vec *r)
{
    r[0] = w[1], r[1] = vec_sub(w[2], w[1]), r[2] = vec_sub(w[0], w[1]);
}

INLINE void map2_output_rows(const vec *m, vec *y)
{
    y[0] = vec_add(m[0], m[1]), y[1] = vec_add(m[0], m[2]);
}

INLINE void map2_gradient_rows(const vec *y, vec *r)
{
    r[0] = vec_add(y[0], y[1]), r[1] = y[0], r[2] = y[1];
}

INLINE void map2_weights_gradient_rows(const vec *u, vec *w)
{
    w[0] = u[2], w[1] = vec_sub(u[0], vec_add(u[1], u[2])), w[2] = u[1];
}

static const matrix map2_input = {3, 2, map2_input_rows, 0x7, NULL, 0, NULL, 0};
static const matrix map2_weights = {3, 3, map2_weights_rows, 0x7, NULL, 0, NULL, 0};
static const matrix map2_output = {2, 3, map2_output_rows, 0x3, NULL, 0, NULL, 0};
static const matrix map2_gradient = {3, 2, map2_gradient_rows, 0x7, NULL, 0, NULL, 0};
static const matrix map2_weights_gradient = {3, 3, map2_weights_gradient_rows, 0x7, NULL, 0, NULL, 0};

/* A map of one pixel with one pixel of padding sees the middle tap alone. */
INLINE void map1_same_rows(const vec *x, vec *r)
{
    r[0] = x[0];
}

INLINE void map1_weights_rows(const vec *w, vec *r)
{
    r[0] = w[1];
}

INLINE void map1_weights_gradient_rows(const vec *u, vec *w)
{
    w[0] = w[2] = vec_zero(), w[1] = u[0];
}

static const matrix map1_same = {1, 1, map1_same_rows, 0x1, NULL, 0, NULL, 0};
static const matrix map1_weights = {1, 3, map1_weights_rows, 0x1, NULL, 0, NULL, 0};
static const matrix map1_weights_gradient = {3, 1, map1_weights_gradient_rows, 0x7, NULL, 0, NULL, 0};

/* --- two dimensions ------------------------------------------------------------------------------------
 *
 * T in T': T goes over the columns, then over the rows of what that gives. */

enum { EDGE = 6 };

/* A square of vectors: where its rows begin, floats from column to column. Columns outside of [left, right)
 * are zero and not read. */
typedef struct square {
    const float *row[EDGE];
    ptrdiff_t column;
    int left, right;
} square;

INLINE square square_at(const float *at, ptrdiff_t row, ptrdiff_t column)
{
    square s = {.column = column, .left = 0, .right = EDGE};
    UNROLL for (int i = 0; i < EDGE; i++) s.row[i] = at + i * row;
    return s;
}

INLINE vec square_load(const square *s, int i, int j)
{
    return vec_load(s->row[i] + j * s->column);
}

/* Some rows of T over all columns: half[j] becomes column j. */
INLINE void over_columns(rows_of *some, int m, const square *s, vec half[EDGE][EDGE])
{
    vec from[EDGE];
    UNROLL for (int j = 0; j < m; j++)
    {
        bool outside = j < s->left || j >= s->right;
        UNROLL for (int i = 0; i < m; i++) from[i] = outside ? vec_zero() : square_load(s, i, j);
        some(from, half[j]);
    }
}

/* T over row i of those. */
INLINE void over_row(matrix t, vec half[EDGE][EDGE], int i, vec to[EDGE])
{
    vec from[EDGE];
    UNROLL for (int j = 0; j < t.columns; j++) from[j] = half[j][i];
    t.first(from, to);
    if (t.second) t.second(from, to);
    if (t.third) t.third(from, to);
}

/* Those rows of the result that a part of T gives; the result's vectors are `stride` apart. */
INLINE void transform_part(matrix t, rows_of *some, unsigned rows, const square *s, float *to, size_t stride)
{
    vec half[EDGE][EDGE], out[EDGE];
    if (!some) return;
    over_columns(some, t.columns, s, half);
    UNROLL for (int i = 0; i < t.rows; i++)
    {
        if (!(rows >> i & 1)) continue;
        over_row(t, half, i, out);
        UNROLL for (int j = 0; j < t.rows; j++) vec_store(to + (size_t)(i * t.rows + j) * stride, out[j]);
    }
}

INLINE void transform(matrix t, const square *s, float *to, size_t stride)
{
    transform_part(t, t.first, t.first_rows, s, to, stride);
    transform_part(t, t.second, t.second_rows, s, to, stride);
    transform_part(t, t.third, t.third_rows, s, to, stride);
}

/* Where a tile stands: its sample, and its row and column among the tiles of the map. */
typedef struct cursor {
    size_t sample;
    int row, column;
} cursor;

INLINE cursor cursor_at(const lince_tiling *t, size_t tile)
{
    size_t columns = (size_t)t->columns, per_map = (size_t)t->rows * columns, within = tile % per_map;
    return (cursor){tile / per_map, (int)(within / columns), (int)(within % columns)};
}

/* By counting: dividing for each tile takes as long as a tenth of its transform. */
INLINE void advance(const lince_tiling *t, cursor *c)
{
    if (++c->column < t->columns) return;
    c->column = 0;
    if (++c->row < t->rows) return;
    c->row = 0, c->sample++;
}

/* One tile's place in an activation: where it begins, and which part of it lies inside of the map. */
typedef struct place {
    ptrdiff_t at; /* floats from the activation's beginning; may point before it */
    int top, left, bottom, right;
    bool inside;
} place;

INLINE place place_of(const lince_tiling *t, int edge, cursor c, size_t block)
{
    int y = c.row * t->step - t->origin, x = c.column * t->step - t->origin;
    int height = t->shape.height, width = t->shape.width;
    size_t blocks = (size_t)(t->shape.channels + LANES - 1) / LANES;
    place p = {.at = ((ptrdiff_t)(c.sample * blocks + block) * height + y) * width + x,
               .top = y < 0 ? -y : 0,
               .left = x < 0 ? -x : 0,
               .bottom = y + edge > height ? height - y : edge,
               .right = x + edge > width ? width - x : edge};
    p.at *= LANES;
    p.inside = p.top == 0 && p.left == 0 && p.bottom == edge && p.right == edge;
    return p;
}

INLINE vec sum_of(const square *s, int edge)
{
    vec sum = vec_zero();
    UNROLL for (int j = 0; j < edge; j++)
    {
        if (j < s->left || j >= s->right) continue;
        UNROLL for (int i = 0; i < edge; i++) sum = vec_add(sum, square_load(s, i, j));
    }
    return sum;
}

/* The pixels of a tile, zeros for what lies outside of the map: rows there are read from a row of zeros. */
INLINE square square_of(const lince_tiling *t, const float *x, const place *p)
{
    static const float zeros[EDGE * LANES];
    square s = square_at(x + p->at, (ptrdiff_t)t->shape.width * LANES, LANES);
    UNROLL for (int i = 0; i < EDGE; i++) if (i < p->top || i >= p->bottom) s.row[i] = zeros;
    s.left = p->left, s.right = p->right;
    return s;
}

/* sums: of all pixels of the tiles; NULL: not wanted. */
INLINE void read_tiles(matrix t, const lince_tiling *tiling, const float *x, size_t first, size_t count,
                       size_t block, float *v, size_t stride, float *sums)
{
    vec sum = vec_zero();
    cursor c = cursor_at(tiling, first);
    for (size_t i = 0; i < count; i++, v += LANES, advance(tiling, &c)) {
        place p = place_of(tiling, t.columns, c, block);
        square s = square_of(tiling, x, &p);
        transform(t, &s, v, stride);
        if (sums) sum = vec_add(sum, sum_of(&s, t.columns));
    }
    if (sums) vec_store(sums, sum);
}

INLINE void write_part(matrix t, rows_of *some, unsigned rows, const square *s, const place *p, int width,
                       const lince_finish *f, float *y)
{
    bool far = lince_finish_streams(f);
    vec half[EDGE][EDGE], out[EDGE];
    if (!some) return;
    over_columns(some, t.columns, s, half);
    UNROLL for (int r = 0; r < t.rows; r++)
    {
        if (!(rows >> r & 1)) continue;
        over_row(t, half, r, out);
        UNROLL for (int c = 0; c < t.rows; c++)
        {
            if (!p->inside && (r < p->top || r >= p->bottom || c < p->left || c >= p->right)) continue;
            ptrdiff_t at = p->at + ((ptrdiff_t)r * width + c) * LANES;
            finish_pixels(f, 0, at, LANES, 1, 1, far, &out[c], y);
        }
    }
}

/* A tile's lines, of what lies in the map. */
static void activate_tile(const lince_finish *f, const place *p, int edge, int width, float *y)
{
    int top = p->inside ? 0 : p->top, bottom = p->inside ? edge : p->bottom, left = p->inside ? 0 : p->left,
        right = p->inside ? edge : p->right;
    for (int r = top; r < bottom && left < right; r++)
        activate(f, y + p->at + ((ptrdiff_t)r * width + left) * LANES, (size_t)(right - left));
}

INLINE void write_tiles(matrix t, const lince_tiling *tiling, const float *m, size_t stride, size_t pitch,
                        size_t first, size_t count, size_t block, const lince_finish *f, float *y)
{
    cursor c = cursor_at(tiling, first);
    int width = tiling->shape.width;
    for (size_t i = 0; i < count; i++, advance(tiling, &c)) {
        place p = place_of(tiling, t.rows, c, block);
        square s = square_at(m + i * pitch, (ptrdiff_t)stride * t.columns, (ptrdiff_t)stride);
        write_part(t, t.first, t.first_rows, &s, &p, width, f, y);
        write_part(t, t.second, t.second_rows, &s, &p, width, f, y);
        write_part(t, t.third, t.third_rows, &s, &p, width, f, y);
        if (!lince_finish_holds(f)) activate_tile(f, &p, t.rows, width, y);
    }
}

/* The nine L x L matrices of a block, each transposed. */
static void transpose_block(const float *w, float *t)
{
    vec r[LANES];
    for (int tap = 0; tap < 9; tap++, w += LANES * LANES, t += LANES * LANES) {
        UNROLL for (int i = 0; i < LANES; i++) r[i] = vec_load(w + i * LANES);
        vec_transpose(r);
        UNROLL for (int i = 0; i < LANES; i++) vec_store(t + i * LANES, r[i]);
    }
}

INLINE void read_weights(matrix t, const float *w, bool transposed, float *u, size_t stride, size_t pitch)
{
    enum { TAP = LANES * LANES };
    float turned[9 * TAP];
    if (transposed) transpose_block(w, turned);
    for (size_t i = 0; i < LANES; i++, u += pitch) {
        square s = transposed ? square_at(turned + 8 * TAP + i * LANES, -3 * TAP, -TAP)
                              : square_at(w + i * LANES, 3 * TAP, TAP);
        transform(t, &s, u, stride);
    }
}

INLINE void write_weights(matrix t, const float *u, size_t stride, size_t pitch, float *dw)
{
    for (size_t i = 0; i < LANES; i++, u += pitch) {
        square s = square_at(u, (ptrdiff_t)stride * t.columns, (ptrdiff_t)stride);
        transform(t, &s, dw + i * LANES, LANES * LANES);
    }
}

/* The five functions of an algorithm. */
#define TRANSFORMS(name, input, output, gradient)                                                            \
    static void name##_input_tiles(const lince_tiling *t, const float *x, size_t first, size_t count,        \
                                   size_t block, float *v, size_t stride)                                    \
    {                                                                                                        \
        read_tiles(input, t, x, first, count, block, v, stride, NULL);                                       \
    }                                                                                                        \
    static void name##_gradient_tiles(const lince_tiling *t, const float *dy, size_t first, size_t count,    \
                                      size_t block, float *v, size_t stride, float *sums)                    \
    {                                                                                                        \
        read_tiles(gradient, t, dy, first, count, block, v, stride, sums);                                   \
    }                                                                                                        \
    static void name##_output_tiles(const lince_tiling *t, const float *m, size_t stride, size_t pitch,      \
                                    size_t first, size_t count, size_t block, const lince_finish *finish,    \
                                    float *y)                                                                \
    {                                                                                                        \
        write_tiles(output, t, m, stride, pitch, first, count, block, finish, y);                            \
    }                                                                                                        \
    static void name##_weights_block(const float *w, bool transposed, float *u, size_t stride, size_t pitch) \
    {                                                                                                        \
        read_weights(name##_weights, w, transposed, u, stride, pitch);                                       \
    }                                                                                                        \
    static void name##_weights_gradient_block(const float *u, size_t stride, size_t pitch, float *dw)        \
    {                                                                                                        \
        write_weights(name##_weights_gradient, u, stride, pitch, dw);                                        \
    }

TRANSFORMS(map4, map4_input, map4_output, map4_gradient)
TRANSFORMS(map2, map2_input, map2_output, map2_gradient)
TRANSFORMS(map1, map1_same, map1_same, map1_same)

/* --- products ------------------------------------------------------------------------------------------ */

/* Adding up in blocks, not in one long chain, keeps rounding errors small. */
INLINE void put(float *to, vec sum, bool accumulate)
{
    vec_store(to, accumulate ? vec_add(vec_load(to), sum) : sum);
}

/* The register block: rows x vectors sums, of which each step loads `vectors` vectors and `rows` scalars. */
INLINE void multiply(int rows, int vectors, const float *u, const float *v, size_t v_stride, size_t blocks,
                     bool accumulate, float *m)
{
    vec sum[LINCE_WINOGRAD_MAX_ROWS][LINCE_WINOGRAD_MAX_VECTORS], factor[LINCE_WINOGRAD_MAX_VECTORS];
    UNROLL for (int r = 0; r < rows; r++)
    {
        UNROLL for (int k = 0; k < vectors; k++) sum[r][k] = vec_zero();
    }
    for (size_t b = 0; b < blocks; b++, v += v_stride)
        for (int c = 0; c < LANES; c++, u += vectors * LANES) {
            UNROLL for (int k = 0; k < vectors; k++) factor[k] = vec_load(u + k * LANES);
            UNROLL for (int r = 0; r < rows; r++)
            {
                vec x = vec_all(v[r * LANES + c]);
                UNROLL for (int k = 0; k < vectors; k++) sum[r][k] = vec_fma(x, factor[k], sum[r][k]);
            }
        }
    UNROLL for (int r = 0; r < rows; r++)
    {
        UNROLL for (int k = 0; k < vectors; k++) put(m + (r * vectors + k) * LANES, sum[r][k], accumulate);
    }
}

/* Half of the block's channels at once: L / 2 times `vectors` sums. */
INLINE void outer(int vectors, const float *v, const float *y, size_t y_stride, size_t tiles, bool accumulate,
                  float *du)
{
    enum { ROWS = LANES / 2 };
    vec sum[ROWS][LINCE_WINOGRAD_MAX_VECTORS], factor[LINCE_WINOGRAD_MAX_VECTORS];
    for (int half = 0; half < 2; half++, v += ROWS, du += ROWS * vectors * LANES) {
        UNROLL for (int r = 0; r < ROWS; r++)
        {
            UNROLL for (int k = 0; k < vectors; k++) sum[r][k] = vec_zero();
        }
        for (size_t t = 0; t < tiles; t++) {
            UNROLL for (int k = 0; k < vectors; k++) factor[k] =
                vec_load(y + (size_t)k * y_stride + t * LANES);
            UNROLL for (int r = 0; r < ROWS; r++)
            {
                vec x = vec_all(v[t * LANES + (size_t)r]);
                UNROLL for (int k = 0; k < vectors; k++) sum[r][k] = vec_fma(x, factor[k], sum[r][k]);
            }
        }
        UNROLL for (int r = 0; r < ROWS; r++)
        {
            UNROLL for (int k = 0; k < vectors; k++)
                put(du + (r * vectors + k) * LANES, sum[r][k], accumulate);
        }
    }
}

#define MULTIPLY(rows, vectors)                                                                             \
    static void multiply_##rows##x##vectors(const float *u, const float *v, size_t v_stride, size_t blocks, \
                                            bool accumulate, float *m)                                      \
    {                                                                                                       \
        multiply(rows, vectors, u, v, v_stride, blocks, accumulate, m);                                     \
    }
#define OUTER(vectors)                                                                         \
    static void outer_##vectors(const float *v, const float *y, size_t y_stride, size_t tiles, \
                                bool accumulate, float *du)                                    \
    {                                                                                          \
        outer(vectors, v, y, y_stride, tiles, accumulate, du);                                 \
    }
#define EACH_ROWS_4(M, v) M(1, v) M(2, v) M(3, v) M(4, v)
#define EACH_ROWS_14(M, v) \
    EACH_ROWS_4(M, v) M(5, v) M(6, v) M(7, v) M(8, v) M(9, v) M(10, v) M(11, v) M(12, v) M(13, v) M(14, v)
#define ENTRY(rows, vectors) multiply_##rows##x##vectors,

/* 14 x 2 sums of 32 registers, or 4 x 3 of 16: a step of 4 x 3 loads seven times for twelve multiply-adds,
 * one of 6 x 2 eight times. */
#if REGISTERS == 32
enum { ROWS = 14, VECTORS = 2 };
#define EACH_ROWS       EACH_ROWS_14
#define EACH_VECTORS(M) M(1) M(2)
#else
enum { ROWS = 4, VECTORS = 3 };
#define EACH_ROWS       EACH_ROWS_4
#define EACH_VECTORS(M) M(1) M(2) M(3)
#endif
#define FUNCTIONS(vectors)   EACH_ROWS(MULTIPLY, vectors) OUTER(vectors)
#define MULTIPLIES(vectors)  {EACH_ROWS(ENTRY, vectors)},
#define OUTER_ENTRY(vectors) outer_##vectors,

EACH_VECTORS(FUNCTIONS)

#define TABLE(name, n, input_edge, output_edge)                                                     \
    {                                                                                               \
        .points = n, .input = input_edge, .output = output_edge, .input_tiles = name##_input_tiles, \
        .gradient_tiles = name##_gradient_tiles, .output_tiles = name##_output_tiles,               \
        .weights = name##_weights_block, .weights_gradient = name##_weights_gradient_block,         \
    }

const lince_winograd_simd WINOGRAD_SIMD = {
    .lanes = LANES,
    .rows = ROWS,
    .map4 = TABLE(map4, 36, 6, 4),
    .map2 = TABLE(map2, 9, 2, 2),
    .map1 = TABLE(map1, 1, 1, 1),
    .vectors = VECTORS,
    .multiply = {EACH_VECTORS(MULTIPLIES)},
    .outer = {EACH_VECTORS(OUTER_ENTRY)},
};
