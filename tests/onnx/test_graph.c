/* An ONNX graph that was written, read back with protobuf's own reader. */
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "onnx/graph.h"
#include "onnx/schema.pb-c.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char path[] = TEST_SCRATCH "/graph.onnx";

static Lince__Onnx__Model *read_back(void)
{
    char *bytes;
    size_t size;
    assert_int_equal(lince_file_read(path, 1 << 20, &bytes, &size), 0);
    Lince__Onnx__Model *model = lince__onnx__model__unpack(NULL, size, (const uint8_t *)bytes);
    lince_free(bytes);
    assert_non_null(model);
    return model;
}

/* y = relu(x) w, of any number of samples. */
static lince_onnx *make(void)
{
    lince_onnx *g;
    const lince_onnx_dim batch = {.name = "batch"};
    assert_int_equal(lince_onnx_new(&g), 0);
    lince_onnx_value x =
        lince_onnx_input(g, "x", "numbers", LINCE_ONNX_FLOAT, 2, (lince_onnx_dim[]){batch, {.size = 3}});
    float *w = lince_onnx_tensor(g, "fc.weight", 2, (int[]){2, 3});
    for (int i = 0; i < 6; i++) w[i] = (float)i;
    lince_onnx_scope(g, "fc");
    lince_onnx_value y = LINCE_ONNX(g, "Gemm", LINCE_ONNX(g, "Relu", x), "fc.weight");
    lince_onnx_int(g, "transB", 1);
    lince_onnx_real(g, "alpha", 1);
    lince_onnx_output(g, y, "y", "scores", 2, (lince_onnx_dim[]){batch, {.size = 2}});
    lince_onnx_metadata(g, "lince.classes", "[\"a\",\"b\"]");
    return g;
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    lince_onnx *g = make();
    assert_int_equal(lince_onnx_save(g, "net", path), 0);
    lince_onnx_free(g);
    Lince__Onnx__Model *m = read_back();
    assert_int_equal(m->opset_import[0]->version, 17);
    assert_int_equal(m->ir_version, 8);
    assert_string_equal(m->producer_name, "lince");
    assert_string_equal(m->metadata_props[0]->value, "[\"a\",\"b\"]");
    assert_string_equal(m->graph->name, "net");

    const Lince__Onnx__ValueInfo *in = m->graph->input[0], *out = m->graph->output[0];
    assert_string_equal(in->type->tensor_type->shape->dim[0]->param, "batch");
    assert_int_equal(in->type->tensor_type->shape->dim[1]->value, 3);
    assert_string_equal(out->name, "y");

    const Lince__Onnx__Tensor *w = m->graph->initializer[0];
    assert_string_equal(w->name, "fc.weight");
    assert_int_equal(w->n_dims, 2);
    assert_int_equal(w->raw_data.len, 6 * sizeof(float));
    assert_memory_equal(w->raw_data.data, ((float[]){0, 1, 2, 3, 4, 5}), 6 * sizeof(float));

    assert_int_equal(m->graph->n_node, 3);
    const Lince__Onnx__Node *relu = m->graph->node[0], *gemm = m->graph->node[1], *last = m->graph->node[2];
    assert_string_equal(relu->op_type, "Relu");
    assert_string_equal(gemm->input[0], relu->output[0]);
    assert_string_equal(gemm->input[1], "fc.weight");
    assert_string_equal(gemm->attribute[0]->name, "transB");
    assert_int_equal(gemm->attribute[0]->i, 1);
    assert_int_equal(gemm->attribute[1]->type, LINCE__ONNX__ATTRIBUTE__KIND__FLOAT);
    assert_string_equal(last->input[0], gemm->output[0]);
    assert_string_equal(last->output[0], "y");
    lince__onnx__model__free_unpacked(m, NULL);
}

static void the_first_failure_stays_and_nothing_is_written(void **state)
{
    (void)state;
    lince_onnx *g = make();
    unlink(path);
    lince_onnx_fail(g, lince_fail(LINCE_EUNSUPPORTED, "the first"));
    assert_null(LINCE_ONNX(g, "Relu", "x"));
    lince_onnx_int(g, "axis", 1);
    assert_null(lince_onnx_tensor(g, "more", 1, (int[]){3}));
    assert_int_equal(lince_onnx_save(g, "net", path), LINCE_EUNSUPPORTED);
    assert_true(lince_file_is_missing(path));
    lince_onnx_free(g);
}

static void more_than_two_gigabytes_are_refused_before_memory_is_taken(void **state)
{
    (void)state;
    lince_onnx *g = make();
    assert_null(lince_onnx_tensor(g, "huge", 2, (int[]){1 << 20, 1 << 10}));
    assert_int_equal(lince_onnx_error(g), LINCE_EUNSUPPORTED);
    assert_non_null(strstr(lince_error(), "2 GB"));
    lince_onnx_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(the_first_failure_stays_and_nothing_is_written),
        cmocka_unit_test(more_than_two_gigabytes_are_refused_before_memory_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
