/* A run of texts measured on other tables than its own. */
#include "data/fixture.h"
#include "settings/settings.h"
#include "weights/formats/safetensors.h"

#include <jansson.h>
#include <lince/lince.h>
#include <math.h>

static char root[512], run[600];

/* Three classes that one word each tells apart; the column `note` says nothing, and is short. */
static void put_training(void)
{
    static const char *const words[] = {"bad", "fine", "good"}, *const labels[] = {"neg", "mid", "pos"};
    char table[8192] = "id,label,text,note\n";
    for (int i = 0; i < 120; i++)
        snprintf(table + strlen(table), 64, "%d,%s,number%d it was %s,x\n", i, labels[i % 3], i,
                 words[i % 3]);
    put_text(root, "train.csv", table);
}

static int setup(void **state)
{
    (void)state;
    static const char *const settings[] = {"model", "rnn",       "epochs",  "20", "batch-size",
                                           "8",     "hidden",    "16",      "lr", "0.02",
                                           "seed",  "1",         "threads", "1",  "lang",
                                           "en",    "no-report", "true",    NULL};
    lince_settings s;
    char data[600];
    lince_language_set("en");
    snprintf(root, sizeof root, "%.500s", fresh_folder("model-evaluate"));
    put_training();
    snprintf(data, sizeof data, "%s/train.csv", root);
    snprintf(run, sizeof run, "%s/run", root);
    assert_done(lince_settings_init(&s));
    assert_done(lince_settings_set(&s, "data", data));
    assert_done(lince_settings_set(&s, "out", run));
    for (const char *const *p = settings; *p; p += 2) assert_done(lince_settings_set(&s, p[0], p[1]));
    assert_done(lince_train(&s, "lince train", NULL, NULL, 0));
    lince_settings_release(&s);
    return 0;
}

/* What the observer was told, a line each. */
static char told[4096];

static void hear(void *context, const char *text)
{
    (void)context;
    snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n", text);
}

static const lince_observer observer = {.size = sizeof observer, .note = hear, .warning = hear};

/* The model on `table`, with settings in pairs up to NULL; the results as JSON, or NULL and the code. */
static json_t *measure(const char *table, const char *const *settings, int *code)
{
    lince_model *m;
    char path[700], predictions[700], *text;
    put_text(root, "other.csv", table);
    snprintf(path, sizeof path, "%s/other.csv", root);
    snprintf(predictions, sizeof predictions, "%s/predictions.csv", root);
    told[0] = '\0';
    assert_done(lince_model_open(&m, run));
    for (; settings && *settings; settings += 2) assert_done(lince_model_set(m, settings[0], settings[1]));
    *code = lince_model_evaluate(m, path, NULL, 1, predictions, &observer, &text);
    json_t *json = text ? json_loads(text, 0, NULL) : NULL;
    lince_text_free(text);
    lince_model_free(m);
    return json;
}

static void expect(const char *table, const char *const *settings, int n, double accuracy)
{
    int code;
    json_t *json = measure(table, settings, &code);
    assert_done(code);
    assert_int_equal(json_integer_value(json_object_get(json, "n")), n);
    assert_float_equal(json_real_value(json_object_get(json, "accuracy")), accuracy, 1e-9);
    assert_int_equal(json_array_size(json_object_get(json, "classes")), 3);
    json_decref(json);
}

static void refuse(const char *table, const char *const *settings, int expected, const char *why)
{
    int code;
    assert_null(measure(table, settings, &code));
    assert_int_equal(code, expected);
    assert_message(why);
}

#define SET(...)          \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

static void test_classes_are_matched_by_name_and_absent_ones_have_no_support(void **state)
{
    (void)state;
    int code;
    expect("id,label,text,note\n1,pos,it was good,x\n2,neg,it was bad,x\n", NULL, 2, 1);
    assert_non_null(strstr(told, "without a sample in these data: 1 of 3 (mid)"));
    json_t *json = measure("id,label,text,note\n1,pos,it was good,x\n", NULL, &code), *mid;
    mid = json_object_get(json_object_get(json, "per_class"), "mid");
    assert_int_equal(json_integer_value(json_object_get(mid, "support")), 0);
    json_decref(json);
}

static void test_one_row_of_one_class_is_enough(void **state)
{
    (void)state;
    expect("id,label,text,note\n1,neg,it was bad,x\n", NULL, 1, 1);
}

static void test_a_class_that_the_model_does_not_know_is_named(void **state)
{
    (void)state;
    const char *table = "id,label,text,note\n1,pos,it was good,x\n2,odd,it was odd,x\n";
    refuse(table, NULL, LINCE_EDATA, "classes that the model does not know: 1 of 2 (odd)");
    expect(table, SET("classes", "pos"), 1, 1);
    refuse(table, SET("classes", "poz"), LINCE_EUSAGE, "there is no class 'poz'; did you mean 'pos'?");
}

