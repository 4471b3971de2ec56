/* Fine-tuning: what is frozen stays as it is, to the bit; its features, computed once, give the weights that
 * the slow way gives; and a run that unfreezes layers can be interrupted anywhere. */
#include "core/file.h"
#include "core/memory.h"
#include "train/loop/features.h"
#include "train/loop/freezing.h"
#include "train/loop/update.h"
#include "train/run/run.h"
#include "weights/formats/safetensors.h"

#include <lince/lince.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char root[] = TEST_SCRATCH "/freezing-XXXXXX", data[LINCE_PATH_MAX];

static int draw_pictures(void **state)
{
    (void)state;
    if (!mkdtemp(root)) return 1;
    snprintf(data, sizeof data, "%s/data", root);
    return lince_synth_images(data, 200, 1);
}

/* --- the plan ------------------------------------------------------------------------------------- */

static lince_net *resnet(void)
{
    lince_net *net;
    lince_net_options options = {.batch = 2, .threads = 1};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, 16, 16, 1}, &options), 0);
    assert_int_equal(lince_architecture_build(lince_architecture_named("resnet20"), net,
                                              &(lince_architecture_options){.classes = 4, .dropout = -1}),
                     0);
    return net;
}

static void expect_plan(const char *freeze, const char *unfreeze, const char *first_trained, int stages)
{
    lince_net *net = resnet();
    lince_freezing f;
    if (lince_freezing_plan(&f, net, lince_architecture_named("resnet20"), freeze, unfreeze))
        fail_msg("%s", lince_error());
    size_t node = (size_t)f.stage[0].last + 1;
    while (!lince_net_layer(net, node)->param_count) node++;
    assert_string_equal(lince_net_layer(net, node)->name, first_trained);
    assert_int_equal(f.count, stages);
    lince_net_free(net);
}

static void expect_refused(const char *freeze, const char *unfreeze, const char *message)
{
    lince_net *net = resnet();
    lince_freezing f;
    assert_int_equal(lince_freezing_plan(&f, net, lince_architecture_named("resnet20"), freeze, unfreeze),
                     LINCE_EUSAGE);
    if (!strstr(lince_error(), message)) fail_msg("expected '%s' in: %s", message, lince_error());
    lince_net_free(net);
}

static void test_what_is_frozen_is_named_as_users_do(void **state)
{
    (void)state;
    expect_plan("none", NULL, "conv1", 1);
    expect_plan("0", NULL, "conv1", 1);
    expect_plan("1", NULL, "layer1.0.conv1", 1); /* the batch normalisation behind conv1 goes with it */
    expect_plan("features", NULL, "linear", 1);
    expect_plan("all-but-head", "3", "linear", 2);
    expect_plan("features", "2:10,5:none", "linear", 3);
    expect_plan("none,2:1", NULL, "conv1", 2);
    expect_plan("none,2:1,4:features", "6:1", "conv1", 4);
}

static void test_what_cannot_be_is_refused(void **state)
{
    (void)state;
    expect_refused("feature", NULL, "expected none, features");
    expect_refused("20", NULL, "nothing would be left to train");
    expect_refused("features", "1", "an epoch from 2 on");
    expect_refused("features", "x", "an epoch from 2 on");
    expect_refused("features", "3:no", "unfreeze no: expected none");
    expect_refused("features", "3:5,3:none", "a later epoch");
    expect_refused("3", "3:features", "fewer frozen layers");
    expect_refused("none", "3", "fewer frozen layers");
    expect_refused("none,4", NULL, "freeze 4: expected epoch:what");
    expect_refused("none,1:1", NULL, "an epoch from 2 on");
    expect_refused("features,4:1", NULL, "more frozen layers");
    expect_refused("none,4:1,4:2", NULL, "a later epoch");
    expect_refused("none,4:1", "3", "a later epoch");
    expect_refused("none,4:20", NULL, "nothing would be left to train");
}

