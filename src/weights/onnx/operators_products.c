/* Products with a matrix of weights, and norms. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "layers/batch_norm2d.h"
#include "layers/conv2d.h"
#include "layers/layer_norm2d.h"
#include "layers/linear.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

#include <string.h>

/* Of a vector; or of each pixel's channels, where they are last: a convolution of one pixel. */
static int linear(import *m, const node *n, const tensor *w, bool transposed, const tensor *b)
{
    const item *x = lince_import_map(m, n, 0);
    bool pixels = x && x->rank == 4 && x->last;
    if (!x || (x->rank != 2 && !pixels) || !w || w->n_dims != 2)
        return lince_import_refuse(m, n, N_("expected a vector a sample, and a matrix of weights"));
    int64_t in = w->dims[transposed ? 0 : 1], own = w->dims[transposed ? 1 : 0];
    if (in != lince_import_shape_of(m, x).channels || own < 1 || own > LINCE_IMPORT_LARGEST / in ||
        (b && (int64_t)lince_onnx_elements(b) != own))
        return lince_import_refuse(m, n, N_("its weights do not have the size that its input asks for"));
    lince_linear_layer_args args = {.outputs = lince_import_outputs(m, n, own),
                                    .no_bias = !b,
                                    .init = LINCE_PYTORCH_INIT};
    lince_conv2d_layer_args one = {
        .channels = args.outputs, .kernel = 1, .no_bias = !b, .init = LINCE_HE_FAN_IN};
    lince_layer_args layer = LINCE_LAYER_OF(linear, &args);
    if (pixels) layer = LINCE_LAYER_OF(conv2d, &one);
    return lince_import_weighted(m, n, x, layer, w, transposed, b);
}

/* Weights, and whether their transpose is meant. */
static const tensor *matrix(import *m, const node *n, bool *turned)
{
    const item *w = lince_import_input(m, n, 1);
    bool usable = w && w->kind == LINCE_ONNX_CONSTANT && !w->widened;
    *turned = usable && w->turned;
    return usable ? w->tensor : NULL;
}

int lince_onnx_take_gemm(import *m, const node *n)
{
    if (lince_import_whole(n, "transA", 0) || lince_import_real(n, "alpha", 1) != 1 ||
        lince_import_real(n, "beta", 1) != 1 ||
        (lince_import_input(m, n, 2) && !lince_import_constant(m, n, 2)))
        return lince_import_refuse(m, n, N_("expected a vector a sample, and a matrix of weights"));
    bool turned, transposed = lince_import_whole(n, "transB", 0) != 0;
    const tensor *w = matrix(m, n, &turned);
    return linear(m, n, w, turned == transposed, lince_import_constant(m, n, 2));
}

int lince_onnx_take_matmul(import *m, const node *n)
{
    bool turned;
    const tensor *w = matrix(m, n, &turned), *b = NULL;
    const node *user = lince_import_only_user(m, lince_import_output(m, n));
    if (user && !strcmp(user->op_type, "Add") && w && w->n_dims == 2)
        b = lince_import_constant(m, user, 0) ? lince_import_constant(m, user, 0)
                                              : lince_import_constant(m, user, 1);
    if (b && (int64_t)lince_onnx_elements(b) != w->dims[turned ? 0 : 1]) b = NULL;
    LINCE_TRY(linear(m, n, w, !turned, b));
    return b ? lince_import_also_gives(m, n, user) : 0;
}

int lince_onnx_take_batch_norm(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    if (!x || x->rank != 4 || x->last) return lince_import_refuse(m, n, N_("expected a map"));
    for (size_t i = 1; i < 5; i++)
        if (!lince_import_constant(m, n, i))
            return lince_import_refuse(m, n, N_("expected constant statistics"));
    if (!(lince_import_real(n, "epsilon", 1e-5f) > 0))
        return lince_import_refuse(m, n, N_("expected an epsilon above 0"));
    int made =
        lince_import_add_named(m, n, x->node, lince_import_constant(m, n, 1),
                               LINCE_LAYER(batch_norm2d, .eps = lince_import_real(n, "epsilon", 1e-5f)));
    LINCE_TRY(lince_import_give(m, n, x, made));
    for (int i = 0; i < 4; i++)
        LINCE_TRY(lince_import_bind_tensor(m, n, made, i, lince_import_constant(m, n, (size_t)i + 1), false));
    return 0;
}

/* Over the channels alone, which are the last axis: of a map where they are last, or of a vector. */
int lince_onnx_take_layer_norm(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    const tensor *gamma = lince_import_constant(m, n, 1), *beta = lince_import_constant(m, n, 2);
    int64_t axis = lince_import_whole(n, "axis", -1);
    float eps = lince_import_real(n, "epsilon", 1e-5f);
    bool last = x && (x->rank == 2 || (x->rank == 4 && x->last)) && (axis == -1 || axis == x->rank - 1);
    if (!last || !gamma || (lince_import_input(m, n, 2) && !beta))
        return lince_import_refuse(m, n, N_("expected channels as the last axis, and constant factors"));
    if (!(eps > 0)) return lince_import_refuse(m, n, N_("expected an epsilon above 0"));
    size_t channels = (size_t)lince_import_shape_of(m, x).channels;
    int made = lince_import_add_named(m, n, x->node, gamma,
                                      LINCE_LAYER(layer_norm2d, .eps = eps, .vector = x->rank == 2));
    LINCE_TRY(lince_import_give(m, n, x, made));
    LINCE_TRY(lince_import_bind_tensor(m, n, made, 0, gamma, false));
    return beta ? lince_import_bind_tensor(m, n, made, 1, beta, false)
                : lince_import_bind_values(m, made, 1, lince_alloc(channels, sizeof(float)));
}
