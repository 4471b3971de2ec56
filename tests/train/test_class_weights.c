/* --class-weights: by rarity, typed, or from a file. */
#include "data/fixture.h"
#include "loss/loss.h"
#include "modality/modality.h"
#include "train/data/class_weights.h"

#include <lince/language.h>
#include <math.h>

enum { CLASSES = 3, SAMPLES = 10 };

static float weight[CLASSES];

/* Six of apple, three of "bee, wild" and one of cat. */
static int setup(void **state)
{
    char csv[1024] = "label,text\n", *at = csv + strlen(csv);
    lince_language_set("en");
    for (int i = 0; i < SAMPLES; i++)
        at += sprintf(at, "%s,text number %d\n", i < 6 ? "apple" : i < 9 ? "\"bee, wild\"" : "cat", i);
    const char *folder = fresh_folder("class-weights");
    put_text(folder, "texts.csv", csv);
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    *state = dataset;
    return 0;
}

static int teardown(void **state)
{
    lince_dataset_free(*state);
    return 0;
}

static void assert_weights(float apple, float bee, float cat)
{
    assert_true(weight[0] == apple && weight[1] == bee && weight[2] == cat);
}

/* In a folder of its own, so that it is no part of the data. */
static const char *file_of(const char *text)
{
    static char path[512];
    const char *folder = fresh_folder("class-weights-file");
    put_text(folder, "weights", text);
    snprintf(path, sizeof path, "%s/weights", folder);
    return path;
}

static void assert_read(const lince_dataset *d, const char *how)
{
    assert_done(lince_class_weights_check("class-weights", how));
    assert_done(lince_class_weights(how, d, weight));
}

static void assert_refused(const lince_dataset *d, const char *how, int code, const char *message)
{
    assert_int_equal(lince_class_weights(how, d, weight), code);
    assert_message(message);
}

/* --- balanced ------------------------------------------------------------------------------------- */

/* sklearn.utils.class_weight.compute_class_weight("balanced"), and torch.nn.CrossEntropyLoss(weight=...) of a
 * batch with these weights, with the gradient of its mean. */
static void test_balanced_is_scikit_learns_and_the_loss_pytorchs(void **state)
{
    static const float gradient[] = {-0.0940022320f, 0.0209343098f,  0.0730679110f, 0.0999035537f,
                                     -0.1777085215f, 0.0778049678f,  0.1138705090f, 0.3974471092f,
                                     -0.5113176107f, -0.0500482321f, 0.0111457473f, 0.0389024839f};
    const lince_loss l = {.type = &lince_cross_entropy};
    const int32_t label[] = {0, 1, 2, 0};
    float scores[4 * CLASSES], found[4 * CLASSES];
    for (int i = 0; i < 4; i++)
        for (int c = 0; c < CLASSES; c++) scores[i * CLASSES + c] = (float)((i * 7 + c * 5) % 11) / 4 - 1;
    assert_done(lince_class_weights("balanced", *state, weight));
    assert_weights(10.0f / 18, 10.0f / 9, 10.0f / 3);
    const lince_targets targets = {.label = label, .weight = weight};
    double mean = l.type->gradient(&l, scores, 4, CLASSES, &targets, found, NULL);
    assert_true(fabs(mean - 1.9367326498) < 1e-6);
    for (int k = 0; k < 4 * CLASSES; k++) assert_true(fabsf(found[k] - gradient[k]) < 1e-6f);
}

/* --- given ---------------------------------------------------------------------------------------- */

static void test_classes_are_named_and_others_have_one(void **state)
{
    assert_read(*state, "cat=2");
    assert_weights(1, 1, 2);
    assert_read(*state, "apple=0.5, cat = 3");
    assert_weights(0.5f, 1, 3);
    assert_read(*state, "\"bee, wild=4\",apple=0");
    assert_weights(0, 4, 1);
}

