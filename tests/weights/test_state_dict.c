/* Weights into a net: by name and shape; every difference is listed; nothing is lost on the way and back. */
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "weights/formats/safetensors.h"
#include "weights/state_dict.h"
#include "weights/torch/torch.h"

#include "fixture.h"

static const char PATH[] = TEST_SCRATCH "/state.safetensors";

/* conv 3 -> 5 (3x3), BatchNorm, ReLU, pooling, and an output layer. */
static lince_net *build_for(int channels, int classes, int block, bool inference)
{
    lince_net *net;
    lince_net_options options = {.batch = 1, .threads = 2, .block = block, .inference = inference};
    const lince_layer_args layers[] = {
        {LINCE_FIELDS(conv2d, .channels = 5, .kernel = 3, .padding = 1), .name = "conv", .from = {0}},
        {.type = &lince_batch_norm2d_layer, .name = "bn", .from = {1}},
        {.type = &lince_relu_layer, .name = "relu", .from = {2}},
        {LINCE_FIELDS(adaptive_avg_pool2d, .size = 1), .name = "pool", .from = {3}},
        {.type = &lince_flatten_layer, .name = "flatten", .from = {4}},
    };
    assert_int_equal(lince_net_new(&net, (lince_shape){channels, 6, 6, 1}, &options), 0);
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
        if (lince_net_add(net, &layers[i]) < 0) fail_msg("%s", lince_error());
    if (lince_net_add(net, &(lince_layer_args){LINCE_FIELDS(linear, .outputs = classes), .name = "fc",
                                               .from = {5}, .head = true}) < 0)
        fail_msg("%s", lince_error());
    if (lince_net_prepare(net)) fail_msg("%s", lince_error());
    lince_net_init(net, 1);
    return net;
}

static lince_net *build(int classes, int block, bool inference)
{
    return build_for(3, classes, block, inference);
}

static lince_weights *saved(uint64_t seed, int classes)
{
    lince_weights *w;
    lince_net *net = build(classes, 8, false);
    lince_net_init(net, seed);
    if (lince_state_dict_save(net, NULL, PATH, NULL, 0)) fail_msg("%s", lince_error());
    lince_net_free(net);
    if (lince_weights_open(&w, PATH)) fail_msg("%s", lince_error());
    return w;
}

/* The file's tensors, without one, or with another in its place. */
static lince_weights *with(const lince_weights *w, const char *name, const lince_tensor *instead)
{
    lince_tensor tensors[16];
    lince_weights *changed;
    size_t count = 0;
    for (size_t i = 0; i < lince_weights_count(w); i++) {
        tensors[count] = *lince_weights_at(w, i);
        bool here = !strcmp(tensors[count].name, name);
        if (here && instead) tensors[count] = *instead;
        count += !here || instead;
    }
    const char *path = TEST_SCRATCH "/changed.safetensors";
    if (lince_safetensors_write(path, tensors, count, NULL, 0)) fail_msg("%s", lince_error());
    if (lince_weights_open(&changed, path)) fail_msg("%s", lince_error());
    return changed;
}

static void expect_difference(const lince_load_result *r, size_t i, lince_difference_kind kind,
                              const char *name)
{
    assert_true(i < r->count);
    assert_int_equal(r->differences[i].kind, kind);
    assert_string_equal(r->differences[i].name, name);
}

/* --- all fits ------------------------------------------------------------------------------------- */

static void expect_equal(const lince_net *net, const lince_weights *w)
{
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        const lince_tensor *t = lince_weights_find(w, p->name);
        size_t n = lince_param_elements(p);
        float *found = malloc(n * sizeof *found), *expected = malloc(n * sizeof *expected);
        lince_param_export(p, p->value, found);
        lince_tensor_floats(t, 0, n, expected);
        if (memcmp(found, expected, n * sizeof *found) != 0) fail_msg("%s differs", p->name);
        free(found);
        free(expected);
    }
}

