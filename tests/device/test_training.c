/* Runs whose memory is another device's (guarded.h) come to the host's bits: weights, checkpoints, answers. */
#include "data/fixture.h"
#include "device/guarded.h"
#include "settings/settings.h"
#include "train/loop/job.h"

#include <lince/language.h>
#include <lince/observer.h>
#include <lince/synth.h>
#include <signal.h>
#include <sys/wait.h>

static char root[512], pictures[600], texts[600];

static int setup(void **state)
{
    (void)state;
    lince_language_set("en");
    snprintf(root, sizeof root, "%.500s", fresh_folder("device"));
    snprintf(pictures, sizeof pictures, "%s/pictures", root);
    snprintf(texts, sizeof texts, "%s/texts", root);
    return lince_synth_images(pictures, 60, 1) || lince_synth_tweets(texts, 200, 1);
}

static const char *in_run(const char *run, const char *file)
{
    static char path[LINCE_PATH_MAX];
    snprintf(path, sizeof path, "%.500s/%.100s/%.100s", root, run, file);
    return path;
}

/* Names and values of settings, up to NULL. */
static int train(const char *run, const lince_device *device, const char *const *set, bool resume,
                 const lince_observer *observer)
{
    static const char *const usual[] = {"threads", "1",  "seed",    "3", "deterministic",   "yes",
                                        "lang",    "en", "workers", "1", "keep-checkpoint", "yes",
                                        NULL};
    lince_settings s;
    assert_done(lince_settings_init(&s));
    for (const char *const *u = usual; *u; u += 2) assert_done(lince_settings_set(&s, u[0], u[1]));
    for (const char *const *u = set; *u; u += 2) assert_done(lince_settings_set(&s, u[0], u[1]));
    assert_done(lince_settings_set(&s, resume ? "resume" : "out", in_run(run, "")));
    s.device = device;
    int code = lince_job_run(&lince_alone, &s, "a test", observer, NULL, 0);
    lince_settings_release(&s);
    return code;
}

static void assert_same_file(const char *a, const char *b, const char *file)
{
    char *first, *second;
    size_t first_size, second_size;
    assert_done(lince_file_read(in_run(a, file), 64 << 20, &first, &first_size));
    assert_done(lince_file_read(in_run(b, file), 64 << 20, &second, &second_size));
    if (first_size != second_size || memcmp(first, second, first_size) != 0)
        fail_msg("%s: %s and %s differ", file, a, b);
    lince_free(first);
    lince_free(second);
}

static void assert_same_run(const char *a, const char *b)
{
    assert_same_file(a, b, "weights/last.safetensors");
    assert_same_file(a, b, "weights/best.safetensors");
    assert_same_file(a, b, "predictions.csv");
    assert_same_file(a, b, "test.json");
}

static void assert_all_came_and_went(const guarded *g)
{
    assert_true(g->taken > 0 && g->runs > 0 && g->uploads > 0 && g->downloads > 0);
    assert_int_equal(g->live, 0);
}

/* Both ways, and what they have in common. */
static void compare(const char *name, const char *const *set)
{
    char host[64], device[64];
    snprintf(host, sizeof host, "%s-host", name);
    snprintf(device, sizeof device, "%s-device", name);
    guarded *g = guarded_new();
    assert_non_null(g);
    assert_done(train(host, NULL, set, false, NULL));
    assert_done(train(device, &g->device, set, false, NULL));
    assert_same_run(host, device);
    assert_all_came_and_went(g);
    guarded_delete(g);
}

#define WITH(...)         \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }
#define PICTURES "data", pictures, "image-size", "32", "batch-size", "8", "epochs", "2", "train-limit", "2"
#define TEXTS    "data", texts, "batch-size", "16", "epochs", "2", "embedding", "8", "hidden", "12"

static void test_pictures_with_momentum_clipping_and_an_average(void **state)
{
    (void)state;
    compare("resnet", WITH(PICTURES, "model", "resnet20", "optimizer", "sgd", "lr", "0.05", "momentum", "0.9",
                           "clip-grad", "0.5", "ema", "0.9", "tta", "flip"));
}

/* Max pooling, concatenation and dropout; the average of the epochs' weights. */
static void test_pictures_with_dropout_and_averaged_epochs(void **state)
{
    (void)state;
    compare("squeezenet", WITH(PICTURES, "model", "squeezenet1_1", "optimizer", "adamw", "lr", "0.002", "swa",
                               "1", "mixup", "0.2"));
}

/* Matrices, filters that are fitted to the data, max pooling and slow weights. */
static void test_pictures_with_an_optimizer_of_matrices(void **state)
{
    (void)state;
    compare("speednet",
            WITH(PICTURES, "model", "speednet8", "optimizer", "muon", "lr", "0.01", "lookahead", "2"));
}

