/* The vector code of winograd.h, for the instruction set that the including file is compiled with. */
#include "kernels/x86/vector.h"
#include "kernels/x86/winograd.h"

#include <stddef.h>
#include <string.h>

#define UNROLL _Pragma("GCC unroll 16")

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

typedef void line_transform(const vec *in, vec *out);

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
INLINE void map4_input(const vec *d, vec *r)
{
    vec even = plus_scaled(d[4], -BB, d[2]), odd = plus_scaled(d[3], -BB, d[1]);
    r[0] = plus_scaled(plus_scaled(d[0], -(AA + BB) / (AA * BB), d[2]), 1 / (AA * BB), d[4]);
    r[1] = plus_scaled(even, A_POINT, odd);
    r[2] = plus_scaled(even, -A_POINT, odd);
    even = plus_scaled(d[4], -AA, d[2]), odd = plus_scaled(d[3], -AA, d[1]);
    r[3] = plus_scaled(even, B_POINT, odd);
    r[4] = plus_scaled(even, -B_POINT, odd);
    r[5] = plus_scaled(plus_scaled(d[5], -(AA + BB), d[3]), AA * BB, d[1]);
}

/* G */
INLINE void map4_weights(const vec *g, vec *r)
{
    vec even = plus_scaled(g[0], AA, g[2]);
    r[0] = g[0];
    r[1] = plus_scaled(even, A_POINT, g[1]);
    r[2] = plus_scaled(even, -A_POINT, g[1]);
    even = plus_scaled(g[0], BB, g[2]);
    r[3] = plus_scaled(even, B_POINT, g[1]);
    r[4] = plus_scaled(even, -B_POINT, g[1]);
    r[5] = g[2];
}

/* A' */
INLINE void map4_output(const vec *m, vec *y)
{
    vec a_even = vec_add(m[1], m[2]), a_odd = vec_sub(m[1], m[2]);
    vec b_even = vec_add(m[3], m[4]), b_odd = vec_sub(m[3], m[4]);
    y[0] = plus_scaled(plus_scaled(m[0], A_SCALE, a_even), B_SCALE, b_even);
    y[1] = plus_scaled(scaled(A_SCALE * A_POINT, a_odd), B_SCALE * B_POINT, b_odd);
    y[2] = plus_scaled(scaled(A_SCALE * AA, a_even), B_SCALE * BB, b_even);
    y[3] = plus_scaled(plus_scaled(m[5], A_SCALE * AA * A_POINT, a_odd), B_SCALE * BB * B_POINT, b_odd);
}

/* A */
INLINE void map4_gradient(const vec *y, vec *r)
{
    vec even = plus_scaled(scaled(A_SCALE, y[0]), A_SCALE * AA, y[2]);
    vec odd = plus_scaled(scaled(A_SCALE * A_POINT, y[1]), A_SCALE * AA * A_POINT, y[3]);
    r[0] = y[0];
    r[1] = vec_add(even, odd);
    r[2] = vec_sub(even, odd);
    even = plus_scaled(scaled(B_SCALE, y[0]), B_SCALE * BB, y[2]);
    odd = plus_scaled(scaled(B_SCALE * B_POINT, y[1]), B_SCALE * BB * B_POINT, y[3]);
    r[3] = vec_add(even, odd);
    r[4] = vec_sub(even, odd);
    r[5] = y[3];
}

/* G' */
INLINE void map4_weights_gradient(const vec *u, vec *w)
{
    vec a_even = vec_add(u[1], u[2]), a_odd = vec_sub(u[1], u[2]);
    vec b_even = vec_add(u[3], u[4]), b_odd = vec_sub(u[3], u[4]);
    w[0] = vec_add(u[0], vec_add(a_even, b_even));
    w[1] = plus_scaled(scaled(A_POINT, a_odd), B_POINT, b_odd);
    w[2] = plus_scaled(plus_scaled(u[5], AA, a_even), BB, b_even);
}

