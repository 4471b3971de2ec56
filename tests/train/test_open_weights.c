/* A weights file without a run: its architecture, its classes, and what does not fit. */
#include <lince/lince.h>

#include "core/file.h"
#include "core/memory.h"
#include "models/imagenet.h"
#include "picture_model.h"
#include "train/ask/model_internal.h"
#include "weights/formats/safetensors.h"
#include "weights/state_dict.h"
#include "weights/torch/torch.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char CIFAR[] = TEST_SCRATCH "/resnet20.th", IMAGENET[] = TEST_SCRATCH "/squeezenet.pth";

/* Random weights of an architecture, as PyTorch would have them; names begin with `prefix`; `more`: one
 * tensor that the architecture does not have. */
static void write_weights(const char *path, const char *architecture, int classes, const char *prefix,
                          bool more)
{
    lince_net *net;
    lince_weights *w;
    lince_picture_encoder encoder;
    lince_blueprint b = picture_model(&encoder, architecture, classes, 64);
    lince_net_options options = {.batch = 1, .threads = 1};
    const char *saved = TEST_SCRATCH "/open_weights.safetensors";
    if (lince_blueprint_build(&b, &options, &net)) fail_msg("%s", lince_error());
    lince_net_init(net, 5);
    assert_int_equal(lince_state_dict_save(net, NULL, saved, NULL, 0), 0);
    lince_net_free(net);
    assert_int_equal(lince_weights_open(&w, saved), 0);
    size_t count = lince_weights_count(w);
    lince_tensor *tensors = calloc(count + 1, sizeof *tensors);
    char(*names)[128] = calloc(count + 1, sizeof *names);
    for (size_t i = 0; i <= count; i++) {
        tensors[i] = *lince_weights_at(w, i < count ? i : 0);
        snprintf(names[i], sizeof names[i], "%s%s", prefix, i < count ? tensors[i].name : "aux.weight");
        tensors[i].name = names[i];
    }
    if (lince_torch_write(path, tensors, count + more, NULL, 0)) fail_msg("%s", lince_error());
    free(tensors);
    free(names);
    lince_weights_free(w);
}

static int write_files(void **state)
{
    (void)state;
    write_weights(CIFAR, "resnet20", 10, "module.", false);
    write_weights(IMAGENET, "squeezenet1_1", 1000, "", false);
    return 0;
}

static lince_model *open_weights(const lince_open_options *options)
{
    lince_model *m;
    if (lince_model_open_weights(&m, options)) fail_msg("%s", lince_error());
    return m;
}

static void refused(const lince_open_options *options, int code, const char *message)
{
    lince_model *m;
    assert_int_equal(lince_model_open_weights(&m, options), code);
    assert_null(m);
    if (!strstr(lince_error(), message)) fail_msg("expected '%s' in: %s", message, lince_error());
}

static void test_the_architecture_is_found_where_all_fits(void **state)
{
    (void)state;
    lince_model *m =
        open_weights(&(lince_open_options){.size = sizeof(lince_open_options), .weights = CIFAR});
    assert_string_equal(lince_model_name(m), "resnet20");
    assert_int_equal(lince_model_classes(m), 10);
    assert_null(lince_model_class(m, 0));
    assert_string_equal(lince_model_notes(m), "all names begin with 'module.': taken away\n");
    lince_model_free(m);
}

/* torchvision's second weights of some architectures were published with another transform, and only the
 * file's name tells them apart; what is asked for comes before both. */
