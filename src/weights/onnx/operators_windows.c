/* Operators with windows: convolutions and pools. */
#include "core/error.h"
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/pool.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

/* Two numbers that are the same, of an attribute that has them twice (or, pads, four times). */
static bool square(const node *n, const char *name, int64_t usual, int *out)
{
    const Lince__Onnx__Attribute *a = lince_import_attribute(n, name);
    *out = (int)usual;
    if (!a || !a->n_ints) return true;
    for (size_t i = 0; i < a->n_ints; i++)
        if (a->ints[i] != a->ints[0] || a->ints[i] < 0 || a->ints[i] > 1 << 15) return false;
    *out = (int)a->ints[0];
    return true;
}

/* So that the output has in / stride pixels, rounded up; where that is the same on all sides. */
static bool same_padding(lince_shape in, int kernel, int stride, int *padding)
{
    int rows = ((in.height + stride - 1) / stride - 1) * stride + kernel - in.height,
        columns = ((in.width + stride - 1) / stride - 1) * stride + kernel - in.width;
    if (rows < 0) rows = 0;
    *padding = rows / 2;
    return rows % 2 == 0 && (columns < 0 ? 0 : columns) == rows;
}

typedef struct window {
    int kernel, stride;
    int padding, more; /* in front of rows and columns; and how much more behind them */
} window;

/* [p, p, q, q]; the same in front of rows and columns, and behind them. */
static bool padding_of(const node *n, window *w)
{
    const Lince__Onnx__Attribute *a = lince_import_attribute(n, "pads");
    w->padding = w->more = 0;
    if (!a || !a->n_ints) return true;
    if (a->n_ints != 4 || a->ints[0] != a->ints[1] || a->ints[2] != a->ints[3] || a->ints[0] < 0 ||
        a->ints[2] < a->ints[0] || a->ints[2] > 1 << 15)
        return false;
    w->padding = (int)a->ints[0];
    w->more = (int)(a->ints[2] - a->ints[0]);
    return true;
}

static int window_of(const import *m, const node *n, lince_shape in, int64_t kernel, window *w)
{
    int dilation;
    if (!square(n, "kernel_shape", kernel, &w->kernel) || !square(n, "strides", 1, &w->stride) ||
        w->kernel < 1 || w->stride < 1)
        return lince_import_refuse(m, n, N_("its window or its steps are not as high as wide"));
    if (!square(n, "dilations", 1, &dilation) || dilation != 1)
        return lince_import_refuse(m, n, N_("its window is dilated"));
    bool even = padding_of(n, w);
    if (lince_import_says(n, "auto_pad", "SAME_UPPER") || lince_import_says(n, "auto_pad", "SAME_LOWER"))
        even = same_padding(in, w->kernel, w->stride, &w->padding);
    return even ? 0 : lince_import_refuse(m, n, N_("its padding is not the same on all sides"));
}

int lince_onnx_take_conv(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    const tensor *w = lince_import_constant(m, n, 1), *b = lince_import_constant(m, n, 2);
    window at;
    if (!x || x->rank != 4 || x->last || !w || w->n_dims != 4 || w->dims[2] != w->dims[3] ||
        (lince_import_input(m, n, 2) && !b))
        return lince_import_refuse(m, n, N_("expected a map, square filters and perhaps a bias"));
    lince_shape in = lince_import_shape_of(m, x);
    int64_t group = lince_import_whole(n, "group", 1);
    if (group < 1 || group > in.channels || lince_onnx_elements(w) == 0 ||
        lince_onnx_elements(w) > LINCE_IMPORT_LARGEST || w->dims[0] > 1 << 20 ||
        w->dims[1] * group != in.channels)
        return lince_import_refuse(m, n, N_("its filters do not have the channels that its input has"));
    LINCE_TRY(window_of(m, n, in, w->dims[2], &at));
    if (at.kernel != w->dims[2])
        return lince_import_refuse(m, n, N_("expected a map, square filters and perhaps a bias"));
    if (at.more) return lince_import_refuse(m, n, N_("its padding is not the same on all sides"));
    lince_conv2d_layer_args args = {.channels = lince_import_outputs(m, n, w->dims[0]),
                                    .kernel = at.kernel,
                                    .stride = at.stride,
                                    .padding = at.padding,
                                    .groups = (int)group,
                                    .no_bias = !b,
                                    .init = LINCE_HE_FAN_IN};
    lince_layer_args layer = LINCE_LAYER_OF(conv2d, &args);
    return lince_import_weighted(m, n, x, layer, w, false, b);
}

/* Padding that is larger behind, by less than a step, lets the last window go over the edge: as ceil_mode does. */
int lince_onnx_take_max_pool(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    window w;
    if (!x || x->rank != 4 || x->last) return lince_import_refuse(m, n, N_("expected a map"));
    LINCE_TRY(window_of(m, n, lince_import_shape_of(m, x), 0, &w));
    if (w.more >= w.stride) return lince_import_refuse(m, n, N_("its padding is not the same on all sides"));
    bool ceil = lince_import_whole(n, "ceil_mode", 0) != 0 || w.more > 0;
    return lince_import_give(m, n, x,
                             lince_import_add(m, n, x->node, -1,
                                              LINCE_LAYER(max_pool2d, .kernel = w.kernel, .stride = w.stride,
                                                          .padding = w.padding, .ceil_mode = ceil)));
}

int lince_onnx_take_average_pool(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    window w;
    if (!x || x->rank != 4 || x->last) return lince_import_refuse(m, n, N_("expected a map"));
    LINCE_TRY(window_of(m, n, lince_import_shape_of(m, x), 0, &w));
    lince_shape in = lince_import_shape_of(m, x);
    bool whole_windows = (in.height - w.kernel) % w.stride == 0 && (in.width - w.kernel) % w.stride == 0;
    if (w.padding || w.more || (lince_import_whole(n, "ceil_mode", 0) && !whole_windows))
        return lince_import_refuse(
            m, n, N_("averages of windows that go over the edge are not what lince computes"));
    return lince_import_give(
        m, n, x,
        lince_import_add(m, n, x->node, -1, LINCE_LAYER(avg_pool2d, .kernel = w.kernel, .stride = w.stride)));
}

static int average_all(import *m, const node *n, const item *x, bool keep)
{
    int made = lince_import_add(m, n, x->node, -1, LINCE_LAYER(adaptive_avg_pool2d, .size = 1));
    if (made >= 0 && !keep) made = lince_import_add(m, n, made, -1, LINCE_BARE(flatten));
    return lince_import_give_rank(m, n, x, made, keep ? 4 : 2);
}

int lince_onnx_take_global_average(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    if (!x || x->rank != 4 || x->last) return lince_import_refuse(m, n, N_("expected a map"));
    return average_all(m, n, x, true);
}

int lince_onnx_take_reduce_mean(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    int64_t axes[LINCE_ONNX_LONGS];
    int count = lince_import_numbers(m, n, 1, "axes", axes), found = 0;
    for (int i = 0; x && i < count; i++) found |= 1 << lince_import_meaning(x, axes[i]);
    if (!x || x->rank != 4 || count != 2 || found != (1 << 2 | 1 << 3))
        return lince_import_refuse(m, n, N_("expected the mean over height and width"));
    return average_all(m, n, x, lince_import_whole(n, "keepdims", 1) != 0);
}
