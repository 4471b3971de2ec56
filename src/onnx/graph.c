#include "onnx/graph.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "onnx/schema.pb-c.h"

#include <lince/version.h>
#include <stdio.h>
#include <string.h>

/* ONNX 1.12: opset 17 came with it. Readers refuse what is newer than they are. */
enum { IR_VERSION = 8, OPSET = 17 };

/* A list of messages that grows, as protobuf-c has them: an array of pointers. */
typedef struct list {
    void **at;
    size_t count, capacity;
} list;

struct lince_onnx {
    int error;
    list owned; /* all that must be freed */
    list nodes, tensors, inputs, outputs, metadata;
    list attributes; /* of the last node */
    const char *scope;
    size_t values; /* so many have a name */
    size_t bytes;  /* of the tensors */
    lince_onnx_value lengths;
};

int lince_onnx_new(lince_onnx **graph)
{
    *graph = lince_alloc(1, sizeof **graph);
    if (!*graph) return LINCE_ENOMEM;
    (*graph)->scope = "";
    return 0;
}

void lince_onnx_free(lince_onnx *g)
{
    if (!g) return;
    for (size_t i = 0; i < g->owned.count; i++) lince_free(g->owned.at[i]);
    list *lists[] = {&g->owned, &g->nodes, &g->tensors, &g->inputs, &g->outputs, &g->metadata};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) lince_free(lists[i]->at);
    lince_free(g);
}

int lince_onnx_error(const lince_onnx *g)
{
    return g->error;
}

void lince_onnx_fail(lince_onnx *g, int code)
{
    if (!g->error) g->error = code;
}

static void push(lince_onnx *g, list *l, void *item)
{
    if (!item || g->error) return;
    lince_onnx_fail(g, lince_grow(&l->at, &l->capacity, l->count + 1, sizeof *l->at));
    if (!g->error) l->at[l->count++] = item;
}

/* Memory that lives as long as the graph; NULL where something has failed. */
static void *take(lince_onnx *g, size_t count, size_t size)
{
    if (g->error) return NULL;
    void *memory = lince_alloc(count ? count : 1, size);
    if (!memory) lince_onnx_fail(g, LINCE_ENOMEM);
    push(g, &g->owned, memory);
    if (g->error) {
        lince_free(memory);
        return NULL;
    }
    return memory;
}

static char *copy(lince_onnx *g, const char *text)
{
    size_t size = strlen(text) + 1;
    char *own = take(g, size, 1);
    return own ? memcpy(own, text, size) : NULL;
}

#define TAKE(g, type, init)          \
    type *m = take(g, 1, sizeof *m); \
    if (m) init(m)

void lince_onnx_scope(lince_onnx *g, const char *name)
{
    const char *own = copy(g, name);
    if (own) g->scope = own;
}

/* "features.0/Conv_12": no other value is called so. */
static char *new_name(lince_onnx *g, const char *what)
{
    size_t size = strlen(g->scope) + strlen(what) + 32;
    char *name = take(g, size, 1);
    if (name) snprintf(name, size, "%s%s%s_%zu", g->scope, *g->scope ? "/" : "", what, ++g->values);
    return name;
}

/* --- nodes ---------------------------------------------------------------------------------------- */

lince_onnx_value lince_onnx_node(lince_onnx *g, const char *op, const lince_onnx_value *inputs, size_t count)
{
    TAKE(g, Lince__Onnx__Node, lince__onnx__node__init);
    char **in = take(g, count, sizeof *in), **out = take(g, 1, sizeof *out), *name = new_name(g, op);
    if (!g->error) {
        for (size_t i = 0; i < count; i++) in[i] = (char *)(uintptr_t)inputs[i];
        out[0] = name;
        m->name = name;
        m->op_type = copy(g, op);
        m->n_input = count;
        m->input = in;
        m->n_output = 1;
        m->output = out;
    }
    push(g, &g->nodes, m);
    return g->error ? NULL : name;
}

static Lince__Onnx__Attribute *attribute(lince_onnx *g, const char *name, Lince__Onnx__Attribute__Kind kind)
{
    TAKE(g, Lince__Onnx__Attribute, lince__onnx__attribute__init);
    if (g->error) return NULL;
    Lince__Onnx__Node *node = g->nodes.at[g->nodes.count - 1];
    Lince__Onnx__Attribute **all = take(g, node->n_attribute + 1, sizeof *all);
    m->name = copy(g, name);
    m->has_type = true;
    m->type = (int32_t)kind;
    if (g->error) return NULL;
    for (size_t i = 0; i < node->n_attribute; i++) all[i] = node->attribute[i];
    all[node->n_attribute++] = m;
    node->attribute = all;
    return m;
}

