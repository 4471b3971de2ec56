#include "weights/onnx/import.h"
#include "core/error.h"
#include "core/memory.h"

#include <string.h>

enum { MOST_NODES = 16384, LARGEST_SIDE = 4096 };

/* --- the graph's values --------------------------------------------------------------------------- */

lince_onnx_item *lince_onnx_item_of(lince_onnx_import *m, const char *name)
{
    bool is_new;
    uint32_t *at = lince_map_at(&m->names, lince_hash(0, name, strlen(name)), &is_new);
    if (!at) return NULL;
    if (!*at) {
        if (lince_grow(&m->items, &m->item_capacity, m->item_count + 1, sizeof *m->items)) return NULL;
        m->items[m->item_count++] = (lince_onnx_item){.name = name};
        *at = (uint32_t)m->item_count;
    }
    return &m->items[*at - 1];
}

static int note_node(lince_onnx_import *m, const Lince__Onnx__Node *n, size_t number)
{
    for (size_t i = 0; i < n->n_input; i++) {
        if (!*n->input[i]) continue;
        lince_onnx_item *item = lince_onnx_item_of(m, n->input[i]);
        if (!item) return LINCE_ENOMEM;
        if (!item->uses++) item->user = number;
    }
    for (size_t i = 0; i < n->n_output; i++) {
        if (!*n->output[i]) continue;
        lince_onnx_item *item = lince_onnx_item_of(m, n->output[i]);
        if (!item) return LINCE_ENOMEM;
        if (item->producer || item->tensor)
            return lince_fail(LINCE_EFORMAT, "%s: '%.100s' is computed twice", m->source->file, n->output[i]);
        item->producer = number;
    }
    return 0;
}

/* A few whole numbers are what shapes are computed with; all else is weights and constants. */
static int note_tensor(lince_onnx_import *m, const Lince__Onnx__Tensor *t)
{
    lince_onnx_item *item = lince_onnx_item_of(m, t->name);
    if (!item) return LINCE_ENOMEM;
    item->kind = LINCE_ONNX_CONSTANT;
    item->tensor = t;
    bool whole =
        t->data_type == LINCE__ONNX__TENSOR__TYPE__INT64 || t->data_type == LINCE__ONNX__TENSOR__TYPE__INT32;
    if (!whole || lince_onnx_elements(t) > LINCE_ONNX_LONGS || t->n_dims > 1) return 0;
    LINCE_TRY(lince_onnx_read_longs(m->source, t, item->longs));
    item->kind = LINCE_ONNX_NUMBERS;
    item->count = lince_onnx_elements(t);
    item->scalar = !t->n_dims;
    return 0;
}

/* --- the input ------------------------------------------------------------------------------------ */

/* The first that is no initializer (old files list these, too), and the one after it, or NULL. */
static const Lince__Onnx__ValueInfo *input_of(const lince_onnx_source *s,
                                              const Lince__Onnx__ValueInfo **other)
{
    const Lince__Onnx__Graph *g = s->model->graph;
    const Lince__Onnx__ValueInfo *found = NULL;
    *other = NULL;
    for (size_t i = 0; i < g->n_input && !*other; i++) {
        if (!g->input[i]->name || lince_onnx_find(s, g->input[i]->name)) continue;
        *(found ? other : &found) = g->input[i];
    }
    return found;
}

static int size_at(const Lince__Onnx__Shape *s, size_t i)
{
    const Lince__Onnx__Dimension *d = s->dim[i];
    return d->has_value && d->value > 0 && d->value <= LARGEST_SIDE ? (int)d->value : 0;
}

/* Pictures have 3 channels (or 1), which stand in front or behind. */
static bool is_last(const Lince__Onnx__Shape *s)
{
    int front = size_at(s, 1), back = size_at(s, 3);
    return (back == 3 || back == 1) && front != 3 && front != 1;
}

static int find_input(const lince_onnx_source *s, const Lince__Onnx__ValueInfo **input,
                      const Lince__Onnx__Shape **shape)
{
    const Lince__Onnx__ValueInfo *other, *v = *input = input_of(s, &other);
    if (other)
        return lince_fail(LINCE_EUNSUPPORTED,
                          "%s: expected one input, of pictures; it asks for '%.100s', too, of which the file "
                          "has no numbers",
                          s->file, other->name);
    *shape = v && v->type && v->type->tensor_type ? v->type->tensor_type->shape : NULL;
    if (*shape && (*shape)->n_dim == 4) return 0;
    return lince_fail(LINCE_EUNSUPPORTED,
                      "%s: expected one input of pictures, [batch][channels][height][width]", s->file);
}

int lince_onnx_input_shape(const lince_onnx_source *source, lince_shape *shape)
{
    const Lince__Onnx__ValueInfo *v;
    const Lince__Onnx__Shape *s;
    LINCE_TRY(find_input(source, &v, &s));
    bool last = is_last(s);
    *shape = (lince_shape){size_at(s, last ? 3 : 1), size_at(s, last ? 1 : 2), size_at(s, last ? 2 : 3), 1};
    return 0;
}

static int note_input(lince_onnx_import *m)
{
    const Lince__Onnx__ValueInfo *v;
    const Lince__Onnx__Shape *s;
    LINCE_TRY(find_input(m->source, &v, &s));
    lince_onnx_item *item = lince_onnx_item_of(m, v->name);
    if (!item) return LINCE_ENOMEM;
    item->kind = LINCE_ONNX_NODE;
    item->rank = 4;
    item->last = is_last(s);
    return 0;
}

/* --- the output layer ----------------------------------------------------------------------------- */