static void test_columns_are_the_runs_wherever_they_stand(void **state)
{
    (void)state;
    expect("body,text,label\n"
           "it was bad and this is longer than any text beside it,it was good,pos\n"
           "it was good and this is longer than any text beside it,it was bad,neg\n",
           NULL, 2, 1);
    assert_non_null(strstr(told, "texts from column 2 (text), labels from column 3 (label)"));
}

static void test_a_missing_column_is_named_and_another_may_be_chosen(void **state)
{
    (void)state;
    const char *table = "label;message\npos;it was good\nneg;it was bad\n";
    refuse(table, NULL, LINCE_EUSAGE,
           "text-column text: there is no such column; there are: 1 (label), 2 (message)");
    expect(table, SET("text-column", "message"), 2, 1);
    refuse("it was good,pos\nit was bad,neg\n", NULL, LINCE_EUSAGE, "there is no such column");
    expect("it was good,pos\nit was bad,neg\n", SET("text-column", "1", "label-column", "2", "header", "no"),
           2, 1);
}

static void test_two_columns_of_one_name_are_told_apart_by_number(void **state)
{
    (void)state;
    const char *table = "text,label,text\nit was bad,pos,it was good\n";
    refuse(table, NULL, LINCE_EUSAGE, "text-column text: several columns are called so; give the number");
    expect(table, SET("text-column", "3"), 1, 1);
}

static void test_rows_left_out_are_told(void **state)
{
    (void)state;
    expect("id,label,text,note\n1,pos,it was good,x\n2,pos,,x\n3,,it was good,x\n1,pos,it was good,x\n", NULL,
           1, 1);
    assert_non_null(strstr(
        told, "rows left out: 3 of 4; without a text: 1; copies of rows before: 1; without a label: 1"));
    char *csv, path[700];
    size_t size;
    snprintf(path, sizeof path, "%s/predictions.csv", root);
    assert_done(lince_file_read(path, 4096, &csv, &size));
    assert_non_null(strstr(csv, "path,true,predicted,probability,left_out\n2,pos,pos,"));
    assert_non_null(strstr(csv, "\n3,,,,without a text\n"));
    assert_non_null(strstr(csv, "\n4,,,,without a label\n"));
    assert_non_null(strstr(csv, "\n5,,,,a copy of a row before it\n"));
    lince_free(csv);
}

/* Else the training's own texts would be measured. */
static void test_the_runs_data_are_split_as_they_were_wherever_they_lie(void **state)
{
    (void)state;
    put_training();
    char table[8192] = "";
    FILE *file = fopen(strcat(strcpy(table, root), "/train.csv"), "rb");
    assert_non_null(file);
    size_t size = fread(table, 1, sizeof table - 1, file);
    fclose(file);
    table[size] = '\0';
    expect(table, NULL, 24, 1);
}

/* The same, as numbers. */
static void test_measures_are_those_of_the_report(void **state)
{
    (void)state;
    lince_model *m;
    lince_measures found = LINCE_MEASURES_INIT;
    char *text;
    assert_done(lince_model_open(&m, run));
    assert_done(lince_model_evaluate(m, NULL, "val", 1, NULL, NULL, &text));
    assert_done(lince_model_measure(m, NULL, "val", NULL, &found));
    json_t *json = json_loads(text, 0, NULL), *macro = json_object_get(json, "macro avg");
    assert_int_equal(found.classes, lince_model_classes(m));
    assert_float_equal(found.accuracy, json_number_value(json_object_get(json, "accuracy")), 1e-8);
    assert_float_equal(found.macro_f1, json_number_value(json_object_get(macro, "f1-score")), 1e-8);
    size_t right = 0, samples = 0;
    for (int t = 0; t < found.classes; t++) {
        size_t row = 0;
        for (int p = 0; p < found.classes; p++) row += found.confusion[t * found.classes + p];
        assert_int_equal(row, found.support[t]);
        right += found.confusion[t * found.classes + t];
        samples += row;
    }
    assert_int_equal(samples, found.samples);
    assert_float_equal(found.accuracy, (double)right / (double)samples, 1e-12);
    json_decref(json);
    lince_text_free(text);
    lince_measures_release(&found);
    assert_null(found.confusion);
    lince_model_free(m);
}

/* --- how sure it is ------------------------------------------------------------------------------- */

static lince_prediction ask(lince_model *m)
{
    lince_prediction p = LINCE_PREDICTION_INIT;
    assert_done(lince_model_predict_text(m, "it was good", &p));
    return p;
}

