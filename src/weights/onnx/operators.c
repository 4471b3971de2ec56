/* Operators of ONNX: a function and a row each (https://onnx.ai/onnx/operators). What shapes are computed with is
 * folded away; what lince has no layer for is made of those that it has. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "layers/batch_norm2d.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "layers/scale.h"
#include "layers/shift.h"
#include "weights/onnx/import.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef lince_onnx_import import;
typedef lince_onnx_item item;
typedef Lince__Onnx__Node node;
typedef Lince__Onnx__Tensor tensor;

enum { LARGEST = 1 << 28 }; /* elements of a map of one sample, and of a layer's weights */

static int refuse(const import *m, const node *n, const char *why)
{
    return lince_fail(LINCE_EUNSUPPORTED, "%s: node '%.100s' (%.40s): %s", m->source->file,
                      n->name ? n->name : n->output[0], n->op_type, _(why));
}

/* --- attributes and inputs ------------------------------------------------------------------------ */

static const Lince__Onnx__Attribute *attribute(const node *n, const char *name)
{
    for (size_t i = 0; i < n->n_attribute; i++)
        if (n->attribute[i]->name && !strcmp(n->attribute[i]->name, name)) return n->attribute[i];
    return NULL;
}

static int64_t whole(const node *n, const char *name, int64_t usual)
{
    const Lince__Onnx__Attribute *a = attribute(n, name);
    return a && a->has_i ? a->i : usual;
}

static float real(const node *n, const char *name, float usual)
{
    const Lince__Onnx__Attribute *a = attribute(n, name);
    return a && a->has_f ? a->f : usual;
}

static bool says(const node *n, const char *name, const char *text)
{
    const Lince__Onnx__Attribute *a = attribute(n, name);
    return a && a->has_s && a->s.len == strlen(text) && !memcmp(a->s.data, text, a->s.len);
}

/* NULL: it is not there. */
static item *input(import *m, const node *n, size_t i)
{
    return i < n->n_input && *n->input[i] ? lince_onnx_item_of(m, n->input[i]) : NULL;
}

static item *output(import *m, const node *n)
{
    return lince_onnx_item_of(m, n->output[0]);
}

/* A node of the net as an input; NULL: it is something else. */
static item *map(import *m, const node *n, size_t i)
{
    item *x = input(m, n, i);
    return x && x->kind == LINCE_ONNX_NODE ? x : NULL;
}

static const tensor *constant(import *m, const node *n, size_t i)
{
    const item *x = input(m, n, i);
    return x && x->kind == LINCE_ONNX_CONSTANT ? x->tensor : NULL;
}

/* Whole numbers: of an input, or where older versions have it, of an attribute. The count, or -1. */
static int numbers(import *m, const node *n, size_t i, const char *name, int64_t out[LINCE_ONNX_LONGS])
{
    const item *x = input(m, n, i);
    const Lince__Onnx__Attribute *a = name ? attribute(n, name) : NULL;
    if (x && x->kind == LINCE_ONNX_NUMBERS) {
        memcpy(out, x->longs, sizeof x->longs);
        return (int)x->count;
    }
    if (x || !a || a->n_ints > LINCE_ONNX_LONGS) return -1;
    if (a->n_ints) memcpy(out, a->ints, a->n_ints * sizeof *out);
    return (int)a->n_ints;
}

/* One float of a small constant. */
static bool number(import *m, const node *n, size_t i, float *out)
{
    const item *x = input(m, n, i);
    if (x && x->kind == LINCE_ONNX_NUMBERS && x->count == 1) return *out = (float)x->longs[0], true;
    const tensor *t = constant(m, n, i);
    return t && lince_onnx_elements(t) == 1 && !lince_onnx_read_floats(m->source, t, out);
}

static lince_shape shape_of(const import *m, const item *x)
{
    if (x->node) return lince_net_layer(m->net, (size_t)x->node)->out;
    return lince_net_input_shape(m->net);
}

/* Which of a value's axes is which: 1 channels, 2 height, 3 width; 0 the batch. */
static int meaning(const item *x, int64_t axis)
{
    if (axis < 0) axis += x->rank;
    if (axis < 1 || axis >= x->rank) return 0;
    return x->last ? (axis == 3 ? 1 : (int)axis + 1) : (int)axis;
}

/* --- values --------------------------------------------------------------------------------------- */

/* The output is `node`, otherwise as `like`. */
static int give(import *m, const node *n, const item *like, int made)
{
    if (made < 0) return made;
    item *y = output(m, n);
    y->kind = LINCE_ONNX_NODE;
    y->node = made;
    y->rank = like->rank;
    y->last = like->last;
    y->groups = like->groups;
    y->swapped = like->swapped;
    return 0;
}

static int give_rank(import *m, const node *n, const item *like, int made, int rank)
{
    LINCE_TRY(give(m, n, like, made));
    output(m, n)->rank = rank;
    return 0;
}

static int give_numbers(import *m, const node *n, size_t count, const int64_t *values, bool scalar)
{
    item *y = output(m, n);
    if (count > LINCE_ONNX_LONGS) return refuse(m, n, N_("more numbers than a shape has"));
    memmove(y->longs, values, count * sizeof *values);
    y->kind = LINCE_ONNX_NUMBERS;
    y->count = count;
    y->scalar = scalar;
    return 0;
}

