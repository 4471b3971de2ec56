/* Weights that see pixels as 0..255: the trainer brings them to the usual unit, which changes every feature by one
 * factor, and lets alone what would change otherwise. */
#include "data/fixture.h"
#include "picture_model.h"
#include "train/loop/trainer.h"
#include "weights/state_dict.h"

#include <lince/language.h>
#include <lince/synth.h>
#include <math.h>

/* CLASSES: as lince_synth_images draws. */
enum { SIZE = 32, CLASSES = 10 };

static char pictures[LINCE_PATH_MAX], weights[LINCE_PATH_MAX];

/* Random weights with biases, of `classes`, that say how they are fed. */
static void write_weights(const char *architecture, int classes, const char *normalize)
{
    lince_net *net;
    lince_metadata said[] = {{"normalize", normalize}};
    lince_picture_encoder encoder;
    lince_blueprint b = picture_model(&encoder, architecture, classes, SIZE);
    assert_done(lince_blueprint_build(&b, &(lince_net_options){.batch = 1, .threads = 1}, &net));
    lince_net_init(net, 5);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        for (size_t k = 0; p->ndim == 1 && k < (size_t)p->dims[0]; k++) p->value[k] = (float)(k % 7) - 3;
    }
    assert_done(lince_state_dict_save(net, NULL, weights, said, 1));
    lince_net_free(net);
}

static int setup(void **state)
{
    (void)state;
    lince_language_set("en");
    const char *folder = fresh_folder("unit");
    snprintf(pictures, sizeof pictures, "%s/pictures", folder);
    snprintf(weights, sizeof weights, "%s/weights.safetensors", folder);
    return lince_synth_images(pictures, 60, 1);
}

static char notes[8192];

static void keep_note(void *context, const char *text)
{
    (void)context;
    snprintf(notes + strlen(notes), sizeof notes - strlen(notes), "%s\n", text);
}

/* A trainer that begins with the weights; `normalize` NULL: as they say. */
static void prepare(lince_trainer *t, const char *model, const char *normalize)
{
    lince_settings s;
    const char *const set[][2] = {{"data", pictures},      {"model", model},    {"weights", weights},
                                  {"image-size", "32"},    {"batch-size", "4"}, {"threads", "1"},
                                  {"normalize", normalize}};
    lince_observer observer = LINCE_OBSERVER_INIT;
    observer.note = keep_note;
    notes[0] = '\0';
    assert_done(lince_settings_init(&s));
    for (size_t i = 0; i < sizeof set / sizeof *set; i++)
        if (set[i][1]) assert_done(lince_settings_set(&s, set[i][0], set[i][1]));
    assert_done(lince_trainer_prepare(t, &s, &observer));
    lince_settings_release(&s);
}

/* Its scores of the first pictures of the validation part, as its own loader makes them. */
static void scores(lince_trainer *t, float out[CLASSES * 4])
{
    lince_batch batch;
    assert_done(lince_loader_start(t->val, 0, 0));
    assert_int_equal(lince_loader_next(t->val, &batch), 1);
    memcpy(lince_net_input(t->net), batch.input.x, (size_t)batch.n * 3 * SIZE * SIZE * sizeof(float));
    lince_net_forward(t->net, batch.n, false, batch.key);
    memcpy(out, lince_net_output(t->net), (size_t)(batch.n * lince_net_classes(t->net)) * sizeof(float));
}

static const char BYTES[] = "0.5,0.45,0.4:0.004,0.004,0.004", USUAL[] = "0.5,0.45,0.4:0.226,0.226,0.226";

/* The new output layer is the same function of the features, which are smaller by one factor: so are the scores.
 * Asking for the very numbers by name leaves the weights as they are. */
static void test_all_features_shrink_by_one_factor(void **state)
{
    (void)state;
    lince_trainer usual, as_they_are;
    float small[CLASSES * 4] = {0}, large[CLASSES * 4] = {0}, greatest = 0;
    const float s = 0.004f / 0.226f;
    write_weights("squeezenet1_1", 1000, BYTES);
    prepare(&as_they_are, "squeezenet1_1", BYTES);
    scores(&as_they_are, large);
    assert_null(strstr(notes, "factor of 56"));
    prepare(&usual, "squeezenet1_1", NULL);
    scores(&usual, small);
    if (!strstr(notes, "larger than usual by a factor of 56")) fail_msg("notes: %s", notes);
    for (int i = 0; i < CLASSES * 4; i++) greatest = fmaxf(greatest, fabsf(large[i]));
    assert_true(greatest > 0);
    for (int i = 0; i < CLASSES * 4; i++) assert_true(fabsf(small[i] - s * large[i]) <= 1e-5f * s * greatest);
    lince_trainer_close(&usual);
    lince_trainer_close(&as_they_are);
}

/* What a resumed run and the weights that it saves are told. */
static void test_the_new_numbers_are_the_runs_own(void **state)
{
    (void)state;
    lince_trainer t;
    write_weights("squeezenet1_1", 1000, BYTES);
    prepare(&t, "squeezenet1_1", NULL);
    const lince_transform *f = &lince_picture_encoder_of(t.blueprint.encoder)->transform;
    assert_true(fabsf(f->std[0] - 0.226f) < 1e-6f);
    float mean[3], std[3];
    assert_int_equal(lince_normalize_parse(t.own.normalize, mean, std), 0);
    assert_memory_equal(mean, f->mean, sizeof mean);
    assert_memory_equal(std, f->std, sizeof std);
    lince_trainer_close(&t);
}

static void stays(const char *model, int classes, const char *normalize, float deviation)
{
    lince_trainer t;
    write_weights(model, classes, normalize);
    prepare(&t, model, NULL);
    assert_true(lince_picture_encoder_of(t.blueprint.encoder)->transform.std[1] == deviation);
    lince_trainer_close(&t);
}

/* A usual unit; an output layer that was loaded, whose scores would change; layers whose output does not
 * follow their input's size. */
static void test_what_would_change_otherwise_stays(void **state)
{
    (void)state;
    stays("squeezenet1_1", 1000, USUAL, 0.226f);
    stays("squeezenet1_1", CLASSES, BYTES, 0.004f);
    stays("resnet20", 1000, BYTES, 0.004f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_all_features_shrink_by_one_factor),
                                       cmocka_unit_test(test_the_new_numbers_are_the_runs_own),
                                       cmocka_unit_test(test_what_would_change_otherwise_stays)};
    return cmocka_run_group_tests(tests, setup, NULL);
}
