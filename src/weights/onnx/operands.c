#include "weights/onnx/operands.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "layers/conv2d.h"
#include "layers/pick_channels.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

int lince_import_refuse(const import *m, const node *n, const char *why)
{
    return lince_fail(LINCE_EUNSUPPORTED, "%s: node '%.100s' (%.40s): %s", m->source->file,
                      n->name ? n->name : n->output[0], n->op_type, _(why));
}

/* --- attributes and inputs --- */

const Lince__Onnx__Attribute *lince_import_attribute(const node *n, const char *name)
{
    for (size_t i = 0; i < n->n_attribute; i++)
        if (n->attribute[i]->name && !strcmp(n->attribute[i]->name, name)) return n->attribute[i];
    return NULL;
}

int64_t lince_import_whole(const node *n, const char *name, int64_t usual)
{
    const Lince__Onnx__Attribute *a = lince_import_attribute(n, name);
    return a && a->has_i ? a->i : usual;
}

float lince_import_real(const node *n, const char *name, float usual)
{
    const Lince__Onnx__Attribute *a = lince_import_attribute(n, name);
    return a && a->has_f ? a->f : usual;
}

bool lince_import_says(const node *n, const char *name, const char *text)
{
    const Lince__Onnx__Attribute *a = lince_import_attribute(n, name);
    return a && a->has_s && a->s.len == strlen(text) && !memcmp(a->s.data, text, a->s.len);
}

/* NULL: it is not there. */
item *lince_import_input(import *m, const node *n, size_t i)
{
    return i < n->n_input && *n->input[i] ? lince_onnx_item_of(m, n->input[i]) : NULL;
}

item *lince_import_output(import *m, const node *n)
{
    return lince_onnx_item_of(m, n->output[0]);
}

/* A node of the net as an input; NULL: it is something else. */
item *lince_import_map(import *m, const node *n, size_t i)
{
    item *x = lince_import_input(m, n, i);
    return x && x->kind == LINCE_ONNX_NODE ? x : NULL;
}

const tensor *lince_import_constant(import *m, const node *n, size_t i)
{
    const item *x = lince_import_input(m, n, i);
    return x && x->kind == LINCE_ONNX_CONSTANT && !x->turned && !x->widened ? x->tensor : NULL;
}

/* Whole numbers: of an input, or where older versions have it, of an attribute. The count, or -1. */
int lince_import_numbers(import *m, const node *n, size_t i, const char *name, int64_t out[LINCE_ONNX_LONGS])
{
    const item *x = lince_import_input(m, n, i);
    const Lince__Onnx__Attribute *a = name ? lince_import_attribute(n, name) : NULL;
    if (x && x->kind == LINCE_ONNX_NUMBERS) {
        memcpy(out, x->longs, sizeof x->longs);
        return (int)x->count;
    }
    if (x || !a || a->n_ints > LINCE_ONNX_LONGS) return -1;
    if (a->n_ints) memcpy(out, a->ints, a->n_ints * sizeof *out);
    return (int)a->n_ints;
}

/* One float of a small constant. */
bool lince_import_number(import *m, const node *n, size_t i, float *out)
{
    const item *x = lince_import_input(m, n, i);
    if (x && x->kind == LINCE_ONNX_NUMBERS && x->count == 1) return *out = (float)x->longs[0], true;
    const tensor *t = lince_import_constant(m, n, i);
    return t && lince_onnx_elements(t) == 1 && !lince_onnx_read_floats(m->source, t, out);
}

lince_shape lince_import_shape_of(const import *m, const item *x)
{
    if (x->node) return lince_net_layer(m->net, (size_t)x->node)->out;
    return lince_net_input_shape(m->net);
}

/* Which of a value's axes is which: 1 channels, 2 height, 3 width; 0 the batch. */
int lince_import_meaning(const item *x, int64_t axis)
{
    if (axis < 0) axis += x->rank;
    if (axis < 1 || axis >= x->rank) return 0;
    return x->last ? (axis == 3 ? 1 : (int)axis + 1) : (int)axis;
}

/* --- values --- */