static void test_what_is_saved_loads_bit_for_bit_in_every_layout(void **state)
{
    (void)state;
    lince_weights *w = saved(7, 4);
    for (int block = 1; block <= 16; block += block == 1 ? 7 : 8) {
        lince_load_result r;
        lince_net *net = build(4, block, false);
        if (lince_state_dict_load(net, w, &(lince_load_options){.strict = true}, &r))
            fail_msg("%s", lince_error());
        assert_int_equal(r.loaded, 9);
        assert_int_equal(r.count, 0);
        expect_equal(net, w);
        lince_load_result_release(&r);
        lince_net_free(net);
    }
    lince_weights_free(w);
}

/* For inference, tensors that lie in the file as in memory are not copied. */
static void test_a_net_for_inference_may_use_the_file_itself(void **state)
{
    (void)state;
    lince_load_result r;
    lince_weights *w = saved(7, 4);
    lince_net *net = build(4, 8, true);
    assert_int_equal(lince_state_dict_load(net, w, &(lince_load_options){.whole = true, .map = true}, &r), 0);
    assert_ptr_equal(lince_net_param_named(net, "fc.weight")->value,
                     lince_weights_find(w, "fc.weight")->data);
    assert_ptr_not_equal(lince_net_param_named(net, "conv.weight")->value,
                         lince_weights_find(w, "conv.weight")->data);
    expect_equal(net, w);
    lince_load_result_release(&r);
    lince_net_free(net);
    lince_weights_free(w);
}

static void test_halves_become_floats(void **state)
{
    (void)state;
    static const uint16_t halves[4] = {0x3c00, 0xc000, 0x3800, 0};
    lince_load_result r;
    lince_weights *w = saved(7, 4),
                  *half = with(w, "fc.bias", &(lince_tensor){"fc.bias", LINCE_F16, 1, {4}, halves, 8});
    lince_net *net = build(4, 8, false);
    assert_int_equal(lince_state_dict_load(net, half, &(lince_load_options){.strict = true}, &r), 0);
    assert_memory_equal(lince_net_param_named(net, "fc.bias")->value, ((float[]){1, -2, 0.5f, 0}), 16);
    lince_load_result_release(&r);
    lince_net_free(net);
    lince_weights_free(half);
    lince_weights_free(w);
}

/* --- what differs --------------------------------------------------------------------------------- */

static void test_the_output_layer_is_replaced_where_the_classes_differ(void **state)
{
    (void)state;
    lince_load_result r;
    lince_weights *w = saved(7, 4);
    lince_net *net = build(3, 8, false), *fresh = build(3, 8, false);
    if (lince_state_dict_load(net, w, &(lince_load_options){0}, &r)) fail_msg("%s", lince_error());
    assert_int_equal(r.loaded, 7);
    assert_int_equal(r.of_kind[LINCE_REPLACED], 2);
    expect_difference(&r, 0, LINCE_REPLACED, "fc.weight");
    expect_difference(&r, 1, LINCE_REPLACED, "fc.bias");
    lince_buffer text = {0};
    lince_load_result_text(&r, &text);
    assert_string_equal(text.data, "replaced: fc.weight: [4, 5] in the file, [3, 5] in the model\n"
                                   "replaced: fc.bias: [4] in the file, [3] in the model\n");
    lince_buffer_release(&text);
    assert_memory_equal(lince_net_param_named(net, "fc.weight")->value,
                        lince_net_param_named(fresh, "fc.weight")->value, 15 * sizeof(float));
    lince_load_result_release(&r);
    assert_int_equal(lince_state_dict_load(net, w, &(lince_load_options){.strict = true}, &r), LINCE_EDATA);
    assert_non_null(strstr(lince_error(), "parameters that fit: 7; replaced: 2"));
    assert_non_null(strstr(lince_error(), "replaced: fc.weight: [4, 5]"));
    lince_load_result_release(&r);
    assert_int_equal(lince_state_dict_load(net, w, &(lince_load_options){.whole = true}, &r), LINCE_EDATA);
    lince_load_result_release(&r);
    lince_net_free(net);
    lince_net_free(fresh);
    lince_weights_free(w);
}