static void test_published_weights_bring_their_own_transform(void **state)
{
    (void)state;
    static const char folder[] = TEST_SCRATCH "/";
    static const struct {
        const char *file;
        int asked, resize;
        const char *note;
    } cases[] = {{"mobilenet_v2-7ebf99e0.pth", 0, 232, "IMAGENET1K_V2: the shorter side at 232"},
                 {"mobilenet_v2-b0353104.pth", 0, 256, "IMAGENET1K_V1: the shorter side at 256"},
                 {"mine.pth", 0, 256, "for V2: resize 232 interpolation bilinear"},
                 {"mine.pth", 232, 232, "the weights expect crop, resize 256, bilinear"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char path[LINCE_PATH_MAX];
        snprintf(path, sizeof path, "%s%s", folder, cases[i].file);
        write_weights(path, "mobilenet_v2", 10, "", false);
        lince_model *m = open_weights(&(lince_open_options){.size = sizeof(lince_open_options),
                                                            .weights = path,
                                                            .architecture = "mobilenet_v2",
                                                            .resize = cases[i].asked});
        assert_int_equal(lince_picture_encoder_of(m->blueprint.encoder)->transform.resize, cases[i].resize);
        if (!strstr(lince_model_notes(m), cases[i].note))
            fail_msg("expected '%s' in: %s", cases[i].note, lince_model_notes(m));
        lince_model_free(m);
        remove(path);
    }
}

/* EfficientNet's were published with bicubic resizes; weights of one transform alone say nothing of it. */
static void test_transforms_are_the_architectures_own(void **state)
{
    (void)state;
    static const char path[] = TEST_SCRATCH "/efficient.pth";
    write_weights(path, "efficientnet_b0", 10, "", false);
    lince_model *m = open_weights(&(lince_open_options){
        .size = sizeof(lince_open_options), .weights = path, .architecture = "efficientnet_b0"});
    assert_int_equal(lince_picture_encoder_of(m->blueprint.encoder)->transform.interpolation, LINCE_BICUBIC);
    assert_int_equal(lince_picture_encoder_of(m->blueprint.encoder)->transform.resize, 256);
    assert_string_equal(lince_model_notes(m), "");
    lince_model_free(m);
    remove(path);
}

static void test_a_thousand_classes_are_imagenets(void **state)
{
    (void)state;
    lince_model *m = open_weights(&(lince_open_options){
        .size = sizeof(lince_open_options), .weights = IMAGENET, .architecture = "squeezenet1_1"});
    assert_string_equal(lince_model_class(m, 0), "tench");
    assert_string_equal(lince_model_class(m, 134), "crane bird");
    assert_string_equal(lince_model_class(m, 999), "toilet tissue");
    assert_null(lince_model_class(m, 1000));
    lince_model_free(m);
}

static void test_imagenets_names_are_all_different(void **state)
{
    (void)state;
    char *names[LINCE_IMAGENET_CLASSES];
    for (int i = 0; i < LINCE_IMAGENET_CLASSES; i++) {
        assert_non_null(names[i] = lince_imagenet_class(i));
        for (int k = 0; k < i; k++) assert_string_not_equal(names[i], names[k]);
    }
    for (int i = 0; i < LINCE_IMAGENET_CLASSES; i++) lince_free(names[i]);
}

/* Each is the first of a line's synonyms there, but for two names that stand for two classes each. */
static void test_imagenets_names_are_in_the_published_order(void **state)
{
    (void)state;
    const char *folder = getenv("LINCE_DATA");
    char path[4096], line[512];
    snprintf(path, sizeof path, "%s/imagenet-classes.txt",
             folder ? folder : TEST_SOURCE_DIR "/../shared/data");
    FILE *file = fopen(path, "r");
    if (!file) {
        print_message("skipped: %s is not there (LINCE_DATA names the folder)\n", path);
        skip();
    }
    for (int i = 0; i < LINCE_IMAGENET_CLASSES; i++) {
        assert_non_null(fgets(line, sizeof line, file));
        line[strcspn(line, ",\n")] = '\0';
        char *name = lince_imagenet_class(i);
        if (i == 134 || i == 639) name[strlen(line)] = '\0';
        assert_string_equal(name, line);
        lince_free(name);
    }
    fclose(file);
}

static void test_names_can_be_given(void **state)
{
    (void)state;
    const char *names = TEST_SCRATCH "/names.txt";
    static const char lines[] = "a\nb\r\nc d\n\n4\n5\n6\n7\n8\n9\nten";
    assert_int_equal(lince_file_write(names, lines, strlen(lines)), 0);
    lince_model *m = open_weights(
        &(lince_open_options){.size = sizeof(lince_open_options), .weights = CIFAR, .classes = names});
    assert_string_equal(lince_model_class(m, 1), "b");
    assert_string_equal(lince_model_class(m, 2), "c d");
    assert_string_equal(lince_model_class(m, 9), "ten");
    lince_model_free(m);
    refused(&(lince_open_options){.size = sizeof(lince_open_options), .weights = IMAGENET, .classes = names},
            LINCE_EDATA, "names, one a line: 10; classes of the model: 1000");
    refused(&(lince_open_options){.size = sizeof(lince_open_options),
                                  .weights = CIFAR,
                                  .classes = TEST_SCRATCH "/none"},
            LINCE_EIO, "none");
}

static void test_another_architecture_is_refused_with_what_differs(void **state)
{
    (void)state;
    refused(&(lince_open_options){.size = sizeof(lince_open_options),
                                  .weights = CIFAR,
                                  .architecture = "resnet32"},
            LINCE_EDATA,
            "does not fit resnet32: parameters that fit: 116; replaced: 0; missing: 60; of another shape: 0; "
            "unexpected: 0");
    refused(
        &(lince_open_options){.size = sizeof(lince_open_options), .weights = CIFAR, .architecture = "vgg16"},
        LINCE_EDATA, "there is no output layer of vgg16");
    refused(&(lince_open_options){.size = sizeof(lince_open_options),
                                  .weights = CIFAR,
                                  .architecture = "resnet21"},
            LINCE_EUSAGE, "did you mean");
    refused(&(lince_open_options){.size = sizeof(lince_open_options),
                                  .weights = TEST_SOURCE_DIR "/tests/weights/python.pth"},
            LINCE_EUSAGE, "does not say its architecture; name it with model");
}

static void test_more_than_the_architecture_has_is_said_or_refused(void **state)
{
    (void)state;
    const char *path = TEST_SCRATCH "/more.pth";
    write_weights(path, "resnet20", 10, "", true);
    lince_model *m = open_weights(&(
        lince_open_options){.size = sizeof(lince_open_options), .weights = path, .architecture = "resnet20"});
    assert_string_equal(lince_model_notes(m), "unexpected: aux.weight\n");
    lince_model_free(m);
    refused(&(lince_open_options){.size = sizeof(lince_open_options),
                                  .weights = path,
                                  .architecture = "resnet20",
                                  .strict = true},
            LINCE_EDATA, "unexpected: 1:\nunexpected: aux.weight");
}

/* As many classes, but others: the output layer is not theirs. */
static void test_other_classes_are_told_by_their_names(void **state)
{
    (void)state;
    static char *const cats_and_dogs[] = {"cat", "dog"};
    static const struct {
        const char *classes;
        bool other;
    } cases[] = {
        {"[\"cat\",\"dog\"]", false},
        {"[\"dog\",\"cat\"]", true},
        {"[\"cat\",\"dog\",\"elk\"]", true},
        {"[1,2]", true},
        {"no list", false}, /* it does not say */
    };
    lince_blueprint b = {.classes = 2, .names = (char **)cats_and_dogs};
    const float none = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = TEST_SCRATCH "/classes.safetensors";
        lince_weights *w;
        const lince_metadata classes = {"lince.classes", cases[i].classes};
        assert_int_equal(lince_safetensors_write(path, &(lince_tensor){"a", LINCE_F32, 1, {1}, &none, 4}, 1,
                                                 &classes, 1),
                         0);
        assert_int_equal(lince_weights_open(&w, path), 0);
        assert_int_equal(lince_blueprint_other_classes(&b, w), cases[i].other);
        lince_weights_free(w);
    }
}

