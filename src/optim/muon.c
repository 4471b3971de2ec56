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
#include "core/error.h"
#include "kernels/kernels.h"
#include "optim/optim.h"

#include <math.h>

enum { ITERATIONS = 5 };

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

/* One iteration of X, in x, by way of y [rows][columns] and two matrices of the shorter side. */
static void iterate(const lince_exec *exec, matrix m, float *x, float *y, float *gram, float *square)
{
    size_t k = shorter_side(m), n = m.rows * m.columns;
    bool wide = m.rows <= m.columns;
    /* gram = X X^T, or X^T X */
    lince_gemm(exec, !wide, wide, k, k, wide ? m.columns : m.rows, x, m.columns, x, m.columns, 0, gram, k);
    /* square = gram^2 + B / C gram */
    lince_copy(exec, gram, square, k * k);
    lince_gemm(exec, false, false, k, k, k, gram, k, gram, k, (float)(B / C), square, k);
    /* y = square X, or X square; X = A X + C y */
    if (wide)
        lince_gemm(exec, false, false, k, m.columns, k, square, k, x, m.columns, 0, y, m.columns);
    else
        lince_gemm(exec, false, false, m.rows, k, k, x, k, square, k, 0, y, k);
    lince_blend(exec, (float)A, (float)C, x, y, n);
}

/* Memory of a parameter as a matrix, and back: by way of the host, who knows the layouts. */
static int export_matrix(const lince_exec *exec, const lince_param *p, matrix m, const float *memory,
                         float *x)
{
    size_t n = m.rows * m.columns;
    lince_access from, to;
    if (m.copies > 1 || lince_param_is_plain(p)) {
        lince_copy(exec, memory, x, n);
        return 0;
    }
    LINCE_TRY(lince_access_read(&from, exec->device, memory, p->size * sizeof *memory));
    int code = lince_access_change(&to, exec->device, x, n * sizeof *x);
    if (!code) lince_param_export(p, from.host, to.host);
    lince_access_end(&to);
    lince_access_end(&from);
    return code;
}

static int import_matrix(const lince_exec *exec, const lince_param *p, matrix m, const float *x,
                         float *memory)
{
    size_t n = m.rows * m.columns;
    lince_access from, to;
    if (m.copies > 1 || lince_param_is_plain(p)) {
        lince_copy(exec, x, memory, n);
        return 0;
    }
    LINCE_TRY(lince_access_read(&from, exec->device, x, n * sizeof *x));
    int code = lince_access_change(&to, exec->device, memory, p->size * sizeof *memory);
    if (!code) lince_param_import(p, from.host, to.host);
    lince_access_end(&to);
    lince_access_end(&from);
    return code;
}

static int update_matrix(const lince_exec *exec, const lince_hyper *h, const lince_param *p,
                         const float *grad, float *momentum, float *memory)
{
    matrix m = matrix_of(p);
    size_t n = m.rows * m.columns, k = shorter_side(m);
    float *d = memory, *x = d + p->size, *y = x + n, *gram = y + n, *square = gram + k * k;
    lince_direction(exec, h->momentum, h->grad_scale, grad, momentum, d, p->size);
    LINCE_TRY(export_matrix(exec, p, m, d, x));
    double copies = (double)m.copies, norm = sqrt(copies * lince_sum_of_squares(exec, x, n)),
           ratio = (double)m.rows / ((double)m.columns * copies);
    lince_scale(exec, x, x, (float)(sqrt(copies) / fmax(norm, TINY)), n);
    for (int i = 0; i < ITERATIONS; i++) iterate(exec, m, x, y, gram, square);
    LINCE_TRY(import_matrix(exec, p, m, x, d));
    lince_blend(exec, (float)(1 - (double)(h->lr * h->weight_decay)),
                (float)(-(double)h->lr * sqrt(fmax(1, ratio) / copies)), p->value, d, p->size);
    return 0;
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
