/* ONNX files of others, as weights and as a net: read, refused with node and operator, kept and built again. The graphs are made here
 * with protobuf's own writer; PyTorch's exports are compared by tests/reference/import_models.py. */
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "onnx/schema.pb-c.h"
#include "weights/formats/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 16, SIZE = 1 << 16 };
static const char seeds[] = TEST_SCRATCH "/seeds/onnx";

/* A graph that is put together; strings are literals. */
typedef struct making {
    Lince__Onnx__Model model;
    Lince__Onnx__Graph graph;
    Lince__Onnx__OperatorSet set, *sets[1];
    Lince__Onnx__Node node[MOST], *nodes[MOST];
    Lince__Onnx__Tensor tensor[MOST], *tensors[MOST];
    Lince__Onnx__Attribute attribute[MOST], *attributes[MOST];
    char *inputs[MOST][4], *outputs[MOST][2];
    int64_t dims[MOST][4];
    size_t attribute_count;
    Lince__Onnx__ValueInfo in, more, out, *ins[2], *outs[1];
    Lince__Onnx__Type type;
    Lince__Onnx__TensorType tensor_type;
    Lince__Onnx__Shape shape;
    Lince__Onnx__Dimension dim[4], *dim_list[4];
} making;

static char *text(const char *literal)
{
    return (char *)(uintptr_t)literal;
}

static void begin(making *m)
{
    memset(m, 0, sizeof *m);
    lince__onnx__model__init(&m->model);
    lince__onnx__graph__init(&m->graph);
    lince__onnx__operator_set__init(&m->set);
    lince__onnx__value_info__init(&m->in);
    lince__onnx__value_info__init(&m->out);
    lince__onnx__type__init(&m->type);
    lince__onnx__tensor_type__init(&m->tensor_type);
    lince__onnx__shape__init(&m->shape);
    static const int64_t sizes[] = {0, 3, 8, 8};
    for (int i = 0; i < 4; i++) {
        lince__onnx__dimension__init(&m->dim[i]);
        m->dim_list[i] = &m->dim[i];
        m->dim[i].has_value = i > 0;
        m->dim[i].value = sizes[i];
        if (!i) m->dim[i].param = text("n");
    }
    m->shape.n_dim = 4;
    m->shape.dim = m->dim_list;
    m->tensor_type.shape = &m->shape;
    m->type.tensor_type = &m->tensor_type;
    m->in.name = text("x");
    m->in.type = &m->type;
    m->out.name = text("y");
    m->ins[0] = &m->in;
    m->outs[0] = &m->out;
    m->sets[0] = &m->set;
    m->set.has_version = true;
    m->set.version = 17;
    m->model.has_ir_version = true;
    m->model.ir_version = 8;
    m->model.producer_name = text("test");
    m->model.graph = &m->graph;
    m->model.n_opset_import = 1;
    m->model.opset_import = m->sets;
    m->graph.name = text("small");
    m->graph.n_input = m->graph.n_output = 1;
    m->graph.input = m->ins;
    m->graph.output = m->outs;
    m->graph.node = m->nodes;
    m->graph.initializer = m->tensors;
}

static Lince__Onnx__Node *add(making *m, const char *op, const char *a, const char *b, const char *c,
                              const char *y)
{
    size_t i = m->graph.n_node++;
    Lince__Onnx__Node *n = m->nodes[i] = &m->node[i];
    lince__onnx__node__init(n);
    m->inputs[i][0] = text(a), m->inputs[i][1] = text(b), m->inputs[i][2] = text(c);
    m->outputs[i][0] = text(y);
    n->op_type = text(op);
    n->name = text(y);
    n->n_input = 1u + (b != NULL) + (c != NULL);
    n->input = m->inputs[i];
    n->n_output = 1;
    n->output = m->outputs[i];
    return n;
}

static void say(making *m, Lince__Onnx__Node *n, const char *name, int64_t value)
{
    Lince__Onnx__Attribute *a = m->attributes[m->attribute_count] = &m->attribute[m->attribute_count];
    lince__onnx__attribute__init(a);
    a->name = text(name);
    a->has_i = true;
    a->i = value;
    n->attribute = &m->attributes[m->attribute_count++];
    n->n_attribute = 1;
}

static float numbers[3 * 3 * 3 * 8];