/* The output is `node`, otherwise as `like`. */
int lince_import_give(import *m, const node *n, const item *like, int made)
{
    if (made < 0) return made;
    item *y = lince_import_output(m, n);
    y->kind = LINCE_ONNX_NODE;
    y->node = made;
    y->rank = like->rank;
    y->last = like->last;
    y->groups = like->groups;
    y->swapped = like->swapped;
    return 0;
}

int lince_import_give_rank(import *m, const node *n, const item *like, int made, int rank)
{
    LINCE_TRY(lince_import_give(m, n, like, made));
    lince_import_output(m, n)->rank = rank;
    return 0;
}

int lince_import_give_numbers(import *m, const node *n, size_t count, const int64_t *values, bool scalar)
{
    item *y = lince_import_output(m, n);
    if (count > LINCE_ONNX_LONGS) return lince_import_refuse(m, n, N_("more numbers than a shape has"));
    memmove(y->longs, values, count * sizeof *values);
    y->kind = LINCE_ONNX_NUMBERS;
    y->count = count;
    y->scalar = scalar;
    return 0;
}

/* The same value under another name. */
int lince_import_pass(import *m, const node *n)
{
    const item *x = lince_import_input(m, n, 0);
    item *y = lince_import_output(m, n);
    if (!x || x->kind == LINCE_ONNX_NOTHING) return lince_import_refuse(m, n, N_("its input is not there"));
    item same = *x;
    same.name = y->name;
    same.producer = y->producer;
    same.user = y->user;
    same.uses = y->uses;
    *y = same;
    return 0;
}

/* --- layers --- */

static int add_called(import *m, const node *n, const char *name, int from, int second, lince_layer_args args)
{
    args.name = name;
    args.from[0] = from;
    args.from[1] = second;
    int made = lince_net_add(m->net, &args);
    if (made < 0) return lince_import_refuse(m, n, lince_error());
    if (lince_shape_elements(lince_net_layer(m->net, (size_t)made)->out) > LINCE_IMPORT_LARGEST)
        return lince_import_refuse(m, n, N_("its output is larger than lince computes"));
    LINCE_TRY(lince_grow(&m->used, &m->used_capacity, (size_t)made + 1, sizeof *m->used));
    m->used[from] = true;
    if (second >= 0) m->used[second] = true;
    return made;
}

/* Behind `from`, called by the node's number; the net's node, or negative. */
int lince_import_add(import *m, const node *n, int from, int second, lince_layer_args args)
{
    char name[LINCE_NAME_MAX];
    size_t i = 0;
    for (; n->op_type[i] && i < 40; i++) name[i] = (char)tolower((unsigned char)n->op_type[i]);
    snprintf(name + i, sizeof name - i, "_%zu", lince_net_nodes(m->net));
    if (second >= 0 && from == second) return lince_import_refuse(m, n, N_("both inputs are the same"));
    return add_called(m, n, name, from, second, args);
}

/* How much of a tensor's name is the layer's, "features.0" of "features.0.weight", all of "features.1.layer_scale"; 0: it is none
 * of PyTorch's. */
static size_t stem_of(const char *name)
{
    static const char end[] = ".weight";
    size_t size = name ? strlen(name) : 0, stem = size > strlen(end) ? size - strlen(end) : 0;
    if (stem && !strcmp(name + stem, end)) return stem;
    bool dotted = false;
    for (size_t i = 0; i < size; i++) {
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '.') return 0;
        dotted |= name[i] == '.';
    }
    return dotted ? size : 0;
}

static bool is_taken(const import *m, const char *name, size_t size)
{
    for (size_t i = 1; i < lince_net_nodes(m->net); i++) {
        const char *other = lince_net_layer(m->net, i)->name;
        if (strlen(other) == size && !strncmp(other, name, size)) return true;
    }
    return false;
}

