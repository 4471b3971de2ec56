/* Operators with windows: convolutions and pools; and zeros around a map. */
#include "core/error.h"
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/pool.h"
#include "layers/zero_pad2d.h"
#include "weights/onnx/operands.h"
#include "weights/onnx/operators.h"

enum { LARGEST_SIDE = 1 << 15 };

/* A number for each axis, height first; where nothing is said, the usual ones. */
static bool pair(const node *n, const char *name, const int64_t usual[2], int out[2])
{
    const Lince__Onnx__Attribute *a = lince_import_attribute(n, name);
    const int64_t *axes = a && a->n_ints ? a->ints : usual;
    if (a && a->n_ints && a->n_ints != 2) return false;
    for (int i = 0; i < 2; i++) {
        if (axes[i] < 0 || axes[i] > LARGEST_SIDE) return false;
        out[i] = (int)axes[i];
    }
    return true;
}

/* Its padding is apart, as it may differ on each side. */
typedef struct window {
    lince_window at;
    lince_zero_pad2d_layer_args pads;
} window;

/* [top, left, bottom, right] */
static bool take_pads(const int64_t *pads, lince_zero_pad2d_layer_args *out)
{
    for (int i = 0; i < 4; i++)
        if (pads[i] < 0 || pads[i] > LARGEST_SIDE) return false;
    *out = (lince_zero_pad2d_layer_args){
        .top = (int)pads[0], .left = (int)pads[1], .bottom = (int)pads[2], .right = (int)pads[3]};
    return true;
}

/* So that the output has size / stride pixels, rounded up; what is odd goes behind, or in front. */
static void same_padding(int size, const lince_window *w, int axis, bool front, int64_t *before,
                         int64_t *behind)
{
    int64_t all = ((int64_t)(size - 1) / w->stride[axis]) * w->stride[axis] + w->kernel[axis] - size;
    if (all < 0) all = 0;
    *before = front ? all - all / 2 : all / 2;
    *behind = all - *before;
}

static bool padding_of(const node *n, lince_shape in, window *w)
{
    const Lince__Onnx__Attribute *a = lince_import_attribute(n, "pads");
    bool lower = lince_import_says(n, "auto_pad", "SAME_LOWER");
    int64_t pads[4] = {0};
    if (lower || lince_import_says(n, "auto_pad", "SAME_UPPER")) {
        same_padding(in.height, &w->at, 0, lower, &pads[0], &pads[2]);
        same_padding(in.width, &w->at, 1, lower, &pads[1], &pads[3]);
        return take_pads(pads, &w->pads);
    }
    if (!a || !a->n_ints) return true;
    return a->n_ints == 4 && take_pads(a->ints, &w->pads);
}

static bool is_positive(const int axes[2])
{
    return axes[0] > 0 && axes[1] > 0;
}

/* `kernel`: where the node leaves it out. */
static int window_of(const import *m, const node *n, lince_shape in, const int64_t kernel[2], window *w)
{
    static const int64_t one[] = {1, 1};
    int dilation[2];
    *w = (window){0};
    if (!pair(n, "kernel_shape", kernel, w->at.kernel) || !pair(n, "strides", one, w->at.stride) ||
        !is_positive(w->at.kernel) || !is_positive(w->at.stride))
        return lince_import_refuse(m, n, N_("expected the height and width of its window and of its steps"));
    if (!pair(n, "dilations", one, dilation) || dilation[0] != 1 || dilation[1] != 1)
        return lince_import_refuse(m, n, N_("its window is dilated"));
    return padding_of(n, in, w) ? 0 : lince_import_refuse(m, n, N_("its padding is not what lince computes"));
}

static bool is_padded(const window *w)
{
    return w->pads.top || w->pads.bottom || w->pads.left || w->pads.right;
}

/* Whether as much is on either side, which is then the window's. */
static bool is_alike(window *w)
{
    bool alike = w->pads.top == w->pads.bottom && w->pads.left == w->pads.right;
    if (alike) w->at.padding[0] = w->pads.top, w->at.padding[1] = w->pads.left;
    return alike;
}

/* Zeros of their own around a map, which have a layer of their own; the net's node. */
static int add_zeros(import *m, const node *n, const item *x, const lince_zero_pad2d_layer_args *zeros)
{
    return lince_import_add(m, n, x->node, -1, LINCE_LAYER_OF(zero_pad2d, zeros));
}

int lince_onnx_take_conv(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    const tensor *w = lince_import_constant(m, n, 1), *b = lince_import_constant(m, n, 2);
    window at;
    if (!x || x->rank != 4 || x->last || !w || w->n_dims != 4 || (lince_import_input(m, n, 2) && !b))
        return lince_import_refuse(m, n, N_("expected a map, filters and perhaps a bias"));
    lince_shape in = lince_import_shape_of(m, x);
    int64_t group = lince_import_whole(n, "group", 1);
    if (group < 1 || group > in.channels || lince_onnx_elements(w) == 0 ||
        lince_onnx_elements(w) > LINCE_IMPORT_LARGEST || w->dims[0] > 1 << 20 ||
        w->dims[1] * group != in.channels)
        return lince_import_refuse(m, n, N_("its filters do not have the channels that its input has"));
    LINCE_TRY(window_of(m, n, in, w->dims + 2, &at));
    if (at.at.kernel[0] != w->dims[2] || at.at.kernel[1] != w->dims[3])
        return lince_import_refuse(m, n, N_("expected a map, filters and perhaps a bias"));
    item padded = *x;
    if (!is_alike(&at)) LINCE_TRY(padded.node = add_zeros(m, n, x, &at.pads));
    lince_conv2d_layer_args args = {.channels = lince_import_outputs(m, n, w->dims[0]),
                                    .window = at.at,
                                    .groups = (int)group,
                                    .no_bias = !b,
                                    .init = LINCE_HE_FAN_IN};
    lince_layer_args layer = LINCE_LAYER_OF(conv2d, &args);
    return lince_import_weighted(m, n, &padded, layer, w, false, b);
}