static Lince__Onnx__Tensor *weigh(making *m, const char *name, size_t ndim, const int64_t *dims)
{
    size_t i = m->graph.n_initializer++, count = 1;
    Lince__Onnx__Tensor *t = m->tensors[i] = &m->tensor[i];
    lince__onnx__tensor__init(t);
    for (size_t d = 0; d < ndim; d++) count *= (size_t)(m->dims[i][d] = dims[d]);
    t->name = text(name);
    t->n_dims = ndim;
    t->dims = m->dims[i];
    t->has_data_type = true;
    t->data_type = LINCE__ONNX__TENSOR__TYPE__FLOAT;
    t->n_float_data = count;
    t->float_data = numbers;
    return t;
}

/* conv 3x3 to 8 channels, hard sigmoid, mean, product and sum: 4 classes, then a softmax. */
static void make_small(making *m)
{
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) numbers[i] = (float)(i % 7) / 10 - 0.3f;
    begin(m);
    weigh(m, "stem.weight", 4, (int64_t[]){8, 3, 3, 3});
    weigh(m, "stem.bias", 1, (int64_t[]){8});
    weigh(m, "fc", 2, (int64_t[]){8, 4});
    weigh(m, "fc.bias", 1, (int64_t[]){4});
    add(m, "Conv", "x", "stem.weight", "stem.bias", "a");
    add(m, "HardSigmoid", "a", NULL, NULL, "b");
    add(m, "GlobalAveragePool", "b", NULL, NULL, "c");
    add(m, "Flatten", "c", NULL, NULL, "d");
    add(m, "MatMul", "d", "fc", NULL, "e");
    add(m, "Add", "fc.bias", "e", NULL, "f");
    add(m, "Softmax", "f", NULL, NULL, "y");
}

static unsigned char packed[SIZE];

static size_t pack(const making *m)
{
    size_t size = lince__onnx__model__get_packed_size(&m->model);
    assert_true(size <= sizeof packed);
    return lince__onnx__model__pack(&m->model, packed);
}

static int read_into(making *m, lince_weights **w)
{
    return lince_weights_parse(w, packed, pack(m), "small.onnx");
}

static void refused_with(int code, const lince_weights *w, const char *words)
{
    assert_true(code < 0);
    assert_null(w);
    if (!strstr(lince_error(), words)) fail_msg("expected '%s', found '%s'", words, lince_error());
}

static void refused(making *m, const char *words)
{
    lince_weights *w;
    int code = read_into(m, &w);
    refused_with(code, w, words);
}

/* The net that the weights' file describes, with so many classes. */
static void builds(const lince_weights *w, int classes)
{
    lince_architecture a =
        lince_described_architecture(lince_weights_metadata(w, LINCE_DESCRIBED), "small", 8);
    lince_architecture_options asked = {.classes = classes, .dropout = -1, .stochastic_depth = -1};
    lince_net_options options = {.batch = 1, .threads = 1, .inference = true};
    lince_net *net;
    assert_int_equal(lince_net_new(&net, (lince_shape){3, 8, 8, 1}, &options), 0);
    if (lince_architecture_build(&a, net, &asked)) fail_msg("%s", lince_error());
    assert_int_equal(lince_net_classes(net), classes);
    assert_true(lince_net_layer(net, lince_net_nodes(net) - 1)->head);
    lince_net_free(net);
}

static void a_graph_is_weights_and_a_network(void **state)
{
    (void)state;
    making m;
    lince_weights *w;
    make_small(&m);
    assert_int_equal(read_into(&m, &w), 0);
    assert_string_equal(lince_weights_format_name(w), "ONNX");
    assert_string_equal(lince_weights_metadata(w, "lince.model"), "small");
    assert_string_equal(lince_weights_metadata(w, "lince.classes"), "[\"0\",\"1\",\"2\",\"3\"]");
    assert_string_equal(lince_weights_metadata(w, "lince.image_size"), "8x8");
    assert_int_equal(lince_weights_count(w), 4);
    assert_non_null(lince_weights_find(w, "stem.weight"));

    /* PyTorch has products' weights the other way round. */
    const lince_tensor *fc = NULL;
    for (size_t i = 0; i < lince_weights_count(w); i++)
        if (lince_weights_at(w, i)->ndim == 2) fc = lince_weights_at(w, i);
    assert_non_null(fc);
    assert_int_equal(fc->dims[0], 4);
    float value;
    lince_tensor_floats(fc, 1 * 8 + 2, 1, &value);
    assert_true(value == numbers[2 * 4 + 1]);

    /* The net, with the file's classes and with others. */
    builds(w, 4);
    builds(w, 7);
    lince_weights_free(w);

    assert_int_equal(lince_make_folder(seeds), 0);
    assert_int_equal(lince_file_write(TEST_SCRATCH "/seeds/onnx/small.onnx", packed, pack(&m)), 0);
}