/* A map of two pixels with one pixel of padding sees a 2x2 Toeplitz matrix of the three taps,
 *     y0 = w1 x0 + w2 x1,   y1 = w0 x0 + w1 x1,
 * which three products do:  w1 (x0 + x1),  (w2 - w1) x1,  (w0 - w1) x0. */
INLINE void map2_input(const vec *x, vec *r)
{
    r[0] = vec_add(x[0], x[1]), r[1] = x[1], r[2] = x[0];
}

INLINE void map2_weights(const vec *w, vec *r)
{
    r[0] = w[1], r[1] = vec_sub(w[2], w[1]), r[2] = vec_sub(w[0], w[1]);
}

INLINE void map2_output(const vec *m, vec *y)
{
    y[0] = vec_add(m[0], m[1]), y[1] = vec_add(m[0], m[2]);
}

INLINE void map2_gradient(const vec *y, vec *r)
{
    r[0] = vec_add(y[0], y[1]), r[1] = y[0], r[2] = y[1];
}

INLINE void map2_weights_gradient(const vec *u, vec *w)
{
    w[0] = u[2], w[1] = vec_sub(u[0], vec_add(u[1], u[2])), w[2] = u[1];
}

/* A map of one pixel with one pixel of padding sees the middle tap alone. */
INLINE void map1_same(const vec *x, vec *r)
{
    r[0] = x[0];
}

INLINE void map1_weights(const vec *w, vec *r)
{
    r[0] = w[1];
}

INLINE void map1_weights_gradient(const vec *u, vec *w)
{
    w[0] = w[2] = vec_zero(), w[1] = u[0];
}

/* --- two dimensions ---------------------------------------------------------------------------------- */

enum { EDGE = 6 };

/* out[n][n] = T in T', with T from `m` to `n` elements; in: strides in floats from row to row and from column
 * to column, a vector at each place. */
INLINE void transform(line_transform *line, int m, int n, const float *in, ptrdiff_t row, ptrdiff_t column,
                      vec out[EDGE * EDGE])
{
    vec half[EDGE][EDGE], from[EDGE], to[EDGE]; /* half[j]: column j, transformed */
    UNROLL for (int j = 0; j < m; j++)
    {
        UNROLL for (int i = 0; i < m; i++) from[i] = vec_load(in + i * row + j * column);
        line(from, half[j]);
    }
    UNROLL for (int i = 0; i < n; i++)
    {
        UNROLL for (int j = 0; j < m; j++) from[j] = half[j][i];
        line(from, to);
        UNROLL for (int j = 0; j < n; j++) out[i * n + j] = to[j];
    }
}

INLINE void scatter(const vec *r, int points, float *to, size_t stride)
{
    UNROLL for (int p = 0; p < points; p++) vec_store(to + (size_t)p * stride, r[p]);
}

/* One tile's place in an activation: where it begins, and which part of it lies inside of the map. */
typedef struct place {
    ptrdiff_t at; /* floats from the activation's beginning; may point before it */
    int top, left, bottom, right;
    bool inside;
} place;

INLINE place place_of(const lince_tiling *t, int edge, size_t tile, size_t block)
{
    size_t per_map = (size_t)t->rows * (size_t)t->columns, sample = tile / per_map, within = tile % per_map;
    int y = (int)(within / (size_t)t->columns) * t->step - t->origin;
    int x = (int)(within % (size_t)t->columns) * t->step - t->origin;
    int height = t->shape.height, width = t->shape.width;
    size_t blocks = (size_t)(t->shape.channels + LANES - 1) / LANES;
    place p = {.at = ((ptrdiff_t)(sample * blocks + block) * height + y) * width + x,
               .top = y < 0 ? -y : 0,
               .left = x < 0 ? -x : 0,
               .bottom = y + edge > height ? height - y : edge,
               .right = x + edge > width ? width - x : edge};
    p.at *= LANES;
    p.inside = p.top == 0 && p.left == 0 && p.bottom == edge && p.right == edge;
    return p;
}