/* The same value under another name. */
static int pass(import *m, const node *n)
{
    const item *x = input(m, n, 0);
    item *y = output(m, n);
    if (!x || x->kind == LINCE_ONNX_NOTHING) return refuse(m, n, N_("its input is not there"));
    item same = *x;
    same.name = y->name;
    same.producer = y->producer;
    same.user = y->user;
    same.uses = y->uses;
    *y = same;
    return 0;
}

/* --- layers --------------------------------------------------------------------------------------- */

static int add_called(import *m, const node *n, const char *name, int from, int second, lince_layer_args args)
{
    args.name = name;
    args.from[0] = from;
    args.from[1] = second;
    int made = lince_net_add(m->net, &args);
    if (made < 0) return refuse(m, n, lince_error());
    if (lince_shape_elements(lince_net_layer(m->net, (size_t)made)->out) > LARGEST)
        return refuse(m, n, N_("its output is larger than lince computes"));
    LINCE_TRY(lince_grow(&m->used, &m->used_capacity, (size_t)made + 1, sizeof *m->used));
    m->used[from] = true;
    if (second >= 0) m->used[second] = true;
    return made;
}

/* Behind `from`, called by the node's number; the net's node, or negative. */
static int add(import *m, const node *n, int from, int second, lince_layer_args args)
{
    char name[LINCE_NAME_MAX];
    size_t i = 0;
    for (; n->op_type[i] && i < 40; i++) name[i] = (char)tolower((unsigned char)n->op_type[i]);
    snprintf(name + i, sizeof name - i, "_%zu", lince_net_nodes(m->net));
    if (second >= 0 && from == second) return refuse(m, n, N_("both inputs are the same"));
    return add_called(m, n, name, from, second, args);
}

/* One that has weights keeps the name that they have in the file, where that is one of PyTorch's. */
static int add_named(import *m, const node *n, int from, const tensor *weight, lince_layer_args args)
{
    static const char end[] = ".weight";
    size_t size = weight->name ? strlen(weight->name) : 0, stem = size > strlen(end) ? size - strlen(end) : 0;
    char name[LINCE_NAME_MAX];
    bool usable = stem && stem < LINCE_NAME_MAX - 32 && !strcmp(weight->name + stem, end);
    for (size_t i = 1; i < lince_net_nodes(m->net) && usable; i++) {
        const char *other = lince_net_layer(m->net, i)->name;
        usable = strlen(other) != stem || strncmp(other, weight->name, stem) != 0;
    }
    if (!usable) return add(m, n, from, -1, args);
    snprintf(name, sizeof name, "%.*s", (int)stem, weight->name);
    return add_called(m, n, name, from, -1, args);
}

static lince_onnx_binding *bind(import *m, int made, int param)
{
    const lince_param *p = &lince_net_layer(m->net, (size_t)made)->params[param];
    if (lince_grow(&m->bindings, &m->binding_capacity, m->binding_count + 1, sizeof *m->bindings))
        return NULL;
    lince_onnx_binding *b = &m->bindings[m->binding_count++];
    *b = (lince_onnx_binding){.ndim = p->ndim};
    snprintf(b->name, sizeof b->name, "%s", p->name);
    memcpy(b->dims, p->dims, sizeof b->dims);
    return b;
}

/* Parameter `param` of node `made` has the tensor's numbers. Of the output layer, other classes are asked for than the
 * file's. */
static int bind_tensor(import *m, const node *n, int made, int param, const tensor *t, bool transposed)
{
    lince_onnx_binding *b = bind(m, made, param);
    if (!b) return LINCE_ENOMEM;
    size_t count = lince_onnx_elements(t), wanted = 1;
    bool other = m->classes && lince_net_layer(m->net, (size_t)made)->head;
    for (int i = 0; i < b->ndim; i++) wanted *= (size_t)b->dims[i];
    if (count != wanted && !other)
        return refuse(m, n, N_("its weights do not have the size that its input asks for"));
    b->tensor = t;
    b->transposed = transposed;
    return 0;
}

/* Or these, which are taken over. */
static int bind_values(import *m, int made, int param, float *values)
{
    lince_onnx_binding *b = values ? bind(m, made, param) : NULL;
    if (!b) {
        lince_free(values);
        return LINCE_ENOMEM;
    }
    b->values = values;
    return 0;
}

static bool is_head(const import *m, const node *n)
{
    return m->head && m->source->model->graph->node[m->head - 1] == n;
}

/* Outputs: the file's, or of the output layer as many as there are classes. */
static int outputs(const import *m, const node *n, int64_t own)
{
    return is_head(m, n) && m->classes ? m->classes : (int)own;
}

/* --- convolutions and products -------------------------------------------------------------------- */