/* Those that are made of several layers; what they compute is compared with PyTorch's by import_models.py. */
static void activations_are_made_of_layers(void **state)
{
    (void)state;
    static const char *const ops[] = {"Relu", "LeakyRelu", "Tanh", "Sigmoid", "HardSigmoid", "HardSwish",
                                      "Gelu", "Neg",       "Erf",  "Erfc",    "Clip",        "Reciprocal"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        making m;
        lince_weights *w;
        make_small(&m);
        m.node[1].op_type = text(ops[i]);
        if (read_into(&m, &w)) fail_msg("%s: %s", ops[i], lince_error());
        assert_int_equal(lince_weights_count(w), 4);
        lince_weights_free(w);
    }
}

/* A constant that was turned or widened is not what its numbers' dimensions say: only who asks for such takes it. */
static void rearranged_constants_are_not_taken_for_others(void **state)
{
    (void)state;
    making m;
    make_small(&m);
    weigh(&m, "square", 2, (int64_t[]){8, 1});
    add(&m, "Transpose", "square", NULL, NULL, "row");
    memmove(&m.nodes[1], &m.nodes[0], (m.graph.n_node - 1) * sizeof *m.nodes);
    m.nodes[0] = &m.node[m.graph.n_node - 1];
    m.nodes[2]->op_type = text("Mul");
    m.nodes[2]->n_input = 2;
    m.nodes[2]->input[1] = text("row");
    refused(&m, "node 'b' (Mul): expected a map and a constant");
}

static Lince__Onnx__Tensor *weigh_longs(making *m, const char *name, size_t ndim, const int64_t *dims,
                                        int64_t *values)
{
    Lince__Onnx__Tensor *t = weigh(m, name, ndim, dims);
    t->data_type = LINCE__ONNX__TENSOR__TYPE__INT64;
    t->n_int64_data = t->n_float_data;
    t->int64_data = values;
    t->n_float_data = 0;
    return t;
}

/* The last nodes come before the one at `to`. */
static void move_last(making *m, size_t count, size_t to)
{
    Lince__Onnx__Node *moved[MOST];
    size_t from = m->graph.n_node - count;
    memcpy(moved, m->nodes + from, count * sizeof *moved);
    memmove(m->nodes + to + count, m->nodes + to, (from - to) * sizeof *moved);
    memcpy(m->nodes + to, moved, count * sizeof *moved);
}

/* What PyTorch's newer exporter makes of as_strided: all values of the mean, looked up one by one, for so many samples. */
static void make_strided(making *m, int64_t samples, int64_t index[16])
{
    static int64_t all = -1;
    make_small(m);
    for (int i = 0; i < 16; i++) index[i] = i;
    weigh_longs(m, "all", 1, (int64_t[]){1}, &all);
    weigh_longs(m, "index", 4, (int64_t[]){samples, 8, 1, 1}, index);
    add(m, "Reshape", "c", "all", NULL, "list");
    add(m, "Gather", "list", "index", NULL, "strided");
    move_last(m, 2, 3);
    m->nodes[5]->input[0] = text("strided");
}

/* The same where the samples are counted: their number times eight is added to the indices of one. */
static void make_strided_by_count(making *m, int64_t index[16])
{
    static int64_t zero = 0, one = 1, eight = 8, behind[] = {1, 2, 3};
    make_strided(m, 1, index);
    weigh_longs(m, "zero", 0, NULL, &zero);
    weigh_longs(m, "one", 0, NULL, &one);
    weigh_longs(m, "eight", 0, NULL, &eight);
    weigh_longs(m, "behind", 1, (int64_t[]){3}, behind);
    say(m, add(m, "Shape", "x", NULL, NULL, "sizes"), "end", 1);
    add(m, "Squeeze", "sizes", NULL, NULL, "samples");
    add(m, "Range", "zero", "samples", "one", "sample");
    add(m, "Mul", "sample", "eight", NULL, "begin");
    add(m, "Unsqueeze", "begin", "behind", NULL, "begins");
    add(m, "Add", "begins", "index", NULL, "indices");
    move_last(m, 6, 0);
    m->nodes[10]->input[1] = text("indices");
}

static void taken(making *m)
{
    lince_weights *w;
    if (read_into(m, &w)) fail_msg("%s", lince_error());
    assert_int_equal(lince_weights_count(w), 4);
    builds(w, 4);
    lince_weights_free(w);
}

