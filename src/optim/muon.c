/* Muon (Jordan 2024, https://kellerjordan.github.io/posts/muon/; torch.optim.Muon): momentum whose direction
 * is made orthogonal, for matrices of hidden layers; a filter is the matrix [out][in * height * width].
 *     g' = g scaled;  b = m b + (1 - m) g';  d = m b + (1 - m) g'                  (Nesterov)
 *     X = d / |d|;  five times  A = X X^T;  X = a X + (b A + c A^2) X              (Newton and Schulz)
 *     p = (1 - lr w) p - lr sqrt(max(1, rows / columns)) X
 * X has the singular vectors of d and singular values around 1. Where there are more rows than columns
 * A = X^T X on the other side gives the same X. Each column may stand for k equal ones
 * (docs/classifier-redundancy.md): A is then the same, and X smaller by sqrt(k).
 *
 * All else (biases, norms, words, the output layer) is AdamW's, with the published betas and eps, at 0.015 of
 * the rate: the published defaults are 0.02 and 3e-4. */
#include "core/cpu.h"
#include "core/parallel.h"
#include "kernels/kernels.h"
#include "optim/optim.h"

#include <math.h>
#include <string.h>

enum { PIECE = 1 << 15 /* floats in one task */, ITERATIONS = 5 };

static const double A = 3.4445, B = -4.7750, C = 2.0315, TINY = 1e-7;

/* --- all else ------------------------------------------------------------------------------------- */

static lince_hyper adamw_of(const lince_hyper *h)
{
    lince_hyper other = *h;
    other.lr *= 0.015f;
    other.beta1 = 0.9f;
    other.beta2 = 0.95f;
    other.eps = 1e-10f;
    return other;
}

static void update(const lince_hyper *h, float *restrict p, const float *restrict g, float *restrict m,
                   float *restrict v, size_t n)
{
    lince_hyper other = adamw_of(h);
    lince_adamw.update(&other, p, g, m, v, n);
}

static void rest_of(const lince_hyper *h, lince_rest *rest)
{
    lince_hyper other = adamw_of(h);
    lince_adamw.rest(&other, rest);
}

/* --- matrices ------------------------------------------------------------------------------------- */

typedef struct matrix {
    size_t rows, columns, copies; /* columns in memory, each for so many */
} matrix;

static matrix matrix_of(const lince_param *p)
{
    size_t rows = (size_t)p->dims[0], copies = p->copies > 1 ? (size_t)p->copies : 1;
    return (matrix){rows, lince_param_elements(p) / rows / copies, copies};
}

static size_t shorter_side(matrix m)
{
    return m.rows < m.columns ? m.rows : m.columns;
}

static size_t scratch(const lince_param *p)
{
    matrix m = matrix_of(p);
    return p->size + 2 * m.rows * m.columns + 2 * shorter_side(m) * shorter_side(m);
}

typedef struct pieces {
    const lince_hyper *hyper;
    float *to, *state; /* of scale only `to` */
    const float *from;
    float keep, rate;
} pieces;

LINCE_EACH_LEVEL(direction,
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
    const pieces *s = context;
    direction(s->hyper->momentum, s->hyper->grad_scale, s->to + begin, s->from + begin, s->state + begin,
              end - begin);
}

/* to = keep to + rate from */
LINCE_EACH_LEVEL(mix, (float keep, float rate, float *restrict to, const float *restrict from, size_t n),
                 (keep, rate, to, from, n))
{
    for (size_t i = 0; i < n; i++) to[i] = keep * to[i] + rate * from[i];
}

static void mix_piece(void *context, size_t begin, size_t end)
{
    const pieces *s = context;
    mix(s->keep, s->rate, s->to + begin, s->from + begin, end - begin);
}

static void mix_all(int threads, double keep, double rate, float *to, const float *from, size_t n)
{
    lince_parallel_ranges(threads, n, PIECE, mix_piece,
                          &(pieces){.to = to, .from = from, .keep = (float)keep, .rate = (float)rate});
}

/* One iteration of X, in x, by way of y [rows][columns] and two matrices of the shorter side. */
static void iterate(int threads, matrix m, float *x, float *y, float *gram, float *square)
{
    size_t k = shorter_side(m), n = m.rows * m.columns;
    bool wide = m.rows <= m.columns;
    /* gram = X X^T, or X^T X */
    lince_exec exec = {.device = &lince_host, .threads = threads};
    lince_gemm(&exec, !wide, wide, k, k, wide ? m.columns : m.rows, x, m.columns, x, m.columns, 0, gram, k);
    /* square = gram^2 + B / C gram */
    memcpy(square, gram, k * k * sizeof *gram);
    lince_gemm(&exec, false, false, k, k, k, gram, k, gram, k, (float)(B / C), square, k);
    /* y = square X, or X square; X = A X + C y */
    if (wide)
        lince_gemm(&exec, false, false, k, m.columns, k, square, k, x, m.columns, 0, y, m.columns);
    else
        lince_gemm(&exec, false, false, m.rows, k, k, x, k, square, k, 0, y, k);
    mix_all(threads, A, C, x, y, n);
}

/* Memory of a parameter as a matrix, and back. */
static void export_matrix(const lince_param *p, matrix m, const float *memory, float *x)
{
    if (m.copies > 1)
        memcpy(x, memory, m.rows * m.columns * sizeof *x);
    else
        lince_param_export(p, memory, x);
}

static void import_matrix(const lince_param *p, matrix m, const float *x, float *memory)
{
    if (m.copies > 1)
        memcpy(memory, x, m.rows * m.columns * sizeof *x);
    else
        lince_param_import(p, x, memory);
}

static void update_matrix(const lince_hyper *h, int threads, const lince_param *p, const float *grad,
                          float *momentum, float *memory)
{
    matrix m = matrix_of(p);
    size_t n = m.rows * m.columns, k = shorter_side(m);
    float *d = memory, *x = d + p->size, *y = x + n, *gram = y + n, *square = gram + k * k;
    lince_parallel_ranges(threads, p->size, PIECE, direction_piece,
                          &(pieces){.hyper = h, .to = d, .from = grad, .state = momentum});
    export_matrix(p, m, d, x);
    double copies = (double)m.copies, norm = sqrt(copies * lince_sum_of_squares(threads, x, n)),
           ratio = (double)m.rows / ((double)m.columns * copies);
    mix_all(threads, 0, sqrt(copies) / fmax(norm, TINY), x, x, n);
    for (int i = 0; i < ITERATIONS; i++) iterate(threads, m, x, y, gram, square);
    import_matrix(p, m, x, d);
    mix_all(threads, 1 - (double)(h->lr * h->weight_decay), -(double)h->lr * sqrt(fmax(1, ratio) / copies),
            p->value, d, p->size);
}

const lince_optimizer lince_muon = {.name = "muon",
                                    .usual_lr = 0.02,
                                    .usual_momentum = 0.95,
                                    .nesterov = true,
                                    .states = 2,
                                    .matrix_states = 1,
                                    .proportional_decay = true,
                                    .update = update,
                                    .rest = rest_of,
                                    .scratch = scratch,
                                    .update_matrix = update_matrix};