/* As many classes, but others. */
static void test_the_output_layer_can_be_replaced_though_it_fits(void **state)
{
    (void)state;
    lince_load_result r;
    lince_weights *w = saved(7, 4);
    lince_net *net = build(4, 8, false);
    assert_int_equal(lince_state_dict_load(net, w, &(lince_load_options){.new_head = true}, &r), 0);
    assert_int_equal(r.of_kind[LINCE_REPLACED], 2);
    lince_load_result_release(&r);
    lince_net_free(net);
    lince_weights_free(w);
}

/* Hidden layers of --head belong to the head, but know no classes. */
static void test_hidden_layers_of_a_new_head_are_loaded_where_they_fit(void **state)
{
    (void)state;
    lince_load_result r;
    lince_weights *w = NULL;
    lince_net *net;
    lince_net_options options = {.batch = 1, .threads = 1};
    lince_architecture_options wanted = {.classes = 3, .head = (const int[]){8}, .head_count = 1};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, 32, 32, 1}, &options), 0);
    assert_int_equal(lince_architecture_build(lince_architecture_named("vgg11"), net, &wanted), 0);
    assert_int_equal(lince_net_prepare(net), 0);
    if (lince_state_dict_save(net, NULL, PATH, NULL, 0) || lince_weights_open(&w, PATH))
        fail_msg("%s", lince_error());
    assert_int_equal(lince_state_dict_load(net, w, &(lince_load_options){.new_head = true}, &r), 0);
    assert_int_equal(r.of_kind[LINCE_REPLACED], 2);
    assert_string_equal(r.differences[0].name, "classifier.3.weight");
    lince_load_result_release(&r);
    lince_weights_free(w);
    lince_net_free(net);
}

/* As a net of three channels that is shown one map as each of them. */
static void test_an_input_of_one_channel_sees_the_sum_of_the_first_filters(void **state)
{
    (void)state;
    enum { FILTERS = 5, PLACES = 9 };
    lince_load_result r;
    lince_weights *w = saved(7, 4);
    lince_net *net = build_for(1, 4, 8, false);
    float theirs[FILTERS * 3 * PLACES], found[FILTERS * PLACES];
    lince_tensor_floats(lince_weights_find(w, "conv.weight"), 0, FILTERS * 3 * PLACES, theirs);
    if (lince_state_dict_load(net, w, &(lince_load_options){.whole = true, .strict = true}, &r))
        fail_msg("%s", lince_error());
    assert_int_equal(r.count, 0);
    assert_int_equal(r.summed, 3);
    const lince_param *p = lince_net_param_named(net, "conv.weight");
    lince_param_export(p, p->value, found);
    for (int i = 0; i < FILTERS * PLACES; i++) {
        const float *t = theirs + i / PLACES * 3 * PLACES + i % PLACES;
        assert_true(found[i] == t[0] + t[PLACES] + t[2 * PLACES]);
    }
    lince_load_result_release(&r);
    lince_net_free(net);
    lince_weights_free(w);
}

static void test_missing_misshaped_and_unexpected_are_listed(void **state)
{
    (void)state;
    static const float five[6] = {0};
    static const int32_t whole[5] = {0};
    static const struct {
        const char *name;
        lince_tensor instead;
        int count;
        lince_difference_kind kinds[2];
        const char *names[2];
    } cases[] = {
        {"conv.bias", {0}, 1, {LINCE_MISSING}, {"conv.bias"}},
        {"conv.bias", {"conv.bias", LINCE_F32, 1, {6}, five, 24}, 1, {LINCE_MISSHAPED}, {"conv.bias"}},
        {"conv.bias", {"conv.bias", LINCE_I32, 1, {5}, whole, 20}, 1, {LINCE_MISSHAPED}, {"conv.bias"}},
        {"conv.bias", {"conv.bias", LINCE_F32, 2, {1, 5}, five, 20}, 1, {LINCE_MISSHAPED}, {"conv.bias"}},
        {"conv.bias",
         {"other.bias", LINCE_F32, 1, {5}, five, 20},
         2,
         {LINCE_MISSING, LINCE_UNEXPECTED},
         {"conv.bias", "other.bias"}},
        {"fc.bias", {0}, 1, {LINCE_MISSING}, {"fc.bias"}},
    };
    lince_weights *w = saved(7, 4);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lince_load_result r;
        lince_weights *changed = with(w, cases[i].name, cases[i].instead.name ? &cases[i].instead : NULL);
        lince_net *net = build(4, 8, false);
        if (lince_state_dict_load(net, changed, &(lince_load_options){0}, &r)) fail_msg("%s", lince_error());
        assert_int_equal(r.count, cases[i].count);
        assert_int_equal(r.loaded, 8);
        for (int k = 0; k < cases[i].count; k++)
            expect_difference(&r, (size_t)k, cases[i].kinds[k], cases[i].names[k]);
        lince_load_result_release(&r);
        assert_int_equal(lince_state_dict_compare(net, changed, &(lince_load_options){.strict = true}, &r),
                         LINCE_EDATA);
        lince_load_result_release(&r);
        assert_int_equal(lince_state_dict_compare(net, changed, &(lince_load_options){.whole = true}, &r),
                         LINCE_EDATA);
        lince_load_result_release(&r);
        lince_net_free(net);
        lince_weights_free(changed);
    }
    lince_weights_free(w);
}