void lince_onnx_int(lince_onnx *g, const char *name, int64_t value)
{
    Lince__Onnx__Attribute *a = attribute(g, name, LINCE__ONNX__ATTRIBUTE__KIND__INT);
    if (!a) return;
    a->has_i = true;
    a->i = value;
}

void lince_onnx_ints(lince_onnx *g, const char *name, size_t count, const int64_t *values)
{
    Lince__Onnx__Attribute *a = attribute(g, name, LINCE__ONNX__ATTRIBUTE__KIND__INTS);
    int64_t *own = take(g, count, sizeof *own);
    if (!own) return;
    memcpy(own, values, count * sizeof *own);
    a->ints = own;
    a->n_ints = count;
}

void lince_onnx_real(lince_onnx *g, const char *name, float value)
{
    Lince__Onnx__Attribute *a = attribute(g, name, LINCE__ONNX__ATTRIBUTE__KIND__FLOAT);
    if (!a) return;
    a->has_f = true;
    a->f = value;
}

static ProtobufCBinaryData bytes_of(char *text)
{
    return (ProtobufCBinaryData){.len = strlen(text), .data = (uint8_t *)text};
}

void lince_onnx_text(lince_onnx *g, const char *name, const char *value)
{
    Lince__Onnx__Attribute *a = attribute(g, name, LINCE__ONNX__ATTRIBUTE__KIND__STRING);
    char *own = copy(g, value);
    if (!own) return;
    a->has_s = true;
    a->s = bytes_of(own);
}

void lince_onnx_texts(lince_onnx *g, const char *name, size_t count, const char *value)
{
    Lince__Onnx__Attribute *a = attribute(g, name, LINCE__ONNX__ATTRIBUTE__KIND__STRINGS);
    ProtobufCBinaryData *all = take(g, count, sizeof *all);
    char *own = copy(g, value);
    if (!own) return;
    for (size_t i = 0; i < count; i++) all[i] = bytes_of(own);
    a->strings = all;
    a->n_strings = count;
}

lince_onnx_value lince_onnx_transpose(lince_onnx *g, lince_onnx_value x, size_t count, const int64_t *order)
{
    lince_onnx_value y = LINCE_ONNX(g, "Transpose", x);
    lince_onnx_ints(g, "perm", count, order);
    return y;
}

lince_onnx_value lince_onnx_slice(lince_onnx *g, lince_onnx_value x, int64_t axis, int64_t begin, int64_t end,
                                  int64_t step)
{
    return LINCE_ONNX(g, "Slice", x, lince_onnx_longs(g, 1, &begin), lince_onnx_longs(g, 1, &end),
                      lince_onnx_longs(g, 1, &axis), lince_onnx_longs(g, 1, &step));
}

/* --- tensors -------------------------------------------------------------------------------------- */

/* Protobuf counts the bytes of a message with 31 bits. */
static int too_large(void)
{
    return lince_fail(LINCE_EUNSUPPORTED,
                      "the model takes more than 2 GB, the most that an ONNX file can hold");
}

/* Memory for a tensor's `bytes`, which protobuf keeps in the order of little-endian machines, as all that lince runs on are. */
static void *tensor(lince_onnx *g, const char *name, lince_onnx_type type, size_t ndim, const int64_t *dims,
                    size_t bytes)
{
    if (bytes > INT32_MAX || (g->bytes += bytes) > INT32_MAX) lince_onnx_fail(g, too_large());
    TAKE(g, Lince__Onnx__Tensor, lince__onnx__tensor__init);
    int64_t *own = take(g, ndim, sizeof *own);
    void *data = take(g, bytes, 1);
    char *called = copy(g, name);
    if (g->error) return NULL;
    memcpy(own, dims, ndim * sizeof *own);
    m->name = called;
    m->n_dims = ndim;
    m->dims = own;
    m->has_data_type = true;
    m->data_type = (int32_t)type;
    m->has_raw_data = true;
    m->raw_data = (ProtobufCBinaryData){.len = bytes, .data = data};
    push(g, &g->tensors, m);
    return g->error ? NULL : data;
}

/* Of one dimension, or of none. */
static lince_onnx_value constant(lince_onnx *g, lince_onnx_type type, size_t count, const void *values,
                                 size_t size)
{
    size_t bytes = (count ? count : 1) * size;
    int64_t dims[] = {(int64_t)count};
    char *name = new_name(g, "constant");
    void *data = name ? tensor(g, name, type, count > 0, dims, bytes) : NULL;
    if (data) memcpy(data, values, bytes);
    return data ? name : NULL;
}

