/* Texts are trained, resumed, evaluated and predicted by the same code as pictures. */
#include "data/fixture.h"
#include "settings/settings.h"

#include <jansson.h>
#include <lince/lince.h>
#include <math.h>

static char root[512], data[600];

static int setup(void **state)
{
    (void)state;
    lince_language_set("en");
    snprintf(root, sizeof root, "%.500s", fresh_folder("text-models"));
    snprintf(data, sizeof data, "%s/data", root);
    return lince_synth_tweets(data, 1500, 1);
}

/* A small run: `more` are names and values of further settings, up to NULL. */
static int train(const char *name, const char *const *more, const lince_observer *observer)
{
    static const char *const usual[] = {
        "epochs",       "2",     "batch-size", "16",    "embedding", "16",   "hidden", "16",
        "lr",           "0.01",  "threads",    "1",     "seed",      "3",    "lang",   "en",
        "group-column", "group", "split-by",   "group", "no-report", "true", NULL};
    char out[LINCE_PATH_MAX];
    lince_settings s;
    assert_done(lince_settings_init(&s));
    snprintf(out, sizeof out, "%s/%s", root, name);
    assert_done(lince_settings_set(&s, "data", data));
    assert_done(lince_settings_set(&s, "out", out));
    int code = 0;
    for (const char *const *u = usual; *u; u += 2) assert_done(lince_settings_set(&s, u[0], u[1]));
    for (const char *const *m = more; m && *m && !code; m += 2) code = lince_settings_set(&s, m[0], m[1]);
    if (!code) code = lince_train(&s, "lince train", observer, NULL, 0);
    lince_settings_release(&s);
    return code;
}

#define WITH(...)         \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

static const char *in_run(const char *name, const char *file)
{
    static char path[LINCE_PATH_MAX];
    snprintf(path, sizeof path, "%.2000s/%.100s/%.100s", root, name, file);
    return path;
}

static void get(const char *name, const char *file, char **bytes)
{
    size_t size;
    assert_done(lince_file_read(in_run(name, file), 64 << 20, bytes, &size));
}

static void assert_same_file(const char *a, const char *b, const char *file)
{
    size_t size_a, size_b;
    char *bytes_a, *bytes_b;
    assert_done(lince_file_read(in_run(a, file), 64 << 20, &bytes_a, &size_a));
    assert_done(lince_file_read(in_run(b, file), 64 << 20, &bytes_b, &size_b));
    assert_int_equal(size_a, size_b);
    assert_memory_equal(bytes_a, bytes_b, size_a);
    lince_free(bytes_a);
    lince_free(bytes_b);
}

static void test_each_model_learns(void **state)
{
    (void)state;
    static const char *const models[] = {"rnn", "gru", "lstm"};
    for (size_t i = 0; i < 3; i++) {
        assert_done(
            train(models[i], WITH("model", models[i], "epochs", "6", "read", "max", "clip-grad", "1"), NULL));
        char *text;
        get(models[i], "test.json", &text);
        json_t *test = json_loads(text, 0, NULL);
        double accuracy = json_real_value(json_object_get(test, "accuracy"));
        if (!(accuracy > 0.5)) fail_msg("%s: accuracy %g; guessing gives 0.33", models[i], accuracy);
        json_decref(test);
        lince_free(text);
    }
}

static void test_without_a_model_texts_get_a_gru_and_adam(void **state)
{
    (void)state;
    assert_done(train("usual", WITH("epochs", "1"), NULL));
    char *config;
    get("usual", "config.yaml", &config);
    assert_non_null(strstr(config, "\nmodel: gru\n"));
    assert_non_null(strstr(config, "\noptimizer: adam\n"));
    lince_free(config);
}

static void test_data_json_tells_of_words_lengths_and_leaks(void **state)
{
    (void)state;
    char *text;
    get("usual", "data.json", &text);
    json_t *json = json_loads(text, 0, NULL), *t = json_object_get(json, "text");
    json_int_t distinct, size, texts, words, read, unknown, sum = 0;
    const char *column, *part;
    json_t *lengths, *value;
    size_t i;
    assert_int_equal(json_unpack(t, "{s:{s:I, s:I}, s:{s:{s:I, s:I, s:I, s:I, s:o}}, s:{s:s}}", "vocabulary",
                                 "distinct", &distinct, "size", &size, "parts", "test", "texts", &texts,
                                 "words", &words, "read", &read, "unknown", &unknown, "lengths", &lengths,
                                 "table", "group_column", &column),
                     0);
    assert_int_equal(json_unpack(json, "{s:[{s:s}, *]}", "leaks", "part", &part), 0);
    assert_int_equal(size, distinct + 2);
    assert_int_equal(json_array_size(lengths), 50);
    json_array_foreach(lengths, i, value) sum += json_integer_value(value);
    assert_int_equal(sum, texts);
    assert_true(texts >= 300 && words > read && read > unknown);
    assert_string_equal(column, "2 (group)");
    assert_string_equal(part, "test");
    json_decref(json);
    lince_free(text);
}

