/* What takes each value by itself, rows, and dropout. */
#include "kernels/kernels.h"
#include "kernels/operands.h"
#include "ops/suites.h"

#include <stdio.h>
#include <stdlib.h>

/* --- single values ---------------------------------------------------------------------------------------- */

static const size_t sizes[] = {1, 7, 16, 33, 1000, 70001};
enum { SIZES = sizeof sizes / sizeof *sizes, LONG = 1 << 22 };

static lince_map_args *map_of(const op_case *c)
{
    return (lince_map_args *)c->args;
}

static bool make_map(op_case *c, size_t index, bool timed, bool a, bool b)
{
    if (index >= (timed ? 1 : SIZES)) return false;
    size_t n = timed ? LONG : sizes[index];
    *map_of(c) = (lince_map_args){.n = n, .number = 0.7f, .relu = index % 2};
    snprintf(c->what, sizeof c->what, "%zu", n);
    if (a) op_flat(c, "a", offsetof(lince_map_args, a), GIVEN, SIGNED, n)->learns = !b;
    if (b) op_flat(c, "b", offsetof(lince_map_args, b), GIVEN, SIGNED, n);
    op_flat(c, "y", offsetof(lince_map_args, y), RESULT, SIGNED, n);
    return true;
}

static bool make_fill(op_case *c, size_t index, bool timed)
{
    return make_map(c, index, timed, false, false);
}

static bool make_unary(op_case *c, size_t index, bool timed)
{
    return make_map(c, index, timed, true, false);
}

static bool make_binary(op_case *c, size_t index, bool timed)
{
    return make_map(c, index, timed, true, true);
}

static bool make_sum(op_case *c, size_t index, bool timed)
{
    if (!make_map(c, index, timed, true, true)) return false;
    c->operand[0].learns = c->operand[1].learns = true;
    return true;
}

static void copy_gradient(const op_case *c, const float *dy, float *const *d)
{
    lince_copy(op_truth(), dy, d[0], map_of(c)->n);
}

static void scale_gradient(const op_case *c, const float *dy, float *const *d)
{
    lince_scale(op_truth(), dy, d[0], map_of(c)->number, map_of(c)->n);
}

static void sum_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_map_args *m = map_of(c);
    for (int i = 0; i < 2; i++)
        if (m->relu)
            lince_relu_backward(op_truth(), m->y, dy, d[i], m->n);
        else
            lince_copy(op_truth(), dy, d[i], m->n);
}

/* d(a / b) = da / b - (a / b) db / b */
static void quotient_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_map_args *m = map_of(c);
    lince_quotient(op_truth(), dy, m->b, d[0], m->n);
    for (size_t i = 0; i < m->n; i++) d[1][i] = -d[0][i] * m->y[i];
}

/* Activations whose backward wants y, and those whose wants x. */
#define BY_RESULT(name)                                                             \
    static void name##_gradient(const op_case *c, const float *dy, float *const *d) \
    {                                                                               \
        lince_##name##_backward(op_truth(), map_of(c)->y, dy, d[0], map_of(c)->n);  \
    }
#define BY_OPERAND(name)                                                            \
    static void name##_gradient(const op_case *c, const float *dy, float *const *d) \
    {                                                                               \
        lince_##name##_backward(op_truth(), map_of(c)->a, dy, d[0], map_of(c)->n);  \
    }
BY_RESULT(relu)
BY_RESULT(relu6)
BY_RESULT(hard_sigmoid)
BY_RESULT(sigmoid)
BY_RESULT(elu)
BY_OPERAND(hard_swish)
BY_OPERAND(silu)
BY_OPERAND(gelu)
BY_OPERAND(error_function)

/* --- rows ------------------------------------------------------------------------------------------------- */

static const size_t rows[][2] = {{1, 1}, {1, 10}, {5, 7}, {3, 300}, {129, 33}};

static bool make_rows(op_case *c, size_t index, bool timed, bool bias)
{
    if (index >= (timed ? 1 : sizeof rows / sizeof *rows)) return false;
    size_t count = timed ? 4096 : rows[index][0], n = timed ? 1024 : rows[index][1];
    *(lince_rows_args *)c->args = (lince_rows_args){.rows = count, .n = n};
    snprintf(c->what, sizeof c->what, "%zu x %zu", count, n);
    op_flat(c, "x", offsetof(lince_rows_args, x), GIVEN, SIGNED, bias ? n : count * n)->learns = true;
    op_flat(c, "y", offsetof(lince_rows_args, y), bias ? ADDED_TO : RESULT, SIGNED, bias ? count * n : n)
        ->learns = bias;
    c->terms = (double)count;
    return true;
}

static bool make_bias(op_case *c, size_t index, bool timed)
{
    return make_rows(c, index, timed, true);
}

static bool make_sum_rows(op_case *c, size_t index, bool timed)
{
    return make_rows(c, index, timed, false);
}

static void bias_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_rows_args *r = (const lince_rows_args *)c->args;
    lince_sum_rows(op_truth(), dy, d[0], r->rows, r->n);
    lince_copy(op_truth(), dy, d[1], r->rows * r->n);
}

