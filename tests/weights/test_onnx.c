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
    Lince__Onnx__ValueInfo in, out, *ins[1], *outs[1];
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

static int read_into(making *m, lince_weights **w)
{
    size_t size = lince__onnx__model__get_packed_size(&m->model);
    assert_true(size <= sizeof packed);
    lince__onnx__model__pack(&m->model, packed);
    return lince_weights_parse(w, packed, size, "small.onnx");
}

static void refused(making *m, const char *words)
{
    lince_weights *w;
    assert_true(read_into(m, &w) < 0);
    assert_null(w);
    if (!strstr(lince_error(), words)) fail_msg("expected '%s', found '%s'", words, lince_error());
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
    const char *described = lince_weights_metadata(w, LINCE_DESCRIBED);
    lince_architecture a = lince_described_architecture(described, "small", 8);
    for (int classes = 4; classes <= 7; classes += 3) {
        lince_net *net;
        lince_net_options options = {.batch = 1, .threads = 1, .inference = true};
        assert_int_equal(lince_net_new(&net, (lince_shape){3, 8, 8, 1}, &options), 0);
        if (lince_architecture_build(
                &a, net,
                &(lince_architecture_options){.classes = classes, .dropout = -1, .stochastic_depth = -1}))
            fail_msg("%s", lince_error());
        assert_int_equal(lince_net_classes(net), classes);
        assert_true(lince_net_layer(net, lince_net_nodes(net) - 1)->head);
        lince_net_free(net);
    }
    lince_weights_free(w);

    size_t size = lince__onnx__model__get_packed_size(&m.model);
    assert_int_equal(lince_make_folder(seeds), 0);
    assert_int_equal(lince_file_write(TEST_SCRATCH "/seeds/onnx/small.onnx", packed, size), 0);
}

/* Those that are made of several layers; what they compute is compared with PyTorch's by import_models.py. */
static void activations_are_made_of_layers(void **state)
{
    (void)state;
    static const char *const ops[] = {"Relu",        "LeakyRelu", "Tanh", "Sigmoid",
                                      "HardSigmoid", "HardSwish", "Gelu"};
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
    make_small(&m);
    Lince__Onnx__Pair place = LINCE__ONNX__PAIR__INIT, *places[] = {&place};
    place.key = text("location");
    place.value = text("../secret");
    m.tensor[0].n_float_data = 0;
    m.tensor[0].has_data_location = true;
    m.tensor[0].data_location = LINCE__ONNX__TENSOR__LOCATION__EXTERNAL;
    m.tensor[0].n_external_data = 1;
    m.tensor[0].external_data = places;
    refused(&m, "in another file, but in none beside this one");
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
        cmocka_unit_test(rearranged_constants_are_not_taken_for_others),
        cmocka_unit_test(what_lince_lacks_is_named_with_file_and_node),
        cmocka_unit_test(numbers_that_are_not_there_are_refused_before_memory_is_taken),
        cmocka_unit_test(a_truncated_file_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