/* Both by id, in the part's order; and the model, opened again, says the same of each text. */
static void test_predictions_are_those_of_the_opened_model(void **state)
{
    (void)state;
    lince_model *m;
    char *csv, *tweets;
    get("usual", "predictions.csv", &csv);
    get("data", "tweets.csv", &tweets);
    assert_done(lince_model_open(&m, in_run("usual", "")));
    assert_true(lince_model_is_text(m));
    char *row = strchr(csv, '\n') + 1;
    for (int n = 0; n < 20; n++, row = strchr(row, '\n') + 1) {
        char id[16], truth[16], predicted[16], start[40];
        double probability;
        assert_int_equal(sscanf(row, "%15[^,],%15[^,],%15[^,],%lf", id, truth, predicted, &probability), 4);
        snprintf(start, sizeof start, "\n%s,", id);
        char *text = strstr(strstr(tweets, start), ",\"") + 2, *end = strchr(text, '"');
        *end = '\0';
        lince_prediction p = LINCE_PREDICTION_INIT;
        assert_done(lince_model_predict_text(m, text, &p));
        assert_string_equal(lince_model_class(m, p.best), predicted);
        assert_true(fabs((double)p.probability[p.best] - probability) < 2e-6);
        lince_prediction_release(&p);
        *end = '"';
    }
    lince_model_free(m);
    lince_free(csv);
    lince_free(tweets);
}

static void test_evaluating_the_run_again_gives_its_test(void **state)
{
    (void)state;
    lince_model *m;
    char *text, *written;
    get("usual", "test.json", &written);
    assert_done(lince_model_open(&m, in_run("usual", "")));
    assert_done(lince_model_evaluate(m, NULL, "test", 1, NULL, NULL, &text));
    json_t *a = json_loads(text, 0, NULL), *b = json_loads(written, 0, NULL);
    assert_true(json_equal(json_object_get(a, "confusion_matrix"), json_object_get(b, "confusion_matrix")));
    json_decref(a);
    json_decref(b);
    lince_text_free(text);
    lince_free(written);
    lince_model_free(m);
}

static void test_a_run_of_texts_refuses_pictures(void **state)
{
    (void)state;
    lince_model *m;
    char *text;
    put_png(root, "pictures/a/1.png", 1);
    put_png(root, "pictures/b/1.png", 1);
    assert_done(lince_model_open(&m, in_run("usual", "")));
    assert_int_equal(lince_model_evaluate(m, in_run(".", "pictures"), NULL, 1, NULL, NULL, &text),
                     LINCE_EDATA);
    assert_message("holds pictures, and gru classifies texts");
    lince_model_free(m);
}

static void test_what_of_a_text_was_read_is_told(void **state)
{
    (void)state;
    lince_model *m;
    lince_prediction p = LINCE_PREDICTION_INIT;
    char text[1024] = "";
    assert_done(lince_model_open(&m, in_run("usual", "")));
    for (int i = 0; i < 70; i++) strcat(text, i % 2 ? "the " : "xyzzy ");
    assert_done(lince_model_predict_text(m, text, &p));
    assert_int_equal(p.words, 70);
    assert_int_equal(p.read, 50);
    assert_int_equal(p.unknown, 25);
    lince_prediction_release(&p);
    assert_done(lince_model_predict_text(m, "...", &p)); /* no word: the unknown one */
    assert_int_equal(p.words, 0);
    lince_prediction_release(&p);
    assert_int_equal(lince_model_predict_text(m, "caf\xe9", &p), LINCE_EFORMAT);
    assert_message("byte 0xE9 at offset 3 is not UTF-8");
    assert_int_equal(lince_model_predict_file(m, "cat.png", &p), LINCE_EUSAGE);
    assert_message("classifies texts, not files");
    lince_model_free(m);
}