static void all_values_in_their_order_are_the_map(void **state)
{
    (void)state;
    making m;
    int64_t index[16];
    make_strided(&m, 2, index);
    taken(&m);
    index[3] = 4;
    refused(&m, "node 'strided' (Gather): only numbers of shapes are looked up");
    make_strided(&m, 2, index);
    m.dims[5][1] = 4;
    m.dims[5][2] = 2;
    refused(&m, "only numbers of shapes are looked up");
    make_strided_by_count(&m, index);
    taken(&m);
    make_strided_by_count(&m, index);
    *m.tensor[8].int64_data = 4;
    refused(&m, "only numbers of shapes are looked up");
    *m.tensor[8].int64_data = 8;
    make_strided_by_count(&m, index);
    m.nodes[3]->op_type = text("Sub");
    refused(&m, "node 'begin' (Sub): indices are not computed like that");
    make_strided_by_count(&m, index);
    m.nodes[2]->input[1] = text("eight");
    refused(&m, "node 'sample' (Range): only the samples are counted");
}

static void what_lince_lacks_is_named_with_file_and_node(void **state)
{
    (void)state;
    making m;
    make_small(&m);
    m.node[1].op_type = text("Loop");
    refused(&m, "small.onnx: node 'b': Loop is an operator that lince lacks");
    make_small(&m);
    m.node[1].domain = text("com.microsoft");
    refused(&m, "HardSigmoid is an operator that lince lacks");
    make_small(&m);
    say(&m, &m.node[0], "group", 2);
    refused(&m, "node 'a' (Conv): its filters do not have the channels that its input has");
    make_small(&m);
    m.set.version = 99;
    refused(&m, "operators of version 99");
    make_small(&m);
    m.outputs[1][0] = text("a");
    refused(&m, "'a' is computed twice");
    make_small(&m);
    m.shape.n_dim = 2;
    refused(&m, "expected one input of pictures");

    /* What other inputs hold is known where initializers are called like them. */
    make_small(&m);
    lince__onnx__value_info__init(&m.more);
    m.more.name = text("fc");
    m.ins[1] = &m.more;
    m.graph.n_input = 2;
    taken(&m);
    m.more.name = text("mean");
    refused(&m, "it asks for 'mean', too, of which the file has no numbers");
}

static void numbers_that_are_not_there_are_refused_before_memory_is_taken(void **state)
{
    (void)state;
    making m;
    make_small(&m);
    m.tensor[0].n_float_data--;
    refused(&m, "tensor 'stem.weight': its numbers are not as many as its dimensions say");
    make_small(&m);
    m.dims[0][0] = (int64_t)1 << 40;
    refused(&m, "its filters do not have the channels");
    make_small(&m);
    m.dims[2][0] = -8;
    refused(&m, "its weights do not have the size");
}

/* --- numbers in another file ---------------------------------------------------------------------- */

#define BESIDE TEST_SCRATCH "/onnx_beside/"

/* Where a tensor's numbers are said to be. */
typedef struct place {
    Lince__Onnx__Pair pair[3], *pairs[3];
} place;

static void put_beside(Lince__Onnx__Tensor *t, place *p, const char *file, const char *offset,
                       const char *length)
{
    const char *said[3][2] = {{"location", file}, {"offset", offset}, {"length", length}};
    t->n_float_data = 0;
    t->has_data_location = true;
    t->data_location = LINCE__ONNX__TENSOR__LOCATION__EXTERNAL;
    t->external_data = p->pairs;
    t->n_external_data = 0;
    for (int i = 0; i < 3; i++) {
        if (!said[i][1]) continue;
        lince__onnx__pair__init(&p->pair[i]);
        p->pair[i].key = text(said[i][0]);
        p->pair[i].value = text(said[i][1]);
        p->pairs[t->n_external_data++] = &p->pair[i];
    }
}

static void write_beside(const char *path, size_t ahead)
{
    char bytes[64 + sizeof numbers] = "";
    assert_true(ahead <= 64);
    memcpy(bytes + ahead, numbers, sizeof numbers);
    assert_int_equal(lince_file_write(path, bytes, ahead + sizeof numbers), 0);
}

static int open_packed(const making *m, const char *path, lince_weights **w)
{
    assert_int_equal(lince_file_write(BESIDE "model/small.onnx", packed, pack(m)), 0);
    return lince_weights_open(w, path);
}

/* All tensors of a file lie beside it, also those that stay in the outline. */
static void make_beside(making *m, place places[4])
{
    make_small(m);
    assert_int_equal(lince_make_folder(BESIDE "model"), 0);
    write_beside(BESIDE "model/data", 8);
    write_beside(BESIDE "secret", 8);
    put_beside(&m->tensor[0], &places[0], "data", "8", "864");
    for (int i = 1; i < 4; i++) put_beside(&m->tensor[i], &places[i], "data", "8", NULL);
}