/* The tile with zeros around the map's part of it. */
INLINE void copy_in(const lince_tiling *t, place p, int edge, const float *x, float *patch)
{
    memset(patch, 0, (size_t)(edge * edge * LANES) * sizeof *patch);
    for (int i = p.top; i < p.bottom; i++)
        for (int j = p.left; j < p.right; j++)
            vec_store(patch + (i * edge + j) * LANES,
                      vec_load(x + p.at + ((ptrdiff_t)i * t->shape.width + j) * LANES));
}

INLINE vec tile_sum(const float *x, int edge, ptrdiff_t row)
{
    vec sum = vec_zero();
    UNROLL for (int i = 0; i < edge; i++)
    {
        UNROLL for (int j = 0; j < edge; j++) sum = vec_add(sum, vec_load(x + i * row + j * LANES));
    }
    return sum;
}

/* sums: of all pixels of the tiles; NULL: not wanted */
INLINE void read_tiles(line_transform *line, int edge, int n, const lince_tiling *t, const float *x,
                       size_t first, size_t count, size_t block, float *v, size_t stride, float *sums)
{
    float patch[EDGE * EDGE * LANES];
    vec out[EDGE * EDGE], sum = vec_zero();
    for (size_t i = 0; i < count; i++) {
        place p = place_of(t, edge, first + i, block);
        const float *from = x + p.at;
        ptrdiff_t row = (ptrdiff_t)t->shape.width * LANES;
        if (!p.inside) copy_in(t, p, edge, x, patch), from = patch, row = edge * LANES;
        transform(line, edge, n, from, row, LANES, out);
        scatter(out, n * n, v + i * LANES, stride);
        if (sums) sum = vec_add(sum, tile_sum(from, edge, row));
    }
    if (sums) vec_store(sums, sum);
}

