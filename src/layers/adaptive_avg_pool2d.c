/* Adaptive average pooling to size x size, whatever the input's size: cell i averages [floor(i h / s),
 * ceil((i + 1) h / s)). An input smaller than the output is repeated: 1x1 -> 7x7 copies one pixel 49 times.
 * Where the layers behind it allow (`fold`), that pixel goes on alone, and stands for its copies
 * (docs/classifier-redundancy.md). */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "layers/pool.h"

#include <stdio.h>

static int infer(lince_layer *l)
{
    const lince_adaptive_avg_pool2d_layer_args *a = l->own;
    l->out = l->in[0];
    if (a->fold && !l->unfolded && l->in[0].height == 1 && l->in[0].width == 1)
        l->out_copies = a->size * a->size;
    else
        l->out.height = l->out.width = a->size;
    return 0;
}

static bool folds(const lince_layer *l)
{
    return l->out_copies > 1;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    if (folds(l)) {
        lince_copy(l->exec, p->in[0], p->out, lince_layer_floats(l, p));
        return;
    }
    lince_adaptive_avg_pool(l->exec, l->in[0], l->out, (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    if (!p->din[0]) return;
    if (folds(l))
        lince_copy(l->exec, p->dout, p->din[0], lince_layer_floats(l, p));
    else
        lince_adaptive_avg_pool_backward(l->exec, l->in[0], l->out, (size_t)p->n, p->dout, p->din[0]);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_adaptive_avg_pool2d_layer_args *a = l->own;
    snprintf(out, size, "%d×%d → %d×%d", l->in[0].height, l->in[0].width, a->size, a->size);
}

/* [size][n]: by which share element j of n counts in cell i. */
static lince_onnx_value shares(lince_onnx *g, int size, int n, bool transposed)
{
    float *share = lince_alloc((size_t)size * (size_t)n, sizeof *share);
    if (!share) lince_onnx_fail(g, LINCE_ENOMEM);
    for (int i = 0; i < size && share; i++) {
        int begin = i * n / size, end = ((i + 1) * n + size - 1) / size;
        for (int j = begin; j < end; j++)
            share[transposed ? j * size + i : i * n + j] = 1.0f / (float)(end - begin);
    }
    lince_onnx_value value = !share       ? NULL
                             : transposed ? lince_onnx_matrix(g, n, size, share)
                                          : lince_onnx_matrix(g, size, n, share);
    lince_free(share);
    return value;
}

/* Cells of different sizes:  Y = A X B^T, the shares of rows and of columns. */
static lince_onnx_value express_cells(const lince_layer *l, lince_onnx *g, lince_onnx_value x)
{
    lince_onnx_value rows = LINCE_ONNX(g, "MatMul", shares(g, l->out.height, l->in[0].height, false), x);
    return LINCE_ONNX(g, "MatMul", rows, shares(g, l->out.width, l->in[0].width, true));
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_adaptive_avg_pool2d_layer_args *a = l->own;
    if (folds(l)) return in[0];
    if (a->size == 1) return LINCE_ONNX(g, "GlobalAveragePool", in[0]);
    if (l->in[0].height % a->size || l->in[0].width % a->size) return express_cells(l, g, in[0]);
    lince_onnx_value y = LINCE_ONNX(g, "AveragePool", in[0]);
    int64_t sides[] = {l->in[0].height / a->size, l->in[0].width / a->size};
    lince_onnx_ints(g, "kernel_shape", 2, sides);
    lince_onnx_ints(g, "strides", 2, sides);
    return y;
}

const lince_layer_type lince_adaptive_avg_pool2d_layer = {.name = "adaptive_avg_pool2d",
                                                          .args_size =
                                                              sizeof(lince_adaptive_avg_pool2d_layer_args),
                                                          .forgets_places = true,
                                                          .copies_are_places = true,
                                                          .homogeneous = true,
                                                          .inputs = 1,
                                                          .infer = infer,
                                                          .forward = forward,
                                                          .backward = backward,
                                                          .describe = describe,
                                                          .express = express};