static void test_stages_follow_the_epochs(void **state)
{
    (void)state;
    lince_freezing f = {.stage = {{0, 9}, {3, 5}, {7, 0}}, .count = 3};
    assert_int_equal(lince_freezing_at(&f, 0), 9);
    assert_int_equal(lince_freezing_at(&f, 2), 9);
    assert_int_equal(lince_freezing_at(&f, 3), 5);
    assert_int_equal(lince_freezing_at(&f, 100), 0);
    assert_int_equal(lince_freezing_until(&f, 1, 20), 3);
    assert_int_equal(lince_freezing_until(&f, 1, 2), 2);
    assert_int_equal(lince_freezing_until(&f, 8, 20), 20);
    assert_int_equal(lince_freezing_first(&f, 10), 0);
    assert_int_equal(lince_freezing_first(&f, 6), 3);
    assert_int_equal(lince_freezing_first(&f, 1), 7);
    assert_int_equal(lince_freezing_least(&f), 0);
    f = (lince_freezing){.stage = {{0, 2}, {3, 5}}, .count = 2};
    assert_int_equal(lince_freezing_least(&f), 2);
    assert_int_equal(lince_freezing_first(&f, 4), 0);
}

/* --- whole runs ----------------------------------------------------------------------------------- */

static volatile sig_atomic_t stop;
static size_t stop_after, steps; /* stop_after 0: never */
static bool computed;            /* features were */

static void watch(void *context, const lince_progress *progress)
{
    (void)context;
    computed |= progress->phase == LINCE_COMPUTING_FEATURES;
    if (progress->phase == LINCE_TRAINING && ++steps == stop_after) stop = 1;
}

/* A run on 80 pictures in batches of 16, with `options` ("key value ..."); its folder in out. */
static int train(const char *name, const char *options, char out[LINCE_PATH_MAX])
{
    lince_settings s;
    char key[64], value[256], folder[LINCE_PATH_MAX];
    int used;
    snprintf(folder, sizeof folder, "%s/%s", root, name);
    assert_int_equal(lince_settings_init(&s), 0);
    const char *const fixed[][2] = {{"data", data},       {"val-split", "0.2"},  {"image-size", "16"},
                                    {"batch-size", "16"}, {"threads", "1"},      {"train-limit", "8"},
                                    {"out", folder},      {"normalize", "none"}, {"no-report", "true"}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        assert_int_equal(lince_settings_set(&s, fixed[i][0], fixed[i][1]), 0);
    for (; sscanf(options, " %63s %255s%n", key, value, &used) == 2; options += used)
        if (lince_settings_set(&s, key, value)) fail_msg("%s", lince_error());
    lince_observer observer = {.size = sizeof observer, .progress = watch, .stop = &stop};
    computed = false;
    stop = 0;
    steps = 0;
    int code = lince_train(&s, "test", &observer, out, LINCE_PATH_MAX);
    lince_settings_release(&s);
    return code;
}

static int resume(const char *folder)
{
    lince_settings s;
    lince_run run;
    assert_int_equal(lince_settings_init(&s), 0);
    assert_int_equal(lince_run_open(&run, folder), 0);
    assert_int_equal(lince_run_read_config(&run, &s), 0);
    assert_int_equal(lince_settings_set(&s, "out", ""), 0);
    assert_int_equal(lince_settings_set(&s, "resume", folder), 0);
    stop = 0;
    int code =
        lince_train(&s, "test", &(lince_observer){.size = sizeof(lince_observer), .stop = &stop}, NULL, 0);
    lince_settings_release(&s);
    return code;
}

static lince_weights *weights_of(const char *folder, const char *file)
{
    char path[LINCE_PATH_MAX];
    lince_weights *w;
    assert_int_equal(lince_path_join(path, folder, file), 0);
    if (lince_safetensors_open(&w, path)) fail_msg("%s", lince_error());
    return w;
}

static void assert_equal_runs(const char *a, const char *b)
{
    lince_weights *x = weights_of(a, "weights/last.safetensors"),
                  *y = weights_of(b, "weights/last.safetensors");
    assert_int_equal(lince_weights_count(x), lince_weights_count(y));
    for (size_t i = 0; i < lince_weights_count(x); i++) {
        const lince_tensor *t = lince_weights_at(x, i), *u = lince_weights_find(y, t->name);
        if (!u || t->bytes != u->bytes || memcmp(t->data, u->data, t->bytes) != 0)
            fail_msg("%s and %s: %s differs", a, b, t->name);
    }
    lince_weights_free(x);
    lince_weights_free(y);
}

static void test_features_that_are_kept_change_nothing(void **state)
{
    (void)state;
    static const char *const options[] = {
        "model resnet20 freeze features epochs 3 lr 0.1", "model resnet20 freeze 7 epochs 2 lr 0.01 ema 0.9",
        "model squeezenet1_1 image-size 32 freeze features epochs 2 lr 0.001 optimizer adam", /* dropout in
                                                                                                 the head */
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char slow[LINCE_PATH_MAX], fast[LINCE_PATH_MAX], with[256];
        snprintf(with, sizeof with, "%s cache-mb 0", options[i]);
        if (train("slow", with, slow)) fail_msg("%s", lince_error());
        assert_false(computed);
        if (train("fast", options[i], fast)) fail_msg("%s", lince_error());
        assert_true(computed);
        assert_equal_runs(slow, fast);
    }
}

static void test_augmented_pictures_have_no_features_to_keep(void **state)
{
    (void)state;
    char out[LINCE_PATH_MAX];
    if (train("augmented", "model resnet20 freeze features epochs 2 augment flip", out))
        fail_msg("%s", lince_error());
    assert_false(computed);
}

static void test_what_is_frozen_stays_and_all_else_moves(void **state)
{
    (void)state;
    char before[LINCE_PATH_MAX], after[LINCE_PATH_MAX], start[256 + LINCE_PATH_MAX];
    if (train("before", "model resnet20 epochs 1 lr 0.05", before)) fail_msg("%s", lince_error());
    char link[] = TEST_SCRATCH "/start.safetensors";
    assert_int_equal(lince_path_join(start, before, "weights/last.safetensors"), 0);
    unlink(link);
    assert_int_equal(symlink(start, link), 0);
    snprintf(start, sizeof start, "model resnet20 epochs 1 freeze 7 augment flip weights %s", link);
    if (train("after", start, after)) fail_msg("%s", lince_error());
    lince_weights *x = weights_of(before, "weights/last.safetensors"),
                  *y = weights_of(after, "weights/last.safetensors");
    for (size_t i = 0; i < lince_weights_count(x); i++) {
        const lince_tensor *t = lince_weights_at(x, i), *u = lince_weights_find(y, t->name);
        bool same = !memcmp(t->data, u->data, t->bytes);
        bool frozen =
            !strncmp(t->name, "conv1", 5) || !strncmp(t->name, "bn1", 3) || !strncmp(t->name, "layer1", 6);
        if (same != frozen) fail_msg("%s: %s", t->name, same ? "was not trained" : "is frozen, and changed");
    }
    lince_weights_free(x);
    lince_weights_free(y);
}

/* Interrupted after so many steps the run ends as one left alone. */
static void expect_the_same_in_parts(const char *options)
{
    char whole[LINCE_PATH_MAX], parts[LINCE_PATH_MAX];
    if (train("whole", options, whole)) fail_msg("%s", lince_error());
    static const size_t at[] = {3, 10, 13,
                                22}; /* five steps an epoch: inside of stages, and where one begins */
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        stop_after = at[i];
        assert_int_equal(train("parts", options, parts), LINCE_EINTERRUPTED);
        stop_after = 0;
        if (resume(parts)) fail_msg("%s", lince_error());
        assert_equal_runs(whole, parts);
    }
}