INLINE void write_tiles(line_transform *line, int edge, int n, const lince_tiling *t, const float *m,
                        size_t stride, size_t pitch, size_t first, size_t count, size_t block,
                        const float *bias, bool relu, const float *gate, float *y)
{
    vec out[EDGE * EDGE], b = bias ? vec_load(bias) : vec_zero();
    for (size_t i = 0; i < count; i++) {
        place p = place_of(t, edge, first + i, block);
        transform(line, n, edge, m + i * pitch, (ptrdiff_t)stride * n, (ptrdiff_t)stride, out);
        UNROLL for (int r = 0; r < edge; r++)
        {
            UNROLL for (int c = 0; c < edge; c++)
            {
                if (!p.inside && (r < p.top || r >= p.bottom || c < p.left || c >= p.right)) continue;
                ptrdiff_t at = p.at + ((ptrdiff_t)r * t->shape.width + c) * LANES;
                vec result = vec_add(out[r * edge + c], b);
                if (relu) result = vec_relu(result);
                if (gate) result = vec_where_positive(result, vec_load(gate + at));
                vec_store(y + at, result);
            }
        }
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

INLINE void read_weights(line_transform *line, int n, const float *w, bool transposed, float *u,
                         size_t stride, size_t pitch)
{
    enum { TAP = LANES * LANES };
    float turned[9 * TAP];
    ptrdiff_t column = TAP;
    vec out[EDGE * EDGE];
    if (transposed) {
        transpose_block(w, turned);
        w = turned + 8 * TAP, column = -column;
    }
    for (size_t i = 0; i < LANES; i++) {
        transform(line, 3, n, w + i * LANES, 3 * column, column, out);
        scatter(out, n * n, u + i * pitch, stride);
    }
}

INLINE void write_weights(line_transform *line, int n, const float *u, size_t stride, size_t pitch, float *dw)
{
    enum { TAP = LANES * LANES };
    vec out[EDGE * EDGE];
    for (size_t i = 0; i < LANES; i++) {
        transform(line, n, 3, u + i * pitch, (ptrdiff_t)stride * n, (ptrdiff_t)stride, out);
        scatter(out, 9, dw + i * LANES, TAP);
    }
}

/* The five functions of an algorithm with n x n points on tiles of `input` and `output` pixels' edge. */
#define TRANSFORMS(name, n, input_edge, output_edge, input, output, gradient)                                \
    static void name##_input_tiles(const lince_tiling *t, const float *x, size_t first, size_t count,        \
                                   size_t block, float *v, size_t stride)                                    \
    {                                                                                                        \
        read_tiles(input, input_edge, n, t, x, first, count, block, v, stride, NULL);                        \
    }                                                                                                        \
    static void name##_gradient_tiles(const lince_tiling *t, const float *dy, size_t first, size_t count,    \
                                      size_t block, float *v, size_t stride, float *sums)                    \
    {                                                                                                        \
        read_tiles(gradient, output_edge, n, t, dy, first, count, block, v, stride, sums);                   \
    }                                                                                                        \
    static void name##_output_tiles(const lince_tiling *t, const float *m, size_t stride, size_t pitch,      \
                                    size_t first, size_t count, size_t block, const float *bias, bool relu,  \
                                    const float *gate, float *y)                                             \
    {                                                                                                        \
        write_tiles(output, output_edge, n, t, m, stride, pitch, first, count, block, bias, relu, gate, y);  \
    }                                                                                                        \
    static void name##_weights_block(const float *w, bool transposed, float *u, size_t stride, size_t pitch) \
    {                                                                                                        \
        read_weights(name##_weights, n, w, transposed, u, stride, pitch);                                    \
    }                                                                                                        \
    static void name##_weights_gradient_block(const float *u, size_t stride, size_t pitch, float *dw)        \
    {                                                                                                        \
        write_weights(name##_weights_gradient, n, u, stride, pitch, dw);                                     \
    }

TRANSFORMS(map4, 6, 6, 4, map4_input, map4_output, map4_gradient)
TRANSFORMS(map2, 3, 2, 2, map2_input, map2_output, map2_gradient)
TRANSFORMS(map1, 1, 1, 1, map1_same, map1_same, map1_same)

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
    vec sum[LINCE_WINOGRAD_MAX_ROWS][LINCE_WINOGRAD_VECTORS], factor[LINCE_WINOGRAD_VECTORS];
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

/* Half of the block's channels at once: 2 L sums, of 32 (AVX-512) or 16 (AVX2) registers. */
INLINE void outer(int vectors, const float *v, const float *y, size_t y_stride, size_t tiles, bool accumulate,
                  float *du)
{
    enum { ROWS = LANES / 2 };
    vec sum[ROWS][LINCE_WINOGRAD_VECTORS], factor[LINCE_WINOGRAD_VECTORS];
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
#define EACH_ROWS_6(M, v) M(1, v) M(2, v) M(3, v) M(4, v) M(5, v) M(6, v)
#define EACH_ROWS_14(M, v) \
    EACH_ROWS_6(M, v) M(7, v) M(8, v) M(9, v) M(10, v) M(11, v) M(12, v) M(13, v) M(14, v)
#define ENTRY(rows, vectors) multiply_##rows##x##vectors,

/* 28 sums of 32 registers, or 12 of 16. */
#if defined(__AVX512F__)
enum { ROWS = 14 };
#define EACH_ROWS EACH_ROWS_14
#else
enum { ROWS = 6 };
#define EACH_ROWS EACH_ROWS_6
#endif

EACH_ROWS(MULTIPLY, 1)
EACH_ROWS(MULTIPLY, 2)
OUTER(1)
OUTER(2)

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
    .multiply = {{EACH_ROWS(ENTRY, 1)}, {EACH_ROWS(ENTRY, 2)}},
    .outer = {outer_1, outer_2},
};