lince_onnx_value lince_onnx_floats(lince_onnx *g, size_t count, const float *values)
{
    return constant(g, LINCE_ONNX_FLOAT, count, values, sizeof *values);
}

lince_onnx_value lince_onnx_longs(lince_onnx *g, size_t count, const int64_t *values)
{
    return constant(g, LINCE_ONNX_INT64, count, values, sizeof *values);
}

lince_onnx_value lince_onnx_scalar(lince_onnx *g, float value)
{
    return lince_onnx_floats(g, 0, &value);
}

lince_onnx_value lince_onnx_byte(lince_onnx *g, uint8_t value)
{
    return constant(g, LINCE_ONNX_UINT8, 0, &value, sizeof value);
}

lince_onnx_value lince_onnx_ints32(lince_onnx *g, size_t count, const int32_t *values)
{
    return constant(g, LINCE_ONNX_INT32, count, values, sizeof *values);
}

static void *named_tensor(lince_onnx *g, const char *name, lince_onnx_type type, size_t size, int ndim,
                          const int *dims)
{
    enum { MOST = 8 };
    int64_t own[MOST];
    size_t bytes = size;
    bool fits = ndim <= MOST;
    for (int i = 0; i < ndim && fits; i++) {
        own[i] = dims[i];
        fits = lince_mul(bytes, (size_t)dims[i], &bytes);
    }
    if (!fits) lince_onnx_fail(g, lince_fail(LINCE_ESHAPE, "%s: its sizes are not usable", name));
    return tensor(g, name, type, (size_t)ndim, own, bytes);
}

float *lince_onnx_tensor(lince_onnx *g, const char *name, int ndim, const int *dims)
{
    return named_tensor(g, name, LINCE_ONNX_FLOAT, sizeof(float), ndim, dims);
}

void *lince_onnx_whole(lince_onnx *g, const char *name, lince_onnx_type type, int ndim, const int *dims)
{
    size_t size = type == LINCE_ONNX_INT64 ? 8 : type == LINCE_ONNX_INT32 ? 4 : 1;
    return named_tensor(g, name, type, size, ndim, dims);
}

lince_onnx_value lince_onnx_matrix(lince_onnx *g, int rows, int columns, const float *values)
{
    char *name = new_name(g, "matrix");
    float *own = name ? lince_onnx_tensor(g, name, 2, (int[]){rows, columns}) : NULL;
    if (own) memcpy(own, values, (size_t)rows * (size_t)columns * sizeof *own);
    return own ? name : NULL;
}

/* --- edges ---------------------------------------------------------------------------------------- */

static Lince__Onnx__Shape *shape(lince_onnx *g, size_t ndim, const lince_onnx_dim *dims)
{
    TAKE(g, Lince__Onnx__Shape, lince__onnx__shape__init);
    Lince__Onnx__Dimension **all = take(g, ndim, sizeof *all);
    for (size_t i = 0; i < ndim && all; i++) {
        Lince__Onnx__Dimension *d = all[i] = take(g, 1, sizeof *d);
        if (!d) break;
        lince__onnx__dimension__init(d);
        d->has_value = dims[i].size > 0;
        d->value = dims[i].size;
        if (!d->has_value) d->param = copy(g, dims[i].name);
    }
    if (g->error) return NULL;
    m->n_dim = ndim;
    m->dim = all;
    return m;
}

static Lince__Onnx__Type *type_of(lince_onnx *g, lince_onnx_type element, size_t ndim,
                                  const lince_onnx_dim *dims)
{
    TAKE(g, Lince__Onnx__Type, lince__onnx__type__init);
    Lince__Onnx__TensorType *t = take(g, 1, sizeof *t);
    if (!t) return NULL;
    lince__onnx__tensor_type__init(t);
    t->has_elem_type = true;
    t->elem_type = (int32_t)element;
    t->shape = shape(g, ndim, dims);
    m->tensor_type = t;
    return m;
}

static char *edge(lince_onnx *g, list *edges, const char *name, const char *about, lince_onnx_type type,
                  size_t ndim, const lince_onnx_dim *dims)
{
    TAKE(g, Lince__Onnx__ValueInfo, lince__onnx__value_info__init);
    if (!m) return NULL;
    m->name = copy(g, name);
    m->doc_string = copy(g, about);
    m->type = type_of(g, type, ndim, dims);
    push(g, edges, m);
    return g->error ? NULL : m->name;
}

lince_onnx_value lince_onnx_input(lince_onnx *g, const char *name, const char *about, lince_onnx_type type,
                                  size_t ndim, const lince_onnx_dim *dims)
{
    return edge(g, &g->inputs, name, about, type, ndim, dims);
}