static void test_a_file_may_be_a_table_or_json(void **state)
{
    assert_read(*state, file_of("class,weight\ncat,2\n\"bee, wild\",0.25\n"));
    assert_weights(1, 0.25f, 2);
    assert_read(*state, file_of("cat\t2\nbee, wild\t0.25\n"));
    assert_weights(1, 0.25f, 2);
    assert_read(*state, file_of("\xef\xbb\xbf{\"cat\": 2, \"bee, wild\": 0.25}\n"));
    assert_weights(1, 0.25f, 2);
}

static void test_a_class_that_there_is_not_is_named_with_the_nearest(void **state)
{
    assert_refused(*state, "cta=2", LINCE_EUSAGE,
                   "class-weights: there is no class 'cta'; did you mean 'cat'?");
    assert_refused(*state, "elephant=2", LINCE_EUSAGE, "'lince info' lists them");
    assert_refused(*state, file_of("class,weight\napple,1\ncta,2\n"), LINCE_EDATA,
                   "weights: row 3 (line 3): there is no class 'cta'; did you mean 'cat'?");
    assert_refused(*state, file_of("{\"cta\": 1}"), LINCE_EDATA, "did you mean 'cat'?");
}

static void test_what_is_no_weight_is_refused(void **state)
{
    static const struct {
        const char *how;
        int code;
        const char *message;
    } typed[] = {
        {"cat", LINCE_EUSAGE, "'cat': expected CLASS=WEIGHT"},
        {"cat=", LINCE_EUSAGE, "'cat=': expected CLASS=WEIGHT"},
        {"cat=two", LINCE_EUSAGE, "expected CLASS=WEIGHT"},
        {"cat=inf", LINCE_EUSAGE, "expected CLASS=WEIGHT"},
        {"cat=-1", LINCE_EUSAGE, "the weight of 'cat' is -1: expected 0 to 1e6"},
        {"cat=1,cat=2", LINCE_EUSAGE, "the class 'cat' is given twice"},
        {"apple=0,\"bee, wild=0\",cat=0", LINCE_EUSAGE, "all weights are 0"},
    };
    static const struct {
        const char *text;
        int code;
        const char *message;
    } files[] = {
        {"cat,2\napple,much\n", LINCE_EFORMAT, "row 2 (line 2): 'much' is no number"},
        {"cat,much\n", LINCE_EFORMAT, "row 1 (line 1): 'much' is no number"},
        {"cat,2,3\n", LINCE_EFORMAT, "row 1 (line 1): expected two fields, a class and its weight; found 3"},
        {"cat,2\ncat,2\n", LINCE_EDATA, "row 2 (line 2): the class 'cat' is given twice"},
        {"{\"cat\": \"2\"}", LINCE_EFORMAT, "the weight of 'cat' is no number"},
        {"{\"cat\": 2", LINCE_EFORMAT, "line 1: not JSON"},
    };
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++)
        assert_refused(*state, typed[i].how, typed[i].code, typed[i].message);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        assert_refused(*state, file_of(files[i].text), files[i].code, files[i].message);
}

static void test_a_word_that_is_neither_file_nor_list_is_refused_before_there_are_data(void **state)
{
    (void)state;
    assert_int_equal(lince_class_weights_check("class-weights", "balancd"), LINCE_EUSAGE);
    assert_message("class-weights balancd: there is no such file; did you mean balanced?");
    assert_int_equal(lince_class_weights_check("class-weights", "weights.csv"), LINCE_EUSAGE);
    assert_message("expected none, balanced, a file, or classes as cat=2,dog=0.5");
    assert_int_equal(lince_class_weights_check("class-weights", "cat=2"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_balanced_is_scikit_learns_and_the_loss_pytorchs),
        cmocka_unit_test(test_classes_are_named_and_others_have_one),
        cmocka_unit_test(test_a_file_may_be_a_table_or_json),
        cmocka_unit_test(test_a_class_that_there_is_not_is_named_with_the_nearest),
        cmocka_unit_test(test_what_is_no_weight_is_refused),
        cmocka_unit_test(test_a_word_that_is_neither_file_nor_list_is_refused_before_there_are_data),
    };
    return cmocka_run_group_tests_name("train/class_weights", tests, setup, teardown);
}