static void test_gradual_unfreezing_can_be_interrupted_anywhere(void **state)
{
    (void)state;
    expect_the_same_in_parts("model resnet20 epochs 5 freeze features unfreeze 3:7,5:none lr 0.05 "
                             "lr-backbone 0.01 optimizer adamw");
}

static void test_gradual_freezing_can_be_interrupted_anywhere(void **state)
{
    (void)state;
    expect_the_same_in_parts("model resnet20 epochs 5 freeze none,3:1,5:7 lr 0.05 lookahead 3 optimizer sgd");
}

static bool is_same(const char *a, const char *b, const char *name)
{
    lince_weights *x = weights_of(a, "weights/last.safetensors"),
                  *y = weights_of(b, "weights/last.safetensors");
    const lince_tensor *t = lince_weights_find(x, name), *u = lince_weights_find(y, name);
    bool same = !memcmp(t->data, u->data, t->bytes);
    lince_weights_free(x);
    lince_weights_free(y);
    return same;
}

/* What is frozen later stays as training left it, and is saved so: of an average it is no longer behind. */
static void test_what_is_frozen_from_an_epoch_on_stays_from_there(void **state)
{
    (void)state;
    char first[LINCE_PATH_MAX], second[LINCE_PATH_MAX], average[LINCE_PATH_MAX];
    static const char begin[] = "model resnet20 lr 0.05 optimizer sgd scheduler constant";
    char with[256];
    snprintf(with, sizeof with, "%s epochs 1", begin);
    if (train("first", with, first)) fail_msg("%s", lince_error());
    snprintf(with, sizeof with, "%s epochs 3 freeze none,2:1", begin);
    if (train("second", with, second)) fail_msg("%s", lince_error());
    assert_true(is_same(first, second, "conv1.weight") && is_same(first, second, "bn1.running_mean"));
    assert_false(is_same(first, second, "layer1.0.conv1.weight"));
    snprintf(with, sizeof with, "%s epochs 3 freeze none,2:1 ema 0.99", begin);
    if (train("average", with, average)) fail_msg("%s", lince_error());
    assert_true(is_same(first, average, "conv1.weight"));
}

