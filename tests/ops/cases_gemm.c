/* Matrix products; test_gemm.c holds each row to the bound of its algorithm. */
#include "kernels/kernels.h"
#include "kernels/operands.h"
#include "ops/suites.h"

#include <stdio.h>

static const size_t shapes[][3] = {
    {1, 1, 1}, {1, 10, 500}, {3, 7, 5}, {9, 49, 129}, {10, 12, 300}, {130, 96, 17}, {2, 300, 70},
};
/* A classifier's three products, and two of muon's. */
static const struct {
    size_t m, n, k;
    bool ta, tb;
} timed_shapes[] = {
    {128, 4096, 512, false, true}, {4096, 512, 128, true, false}, {128, 512, 4096, false, false},
    {512, 512, 4608, false, true}, {512, 512, 512, false, false},
};
#define COUNT(array) (sizeof(array) / sizeof *(array))

static bool make(op_case *c, size_t index, bool timed)
{
    if (index >= (timed ? COUNT(timed_shapes) : 4 * COUNT(shapes))) return false;
    lince_gemm_args a = {.ta = index % 4 / 2,
                         .tb = index % 2,
                         .m = shapes[index / 4 % COUNT(shapes)][0],
                         .n = shapes[index / 4 % COUNT(shapes)][1],
                         .k = shapes[index / 4 % COUNT(shapes)][2]};
    if (timed)
        a = (lince_gemm_args){.ta = timed_shapes[index].ta,
                              .tb = timed_shapes[index].tb,
                              .m = timed_shapes[index].m,
                              .n = timed_shapes[index].n,
                              .k = timed_shapes[index].k};
    a.lda = a.ta ? a.m : a.k, a.ldb = a.tb ? a.k : a.n, a.ldc = a.n;
    a.beta = timed || index % 3 ? 0 : 0.7f;
    *(lince_gemm_args *)c->args = a;
    snprintf(c->what, sizeof c->what, "%zu x %zu x %zu%s%s%s", a.m, a.n, a.k, a.ta ? ", A'" : "",
             a.tb ? ", B'" : "", a.beta != 0 ? ", + C" : "");
    op_flat(c, "a", offsetof(lince_gemm_args, a), GIVEN, SIGNED, a.m * a.k)->learns = true;
    op_flat(c, "b", offsetof(lince_gemm_args, b), GIVEN, SIGNED, a.k * a.n)->learns = true;
    c->answer = c->operands;
    op_flat(c, "c", offsetof(lince_gemm_args, c), a.beta != 0 ? ADDED_TO : RESULT, SIGNED, a.m * a.n);
    c->terms = (double)a.k + 2;
    c->flops = 2.0 * (double)a.m * (double)a.n * (double)a.k;
    return true;
}

/* op(A) gets dC op(B)', op(B) gets op(A)' dC; transposed operands the transposes of these. */
static void gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_gemm_args *a = (const lince_gemm_args *)c->args;
    if (a->ta)
        lince_gemm(op_truth(), a->tb, true, a->k, a->m, a->n, a->b, a->ldb, dy, a->n, 0, d[0], a->lda);
    else
        lince_gemm(op_truth(), false, !a->tb, a->m, a->k, a->n, dy, a->n, a->b, a->ldb, 0, d[0], a->lda);
    if (a->tb)
        lince_gemm(op_truth(), true, a->ta, a->n, a->k, a->m, dy, a->n, a->a, a->lda, 0, d[1], a->ldb);
    else
        lince_gemm(op_truth(), !a->ta, false, a->k, a->n, a->m, a->a, a->lda, dy, a->n, 0, d[1], a->ldb);
}

const op_suite gemm_suites[] = {
    {.op = LINCE_OP_GEMM, .make = make, .linear = true, .gradient = gradient},
    {.make = NULL},
};
