/* A program that embeds lince may have any locale: runs are the same in all of them, byte for byte, and those
 * of one are read in another. German writes 0,5; in Turkish the small I is not i. */
#include "core/file.h"
#include "core/memory.h"
#include "settings/settings.h"

#include <lince/lince.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "locales.h"

#define FOLDER TEST_SCRATCH "/locale"

static const char TABLE[] = "LABEL,TEXT\n"
                            "good,IT WAS A LOVELY DAY\nbad,I disliked it\ngood,I like it\nbad,IT IS AWFUL\n"
                            "good,lovely thing\nbad,awful IDIOTS\ngood,INTERESTING film\nbad,dIsmal :(\n"
                            "good,what a fine day\nbad,WHAT A HORRID DAY\ngood,Fine\nbad,bad WWW.X.INFO\n";

typedef struct run {
    const char *data, *(*settings)[2];
    size_t count;
} run;

static const char *texts[][2] = {
    {"model", "gru"}, {"embedding", "4"}, {"hidden", "4"}, {"dropout", "0.25"}, {"test-split", "0.34"}};
static const char *pictures[][2] = {{"model", "resnet20"},
                                    {"classes", "checkerboard,disc"},
                                    {"image-size", "8"},
                                    {"augment", "crop=1,translate=0.1,jitter=0.25"},
                                    {"normalize", "0.5,0.25,0.125:0.5,0.25,0.125"}};
static const run runs[] = {{FOLDER "/texts.csv", texts, sizeof texts / sizeof *texts},
                           {FOLDER "/pictures", pictures, sizeof pictures / sizeof *pictures}};
enum { RUNS = sizeof runs / sizeof *runs };

static int setup(void **state)
{
    (void)state;
    lince_remove_folder(FOLDER);
    setenv("XDG_CACHE_HOME", FOLDER "/cache", 1); /* kernels are chosen once, for all of them */
    return lince_make_folder(FOLDER) || lince_file_write(FOLDER "/texts.csv", TABLE, strlen(TABLE)) ||
           lince_synth_images(FOLDER "/pictures", 60, 1);
}

static void set(lince_settings *s, const char *name, const char *value)
{
    assert_int_equal(lince_settings_set(s, name, value), 0);
}

static void train_one(const char *folder, const run *r, const char *lr)
{
    lince_settings s;
    char out[LINCE_PATH_MAX];
    assert_int_equal(lince_settings_init(&s), 0);
    static const char *const both[][2] = {{"epochs", "2"},
                                          {"batch-size", "4"},
                                          {"seed", "3"},
                                          {"scheduler", "onecycle"},
                                          {"label-smoothing", "0.1"},
                                          {"threads", "1"},
                                          {"no-report", "yes"}, /* what it says is read from the same files */
                                          {"lang", "en"}};
    for (size_t k = 0; k < sizeof both / sizeof *both; k++) set(&s, both[k][0], both[k][1]);
    for (size_t k = 0; k < r->count; k++) set(&s, r->settings[k][0], r->settings[k][1]);
    set(&s, "lr", lr);
    set(&s, "data", r->data);
    set(&s, "out", folder);
    if (lince_train(&s, "test", NULL, out, sizeof out)) fail_msg("%s: %s", folder, lince_error());
    lince_settings_release(&s);
}

/* Trains below FOLDER/<locale>. */
static void train(const char *locale, size_t count)
{
    char folder[LINCE_PATH_MAX];
    for (size_t i = 0; i < count; i++) {
        snprintf(folder, sizeof folder, FOLDER "/%s/%zu", locale, i);
        train_one(folder, &runs[i], "0.0125");
    }
}

static void assert_same_file(const char *locale, size_t i, const char *name)
{
    char path[LINCE_PATH_MAX], *plain, *other;
    size_t plain_size, size;
    snprintf(path, sizeof path, FOLDER "/C/%zu/%s", i, name);
    assert_int_equal(lince_file_read(path, 1 << 24, &plain, &plain_size), 0);
    snprintf(path, sizeof path, FOLDER "/%s/%zu/%s", locale, i, name);
    assert_int_equal(lince_file_read(path, 1 << 24, &other, &size), 0);
    if (size != plain_size || memcmp(plain, other, size) != 0)
        fail_msg("%s is another file in %s", path, locale);
    lince_free(plain);
    lince_free(other);
}