/* Two numbers that are the same, of an attribute that has them twice (or, pads, four times). */
static bool square(const node *n, const char *name, int64_t usual, int *out)
{
    const Lince__Onnx__Attribute *a = attribute(n, name);
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
    const Lince__Onnx__Attribute *a = attribute(n, "pads");
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
        return refuse(m, n, N_("its window or its steps are not as high as wide"));
    if (!square(n, "dilations", 1, &dilation) || dilation != 1)
        return refuse(m, n, N_("its window is dilated"));
    bool even = padding_of(n, w);
    if (says(n, "auto_pad", "SAME_UPPER") || says(n, "auto_pad", "SAME_LOWER"))
        even = same_padding(in, w->kernel, w->stride, &w->padding);
    return even ? 0 : refuse(m, n, N_("its padding is not the same on all sides"));
}

static int conv(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    const tensor *w = constant(m, n, 1), *b = constant(m, n, 2);
    window at;
    if (!x || x->rank != 4 || x->last || !w || w->n_dims != 4 || w->dims[2] != w->dims[3] ||
        (input(m, n, 2) && !b))
        return refuse(m, n, N_("expected a map, square filters and perhaps a bias"));
    lince_shape in = shape_of(m, x);
    int64_t group = whole(n, "group", 1);
    if (group < 1 || group > in.channels || lince_onnx_elements(w) == 0 || lince_onnx_elements(w) > LARGEST ||
        w->dims[0] > 1 << 20 || w->dims[1] * group != in.channels)
        return refuse(m, n, N_("its filters do not have the channels that its input has"));
    LINCE_TRY(window_of(m, n, in, w->dims[2], &at));
    if (at.kernel != w->dims[2]) return refuse(m, n, N_("expected a map, square filters and perhaps a bias"));
    if (at.more) return refuse(m, n, N_("its padding is not the same on all sides"));
    lince_conv2d_layer_args args = {.channels = outputs(m, n, w->dims[0]),
                                    .kernel = at.kernel,
                                    .stride = at.stride,
                                    .padding = at.padding,
                                    .groups = (int)group,
                                    .no_bias = !b,
                                    .init = LINCE_HE_FAN_IN};
    lince_layer_args layer = LINCE_LAYER_OF(conv2d, &args);
    layer.head = is_head(m, n);
    int made = add_named(m, n, x->node, w, layer);
    LINCE_TRY(give(m, n, x, made));
    LINCE_TRY(bind_tensor(m, n, made, 0, w, false));
    return b ? bind_tensor(m, n, made, 1, b, false) : 0;
}

static int linear(import *m, const node *n, const tensor *w, bool transposed, const tensor *b)
{
    const item *x = map(m, n, 0);
    if (!x || x->rank != 2 || !w || w->n_dims != 2)
        return refuse(m, n, N_("expected a vector a sample, and a matrix of weights"));
    int64_t in = w->dims[transposed ? 0 : 1], own = w->dims[transposed ? 1 : 0];
    if (in != shape_of(m, x).channels || own < 1 || own > LARGEST / in ||
        (b && (int64_t)lince_onnx_elements(b) != own))
        return refuse(m, n, N_("its weights do not have the size that its input asks for"));
    lince_linear_layer_args args = {.outputs = outputs(m, n, own), .no_bias = !b, .init = LINCE_PYTORCH_INIT};
    lince_layer_args layer = LINCE_LAYER_OF(linear, &args);
    layer.head = is_head(m, n);
    int made = add_named(m, n, x->node, w, layer);
    LINCE_TRY(give(m, n, x, made));
    LINCE_TRY(bind_tensor(m, n, made, 0, w, transposed));
    return b ? bind_tensor(m, n, made, 1, b, false) : 0;
}

static int gemm(import *m, const node *n)
{
    if (whole(n, "transA", 0) || real(n, "alpha", 1) != 1 || real(n, "beta", 1) != 1 ||
        (input(m, n, 2) && !constant(m, n, 2)))
        return refuse(m, n, N_("expected a vector a sample, and a matrix of weights"));
    return linear(m, n, constant(m, n, 1), !whole(n, "transB", 0), constant(m, n, 2));
}

/* The node that is the only one to use an output, or NULL. */
static const node *only_user(const import *m, const item *x)
{
    return x->uses == 1 ? m->source->model->graph->node[x->user - 1] : NULL;
}

/* `n` gives what `user`, its only user, would give: that one is done. */
static int also_gives(import *m, const node *n, const node *user)
{
    const item *y = output(m, n);
    int made = y->node;
    m->done[y->user - 1] = true;
    return give(m, user, y, made);
}

static int matmul(import *m, const node *n)
{
    const tensor *w = constant(m, n, 1), *b = NULL;
    const node *user = only_user(m, output(m, n));
    if (user && !strcmp(user->op_type, "Add") && w && w->n_dims == 2)
        b = constant(m, user, 0) ? constant(m, user, 0) : constant(m, user, 1);
    if (b && (int64_t)lince_onnx_elements(b) != w->dims[1]) b = NULL;
    LINCE_TRY(linear(m, n, w, true, b));
    return b ? also_gives(m, n, user) : 0;
}