void lince_onnx_output(lince_onnx *g, lince_onnx_value value, const char *name, const char *about,
                       size_t ndim, const lince_onnx_dim *dims)
{
    char *own = edge(g, &g->outputs, name, about, LINCE_ONNX_FLOAT, ndim, dims);
    lince_onnx_scope(g, "");
    LINCE_ONNX(g, "Identity", value);
    if (g->error) return;
    Lince__Onnx__Node *node = g->nodes.at[g->nodes.count - 1];
    node->output[0] = own;
}

void lince_onnx_set_lengths(lince_onnx *g, lince_onnx_value lengths)
{
    g->lengths = lengths;
}

lince_onnx_value lince_onnx_lengths(const lince_onnx *g)
{
    return g->lengths;
}

static void tell_edge(const Lince__Onnx__ValueInfo *v, lince_buffer *out)
{
    static const char *const types[] = {[LINCE_ONNX_FLOAT] = "float",
                                        [LINCE_ONNX_UINT8] = "uint8",
                                        [LINCE_ONNX_INT32] = "int32",
                                        [LINCE_ONNX_INT64] = "int64"};
    const Lince__Onnx__TensorType *t = v->type->tensor_type;
    lince_buffer_printf(out, "%s: %s [", v->name, types[t->elem_type]);
    for (size_t i = 0; i < t->shape->n_dim; i++) {
        const Lince__Onnx__Dimension *d = t->shape->dim[i];
        if (i) lince_buffer_puts(out, ", ");
        if (d->has_value)
            lince_buffer_printf(out, "%lld", (long long)d->value);
        else
            lince_buffer_puts(out, d->param);
    }
    lince_buffer_puts(out, "]\n");
}

void lince_onnx_tell(const lince_onnx *g, lince_buffer *out)
{
    for (size_t i = 0; i < g->inputs.count; i++) {
        lince_buffer_puts(out, _("input "));
        tell_edge(g->inputs.at[i], out);
    }
    for (size_t i = 0; i < g->outputs.count; i++) {
        lince_buffer_puts(out, _("output "));
        tell_edge(g->outputs.at[i], out);
    }
}

/* --- the file ------------------------------------------------------------------------------------- */

void lince_onnx_metadata(lince_onnx *g, const char *key, const char *value)
{
    TAKE(g, Lince__Onnx__Pair, lince__onnx__pair__init);
    if (!m) return;
    m->key = copy(g, key);
    m->value = copy(g, value);
    push(g, &g->metadata, m);
}

/* A file that protobuf-c writes into. */
typedef struct sink {
    ProtobufCBuffer base;
    FILE *stream;
} sink;

static void append(ProtobufCBuffer *buffer, size_t size, const uint8_t *bytes)
{
    fwrite(bytes, 1, size, ((sink *)(void *)buffer)->stream);
}

static int write_model(const Lince__Onnx__Model *model, const char *path)
{
    lince_file file;
    if (lince__onnx__model__get_packed_size(model) > INT32_MAX) return too_large();
    LINCE_TRY(lince_file_open(&file, path));
    sink out = {.base = {.append = append}, .stream = file.stream};
    lince__onnx__model__pack_to_buffer(model, &out.base);
    return lince_file_commit(&file);
}

int lince_onnx_save(lince_onnx *g, const char *name, const char *path)
{
    Lince__Onnx__Graph graph = LINCE__ONNX__GRAPH__INIT;
    Lince__Onnx__Model model = LINCE__ONNX__MODEL__INIT;
    Lince__Onnx__OperatorSet set = LINCE__ONNX__OPERATOR_SET__INIT, *sets[] = {&set};
    char *called = copy(g, name), *producer = copy(g, "lince"), *version = copy(g, lince_version()),
         *domain = copy(g, "");
    if (g->error) return g->error;
    graph.name = called;
    graph.n_node = g->nodes.count;
    graph.node = (Lince__Onnx__Node **)g->nodes.at;
    graph.n_initializer = g->tensors.count;
    graph.initializer = (Lince__Onnx__Tensor **)g->tensors.at;
    graph.n_input = g->inputs.count;
    graph.input = (Lince__Onnx__ValueInfo **)g->inputs.at;
    graph.n_output = g->outputs.count;
    graph.output = (Lince__Onnx__ValueInfo **)g->outputs.at;
    set.domain = domain;
    set.has_version = true;
    set.version = OPSET;
    model.has_ir_version = true;
    model.ir_version = IR_VERSION;
    model.producer_name = producer;
    model.producer_version = version;
    model.graph = &graph;
    model.n_opset_import = 1;
    model.opset_import = sets;
    model.n_metadata_props = g->metadata.count;
    model.metadata_props = (Lince__Onnx__Pair **)g->metadata.at;
    return write_model(&model, path);
}