/* Files from before BatchNorm counted its batches; PyTorch's strict=True takes them too. */
static void test_a_missing_counter_is_no_difference(void **state)
{
    (void)state;
    lince_load_result r;
    lince_weights *w = saved(7, 4), *old = with(w, "bn.num_batches_tracked", NULL);
    lince_net *net = build(4, 8, false);
    assert_int_equal(
        lince_state_dict_load(net, old, &(lince_load_options){.strict = true, .whole = true}, &r), 0);
    assert_int_equal(r.loaded, 8);
    lince_load_result_release(&r);
    lince_net_free(net);
    lince_weights_free(old);
    lince_weights_free(w);
}

static void test_an_unexpected_tensor_does_not_keep_a_net_from_answering(void **state)
{
    (void)state;
    static const float five[5] = {0};
    lince_load_result r;
    lince_weights *w = saved(7, 4), *more = with(w, "bn.num_batches_tracked",
                                                 &(lince_tensor){"aux", LINCE_F32, 1, {5}, five, 20});
    lince_net *net = build(4, 8, true);
    assert_int_equal(lince_state_dict_load(net, more, &(lince_load_options){.whole = true}, &r), 0);
    expect_difference(&r, 0, LINCE_UNEXPECTED, "aux");
    lince_load_result_release(&r);
    lince_net_free(net);
    lince_weights_free(more);
    lince_weights_free(w);
}

static void test_weights_of_something_else_are_refused(void **state)
{
    (void)state;
    lince_load_result r;
    lince_weights *w;
    lince_net *net = build(4, 8, false);
    if (lince_weights_open(&w, TEST_SOURCE_DIR "/tests/weights/python.pth")) fail_msg("%s", lince_error());
    assert_int_equal(lince_state_dict_load(net, w, &(lince_load_options){0}, &r), LINCE_EDATA);
    assert_string_equal(lince_error(), "no tensor of the file fits the model (tensors: 14)");
    lince_load_result_release(&r);
    lince_net_free(net);
    lince_weights_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_saved_loads_bit_for_bit_in_every_layout),
        cmocka_unit_test(test_a_net_for_inference_may_use_the_file_itself),
        cmocka_unit_test(test_halves_become_floats),
        cmocka_unit_test(test_the_output_layer_is_replaced_where_the_classes_differ),
        cmocka_unit_test(test_the_output_layer_can_be_replaced_though_it_fits),
        cmocka_unit_test(test_hidden_layers_of_a_new_head_are_loaded_where_they_fit),
        cmocka_unit_test(test_an_input_of_one_channel_sees_the_sum_of_the_first_filters),
        cmocka_unit_test(test_missing_misshaped_and_unexpected_are_listed),
        cmocka_unit_test(test_a_missing_counter_is_no_difference),
        cmocka_unit_test(test_an_unexpected_tensor_does_not_keep_a_net_from_answering),
        cmocka_unit_test(test_weights_of_something_else_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