static int batch_norm(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    if (!x || x->rank != 4 || x->last) return refuse(m, n, N_("expected a map"));
    for (size_t i = 1; i < 5; i++)
        if (!constant(m, n, i)) return refuse(m, n, N_("expected constant statistics"));
    if (!(real(n, "epsilon", 1e-5f) > 0)) return refuse(m, n, N_("expected an epsilon above 0"));
    int made = add_named(m, n, x->node, constant(m, n, 1),
                         LINCE_LAYER(batch_norm2d, .eps = real(n, "epsilon", 1e-5f)));
    LINCE_TRY(give(m, n, x, made));
    for (int i = 0; i < 4; i++) LINCE_TRY(bind_tensor(m, n, made, i, constant(m, n, (size_t)i + 1), false));
    return 0;
}

/* --- activations ---------------------------------------------------------------------------------- */

static int activation(import *m, const node *n, const lince_layer_type *type)
{
    const item *x = map(m, n, 0);
    if (!x) return refuse(m, n, N_("expected a map"));
    return give(m, n, x, add(m, n, x->node, -1, (lince_layer_args){.type = type}));
}

static int relu(import *m, const node *n)
{
    return activation(m, n, &lince_relu_layer);
}

static int clip(import *m, const node *n)
{
    float low = real(n, "min", -INFINITY), high = real(n, "max", INFINITY);
    if ((input(m, n, 1) && !number(m, n, 1, &low)) || (input(m, n, 2) && !number(m, n, 2, &high)))
        return refuse(m, n, N_("expected constant bounds"));
    if (low == 0 && high == 6) return activation(m, n, &lince_relu6_layer);
    return low == 0 && high > 1e30f ? relu(m, n) : refuse(m, n, N_("expected bounds 0 and 6, or 0 alone"));
}

static int gelu(import *m, const node *n)
{
    if (says(n, "approximate", "tanh"))
        return refuse(m, n, N_("its approximation by tanh is not what lince computes"));
    return activation(m, n, &lince_gelu_layer);
}

/* x s(x) is SiLU. */
static int sigmoid(import *m, const node *n)
{
    const item *x = map(m, n, 0), *y = output(m, n);
    const node *user = only_user(m, y);
    bool own = x && user && !strcmp(user->op_type, "Mul") && user->n_input == 2 &&
               (input(m, user, 0) == x || input(m, user, 1) == x);
    LINCE_TRY(activation(m, n, own ? &lince_silu_layer : &lince_sigmoid_layer));
    return own ? also_gives(m, n, user) : 0;
}

/* min(max(a x + b, 0), 1) = relu6(6 a x + 6 b) / 6; the net's node. */
static int hard_sigmoid_of(import *m, const node *n, int x, float a, float b)
{
    if (fabsf(6 * a - 1) > 1e-6f) x = add(m, n, x, -1, LINCE_LAYER(scale, .factor = 6 * a));
    if (x >= 0) x = add(m, n, x, -1, LINCE_LAYER(shift, .number = 6 * b));
    if (x >= 0) x = add(m, n, x, -1, LINCE_BARE(relu6));
    return x < 0 ? x : add(m, n, x, -1, LINCE_LAYER(scale, .factor = 1.0f / 6));
}

static int hard_sigmoid(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    if (!x) return refuse(m, n, N_("expected a map"));
    return give(m, n, x, hard_sigmoid_of(m, n, x->node, real(n, "alpha", 0.2f), real(n, "beta", 0.5f)));
}

static int hard_swish(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    if (!x) return refuse(m, n, N_("expected a map"));
    int gate = hard_sigmoid_of(m, n, x->node, 1.0f / 6, 0.5f);
    return give(m, n, x, gate < 0 ? gate : add(m, n, x->node, gate, LINCE_BARE(scale_channels)));
}

/* --- arithmetic ----------------------------------------------------------------------------------- */

/* a x + b, with a number each for every channel: a convolution of one pixel, of each channel by itself. */
static int affine(import *m, const node *n, const item *x, const float *a, const float *b)
{
    int channels = shape_of(m, x).channels;
    float *weight = lince_alloc((size_t)channels, sizeof *weight),
          *bias = b ? lince_alloc((size_t)channels, sizeof *bias) : NULL;
    for (int c = 0; c < channels && weight; c++) weight[c] = a ? a[c] : 1;
    for (int c = 0; c < channels && bias; c++) bias[c] = b[c];
    int made = add(m, n, x->node, -1,
                   LINCE_LAYER(conv2d, .channels = channels, .kernel = 1, .groups = channels, .no_bias = !b,
                               .fixed_weight = !a));
    int code = give(m, n, x, made);
    if (!code) code = bind_values(m, made, 0, weight), weight = NULL;
    if (!code && b) code = bind_values(m, made, 1, bias), bias = NULL;
    lince_free(weight);
    lince_free(bias);
    return code;
}

/* A constant of one number for each channel: [c][1][1], or where channels are last [c]. */
static bool by_channel(const import *m, const item *x, const tensor *t)
{
    size_t channels = (size_t)shape_of(m, x).channels, behind = x->last ? 1 : 3;
    if (x->rank != 4 || lince_onnx_elements(t) != channels || t->n_dims < behind) return false;
    return (size_t)t->dims[t->n_dims - behind] == channels;
}

