/* A model each on several threads of one program: the answers are those of a thread alone, and each thread has
 * its own messages in its own language. */
#include "core/error.h"
#include "data/fixture.h"
#include "picture_model.h"
#include "weights/state_dict.h"

#include <lince/language.h>
#include <lince/model.h>
#include <lince/settings.h>
#include <lince/synth.h>
#include <lince/train.h>
#include <pthread.h>

enum { THREADS = 4, ROUNDS = 5, SIZE = 32, CLASSES = 10 };

static char weights[512], texts[600], run[600];

static void write_weights(void)
{
    lince_net *net;
    lince_net_options options = {.batch = 1, .threads = 1};
    lince_picture_encoder encoder;
    lince_blueprint b = picture_model(&encoder, "resnet20", CLASSES, SIZE);
    assert_done(lince_blueprint_build(&b, &options, &net));
    lince_net_init(net, 5);
    assert_done(lince_state_dict_save(net, NULL, weights, NULL, 0));
    lince_net_free(net);
}

static void train_texts(void)
{
    static const char *const settings[][2] = {{"model", "gru"},       {"epochs", "1"},     {"embedding", "8"},
                                              {"hidden", "8"},        {"threads", "1"},    {"seed", "3"},
                                              {"split-by", "random"}, {"no-report", "yes"}};
    lince_settings *s = lince_settings_new();
    assert_done(lince_synth_tweets(texts, 300, 1));
    assert_non_null(s);
    assert_done(lince_settings_set(s, "data", texts));
    assert_done(lince_settings_set(s, "out", run));
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        assert_done(lince_settings_set(s, settings[i][0], settings[i][1]));
    assert_done(lince_train(s, "lince train", NULL, NULL, 0));
    lince_settings_free(s);
}

static int setup(void **state)
{
    (void)state;
    lince_language_set("en");
    const char *root = fresh_folder("threads");
    snprintf(weights, sizeof weights, "%.400s/resnet20.safetensors", root);
    snprintf(texts, sizeof texts, "%.400s/data", root);
    snprintf(run, sizeof run, "%.400s/run", root);
    write_weights();
    train_texts();
    return 0;
}

/* Another picture (PPM) for each thread. */
static size_t draw(unsigned char out[16 + SIZE * SIZE * 3], int thread)
{
    size_t size = (size_t)sprintf((char *)out, "P6 %d %d 255\n", SIZE, SIZE);
    for (int i = 0; i < SIZE * SIZE * 3; i++)
        out[size++] = (unsigned char)(i * (thread + 3) + i / 96 * thread);
    return size;
}

typedef struct asker {
    int number;
    float picture[CLASSES], text[3]; /* the answers */
    const char *wrong;               /* what was not as it should be; NULL: all was */
} asker;

static void keep(float *out, const lince_prediction *p, int count)
{
    for (int c = 0; c < p->classes && c < count; c++) out[c] = p->probability[c];
}

static const char *ask_of_picture(asker *a, lince_model *m)
{
    unsigned char bytes[16 + SIZE * SIZE * 3];
    lince_prediction p = LINCE_PREDICTION_INIT;
    size_t size = draw(bytes, a->number);
    if (lince_model_predict_bytes(m, bytes, size, &p)) return "a picture had no answer";
    keep(a->picture, &p, CLASSES);
    lince_prediction_release(&p);
    return NULL;
}

static const char *ask_of_text(asker *a, lince_model *m)
{
    static const char *const asked[] = {"what a game", "the best day", "no, never again", "nothing at all"};
    lince_prediction p = LINCE_PREDICTION_INIT;
    if (lince_model_predict_text(m, asked[a->number % 4], &p)) return "a text had no answer";
    keep(a->text, &p, 3);
    lince_prediction_release(&p);
    return NULL;
}

/* Each thread's own file is missing, in its own language. */
static const char *ask_of_nothing(const asker *a, lince_model *m)
{
    char name[32], wanted[96];
    lince_prediction p = LINCE_PREDICTION_INIT;
    snprintf(name, sizeof name, "missing-%d.png", a->number);
    snprintf(wanted, sizeof wanted, a->number % 2 ? "%s: no se puede" : "%s: cannot", name);
    if (!lince_model_predict_file(m, name, &p)) return "a missing file had an answer";
    return strstr(lince_error(), wanted) ? NULL : "the message is another thread's";
}

static void *ask(void *context)
{
    asker *a = context;
    lince_model *pictures = NULL, *words = NULL;
    lince_open_options options = LINCE_OPEN_OPTIONS_INIT;
    options.weights = weights;
    lince_language_set(a->number % 2 ? "es" : "en");
    if (lince_model_open_weights(&pictures, &options) || lince_model_open(&words, run))
        a->wrong = "a model was not opened";
    else {
        lince_model_threads(pictures, 2);
        lince_model_threads(words, 1);
    }
    for (int i = 0; i < ROUNDS && !a->wrong; i++) {
        a->wrong = ask_of_picture(a, pictures);
        if (!a->wrong) a->wrong = ask_of_text(a, words);
        if (!a->wrong) a->wrong = ask_of_nothing(a, pictures);
    }
    lince_model_free(pictures);
    lince_model_free(words);
    return NULL;
}

static void test_models_of_several_threads_answer_as_alone(void **state)
{
    (void)state;
    pthread_t thread[THREADS];
    asker alone[THREADS] = {0}, together[THREADS] = {0};
    for (int i = 0; i < THREADS; i++) {
        alone[i].number = together[i].number = i;
        ask(&alone[i]);
        if (alone[i].wrong) fail_msg("alone: %s: %s", alone[i].wrong, lince_error());
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, ask, &together[i]), 0);
    for (int i = 0; i < THREADS; i++) pthread_join(thread[i], NULL);
    for (int i = 0; i < THREADS; i++) {
        if (together[i].wrong) fail_msg("thread %d: %s", i, together[i].wrong);
        assert_memory_equal(alone[i].picture, together[i].picture, sizeof alone[i].picture);
        assert_memory_equal(alone[i].text, together[i].text, sizeof alone[i].text);
    }
    lince_language_set("en");
    assert_memory_not_equal(alone[0].picture, alone[1].picture, sizeof alone[0].picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models_of_several_threads_answer_as_alone),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