int lince_import_add_named(import *m, const node *n, int from, const tensor *weight, lince_layer_args args)
{
    size_t stem = stem_of(weight->name);
    char name[LINCE_NAME_MAX];
    if (!stem || stem >= LINCE_NAME_MAX - 32 || is_taken(m, weight->name, stem))
        return lince_import_add(m, n, from, -1, args);
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
int lince_import_bind_tensor(import *m, const node *n, int made, int param, const tensor *t, bool transposed)
{
    lince_onnx_binding *b = bind(m, made, param);
    if (!b) return LINCE_ENOMEM;
    size_t count = lince_onnx_elements(t), wanted = 1;
    bool other = m->classes && lince_net_layer(m->net, (size_t)made)->head;
    for (int i = 0; i < b->ndim; i++) wanted *= (size_t)b->dims[i];
    if (count != wanted && !other)
        return lince_import_refuse(m, n, N_("its weights do not have the size that its input asks for"));
    b->tensor = t;
    b->transposed = transposed;
    return 0;
}

/* Or these, which are taken over. */
int lince_import_bind_values(import *m, int made, int param, float *values)
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
int lince_import_outputs(const import *m, const node *n, int64_t own)
{
    return is_head(m, n) && m->classes ? m->classes : (int)own;
}

int lince_import_pick(import *m, const node *n, const item *x, int count, int begin, int groups)
{
    return lince_import_add(m, n, x->node, -1,
                            LINCE_LAYER(pick_channels, .begin = begin, .count = count, .groups = groups));
}

static float *copy_of(const float *values, int count)
{
    float *copy = lince_alloc((size_t)count, sizeof *copy);
    for (int c = 0; c < count && copy; c++) copy[c] = values ? values[c] : 1;
    return copy;
}

int lince_import_affine(import *m, const node *n, int from, const tensor *t, const float *a, const float *b)
{
    int channels =
        (from ? lince_net_layer(m->net, (size_t)from)->out : lince_net_input_shape(m->net)).channels;
    int made = lince_import_add_named(m, n, from, t,
                                      LINCE_LAYER(conv2d, .channels = channels, .kernel = 1,
                                                  .groups = channels, .no_bias = !b, .fixed_weight = !a));
    LINCE_TRY(made);
    LINCE_TRY(lince_import_bind_values(m, made, 0, copy_of(a, channels)));
    if (b) LINCE_TRY(lince_import_bind_values(m, made, 1, copy_of(b, channels)));
    return made;
}

bool lince_import_by_channel(const import *m, const item *x, const tensor *t)
{
    size_t channels = (size_t)lince_import_shape_of(m, x).channels, behind = x->last ? 1 : 3;
    if (x->rank != 4 || lince_onnx_elements(t) != channels || t->n_dims < behind) return false;
    return (size_t)t->dims[t->n_dims - behind] == channels;
}

int lince_import_values(const import *m, const tensor *t, float **values)
{
    size_t count = lince_onnx_elements(t);
    bool outline = m->source->is_outline && count > LINCE_ONNX_SMALL;
    int code = outline ? 0 : lince_onnx_holds(m->source, t);
    if (code) return code;
    if (!(*values = lince_alloc(count, sizeof **values))) return LINCE_ENOMEM;
    code = outline ? 0 : lince_onnx_read_floats(m->source, t, *values);
    if (code) lince_free(*values);
    return code;
}

/* --- the graph around a node --- */

int lince_import_weighted(import *m, const node *n, const item *x, lince_layer_args layer,
                          const tensor *weight, bool transposed, const tensor *bias)
{
    layer.head = is_head(m, n);
    int made = lince_import_add_named(m, n, x->node, weight, layer);
    LINCE_TRY(lince_import_give(m, n, x, made));
    LINCE_TRY(lince_import_bind_tensor(m, n, made, 0, weight, transposed));
    return bias ? lince_import_bind_tensor(m, n, made, 1, bias, false) : 0;
}

/* The node that is the only one to use an output, or NULL. */
const node *lince_import_only_user(const import *m, const item *x)
{
    return x->uses == 1 ? m->source->model->graph->node[x->user - 1] : NULL;
}

/* `n` gives what `user`, its only user, would give: that one is done. */
int lince_import_also_gives(import *m, const node *n, const node *user)
{
    const item *y = lince_import_output(m, n);
    int made = y->node;
    m->done[y->user - 1] = true;
    return lince_import_give(m, user, y, made);
}

int64_t lince_import_clamp(int64_t at, int64_t size)
{
    if (at < 0) at += size;
    return at < 0 ? 0 : at > size ? size : at;
}