static bool is_one_of(const char *op, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(op, *list)) return true;
    return false;
}

/* Back from the output over what has no weights, to the layer that makes its numbers. */
static void find_head(lince_onnx_import *m)
{
    static const char *const makes[] = {"Conv", "Gemm", "MatMul", NULL};
    static const char *const passes[] = {"Add",      "AveragePool", "Cast",      "Clip",
                                         "Div",      "Dropout",     "Flatten",   "GlobalAveragePool",
                                         "Identity", "LogSoftmax",  "Mul",       "ReduceMean",
                                         "Relu",     "Reshape",     "Sigmoid",   "Softmax",
                                         "Squeeze",  "Sub",         "Transpose", NULL};
    const Lince__Onnx__Graph *g = m->source->model->graph;
    const char *name = g->output[0]->name;
    for (size_t steps = 0; steps <= g->n_node; steps++) {
        const lince_onnx_item *item = lince_onnx_item_of(m, name);
        const Lince__Onnx__Node *n = item && item->producer ? g->node[item->producer - 1] : NULL;
        if (!n) return;
        if (is_one_of(n->op_type, makes)) m->head = item->producer;
        if (m->head || !is_one_of(n->op_type, passes) || !n->n_input) return;
        bool constant = n->n_input > 1 && lince_onnx_find(m->source, n->input[0]);
        name = n->input[constant];
    }
}

/* --- all of it ------------------------------------------------------------------------------------ */

static int take_node(lince_onnx_import *m, const Lince__Onnx__Node *n)
{
    bool own = !n->domain || !*n->domain || !strcmp(n->domain, "ai.onnx");
    lince_onnx_operator *row = own ? lince_onnx_operator_named(n->op_type) : NULL;
    if (row) return row(m, n);
    return lince_fail(LINCE_EUNSUPPORTED, "%s: node '%.100s': %.60s is an operator that lince lacks",
                      m->source->file, n->name ? n->name : n->output[0], n->op_type);
}

/* Nobody looks at what it computes. */
static bool is_dead(lince_onnx_import *m, const Lince__Onnx__Node *n)
{
    const char *output = m->source->model->graph->output[0]->name;
    for (size_t i = 0; i < n->n_output; i++) {
        if (!*n->output[i]) continue;
        const lince_onnx_item *item = lince_onnx_item_of(m, n->output[i]);
        if (!item || item->uses || !strcmp(output, n->output[i])) return false;
    }
    return true;
}

static int check_graph(const lince_onnx_import *m)
{
    const Lince__Onnx__Graph *g = m->source->model->graph;
    if (g->n_node > MOST_NODES)
        return lince_fail(LINCE_EUNSUPPORTED, "%s: nodes of its graph: %zu; at most %d are read",
                          m->source->file, g->n_node, MOST_NODES);
    for (size_t i = 0; i < g->n_node; i++)
        if (!g->node[i]->op_type || !g->node[i]->n_output)
            return lince_fail(LINCE_EFORMAT, "%s: node %zu has no operator or no output", m->source->file, i);
    if (!g->n_output || !g->output[0]->name)
        return lince_fail(LINCE_EFORMAT, "%s: its graph has no output", m->source->file);
    return 0;
}

/* What a net can do: its last node is the output, and every other one is used. */
static int check_net(lince_onnx_import *m)
{
    const char *name = m->source->model->graph->output[0]->name;
    const lince_onnx_item *out = lince_onnx_item_of(m, name);
    size_t count = lince_net_nodes(m->net);
    if (!out) return LINCE_ENOMEM;
    if (out->kind != LINCE_ONNX_NODE || out->rank != 2 || (size_t)out->node + 1 != count || count < 2)
        return lince_fail(LINCE_EUNSUPPORTED,
                          "%s: its output '%.100s' is no list of classes' scores that its last layer gives",
                          m->source->file, name);
    if (!m->head)
        return lince_fail(LINCE_EUNSUPPORTED, "%s: no layer was found whose outputs are the classes",
                          m->source->file);
    for (size_t i = 1; i + 1 < count; i++)
        if (!m->used[i])
            return lince_fail(LINCE_EUNSUPPORTED, "%s: what the layer '%.90s' computes is not used",
                              m->source->file, lince_net_layer(m->net, i)->name);
    return 0;
}

int lince_onnx_build(lince_onnx_import *m)
{
    const Lince__Onnx__Graph *g = m->source->model->graph;
    LINCE_TRY(check_graph(m));
    if (!(m->done = lince_alloc(g->n_node + 1, sizeof *m->done))) return LINCE_ENOMEM;
    for (size_t i = 0; i < g->n_initializer; i++) LINCE_TRY(note_tensor(m, g->initializer[i]));
    for (size_t i = 0; i < g->n_node; i++) LINCE_TRY(note_node(m, g->node[i], i + 1));
    LINCE_TRY(note_input(m));
    if (!lince_onnx_item_of(m, g->output[0]->name)) return LINCE_ENOMEM;
    find_head(m);
    for (size_t i = 0; i < g->n_node; i++)
        if (!m->done[i] && !is_dead(m, g->node[i])) LINCE_TRY(take_node(m, g->node[i]));
    return check_net(m);
}

void lince_onnx_release(lince_onnx_import *m)
{
    for (size_t i = 0; i < m->binding_count; i++) lince_free(m->bindings[i].values);
    lince_free(m->bindings);
    lince_free(m->joins);
    lince_free(m->items);
    lince_free(m->done);
    lince_free(m->used);
    lince_map_release(&m->names);
}