/* --- resume --------------------------------------------------------------------------------------- */

static volatile sig_atomic_t stop;
static int steps_left;

static void count_steps(void *context, const lince_progress *progress)
{
    (void)context;
    if (progress->phase == LINCE_TRAINING && steps_left && !--steps_left) stop = 1;
}

static void test_a_resumed_run_ends_as_one_left_alone(void **state)
{
    (void)state;
    lince_observer observer = {.size = sizeof observer, .progress = count_steps, .stop = &stop};
    const char *const *options = WITH("epochs", "1", "dropout", "0.3", "embedding-dropout", "0.1",
                                      "clip-grad", "1", "bidirectional", "yes", "layers", "2");
    assert_done(train("alone", options, NULL));
    steps_left = 5;
    assert_int_equal(train("halved", options, &observer), LINCE_EINTERRUPTED);
    stop = 0;
    lince_settings s;
    assert_done(lince_settings_init(&s));
    assert_done(lince_settings_load(&s, in_run("halved", "config.yaml")));
    assert_done(lince_settings_set(&s, "out", ""));
    assert_done(lince_settings_set(&s, "resume", in_run("halved", "")));
    assert_done(lince_train(&s, "lince train", NULL, NULL, 0));
    lince_settings_release(&s);
    assert_same_file("alone", "halved", "weights/last.safetensors");
    assert_same_file("alone", "halved", "weights/best.safetensors");
    assert_same_file("alone", "halved", "predictions.csv");
}

/* --- what is refused ------------------------------------------------------------------------------ */

static void refuse(const char *const *options, int code, const char *why)
{
    assert_int_equal(train("refused", options, NULL), code);
    assert_message(why);
    assert_int_not_equal(access(in_run("refused", ""), F_OK), 0);
}

static void test_what_does_not_fit_is_refused_and_leaves_no_folder(void **state)
{
    (void)state;
    char vectors[LINCE_PATH_MAX];
    put_text(root, "vectors.txt", "the 1 2 3\n");
    snprintf(vectors, sizeof vectors, "%s", in_run(".", "vectors.txt"));
    refuse(WITH("vectors", vectors), LINCE_EUSAGE, "vectors of length 3; embedding is 16");
    put_text(root, "foreign.txt", "zzyzx 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
    snprintf(vectors, sizeof vectors, "%s", in_run(".", "foreign.txt"));
    refuse(WITH("vectors", vectors), LINCE_EDATA, "has vectors for none of the vocabulary's");
    refuse(WITH("model", "vgg16"), LINCE_EUSAGE, "model vgg16 is for pictures");
    refuse(WITH("model", "gru", "activation", "relu"), LINCE_EUSAGE, "activation relu is for rnn");
    refuse(WITH("stem", "klingon"), LINCE_EUSAGE, "stem klingon");
    refuse(WITH("min-freq", "100000"), LINCE_EDATA, "no words in the texts for training");
    refuse(WITH("group-column", ""), LINCE_EUSAGE, "split-by group: say what belongs together");
}

static void test_vectors_of_the_right_width_are_taken(void **state)
{
    (void)state;
    char vectors[LINCE_PATH_MAX];
    put_text(root, "vectors16.txt", "the 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n");
    snprintf(vectors, sizeof vectors, "%s", in_run(".", "vectors16.txt"));
    assert_done(train("vectors", WITH("vectors", vectors, "epochs", "1"), NULL));
    char *json;
    get("vectors", "data.json", &json);
    assert_non_null(strstr(json, "\"found\": 1"));
    lince_free(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_model_learns),
        cmocka_unit_test(test_without_a_model_texts_get_a_gru_and_adam),
        cmocka_unit_test(test_data_json_tells_of_words_lengths_and_leaks),
        cmocka_unit_test(test_predictions_are_those_of_the_opened_model),
        cmocka_unit_test(test_evaluating_the_run_again_gives_its_test),
        cmocka_unit_test(test_a_run_of_texts_refuses_pictures),
        cmocka_unit_test(test_what_of_a_text_was_read_is_told),
        cmocka_unit_test(test_a_resumed_run_ends_as_one_left_alone),
        cmocka_unit_test(test_what_does_not_fit_is_refused_and_leaves_no_folder),
        cmocka_unit_test(test_vectors_of_the_right_width_are_taken),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