static int with_constant(import *m, const node *n, const item *x, const tensor *t)
{
    float one = 0;
    char op = n->op_type[0]; /* Add, Sub, Mul, Div */
    size_t count = lince_onnx_elements(t);
    if (!strchr("ASMD", op) || (count != 1 && !by_channel(m, x, t)))
        return refuse(m, n, N_("expected a constant of one number, or of one for each channel"));
    float *values = lince_alloc(count, sizeof *values);
    int code = values ? lince_onnx_holds(m->source, t) : LINCE_ENOMEM;
    if (code == LINCE_EFORMAT && count > LINCE_ONNX_SMALL)
        code = 0; /* an outline: they are in the weights */
    else if (!code)
        code = lince_onnx_read_floats(m->source, t, values);
    for (size_t i = 0; i < count && !code; i++)
        values[i] = op == 'S' ? -values[i] : op == 'D' ? 1 / values[i] : values[i];
    if (!code) one = values[0];
    bool sum = op == 'A' || op == 'S';
    if (!code && count > 1)
        code = affine(m, n, x, sum ? NULL : values, sum ? values : NULL);
    else if (!code && sum)
        code = give(m, n, x, add(m, n, x->node, -1, LINCE_LAYER(shift, .number = one)));
    else if (!code)
        code = give(m, n, x, add(m, n, x->node, -1, LINCE_LAYER(scale, .factor = one)));
    lince_free(values);
    return code;
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
            return refuse(m, n, N_("shapes that do not fit each other"));
        int64_t left = a->longs[a->count == 1 ? 0 : i], right = b->longs[b->count == 1 ? 0 : i];
        if (left < 0 || right < 0)
            return refuse(m, n, N_("it computes with the number of samples, which is not known"));
        out[i] = compute(n->op_type[0], left, right);
    }
    return give_numbers(m, n, count, out, a->scalar && b->scalar);
}

static bool same_shape(lince_shape a, lince_shape b)
{
    return a.channels == b.channels && a.height == b.height && a.width == b.width;
}

static int between_maps(import *m, const node *n, const item *a, const item *b)
{
    bool sum = !strcmp(n->op_type, "Add"), product = !strcmp(n->op_type, "Mul");
    lince_shape left = shape_of(m, a), right = shape_of(m, b);
    if (a->rank != b->rank ||
        (a->last != b->last && left.height * left.width > 1 && right.height * right.width > 1) ||
        !(sum || product))
        return refuse(m, n, N_("expected a sum or a product of two maps"));
    if (sum && same_shape(left, right)) return give(m, n, a, add(m, n, a->node, b->node, LINCE_BARE(add)));
    if (product && left.height * left.width < right.height * right.width) {
        const item *c = a;
        a = b;
        b = c;
    }
    if (!product) return refuse(m, n, N_("expected two maps of one shape"));
    return give(m, n, a, add(m, n, a->node, b->node, LINCE_BARE(scale_channels)));
}

static int arithmetic(import *m, const node *n)
{
    const item *a = input(m, n, 0), *b = input(m, n, 1);
    if (!a || !b) return refuse(m, n, N_("its input is not there"));
    bool left = a->kind == LINCE_ONNX_NODE, right = b->kind == LINCE_ONNX_NODE,
         turned = strchr("SD", n->op_type[0]) != NULL;
    if (a->kind == LINCE_ONNX_NUMBERS && b->kind == LINCE_ONNX_NUMBERS) return shape_arithmetic(m, n, a, b);
    if (left && right) return between_maps(m, n, a, b);
    if (left && b->kind == LINCE_ONNX_CONSTANT) return with_constant(m, n, a, b->tensor);
    if (right && a->kind == LINCE_ONNX_CONSTANT && !turned) return with_constant(m, n, b, a->tensor);
    return refuse(m, n, N_("expected a map and a constant, or two maps"));
}

/* --- pools ---------------------------------------------------------------------------------------- */

/* Padding that is larger behind, by less than a step, lets the last window go over the edge: as ceil_mode does. */
static int max_pool(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    window w;
    if (!x || x->rank != 4 || x->last) return refuse(m, n, N_("expected a map"));
    LINCE_TRY(window_of(m, n, shape_of(m, x), 0, &w));
    if (w.more >= w.stride) return refuse(m, n, N_("its padding is not the same on all sides"));
    bool ceil = whole(n, "ceil_mode", 0) != 0 || w.more > 0;
    return give(m, n, x,
                add(m, n, x->node, -1,
                    LINCE_LAYER(max_pool2d, .kernel = w.kernel, .stride = w.stride, .padding = w.padding,
                                .ceil_mode = ceil)));
}

static int average_pool(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    window w;
    if (!x || x->rank != 4 || x->last) return refuse(m, n, N_("expected a map"));
    LINCE_TRY(window_of(m, n, shape_of(m, x), 0, &w));
    lince_shape in = shape_of(m, x);
    bool whole_windows = (in.height - w.kernel) % w.stride == 0 && (in.width - w.kernel) % w.stride == 0;
    if (w.padding || w.more || (whole(n, "ceil_mode", 0) && !whole_windows))
        return refuse(m, n, N_("averages of windows that go over the edge are not what lince computes"));
    return give(m, n, x,
                add(m, n, x->node, -1, LINCE_LAYER(avg_pool2d, .kernel = w.kernel, .stride = w.stride)));
}