/* Each row's gradient is that of the sum. */
static void rows_gradient(const op_case *c, const float *dy, float *const *d)
{
    const lince_rows_args *r = (const lince_rows_args *)c->args;
    lince_add_bias(op_truth(), d[0], dy, r->rows, r->n);
}

/* --- dropout ---------------------------------------------------------------------------------------------- */

static const uint64_t keys[] = {3, 1415, 92653, 58979, 323846};
static const size_t samples[][2] = {{1, 1}, {1, 9}, {3, 257}, {5, 1024}};

static bool make_dropout(op_case *c, size_t index, bool timed)
{
    if (index >= (timed ? 1 : sizeof samples / sizeof *samples)) return false;
    size_t n = timed ? 4 : samples[index][0], size = timed ? LONG / 4 : samples[index][1];
    *(lince_dropout_args *)c->args =
        (lince_dropout_args){.n = n, .size = size, .p = 0.3f, .key = keys, .layer = 2};
    snprintf(c->what, sizeof c->what, "%zu x %zu", n, size);
    op_flat(c, "x", offsetof(lince_dropout_args, x), GIVEN, SIGNED, n * size)->learns = true;
    op_flat(c, "y", offsetof(lince_dropout_args, y), RESULT, SIGNED, n * size);
    return true;
}

/* Linear with the same draw: its own backward. */
#define DROPOUT(name)                                                               \
    static void name##_gradient(const op_case *c, const float *dy, float *const *d) \
    {                                                                               \
        const lince_dropout_args *a = (const lince_dropout_args *)c->args;          \
        lince_##name(op_truth(), dy, d[0], a->n, a->size, a->p, a->key, a->layer);  \
    }
DROPOUT(dropout)
DROPOUT(drop_samples)

const op_suite elementwise_suites[] = {
    {.op = LINCE_OP_FILL, .make = make_fill, .exact = true},
    {.op = LINCE_OP_COPY, .make = make_unary, .exact = true, .gradient = copy_gradient},
    {.op = LINCE_OP_SCALE, .make = make_unary, .exact = true, .gradient = scale_gradient},
    {.op = LINCE_OP_SHIFT, .make = make_unary, .exact = true, .gradient = copy_gradient},
    {.op = LINCE_OP_SUM, .make = make_sum, .exact = true, .gradient = sum_gradient},
    {.op = LINCE_OP_QUOTIENT, .make = make_sum, .exact = true, .gradient = quotient_gradient},
    {.op = LINCE_OP_ADD_BIAS, .make = make_bias, .exact = true, .gradient = bias_gradient},
    {.op = LINCE_OP_SUM_ROWS, .make = make_sum_rows, .linear = true, .gradient = rows_gradient},
    {.op = LINCE_OP_RELU, .make = make_unary, .exact = true, .gradient = relu_gradient},
    {.op = LINCE_OP_RELU_BACKWARD, .make = make_binary, .exact = true, .hides_nan = true},
    {.op = LINCE_OP_RELU6, .make = make_unary, .exact = true, .gradient = relu6_gradient},
    {.op = LINCE_OP_RELU6_BACKWARD, .make = make_binary, .exact = true, .hides_nan = true},
    {.op = LINCE_OP_HARD_SIGMOID, .make = make_unary, .exact = true, .gradient = hard_sigmoid_gradient},
    {.op = LINCE_OP_HARD_SIGMOID_BACKWARD, .make = make_binary, .exact = true, .hides_nan = true},
    {.op = LINCE_OP_HARD_SWISH, .make = make_unary, .exact = true, .gradient = hard_swish_gradient},
    {.op = LINCE_OP_HARD_SWISH_BACKWARD, .make = make_binary, .exact = true},
    {.op = LINCE_OP_SIGMOID, .make = make_unary, .slack = 8, .gradient = sigmoid_gradient},
    {.op = LINCE_OP_SIGMOID_BACKWARD, .make = make_binary, .slack = 8},
    {.op = LINCE_OP_SILU, .make = make_unary, .slack = 8, .gradient = silu_gradient},
    {.op = LINCE_OP_SILU_BACKWARD, .make = make_binary, .slack = 8},
    {.op = LINCE_OP_GELU, .make = make_unary, .slack = 16, .gradient = gelu_gradient},
    {.op = LINCE_OP_GELU_BACKWARD, .make = make_binary, .slack = 16},
    {.op = LINCE_OP_ERROR_FUNCTION, .make = make_unary, .slack = 8, .gradient = error_function_gradient},
    {.op = LINCE_OP_ERROR_FUNCTION_BACKWARD, .make = make_binary, .slack = 8},
    {.op = LINCE_OP_ELU, .make = make_unary, .slack = 8, .gradient = elu_gradient},
    {.op = LINCE_OP_ELU_BACKWARD, .make = make_binary, .exact = true},
    {.op = LINCE_OP_DROPOUT,
     .make = make_dropout,
     .exact = true,
     .hides_nan = true,
     .gradient = dropout_gradient},
    {.op = LINCE_OP_DROP_SAMPLES, .make = make_dropout, .exact = true, .gradient = drop_samples_gradient},
    {.make = NULL},
};