static void test_a_temperature_is_kept_and_changes_no_prediction(void **state)
{
    (void)state;
    lince_model *m, *again;
    assert_done(lince_model_open(&m, run));
    lince_prediction before = ask(m);
    told[0] = '\0';
    assert_done(lince_model_calibrate(m, &observer));
    assert_non_null(strstr(told, "calibrated: temperature"));
    assert_done(lince_model_open(&again, run));
    lince_prediction after = ask(m), kept = ask(again);
    assert_int_equal(after.best, before.best);
    assert_true(fabsf(after.probability[after.best] - before.probability[before.best]) > 1e-6f);
    assert_float_equal(kept.probability[kept.best], after.probability[after.best], 1e-6);
    lince_prediction_release(&before);
    lince_prediction_release(&after);
    lince_prediction_release(&kept);
    lince_model_free(m);
    lince_model_free(again);
}

/* All are answered where the share asked for is that of all; above the answer's own probability it is
 * unsure. */
static void test_answers_below_a_confidence_are_unsure(void **state)
{
    (void)state;
    lince_model *m;
    lince_confidence said = LINCE_CONFIDENCE_INIT;
    char above[32];
    assert_done(lince_model_open(&m, run));
    assert_done(lince_model_min_confidence(m, "auto:0.01", &observer, &said));
    assert_true(said.samples > 0);
    assert_int_equal(said.answered, said.samples);
    assert_true(said.low <= (double)said.right / (double)said.answered && said.high <= 1);
    assert_done(lince_model_min_confidence(m, "0", NULL, NULL));
    lince_prediction p = ask(m);
    assert_false(p.unsure);
    snprintf(above, sizeof above, "%.9g", (double)nextafterf(p.probability[p.best], 2));
    lince_prediction_release(&p);
    if (strtod(above, NULL) <= 1) {
        assert_done(lince_model_min_confidence(m, above, NULL, NULL));
        p = ask(m);
        assert_true(p.unsure);
        lince_prediction_release(&p);
    }
    assert_int_equal(lince_model_min_confidence(m, "auto:0", NULL, NULL), LINCE_EUSAGE);
    assert_int_equal(lince_model_min_confidence(m, "1.5", NULL, NULL), LINCE_EUSAGE);
    lince_model_free(m);
}

/* The run's weights with a number among them that is none; and put back. */
static void test_answers_that_are_no_numbers_are_no_measure(void **state)
{
    (void)state;
    lince_weights *w;
    char path[700];
    int code;
    snprintf(path, sizeof path, "%s/weights/best.safetensors", run);
    assert_done(lince_safetensors_open(&w, path));
    size_t count = lince_weights_count(w), texts = 0;
    while (lince_weights_metadata_at(w, texts)) texts++;
    lince_tensor tensors[64];
    assert_true(count <= 64);
    for (size_t i = 0; i < count; i++) tensors[i] = *lince_weights_at(w, i);
    float *values = malloc(tensors[0].bytes);
    for (size_t i = 0; i < tensors[0].bytes / sizeof *values; i++) values[i] = NAN;
    tensors[0].data = values;
    assert_done(lince_safetensors_write(path, tensors, count, lince_weights_metadata_at(w, 0), texts));
    assert_null(measure("id,label,text\n1,pos,it was good\n", NULL, &code));
    assert_int_equal(code, LINCE_ENUMERIC);
    assert_non_null(strstr(lince_error(), "the model's answers are no numbers"));
    assert_done(
        lince_safetensors_write(path, lince_weights_at(w, 0), count, lince_weights_metadata_at(w, 0), texts));
    lince_weights_free(w);
    free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes_are_matched_by_name_and_absent_ones_have_no_support),
        cmocka_unit_test(test_one_row_of_one_class_is_enough),
        cmocka_unit_test(test_a_class_that_the_model_does_not_know_is_named),
        cmocka_unit_test(test_columns_are_the_runs_wherever_they_stand),
        cmocka_unit_test(test_a_missing_column_is_named_and_another_may_be_chosen),
        cmocka_unit_test(test_two_columns_of_one_name_are_told_apart_by_number),
        cmocka_unit_test(test_rows_left_out_are_told),
        cmocka_unit_test(test_the_runs_data_are_split_as_they_were_wherever_they_lie),
        cmocka_unit_test(test_measures_are_those_of_the_report),
        cmocka_unit_test(test_a_temperature_is_kept_and_changes_no_prediction),
        cmocka_unit_test(test_answers_that_are_no_numbers_are_no_measure),
        cmocka_unit_test(test_answers_below_a_confidence_are_unsure),
    };
    return cmocka_run_group_tests_name("model_evaluate", tests, setup, NULL);
}
