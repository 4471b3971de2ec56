/* Products with a matrix of weights, and batch norms. */
#include "core/error.h"
#include "core/i18n.h"
#include "layers/batch_norm2d.h"
#include "layers/linear.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

#include <string.h>

static int linear(import *m, const node *n, const tensor *w, bool transposed, const tensor *b)
{
    const item *x = lince_import_map(m, n, 0);
    if (!x || x->rank != 2 || !w || w->n_dims != 2)
        return lince_import_refuse(m, n, N_("expected a vector a sample, and a matrix of weights"));
    int64_t in = w->dims[transposed ? 0 : 1], own = w->dims[transposed ? 1 : 0];
    if (in != lince_import_shape_of(m, x).channels || own < 1 || own > LINCE_IMPORT_LARGEST / in ||
        (b && (int64_t)lince_onnx_elements(b) != own))
        return lince_import_refuse(m, n, N_("its weights do not have the size that its input asks for"));
    lince_linear_layer_args args = {.outputs = lince_import_outputs(m, n, own),
                                    .no_bias = !b,
                                    .init = LINCE_PYTORCH_INIT};
    lince_layer_args layer = LINCE_LAYER_OF(linear, &args);
    return lince_import_weighted(m, n, x, layer, w, transposed, b);
}

int lince_onnx_take_gemm(import *m, const node *n)
{
    if (lince_import_whole(n, "transA", 0) || lince_import_real(n, "alpha", 1) != 1 ||
        lince_import_real(n, "beta", 1) != 1 ||
        (lince_import_input(m, n, 2) && !lince_import_constant(m, n, 2)))
        return lince_import_refuse(m, n, N_("expected a vector a sample, and a matrix of weights"));
    return linear(m, n, lince_import_constant(m, n, 1), !lince_import_whole(n, "transB", 0),
                  lince_import_constant(m, n, 2));
}

int lince_onnx_take_matmul(import *m, const node *n)
{
    const tensor *w = lince_import_constant(m, n, 1), *b = NULL;
    const node *user = lince_import_only_user(m, lince_import_output(m, n));
    if (user && !strcmp(user->op_type, "Add") && w && w->n_dims == 2)
        b = lince_import_constant(m, user, 0) ? lince_import_constant(m, user, 0)
                                              : lince_import_constant(m, user, 1);
    if (b && (int64_t)lince_onnx_elements(b) != w->dims[1]) b = NULL;
    LINCE_TRY(linear(m, n, w, true, b));
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
