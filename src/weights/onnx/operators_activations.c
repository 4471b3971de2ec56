/* Operators on each number by itself. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "layers/scale.h"
#include "layers/shift.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

#include <math.h>
#include <string.h>

static int activation(import *m, const node *n, const lince_layer_type *type)
{
    const item *x = lince_import_map(m, n, 0);
    if (!x) return lince_import_refuse(m, n, N_("expected a map"));
    return lince_import_give(m, n, x, lince_import_add(m, n, x->node, -1, (lince_layer_args){.type = type}));
}

int lince_onnx_take_relu(import *m, const node *n)
{
    return activation(m, n, &lince_relu_layer);
}

/* `type` of (x + shift) factor, that taken back. `y`: the node of x; below 0 what went wrong. */
static int within(import *m, const node *n, int y, float shift, float factor, const lince_layer_type *type)
{
    if (y >= 0 && shift != 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(shift, .number = shift));
    if (y >= 0 && factor != 1) y = lince_import_add(m, n, y, -1, LINCE_LAYER(scale, .factor = factor));
    if (y >= 0) y = lince_import_add(m, n, y, -1, (lince_layer_args){.type = type});
    if (y >= 0 && factor != 1) y = lince_import_add(m, n, y, -1, LINCE_LAYER(scale, .factor = 1 / factor));
    if (y >= 0 && shift != 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(shift, .number = -shift));
    return y;
}

/* What no float reaches is no bound. */
int lince_onnx_take_clip(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    float low = lince_import_real(n, "min", -INFINITY), high = lince_import_real(n, "max", INFINITY);
    if ((lince_import_input(m, n, 1) && !lince_import_number(m, n, 1, &low)) ||
        (lince_import_input(m, n, 2) && !lince_import_number(m, n, 2, &high)))
        return lince_import_refuse(m, n, N_("expected constant bounds"));
    bool below = low > -1e30f, above = high < 1e30f;
    if (!x) return lince_import_refuse(m, n, N_("expected a map"));
    if (!(low < high)) return lince_import_refuse(m, n, N_("expected a lower bound below the upper one"));
    int y = below && above ? within(m, n, x->node, -low, 6 / (high - low), &lince_relu6_layer)
            : below        ? within(m, n, x->node, -low, 1, &lince_relu_layer)
            : above        ? within(m, n, x->node, -high, -1, &lince_relu_layer)
                           : x->node;
    return lince_import_give(m, n, x, y);
}

int lince_onnx_take_erf(import *m, const node *n)
{
    return activation(m, n, &lince_erf_layer);
}

/* 1 - erf(x). No operator of ONNX, yet what tf2onnx writes where Keras has GELU. */
int lince_onnx_take_erfc(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    if (!x) return lince_import_refuse(m, n, N_("expected a map"));
    int y = lince_import_add(m, n, x->node, -1, LINCE_BARE(erf));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(scale, .factor = -1));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(shift, .number = 1));
    return lince_import_give(m, n, x, y);
}

int lince_onnx_take_gelu(import *m, const node *n)
{
    if (lince_import_says(n, "approximate", "tanh"))
        return lince_import_refuse(m, n, N_("its approximation by tanh is not what lince computes"));
    return activation(m, n, &lince_gelu_layer);
}

int lince_onnx_take_elu(import *m, const node *n)
{
    if (lince_import_real(n, "alpha", 1) != 1) return lince_import_refuse(m, n, N_("expected an alpha of 1"));
    return activation(m, n, &lince_elu_layer);
}

/* One float of input i, which a node further down may make. */
static bool number_ahead(import *m, const node *n, size_t i, float *found)
{
    const item *x = lince_import_input(m, n, i);
    if (!x || x->kind != LINCE_ONNX_NOTHING || !x->producer) return lince_import_number(m, n, i, found);
    const node *maker = m->source->model->graph->node[x->producer - 1];
    const Lince__Onnx__Attribute *a =
        strcmp(maker->op_type, "Constant") ? NULL : lince_import_attribute(maker, "value");
    return a && a->t && lince_onnx_elements(a->t) == 1 && !lince_onnx_read_floats(m->source, a->t, found);
}

static bool has_number(import *m, const node *n, float value)
{
    float found;
    for (size_t i = 0; i < 2; i++)
        if (number_ahead(m, n, i, &found) && fabsf(found - value) < 1e-4f) return true;
    return false;
}

/* The only node that uses what `n` gives, where it is of that operator. */
static const node *then(import *m, const node *n, const char *op)
{
    const node *user = n ? lince_import_only_user(m, lince_import_output(m, n)) : NULL;
    return user && !strcmp(user->op_type, op) ? user : NULL;
}

/* Before opset 20 GELU is written out:  (x (erf(x / sqrt(2)) + 1)) 0.5 */
int lince_import_gelu_by_erf(import *m, const node *n, const item *x, bool *taken)
{
    bool divided = !strcmp(n->op_type, "Div") ? has_number(m, n, 1.41421356f) : has_number(m, n, 0.70710678f);
    const node *erf = divided ? then(m, n, "Erf") : NULL, *sum = then(m, erf, "Add"),
               *product = then(m, sum, "Mul"), *half = then(m, product, "Mul"),
               *chain[] = {n, erf, sum, product, half};
    *taken = half && has_number(m, sum, 1) && has_number(m, half, 0.5f) &&
             (lince_import_input(m, product, 0) == x || lince_import_input(m, product, 1) == x);
    if (!*taken) return 0;
    LINCE_TRY(lince_import_give(m, n, x, lince_import_add(m, n, x->node, -1, LINCE_BARE(gelu))));
    for (size_t i = 1; i < sizeof chain / sizeof *chain; i++)
        LINCE_TRY(lince_import_also_gives(m, chain[i - 1], chain[i]));
    return 0;
}