static void test_described(void **state)
{
    (void)state;
    char *text;
    assert_int_equal(lince_describe(CIFAR, 0, &text), 0);
    assert_non_null(strstr(text, "format                    PyTorch (zip)\n"));
    assert_non_null(strstr(text, "note                      all names begin with 'module.': taken away\n"));
    assert_non_null(
        strstr(text, "\narchitecture              resnet20, classes: 10; parameters that fit: 116 of 116\n"));
    assert_non_null(strstr(text, "  conv1.weight                                 F32   [16, 3, 3, 3]\n"));
    lince_text_free(text);
    assert_int_equal(lince_describe(IMAGENET, 1, &text), 0);
    json_t *json = json_loads(text, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(json, "kind")), "weights");
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "architecture"), "name")),
                        "squeezenet1_1");
    assert_int_equal(json_integer_value(json_object_get(json, "elements")), 1235496);
    assert_int_equal(json_array_size(json_object_get(json, "tensors")), 52);
    json_decref(json);
    lince_text_free(text);
    assert_int_equal(lince_describe(TEST_SOURCE_DIR "/tests/weights/python-legacy.pth", 1, &text), 0);
    assert_non_null(strstr(text, "\"architecture\": null"));
    lince_text_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_architecture_is_found_where_all_fits),
        cmocka_unit_test(test_published_weights_bring_their_own_transform),
        cmocka_unit_test(test_transforms_are_the_architectures_own),
        cmocka_unit_test(test_a_thousand_classes_are_imagenets),
        cmocka_unit_test(test_imagenets_names_are_all_different),
        cmocka_unit_test(test_imagenets_names_are_in_the_published_order),
        cmocka_unit_test(test_names_can_be_given),
        cmocka_unit_test(test_another_architecture_is_refused_with_what_differs),
        cmocka_unit_test(test_more_than_the_architecture_has_is_said_or_refused),
        cmocka_unit_test(test_other_classes_are_told_by_their_names),
        cmocka_unit_test(test_described),
    };
    return cmocka_run_group_tests(tests, write_files, NULL);
}