static void numbers_beside_the_model_are_read(void **state)
{
    (void)state;
    making m, plain;
    place places[4];
    lince_weights *w, *wanted;
    make_beside(&m, places);
    if (open_packed(&m, BESIDE "model/small.onnx", &w)) fail_msg("%s", lince_error());
    make_small(&plain);
    assert_int_equal(read_into(&plain, &wanted), 0);
    assert_int_equal(lince_weights_count(w), lince_weights_count(wanted));
    for (size_t i = 0; i < lince_weights_count(w); i++) {
        const lince_tensor *a = lince_weights_at(w, i), *b = lince_weights_at(wanted, i);
        assert_int_equal(a->bytes, b->bytes);
        assert_memory_equal(a->data, b->data, a->bytes);
    }
    lince_weights_free(wanted);

    /* What describes the net needs the other file no more. */
    assert_int_equal(remove(BESIDE "model/data"), 0);
    builds(w, 4);
    lince_weights_free(w);
    pack(&m);
    assert_int_equal(lince_make_folder(seeds), 0);
    assert_int_equal(lince_file_write(TEST_SCRATCH "/seeds/onnx/beside.onnx", packed, pack(&m)), 0);
}

/* A cache of downloads: names are links to files that lie together elsewhere. */
static void links_lead_to_where_the_model_is(void **state)
{
    (void)state;
    making m;
    place places[4];
    lince_weights *w;
    make_beside(&m, places);
    assert_int_equal(lince_make_folder(BESIDE "links"), 0);
    remove(BESIDE "links/a.onnx");
    remove(BESIDE "links/data");
    assert_int_equal(symlink("../model/small.onnx", BESIDE "links/a.onnx"), 0);
    assert_int_equal(symlink("../model/data", BESIDE "links/data"), 0);
    if (open_packed(&m, BESIDE "links/a.onnx", &w)) fail_msg("%s", lince_error());
    lince_weights_free(w);
    assert_int_equal(remove(BESIDE "links/data"), 0);
    assert_int_equal(symlink("../secret", BESIDE "links/data"), 0);
    int code = open_packed(&m, BESIDE "links/a.onnx", &w);
    refused_with(code, w, "but in none beside this one");
}

static void other_files_are_not_read(void **state)
{
    (void)state;
    static const struct {
        const char *file, *offset, *length, *words;
    } wrong[] = {
        {"../secret", "8", NULL,
         "tensor 'stem.weight': its numbers are said to be in another file, but in none"},
        {BESIDE "secret", "8", NULL, "in none beside this one"},
        {"..", NULL, NULL, "in none beside this one"},
        {"", NULL, NULL, "in none beside this one"},
        {NULL, NULL, NULL, "in none beside this one"},
        {"absent", "8", NULL, "model/absent: "},
        {"data", "9", NULL, "ends before them"},
        {"data", "9223372036854775807", NULL, "ends before them"},
        {"data", "18446744073709551608", NULL, "is no place"},
        {"data", "-8", NULL, "is no place"},
        {"data", "8x", NULL, "is no place"},
        {"data", "8", "860", "not as many as its dimensions say"},
        {"data", "8", "", "is no place"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        making m;
        place places[4];
        lince_weights *w;
        make_beside(&m, places);
        put_beside(&m.tensor[0], &places[0], wrong[i].file, wrong[i].offset, wrong[i].length);
        int code = open_packed(&m, BESIDE "model/small.onnx", &w);
        refused_with(code, w, wrong[i].words);
    }
}

static void a_truncated_file_is_none(void **state)
{
    (void)state;
    making m;
    lince_weights *w;
    make_small(&m);
    size_t size = lince__onnx__model__pack(&m.model, packed);
    for (size_t end = 4; end < size; end += 97)
        assert_true(lince_weights_parse(&w, packed, end, "cut.onnx") < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_graph_is_weights_and_a_network),
        cmocka_unit_test(activations_are_made_of_layers),
        cmocka_unit_test(all_values_in_their_order_are_the_map),
        cmocka_unit_test(rearranged_constants_are_not_taken_for_others),
        cmocka_unit_test(what_lince_lacks_is_named_with_file_and_node),
        cmocka_unit_test(numbers_that_are_not_there_are_refused_before_memory_is_taken),
        cmocka_unit_test(numbers_beside_the_model_are_read),
        cmocka_unit_test(links_lead_to_where_the_model_is),
        cmocka_unit_test(other_files_are_not_read),
        cmocka_unit_test(a_truncated_file_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