static void test_settings_that_would_do_nothing_are_refused(void **state)
{
    (void)state;
    char out[LINCE_PATH_MAX];
    assert_int_equal(train("no", "model resnet20 freeze features lr-backbone 0.1", out), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "nothing but the head is trained"));
    assert_int_equal(train("no", "model resnet20 epochs 3 freeze features unfreeze 4", out), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "the run ends with epoch 3"));
}

/* How far the first weight of a parameter moves in update `step` with a gradient of 1. */
static double moved(const char *name, lince_update *u, lince_net *net, size_t step)
{
    lince_param *p = lince_net_param_named(net, name);
    float before = p->value[0];
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *q = lince_net_param(net, i);
        for (size_t k = 0; q->grad && k < q->size; k++) q->grad[k] = 1;
    }
    lince_update_apply(u, net, step, 0.5, 1);
    return (double)before - (double)p->value[0];
}

static void test_the_backbone_has_its_own_rate_and_count_of_steps(void **state)
{
    (void)state;
    lince_net *net = resnet();
    assert_int_equal(lince_net_prepare(net), 0);
    lince_update u = {.optimizer = lince_optimizer_named("sgd")};
    const lince_param_grouping grouping = {.backbone = 0.25, .layer_decay = 1};
    assert_int_equal(lince_update_init(&u, net), 0);
    assert_int_equal(lince_param_groups(net, &grouping, u.group), 0);
    assert_true(moved("linear.weight", &u, net, 1) == 0.5);
    assert_true(moved("conv1.weight", &u, net, 2) == 0.125);
    lince_update_release(&u, net);
    u = (lince_update){.optimizer = lince_optimizer_named("adam"),
                       .hyper = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f}};
    assert_int_equal(lince_update_init(&u, net), 0);
    u.since[0] = 100; /* conv1.weight: unfrozen after 100 updates; Adam's first step is as long as the rate */
    double own = moved("conv1.weight", &u, net, 101), shared = moved("linear.weight", &u, net, 101);
    assert_true(own > 0.49 && own < 0.51);
    assert_true(shared > 0.55);
    lince_update_release(&u, net);
    lince_net_free(net);
}

/* --- where features are kept ---------------------------------------------------------------------- */

static void test_many_features_go_to_a_file_without_a_name(void **state)
{
    (void)state;
    lince_features f;
    if (lince_features_init(&f, 1000, 500, 1 << 20, root)) fail_msg("%s", lince_error());
    assert_true(f.in_file);
    for (size_t i = 0; i < 1000 * 500; i++) f.rows[i] = (float)i;
    assert_true(f.rows[499999] == 499999);
    lince_features_release(&f);
    assert_int_equal(lince_features_init(&f, 1000, 500, 2 << 20, root), 0);
    assert_false(f.in_file);
    lince_features_release(&f);
    assert_int_equal(lince_features_init(&f, (size_t)1 << 40, 1 << 10, 0, root), LINCE_ENOMEM);
    assert_int_equal(lince_features_init(&f, SIZE_MAX / 2, 8, 0, root), LINCE_ENOMEM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_frozen_is_named_as_users_do),
        cmocka_unit_test(test_what_cannot_be_is_refused),
        cmocka_unit_test(test_stages_follow_the_epochs),
        cmocka_unit_test(test_features_that_are_kept_change_nothing),
        cmocka_unit_test(test_augmented_pictures_have_no_features_to_keep),
        cmocka_unit_test(test_what_is_frozen_stays_and_all_else_moves),
        cmocka_unit_test(test_gradual_unfreezing_can_be_interrupted_anywhere),
        cmocka_unit_test(test_gradual_freezing_can_be_interrupted_anywhere),
        cmocka_unit_test(test_what_is_frozen_from_an_epoch_on_stays_from_there),
        cmocka_unit_test(test_the_backbone_has_its_own_rate_and_count_of_steps),
        cmocka_unit_test(test_settings_that_would_do_nothing_are_refused),
        cmocka_unit_test(test_many_features_go_to_a_file_without_a_name),
    };
    return cmocka_run_group_tests(tests, draw_pictures, NULL);
}