/* What a comparison of two runs of texts says, and the script of one of its figures. */
static void compare(const char *locale, char *out, size_t size)
{
    static const char *const pair[] = {FOLDER "/C/0", FOLDER "/C/other"};
    char to[LINCE_PATH_MAX], folder[LINCE_PATH_MAX], *text;
    snprintf(to, sizeof to, FOLDER "/%s/compare", locale);
    if (lince_compare(pair, 2, to, 1, NULL, folder, sizeof folder, &text)) fail_msg("%s", lince_error());
    snprintf(out, size, "%s", text);
    lince_text_free(text);
    assert_int_equal(lince_path_join(to, folder, "plots/val_accuracy.gp"), 0);
    char *script;
    size_t used = strlen(out), script_size;
    assert_int_equal(lince_file_read(to, 1 << 20, &script, &script_size), 0);
    snprintf(out + used, size - used, "%s", script);
    lince_free(script);
}

/* results.csv: the time differs, the numbers behind it do not. */
static void assert_same_history(const char *locale, size_t i)
{
    char path[2][LINCE_PATH_MAX], line[2][256];
    FILE *file[2];
    snprintf(path[0], sizeof path[0], FOLDER "/C/%zu/results.csv", i);
    snprintf(path[1], sizeof path[1], FOLDER "/%s/%zu/results.csv", locale, i);
    for (int k = 0; k < 2; k++) assert_non_null(file[k] = fopen(path[k], "r"));
    for (int row = 0; row < 3; row++) {
        for (int k = 0; k < 2; k++) assert_non_null(fgets(line[k], sizeof line[k], file[k]));
        const char *behind[2];
        for (int k = 0; k < 2; k++) behind[k] = strchr(strchr(line[k], ',') + 1, ',');
        assert_string_equal(behind[0], behind[1]);
    }
    fclose(file[0]);
    fclose(file[1]);
}

/* What a model says of one input, of its data, of itself. */
static void tell(const char *folder, size_t i, char *out, size_t size)
{
    lince_model *m;
    lince_prediction p = LINCE_PREDICTION_INIT;
    char *text, *described;
    if (lince_model_open(&m, folder)) fail_msg("%s", lince_error());
    int code = i ? lince_model_predict_file(m, FOLDER "/pictures/test/checkerboard/0005.png", &p)
                 : lince_model_predict_text(m, "I like THIS FILM", &p);
    if (code) fail_msg("%s: %s", folder, lince_error());
    if (lince_model_evaluate(m, NULL, "test", 1, NULL, NULL, &text)) fail_msg("%s", lince_error());
    assert_int_equal(lince_describe(runs[i].data, 0, &described), 0);
    uint32_t bits[2]; /* this test's own numbers have the locale's sign */
    memcpy(bits, p.probability, sizeof bits);
    snprintf(out, size, "%d %08x %08x %s %s", p.best, bits[0], bits[1], text, described);
    lince_text_free(text);
    lince_text_free(described);
    lince_prediction_release(&p);
    lince_model_free(m);
}

static void test_runs_are_the_same_in_every_locale_and_read_in_any(void **state)
{
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "tr_TR.UTF-8"};
    static const char *const files[] = {"weights/best.safetensors", "predictions.csv", "test.json",
                                        "model.json", "curves.json"};
    static char plain[RUNS][1 << 16], there[1 << 16], compared[1 << 16];
    char folder[LINCE_PATH_MAX];
    size_t tried = 0;
    train("C", RUNS);
    train_one(FOLDER "/C/other", &runs[0], "0.025");
    compare("C", compared, sizeof compared);
    for (size_t i = 0; i < RUNS; i++) {
        snprintf(folder, sizeof folder, FOLDER "/C/%zu", i);
        tell(folder, i, plain[i], sizeof plain[i]);
    }
    for (size_t l = 0; l < sizeof locales / sizeof *locales; l++) {
        if (!use_locale(locales[l])) continue;
        tried++;
        size_t count = l ? 1 : RUNS; /* Turkish is about letters */
        train(locales[l], count);
        for (size_t i = 0; i < count; i++) {
            for (size_t k = 0; k < sizeof files / sizeof *files; k++)
                assert_same_file(locales[l], i, files[k]);
            assert_same_history(locales[l], i);
            snprintf(folder, sizeof folder, FOLDER "/C/%zu", i);
            tell(folder, i, there, sizeof there);
            assert_string_equal(there, plain[i]);
        }
        compare(locales[l], there, sizeof there);
        assert_string_equal(there, compared);
        setlocale(LC_ALL, "C");
        for (size_t i = 0; i < count; i++) {
            snprintf(folder, sizeof folder, FOLDER "/%s/%zu", locales[l], i);
            tell(folder, i, there, sizeof there);
            assert_string_equal(there, plain[i]);
        }
    }
    if (!tried) skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_are_the_same_in_every_locale_and_read_in_any),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