static int average_all(import *m, const node *n, const item *x, bool keep)
{
    int made = add(m, n, x->node, -1, LINCE_LAYER(adaptive_avg_pool2d, .size = 1));
    if (made >= 0 && !keep) made = add(m, n, made, -1, LINCE_BARE(flatten));
    return give_rank(m, n, x, made, keep ? 4 : 2);
}

static int global_average(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    if (!x || x->rank != 4 || x->last) return refuse(m, n, N_("expected a map"));
    return average_all(m, n, x, true);
}

static int reduce_mean(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    int64_t axes[LINCE_ONNX_LONGS];
    int count = numbers(m, n, 1, "axes", axes), found = 0;
    for (int i = 0; x && i < count; i++) found |= 1 << meaning(x, axes[i]);
    if (!x || x->rank != 4 || count != 2 || found != (1 << 2 | 1 << 3))
        return refuse(m, n, N_("expected the mean over height and width"));
    return average_all(m, n, x, whole(n, "keepdims", 1) != 0);
}

/* --- channels ------------------------------------------------------------------------------------- */

/* Output c is channel source(c): a convolution of one pixel that picks. */
static int pick(import *m, const node *n, const item *x, int count, int begin, int groups)
{
    int channels = shape_of(m, x).channels;
    if ((size_t)count * (size_t)channels > LARGEST)
        return refuse(m, n, N_("its output is larger than lince computes"));
    float *weight = lince_alloc((size_t)count * (size_t)channels, sizeof *weight);
    int made =
        weight
            ? add(m, n, x->node, -1,
                  LINCE_LAYER(conv2d, .channels = count, .kernel = 1, .no_bias = true, .fixed_weight = true))
            : LINCE_ENOMEM;
    for (int c = 0; c < count && made >= 0; c++) {
        int from = groups ? c % groups * (channels / groups) + c / groups : begin + c;
        weight[(size_t)c * (size_t)channels + (size_t)from] = 1;
    }
    if (made < 0) {
        lince_free(weight);
        return made;
    }
    LINCE_TRY(bind_values(m, made, 0, weight));
    return made;
}

static int concat(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    int64_t out[LINCE_ONNX_LONGS];
    size_t count = 0;
    if (x) {
        if (meaning(x, whole(n, "axis", 1)) != 1) return refuse(m, n, N_("only channels are joined"));
        int made = x->node;
        for (size_t i = 1; i < n->n_input; i++) {
            const item *more = map(m, n, i);
            if (!more || more->rank != x->rank || more->last != x->last)
                return refuse(m, n, N_("only maps of one kind are joined"));
            made = add(m, n, made, more->node, LINCE_BARE(concat));
            if (made < 0) return made;
        }
        return give(m, n, x, made);
    }
    for (size_t i = 0; i < n->n_input; i++) {
        const item *more = input(m, n, i);
        if (!more || more->kind != LINCE_ONNX_NUMBERS || count + more->count > LINCE_ONNX_LONGS)
            return refuse(m, n, N_("only maps of one kind are joined"));
        memcpy(out + count, more->longs, more->count * sizeof *out);
        count += more->count;
    }
    return give_numbers(m, n, count, out, false);
}

static int split(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    int64_t sizes[LINCE_ONNX_LONGS];
    int count = numbers(m, n, 1, "split", sizes), begin = 0;
    if (!x || meaning(x, whole(n, "axis", 0)) != 1 || n->n_output > LINCE_ONNX_LONGS)
        return refuse(m, n, N_("only channels are split"));
    int channels = shape_of(m, x).channels, parts = (int)n->n_output;
    for (int i = 0; count < 0 && i < parts; i++) sizes[i] = (channels + parts - 1) / parts;
    if (count < 0) sizes[parts - 1] = channels - (parts - 1) * sizes[0];
    for (int i = 0; i < parts; i++) {
        if (sizes[i] < 1 || sizes[i] > channels - begin)
            return refuse(m, n, N_("its parts are not those of its channels"));
        item *y = lince_onnx_item_of(m, n->output[i]);
        int size = (int)sizes[i], made = y->uses ? pick(m, n, x, size, begin, 0) : 0;
        if (made < 0) return made;
        item part = *y;
        part.kind = LINCE_ONNX_NODE;
        part.node = made;
        part.rank = x->rank;
        part.last = x->last;
        *y = part;
        begin += size;
    }
    return 0;
}

static int64_t clamp(int64_t at, int64_t size)
{
    if (at < 0) at += size;
    return at < 0 ? 0 : at > size ? size : at;
}