/* Rows and columns of windows that lie inside what is padded, where the node does not count others. */
static bool has_places(const window *w, lince_shape in, lince_shape out)
{
    int height = in.height + w->pads.top + w->pads.bottom, width = in.width + w->pads.left + w->pads.right;
    return lince_window_places(&w->at, 0, height) == out.height &&
           lince_window_places(&w->at, 1, width) == out.width;
}

/* Padding that is larger behind, by less than a step, lets the last window go over the edge: as ceil_mode does. */
int lince_onnx_take_max_pool(import *m, const node *n)
{
    static const int64_t none[2] = {0};
    const item *x = lince_import_map(m, n, 0);
    window w;
    if (!x || x->rank != 4 || x->last) return lince_import_refuse(m, n, N_("expected a map"));
    lince_shape in = lince_import_shape_of(m, x);
    LINCE_TRY(window_of(m, n, in, none, &w));
    bool alike = is_alike(&w), ceil = lince_import_whole(n, "ceil_mode", 0) != 0;
    lince_window at = w.at;
    at.padding[0] = w.pads.top, at.padding[1] = w.pads.left;
    int made = lince_import_add(m, n, x->node, -1,
                                LINCE_LAYER(max_pool2d, .window = at, .ceil_mode = ceil || !alike));
    if (made < 0) return made;
    lince_shape out = lince_net_layer(m->net, (size_t)made)->out;
    w.at.padding[0] = w.at.padding[1] = 0;
    if (!alike && (ceil || !has_places(&w, in, out)))
        return lince_import_refuse(m, n, N_("its padding is not what lince computes"));
    return lince_import_give(m, n, x, made);
}

/* Zeros of the padding count, or there are none. */
int lince_onnx_take_average_pool(import *m, const node *n)
{
    static const int64_t none[2] = {0};
    const item *x = lince_import_map(m, n, 0);
    window w;
    if (!x || x->rank != 4 || x->last) return lince_import_refuse(m, n, N_("expected a map"));
    lince_shape in = lince_import_shape_of(m, x);
    LINCE_TRY(window_of(m, n, in, none, &w));
    in.height += w.pads.top + w.pads.bottom, in.width += w.pads.left + w.pads.right;
    bool whole_windows = (in.height - w.at.kernel[0]) % w.at.stride[0] == 0 &&
                         (in.width - w.at.kernel[1]) % w.at.stride[1] == 0,
         counted = !is_padded(&w) || lince_import_whole(n, "count_include_pad", 0);
    if (!counted || (lince_import_whole(n, "ceil_mode", 0) && !whole_windows))
        return lince_import_refuse(
            m, n, N_("averages of windows that go over the edge are not what lince computes"));
    int from = is_padded(&w) ? add_zeros(m, n, x, &w.pads) : x->node;
    LINCE_TRY(from);
    return lince_import_give(m, n, x,
                             lince_import_add(m, n, from, -1, LINCE_LAYER(avg_pool2d, .window = w.at)));
}

/* Zeros around a map: before and behind each axis. */
int lince_onnx_take_pad(import *m, const node *n)
{
    const item *x = lince_import_map(m, n, 0);
    int64_t all[LINCE_ONNX_LONGS], pads[4] = {0};
    lince_zero_pad2d_layer_args zeros;
    float value = 0;
    int count = lince_import_numbers(m, n, 1, "pads", all);
    const Lince__Onnx__Attribute *mode = lince_import_attribute(n, "mode");
    if (!x || x->rank != 4 || count != 8 || lince_import_input(m, n, 3) ||
        (mode && !lince_import_says(n, "mode", "constant")) ||
        (lince_import_input(m, n, 2) && !lince_import_number(m, n, 2, &value)) || value != 0)
        return lince_import_refuse(m, n, N_("expected zeros around a map"));
    for (int axis = 0; axis < 4; axis++) {
        int side = lince_import_meaning(x, axis) - 2; /* 0 of height, 1 of width */
        if (side < 0 && (all[axis] || all[4 + axis]))
            return lince_import_refuse(m, n, N_("expected zeros around a map"));
        if (side >= 0) pads[side] = all[axis], pads[2 + side] = all[4 + axis];
    }
    if (!take_pads(pads, &zeros))
        return lince_import_refuse(m, n, N_("its padding is not what lince computes"));
    return lince_import_give(m, n, x, add_zeros(m, n, x, &zeros));
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
