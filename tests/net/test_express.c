/* Nets as ONNX: each type of layer says what it is there, and graphs are whole. What the nodes compute is compared with ONNX
 * Runtime by cli/export and tests/reference/export_models.py. */
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "models/model_zoo.h"
#include "onnx/schema.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char path[] = TEST_SCRATCH "/express.onnx";

static void every_type_of_layer_is_expressed(void **state)
{
    (void)state;
    static const lince_layer_type *const types[] = {
#undef LAYER
#define LAYER(name) &lince_##name##_layer,
#include "layers/list.def"
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!types[i]->express) fail_msg("%s has no express", types[i]->name);
}

static Lince__Onnx__Model *exported(const char *name, lince_net **net)
{
    char *bytes;
    size_t size;
    lince_onnx *g;
    const lince_architecture *a = lince_architecture_named(name);
    lince_net_options options = {.batch = 1, .threads = 1, .inference = true, .unfolded = true};
    lince_architecture_options wanted = {.classes = 10, .dropout = -1, .stochastic_depth = -1};
    assert_int_equal(lince_net_new(net, (lince_shape){3, 32, 32, 1}, &options), 0);
    assert_int_equal(lince_architecture_build(a, *net, &wanted), 0);
    assert_int_equal(lince_net_prepare(*net), 0);
    assert_int_equal(lince_net_init(*net, 1), 0);
    assert_int_equal(lince_onnx_new(&g), 0);
    lince_onnx_dim dims[] = {{.name = "n"}, {.size = 3}, {.size = 32}, {.size = 32}};
    lince_onnx_value x = lince_onnx_input(g, "x", "", LINCE_ONNX_FLOAT, 4, dims);
    lince_onnx_output(g, lince_net_express(*net, g, x), "y", "", 2,
                      (lince_onnx_dim[]){{.name = "n"}, {.size = 10}});
    assert_int_equal(lince_onnx_save(g, name, path), 0);
    lince_onnx_free(g);
    assert_int_equal(lince_file_read(path, 1 << 28, &bytes, &size), 0);
    Lince__Onnx__Model *m = lince__onnx__model__unpack(NULL, size, (const uint8_t *)bytes);
    lince_free(bytes);
    assert_non_null(m);
    return m;
}

static const Lince__Onnx__Tensor *tensor(const Lince__Onnx__Graph *g, const char *name)
{
    for (size_t i = 0; i < g->n_initializer; i++)
        if (!strcmp(g->initializer[i]->name, name)) return g->initializer[i];
    return NULL;
}

/* Whether `name` is there before node `end`. */
static bool is_known(const Lince__Onnx__Graph *g, const char *name, size_t end)
{
    if (!strcmp(g->input[0]->name, name) || tensor(g, name)) return true;
    for (size_t i = 0; i < end; i++)
        if (!strcmp(g->node[i]->output[0], name)) return true;
    return false;
}

static void check_graph(const char *name)
{
    lince_net *net;
    Lince__Onnx__Model *m = exported(name, &net);
    const Lince__Onnx__Graph *g = m->graph;
    for (size_t i = 0; i < g->n_node; i++) {
        assert_false(is_known(g, g->node[i]->output[0], i)); /* each value is made once */
        for (size_t k = 0; k < g->node[i]->n_input; k++)
            if (!is_known(g, g->node[i]->input[k], i))
                fail_msg("%s: %s reads %s, which is not there", name, g->node[i]->name, g->node[i]->input[k]);
    }
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        const Lince__Onnx__Tensor *t = tensor(g, p->name);
        if (lince_param_is_whole_number(p)) continue;
        assert_non_null(t);
        size_t bytes = lince_param_elements(p) * sizeof(float);
        float *plain = lince_alloc(bytes, 1);
        assert_int_equal(lince_param_read(p, plain), 0);
        assert_int_equal(t->n_dims, p->ndim);
        for (int d = 0; d < p->ndim; d++) assert_int_equal(t->dims[d], p->dims[d]);
        assert_int_equal(t->raw_data.len, bytes);
        assert_memory_equal(t->raw_data.data, plain, bytes);
        lince_free(plain);
    }
    lince__onnx__model__free_unpacked(m, NULL);
    lince_net_free(net);
}

static void nodes_read_what_is_there_and_parameters_are_pytorchs(void **state)
{
    (void)state;
    static const char *const names[] = {"resnet20", "speednet8", "swin_t"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) check_graph(names[i]);
}

static void a_layer_without_onnx_is_refused_by_name(void **state)
{
    (void)state;
    lince_layer_type strange = lince_relu_layer;
    lince_net *net;
    lince_onnx *g;
    lince_net_options options = {.batch = 1, .threads = 1, .inference = true};
    strange.name = "strange";
    strange.express = NULL;
    assert_int_equal(lince_net_new(&net, (lince_shape){3, 4, 4, 1}, &options), 0);
    assert_int_equal(lince_net_add(net, &(lince_layer_args){.type = &strange, .name = "it"}), 1);
    assert_int_equal(lince_net_prepare(net), 0);
    assert_int_equal(lince_onnx_new(&g), 0);
    assert_null(lince_net_express(net, g, "x"));
    assert_int_equal(lince_onnx_error(g), LINCE_EUNSUPPORTED);
    assert_non_null(strstr(lince_error(), "it: a layer of type strange"));
    lince_onnx_free(g);
    lince_net_free(net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_of_layer_is_expressed),
        cmocka_unit_test(nodes_read_what_is_there_and_parameters_are_pytorchs),
        cmocka_unit_test(a_layer_without_onnx_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