static int slice(import *m, const node *n)
{
    const item *x = input(m, n, 0);
    int64_t begin[LINCE_ONNX_LONGS], end[LINCE_ONNX_LONGS], axes[LINCE_ONNX_LONGS] = {0},
                                                            steps[LINCE_ONNX_LONGS] = {1};
    int count = numbers(m, n, 1, "starts", begin);
    if (!x || count != 1 || numbers(m, n, 2, "ends", end) != 1)
        return refuse(m, n, N_("expected constant bounds of one axis"));
    if (numbers(m, n, 3, "axes", axes) < 0) axes[0] = 0;
    if (numbers(m, n, 4, NULL, steps) < 0) steps[0] = 1;
    if (steps[0] != 1) return refuse(m, n, N_("expected steps of one"));
    if (x->kind == LINCE_ONNX_NUMBERS) {
        int64_t from = clamp(begin[0], (int64_t)x->count), to = clamp(end[0], (int64_t)x->count);
        return give_numbers(m, n, to > from ? (size_t)(to - from) : 0, x->longs + from, false);
    }
    if (x->kind != LINCE_ONNX_NODE || meaning(x, axes[0]) != 1)
        return refuse(m, n, N_("only channels are split"));
    int channels = shape_of(m, x).channels;
    int64_t from = clamp(begin[0], channels), to = clamp(end[0], channels);
    if (to <= from) return refuse(m, n, N_("its parts are not those of its channels"));
    return give(m, n, x, pick(m, n, x, (int)(to - from), (int)from, 0));
}

/* --- shapes --------------------------------------------------------------------------------------- */

static int to_vector(import *m, const node *n, const item *x)
{
    lince_shape s = shape_of(m, x);
    if (x->rank == 2) return pass(m, n);
    if (x->rank != 4 || (x->last && s.height * s.width > 1))
        return refuse(m, n, N_("expected channels in front of height and width"));
    return give_rank(m, n, x, add(m, n, x->node, -1, LINCE_BARE(flatten)), 2);
}

static int flatten(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    int64_t axis = whole(n, "axis", 1);
    if (!x || (axis != 1 && axis != 1 - x->rank)) return refuse(m, n, N_("expected a vector a sample"));
    return to_vector(m, n, x);
}

/* [n][c][h][w] to groups of channels, which are then swapped, and back: ShuffleNet's shuffle. */
static int reshape(import *m, const node *n)
{
    const item *x = input(m, n, 0);
    int64_t to[LINCE_ONNX_LONGS];
    int count = numbers(m, n, 1, "shape", to);
    if (!x || count < 0) return refuse(m, n, N_("expected a constant shape"));
    if (x->kind == LINCE_ONNX_NUMBERS) return give_numbers(m, n, x->count, x->longs, count == 0);
    if (x->kind != LINCE_ONNX_NODE) return refuse(m, n, N_("expected a map"));
    lince_shape s = shape_of(m, x);
    if (count == 2) return to_vector(m, n, x);
    if (count == 4 && x->rank == 4) {
        bool same = (to[1] == s.channels || to[1] <= 0) && (to[2] == s.height || to[2] <= 0) &&
                    (to[3] == s.width || to[3] <= 0);
        return same && !x->last ? pass(m, n)
                                : refuse(m, n, N_("a map of another shape is not what lince computes"));
    }
    if (count == 5 && x->rank == 4 && !x->last) {
        int64_t groups = to[1] > 0 ? to[1] : to[2] > 0 ? s.channels / to[2] : 0;
        if (groups < 1 || groups > s.channels || s.channels % groups)
            return refuse(m, n, N_("channels do not divide into groups"));
        LINCE_TRY(give_rank(m, n, x, x->node, 5));
        output(m, n)->groups = (int)groups;
        return 0;
    }
    if (count == 4 && x->rank == 5 && (to[1] == s.channels || to[1] <= 0)) {
        LINCE_TRY(give_rank(m, n, x, x->swapped ? pick(m, n, x, s.channels, 0, x->groups) : x->node, 4));
        output(m, n)->swapped = false;
        return 0;
    }
    return refuse(m, n, N_("a map of another shape is not what lince computes"));
}

static int squeeze(import *m, const node *n)
{
    const item *x = input(m, n, 0);
    int64_t axes[LINCE_ONNX_LONGS];
    if (!x) return refuse(m, n, N_("its input is not there"));
    if (x->kind == LINCE_ONNX_NUMBERS) return give_numbers(m, n, x->count, x->longs, true);
    lince_shape s = x->kind == LINCE_ONNX_NODE ? shape_of(m, x) : (lince_shape){0};
    int count = numbers(m, n, 1, "axes", axes), found = 0;
    for (int i = 0; i < count; i++) found |= 1 << meaning(x, axes[i]);
    if (s.height * s.width != 1 || found != (1 << 2 | 1 << 3))
        return refuse(m, n, N_("expected height and width of one pixel"));
    return to_vector(m, n, x);
}

static int unsqueeze(import *m, const node *n)
{
    const item *x = input(m, n, 0);
    if (!x || x->kind != LINCE_ONNX_NUMBERS)
        return refuse(m, n, N_("only numbers of shapes get another axis"));
    return give_numbers(m, n, x->count, x->longs, false);
}