/* A frozen part whose features are computed once, and gradients of several batches. */
static void test_pictures_with_features_that_are_kept(void **state)
{
    (void)state;
    compare("frozen", WITH(PICTURES, "model", "resnet20", "freeze", "2", "optimizer", "rmsprop", "lr",
                           "0.001", "accumulate", "2", "loss", "focal"));
}

static void test_texts_of_which_most_words_rest(void **state)
{
    (void)state;
    compare("gru",
            WITH(TEXTS, "model", "gru", "optimizer", "adam", "lr", "0.01", "ema", "0.9", "clip-grad", "1"));
}

static void test_texts_in_both_directions_with_gradients_of_several_batches(void **state)
{
    (void)state;
    compare("lstm",
            WITH(TEXTS, "model", "lstm", "bidirectional", "yes", "layers", "2", "optimizer", "sgd", "lr",
                 "0.1", "accumulate", "3", "embedding-dropout", "0.2", "dropout", "0.2", "read", "mean"));
}

static void test_texts_read_by_their_largest_states(void **state)
{
    (void)state;
    compare("rnn", WITH(TEXTS, "model", "rnn", "optimizer", "rmsprop", "lr", "0.001", "read", "max",
                        "lookahead", "3", "weight-decay", "0.01"));
}

/* --- going on elsewhere ------------------------------------------------------------------------------ */

typedef struct stopper {
    int after; /* epochs */
    volatile int stop;
} stopper;

static void count_epoch(void *context, const lince_epoch_result *result)
{
    stopper *s = context;
    s->stop = result->epoch >= s->after;
}

/* A checkpoint does not know where it was written. */
static void goes_on(const char *name, const char *const *set, bool back)
{
    char whole[64], parts[64];
    snprintf(whole, sizeof whole, "%s-whole", name);
    snprintf(parts, sizeof parts, "%s-parts", name);
    guarded *g = guarded_new();
    assert_non_null(g);
    stopper s = {.after = 1};
    lince_observer observer = LINCE_OBSERVER_INIT;
    observer.context = &s;
    observer.epoch = count_epoch;
    observer.stop = &s.stop;
    assert_done(train(whole, NULL, set, false, NULL));
    assert_int_equal(train(parts, back ? &g->device : NULL, set, false, &observer), LINCE_EINTERRUPTED);
    assert_done(train(parts, back ? NULL : &g->device, set, true, NULL));
    assert_same_run(whole, parts);
    assert_all_came_and_went(g);
    guarded_delete(g);
}

static void test_a_run_of_the_host_goes_on_on_the_device(void **state)
{
    (void)state;
    goes_on("there", WITH(PICTURES, "model", "resnet20", "optimizer", "adamw", "lr", "0.002", "ema", "0.9"),
            false);
}

static void test_a_run_of_the_device_goes_on_on_the_host(void **state)
{
    (void)state;
    goes_on("back", WITH(TEXTS, "model", "gru", "optimizer", "adam", "lr", "0.01"), true);
}

/* --- the guard --------------------------------------------------------------------------------------- */

/* So that the tests above can fail. */
static void test_whoever_touches_the_memory_by_himself_is_stopped(void **state)
{
    (void)state;
    guarded *g = guarded_new();
    assert_non_null(g);
    float *memory = g->device.alloc(&g->device, 4 * sizeof *memory);
    assert_non_null(memory);
    pid_t child = fork();
    if (!child) {
        signal(SIGSEGV, SIG_DFL);
        _exit(*(volatile float *)memory == 0 ? 0 : 1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);

    float back[4], sent[4] = {1, 2, 3, 4};
    g->device.upload(&g->device, memory, sent, sizeof sent);
    g->device.download(&g->device, back, memory, sizeof back);
    assert_memory_equal(back, sent, sizeof sent);
    g->device.free(&g->device, memory, 4 * sizeof *memory);
    assert_int_equal(g->live, 0);
    guarded_delete(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whoever_touches_the_memory_by_himself_is_stopped),
        cmocka_unit_test(test_pictures_with_momentum_clipping_and_an_average),
        cmocka_unit_test(test_pictures_with_dropout_and_averaged_epochs),
        cmocka_unit_test(test_pictures_with_an_optimizer_of_matrices),
        cmocka_unit_test(test_pictures_with_features_that_are_kept),
        cmocka_unit_test(test_texts_of_which_most_words_rest),
        cmocka_unit_test(test_texts_in_both_directions_with_gradients_of_several_batches),
        cmocka_unit_test(test_texts_read_by_their_largest_states),
        cmocka_unit_test(test_a_run_of_the_host_goes_on_on_the_device),
        cmocka_unit_test(test_a_run_of_the_device_goes_on_on_the_host),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