/* tanh(x) = 2 s(2 x) - 1 */
int lince_onnx_take_tanh(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    if (!x) return lince_import_refuse(m, n, N_("expected a map"));
    int y = lince_import_add(m, n, x->node, -1, LINCE_LAYER(scale, .factor = 2));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_BARE(sigmoid));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(scale, .factor = 2));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(shift, .number = -1));
    return lince_import_give(m, n, x, y);
}

/* max(x, 0) + a min(x, 0) = (1 - a) max(x, 0) + a x */
int lince_onnx_take_leaky_relu(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    float a = lince_import_real(n, "alpha", 0.01f);
    if (!x) return lince_import_refuse(m, n, N_("expected a map"));
    int all = lince_import_add(m, n, x->node, -1, LINCE_LAYER(scale, .factor = a));
    int positive = all < 0 ? all : lince_import_add(m, n, x->node, -1, LINCE_BARE(relu));
    if (positive >= 0) positive = lince_import_add(m, n, positive, -1, LINCE_LAYER(scale, .factor = 1 - a));
    return lince_import_give(m, n, x,
                             positive < 0 ? positive
                                          : lince_import_add(m, n, positive, all, LINCE_BARE(add)));
}

/* One number, or one for each channel of a map; NULL: something else. */
static const tensor *slopes_of(import *m, const node *n, const item *x)
{
    const item *a = lince_import_input(m, n, 1);
    if (x->rank != 4 || !a || a->kind != LINCE_ONNX_CONSTANT || a->turned) return NULL;
    size_t channels = (size_t)lince_import_shape_of(m, x).channels, count = lince_onnx_elements(a->tensor);
    bool each = a->widened ? !x->last && count == channels : lince_import_by_channel(m, x, a->tensor);
    return count == 1 || each ? a->tensor : NULL;
}

/* max(x, 0) + a min(x, 0), with an a for each channel; one for all is each channel's own from here on. */
int lince_onnx_take_prelu(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    const tensor *a = x ? slopes_of(m, n, x) : NULL;
    size_t channels = x ? (size_t)lince_import_shape_of(m, x).channels : 0;
    if (!a)
        return lince_import_refuse(m, n, N_("expected a constant of one number, or of one for each channel"));
    float *values, *factors = lince_alloc(channels, sizeof *factors);
    int code = factors ? lince_import_values(m, a, &values) : LINCE_ENOMEM;
    for (size_t c = 0; c < channels && !code; c++) factors[c] = values[lince_onnx_elements(a) == 1 ? 0 : c];
    if (!code) lince_free(values);
    int y = code ? code : lince_import_add(m, n, x->node, -1, LINCE_LAYER(scale, .factor = -1));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_BARE(relu));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(scale, .factor = -1));
    if (y >= 0) y = lince_import_affine(m, n, y, a, factors, NULL);
    lince_free(factors);
    int positive = y < 0 ? y : lince_import_add(m, n, x->node, -1, LINCE_BARE(relu));
    return lince_import_give(m, n, x,
                             positive < 0 ? positive : lince_import_add(m, n, positive, y, LINCE_BARE(add)));
}

/* x s(x) is SiLU. */
int lince_onnx_take_sigmoid(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0), *y = lince_import_output(m, n);
    const node *user = lince_import_only_user(m, y);
    bool own = x && user && !strcmp(user->op_type, "Mul") && user->n_input == 2 &&
               (lince_import_input(m, user, 0) == x || lince_import_input(m, user, 1) == x);
    LINCE_TRY(activation(m, n, own ? &lince_silu_layer : &lince_sigmoid_layer));
    return own ? lince_import_also_gives(m, n, user) : 0;
}

/* min(max(a x + b, 0), 1), which with other numbers than PyTorch's is relu6(6 a x + 6 b) / 6 */
int lince_onnx_take_hard_sigmoid(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    float a = lince_import_real(n, "alpha", 0.2f), b = lince_import_real(n, "beta", 0.5f);
    bool scaled = fabsf(6 * a - 1) > 1e-6f;
    if (!scaled && b == 0.5f) return activation(m, n, &lince_hard_sigmoid_layer);
    if (!x) return lince_import_refuse(m, n, N_("expected a map"));
    int y = scaled ? lince_import_add(m, n, x->node, -1, LINCE_LAYER(scale, .factor = 6 * a)) : x->node;
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(shift, .number = 6 * b));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_BARE(relu6));
    if (y >= 0) y = lince_import_add(m, n, y, -1, LINCE_LAYER(scale, .factor = 1.0f / 6));
    return lince_import_give(m, n, x, y);
}

int lince_onnx_take_hard_swish(import *m, const node *n)
{
    return activation(m, n, &lince_hard_swish_layer);
}
