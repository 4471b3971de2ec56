/* Sums, products and the like, of maps, of constants, and of what shapes are computed with. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "layers/scale.h"
#include "layers/shift.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

#include <string.h>

static int with_constant(import *m, const node *n, const item *x, const tensor *t)
{
    char op = n->op_type[0]; /* Add, Sub, Mul, Div */
    size_t count = lince_onnx_elements(t);
    float *values;
    if (!strchr("ASMD", op) || (count != 1 && !lince_import_by_channel(m, x, t)))
        return lince_import_refuse(m, n, N_("expected a constant of one number, or of one for each channel"));
    LINCE_TRY(lince_import_values(m, t, &values));
    for (size_t i = 0; i < count; i++)
        values[i] = op == 'S' ? -values[i] : op == 'D' ? 1 / values[i] : values[i];
    bool sum = op == 'A' || op == 'S';
    int made = count > 1 ? lince_import_affine(m, n, x->node, t, sum ? NULL : values, sum ? values : NULL)
               : sum     ? lince_import_add(m, n, x->node, -1, LINCE_LAYER(shift, .number = values[0]))
                         : lince_import_add(m, n, x->node, -1, LINCE_LAYER(scale, .factor = values[0]));
    lince_free(values);
    return lince_import_give(m, n, x, made);
}

static int64_t compute(char op, int64_t a, int64_t b)
{
    int64_t y = 0;
    switch (op) {
    case 'A': return __builtin_add_overflow(a, b, &y) ? 0 : y;
    case 'S': return __builtin_sub_overflow(a, b, &y) ? 0 : y;
    case 'M': return __builtin_mul_overflow(a, b, &y) ? 0 : y;
    default: return b == 0 || (a == INT64_MIN && b == -1) ? 0 : a / b;
    }
}

static int shape_arithmetic(import *m, const node *n, const item *a, const item *b)
{
    int64_t out[LINCE_ONNX_LONGS];
    size_t count = a->count > b->count ? a->count : b->count;
    for (size_t i = 0; i < count; i++) {
        if ((a->count != count && a->count != 1) || (b->count != count && b->count != 1))
            return lince_import_refuse(m, n, N_("shapes that do not fit each other"));
        int64_t left = a->longs[a->count == 1 ? 0 : i], right = b->longs[b->count == 1 ? 0 : i];
        if (left < 0 || right < 0)
            return lince_import_refuse(m, n,
                                       N_("it computes with the number of samples, which is not known"));
        out[i] = compute(n->op_type[0], left, right);
    }
    return lince_import_give_numbers(m, n, count, out, a->scalar && b->scalar);
}

int lince_onnx_take_negative(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    if (!x) return lince_import_refuse(m, n, N_("expected a map"));
    return lince_import_give(m, n, x, lince_import_add(m, n, x->node, -1, LINCE_LAYER(scale, .factor = -1)));
}

static bool same_shape(lince_shape a, lince_shape b)
{
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

/* A channel's one value may stand for all of it. */
static int product_of_maps(import *m, const node *n, const item *a, const item *b)
{
    lince_shape left = lince_import_shape_of(m, a), right = lince_import_shape_of(m, b);
    bool smaller = left.height * left.width < right.height * right.width;
    const item *x = smaller ? b : a, *s = smaller ? a : b;
    return lince_import_give(m, n, x, lince_import_add(m, n, x->node, s->node, LINCE_BARE(scale_channels)));
}

static int between_maps(import *m, const node *n, const item *a, const item *b)
{
    lince_shape left = lince_import_shape_of(m, a), right = lince_import_shape_of(m, b);
    if (a->rank != b->rank ||
        (a->last != b->last && left.height * left.width > 1 && right.height * right.width > 1))
        return lince_import_refuse(m, n, N_("expected two maps of one layout"));
    char op = n->op_type[0]; /* Add, Sub, Mul, Div */
    if (op == 'M') return product_of_maps(m, n, a, b);
    if (!same_shape(left, right)) return lince_import_refuse(m, n, N_("expected two maps of one shape"));
    int second = op == 'S' ? lince_import_add(m, n, b->node, -1, LINCE_LAYER(scale, .factor = -1)) : b->node;
    return lince_import_give(m, n, a,
                             second < 0  ? second
                             : op == 'D' ? lince_import_add(m, n, a->node, second, LINCE_BARE(divide))
                                         : lince_import_add(m, n, a->node, second, LINCE_BARE(add)));
}

/* (number + 0 x) / x */
static int divided_by(import *m, const node *n, int numerator, const item *x)
{
    return lince_import_give(m, n, x,
                             numerator < 0 ? numerator
                                           : lince_import_add(m, n, numerator, x->node, LINCE_BARE(divide)));
}

int lince_onnx_take_reciprocal(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    if (!x) return lince_import_refuse(m, n, N_("expected a map"));
    int y = lince_import_add(m, n, x->node, -1, LINCE_LAYER(scale, .factor = 0));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(shift, .number = 1));
    return divided_by(m, n, y, x);
}

/* constant - x = constant + (-x);  constant / x = (constant + 0 x) / x. */
static int from_constant(import *m, const node *n, const tensor *t, const item *x)
{
    size_t count = lince_onnx_elements(t);
    bool quotient = n->op_type[0] == 'D';
    float *values;
    if (count != 1 && !lince_import_by_channel(m, x, t))
        return lince_import_refuse(m, n, N_("expected a constant of one number, or of one for each channel"));
    LINCE_TRY(lince_import_values(m, t, &values));
    int y = lince_import_add(m, n, x->node, -1, LINCE_LAYER(scale, .factor = quotient ? 0 : -1));
    if (y >= 0)
        y = count > 1 ? lince_import_affine(m, n, y, t, NULL, values)
                      : lince_import_add(m, n, y, -1, LINCE_LAYER(shift, .number = values[0]));
    lince_free(values);
    return quotient ? divided_by(m, n, y, x) : lince_import_give(m, n, x, y);
}

int lince_onnx_take_arithmetic(import *m, const node *n)
{
    const item *a = lince_import_input(m, n, 0), *b = lince_import_input(m, n, 1);
    if (!a || !b) return lince_import_refuse(m, n, N_("its input is not there"));
    bool left = a->kind == LINCE_ONNX_NODE, right = b->kind == LINCE_ONNX_NODE,
         turned = strchr("SD", n->op_type[0]) != NULL;
    if (a->kind == LINCE_ONNX_NUMBERS && b->kind == LINCE_ONNX_NUMBERS) return shape_arithmetic(m, n, a, b);
    if (a->kind == LINCE_ONNX_INDICES || b->kind == LINCE_ONNX_INDICES)
        return lince_import_indices_arithmetic(m, n);
    if (left && right) return between_maps(m, n, a, b);
    if (left || right) {
        bool taken;
        LINCE_TRY(lince_import_gelu_by_erf(m, n, left ? a : b, &taken));
        if (taken) return 0;
    }
    const tensor *before = lince_import_constant(m, n, 0), *behind = lince_import_constant(m, n, 1);
    if (left && behind) return with_constant(m, n, a, behind);
    if (right && before) return turned ? from_constant(m, n, before, b) : with_constant(m, n, b, before);
    return lince_import_refuse(m, n, N_("expected a map and a constant, or two maps"));
}