static int transpose(import *m, const node *n)
{
    static const int64_t to_last[] = {0, 2, 3, 1}, to_front[] = {0, 3, 1, 2}, swap[] = {0, 2, 1, 3, 4};
    const item *x = map(m, n, 0);
    const Lince__Onnx__Attribute *perm = attribute(n, "perm");
    if (!x || !perm || perm->n_ints != (size_t)x->rank)
        return refuse(m, n, N_("an order of axes that lince lacks"));
    size_t bytes = perm->n_ints * sizeof *perm->ints;
    bool last = x->rank == 4 && !x->last && !memcmp(perm->ints, to_last, bytes),
         front = x->rank == 4 && x->last && !memcmp(perm->ints, to_front, bytes),
         swapped = x->rank == 5 && !x->swapped && !memcmp(perm->ints, swap, bytes);
    if (!last && !front && !swapped) return refuse(m, n, N_("an order of axes that lince lacks"));
    LINCE_TRY(give(m, n, x, x->node));
    item *y = output(m, n);
    y->last = last;
    y->swapped = swapped;
    return 0;
}

/* What a value's shape is, with -1 for the batch. */
static int shape(import *m, const node *n)
{
    const item *x = map(m, n, 0);
    if (!x || x->rank == 5) return refuse(m, n, N_("expected a map"));
    lince_shape s = shape_of(m, x);
    int64_t front[] = {-1, s.channels, s.height, s.width}, back[] = {-1, s.height, s.width, s.channels};
    int64_t begin = clamp(whole(n, "start", 0), x->rank), end = clamp(whole(n, "end", x->rank), x->rank);
    return give_numbers(m, n, end > begin ? (size_t)(end - begin) : 0, (x->last ? back : front) + begin,
                        false);
}

static int gather(import *m, const node *n)
{
    const item *x = input(m, n, 0), *at = input(m, n, 1);
    int64_t out[LINCE_ONNX_LONGS];
    if (!x || !at || x->kind != LINCE_ONNX_NUMBERS || at->kind != LINCE_ONNX_NUMBERS)
        return refuse(m, n, N_("only numbers of shapes are looked up"));
    for (size_t i = 0; i < at->count; i++) {
        int64_t k = at->longs[i] < 0 ? at->longs[i] + (int64_t)x->count : at->longs[i];
        if (k < 0 || k >= (int64_t)x->count) return refuse(m, n, N_("shapes that do not fit each other"));
        out[i] = x->longs[k];
    }
    return give_numbers(m, n, at->count, out, at->scalar);
}

/* As an initializer. */
static int constant_node(import *m, const node *n)
{
    const Lince__Onnx__Attribute *value = attribute(n, "value"), *one = attribute(n, "value_int"),
                                 *several = attribute(n, "value_ints");
    if (one) return give_numbers(m, n, 1, &one->i, true);
    if (several && several->n_ints <= LINCE_ONNX_LONGS)
        return give_numbers(m, n, several->n_ints, several->ints, false);
    if (!value || !value->t) return refuse(m, n, N_("expected a tensor"));
    const tensor *t = value->t;
    item *y = output(m, n);
    bool numbers_of_shapes =
        t->data_type == LINCE__ONNX__TENSOR__TYPE__INT64 || t->data_type == LINCE__ONNX__TENSOR__TYPE__INT32;
    if (!numbers_of_shapes || lince_onnx_elements(t) > LINCE_ONNX_LONGS || t->n_dims > 1) {
        y->kind = LINCE_ONNX_CONSTANT;
        y->tensor = t;
        return 0;
    }
    int64_t out[LINCE_ONNX_LONGS];
    LINCE_TRY(lince_onnx_read_longs(m->source, t, out));
    return give_numbers(m, n, lince_onnx_elements(t), out, !t->n_dims);
}

/* Probabilities, which lince computes itself; scores go out. */
static int softmax(import *m, const node *n)
{
    return output(m, n)->uses ? refuse(m, n, N_("a softmax in the middle is not what lince computes"))
                              : pass(m, n);
}

/* --- the rows ------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    lince_onnx_operator *take;
} rows[] = {
    {"Add", arithmetic},
    {"AveragePool", average_pool},
    {"BatchNormalization", batch_norm},
    {"Cast", pass},
    {"Clip", clip},
    {"Concat", concat},
    {"Constant", constant_node},
    {"Conv", conv},
    {"Div", arithmetic},
    {"Dropout", pass},
    {"Flatten", flatten},
    {"Gather", gather},
    {"Gelu", gelu},
    {"Gemm", gemm},
    {"GlobalAveragePool", global_average},
    {"HardSigmoid", hard_sigmoid},
    {"HardSwish", hard_swish},
    {"Identity", pass},
    {"LogSoftmax", softmax},
    {"MatMul", matmul},
    {"MaxPool", max_pool},
    {"Mul", arithmetic},
    {"ReduceMean", reduce_mean},
    {"Relu", relu},
    {"Reshape", reshape},
    {"Shape", shape},
    {"Sigmoid", sigmoid},
    {"Slice", slice},
    {"Softmax", softmax},
    {"Split", split},
    {"Squeeze", squeeze},
    {"Sub", arithmetic},
    {"Transpose", transpose},
    {"Unsqueeze", unsqueeze},
};

lince_onnx_operator *lince_onnx_operator_named(const char *name)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!strcmp(rows[i].name, name)) return rows[i].take;
    return NULL;
}
