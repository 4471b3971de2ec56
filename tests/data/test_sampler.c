/* Balanced draws: each class alike, each of its samples alike, and each draw a function of (seed, epoch,
 * place). */
#include "data/fixture.h"
#include "data/loader/sampler.h"
#include "modality/modality.h"

#include <lince/language.h>
#include <math.h>

enum { RARE = 1, SOME = 4, MANY = 40, SAMPLES = RARE + SOME + MANY, CLASSES = 3, EPOCHS = 200 };

static int setup(void **state)
{
    char csv[4096] = "label,text\n", *at = csv + strlen(csv);
    lince_language_set("en");
    for (int i = 0; i < SAMPLES; i++)
        at += sprintf(at, "%s,text number %d\n", i < RARE ? "rare" : i < RARE + SOME ? "some" : "many", i);
    const char *folder = fresh_folder("sampler");
    put_text(folder, "texts.csv", csv);
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    assert_int_equal(lince_dataset_count(dataset, LINCE_TRAIN), SAMPLES);
    *state = dataset;
    return 0;
}

static int teardown(void **state)
{
    lince_dataset_free(*state);
    return 0;
}

/* How often each sample is drawn in all epochs. */
static void count(const lince_sampler *s, int drawn[SAMPLES])
{
    uint32_t order[SAMPLES];
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        lince_sampler_draw(s, 3, epoch, order);
        for (size_t i = 0; i < s->count; i++) drawn[order[i]]++;
    }
}

/* Within five standard deviations of n draws of probability p. */
static void assert_near(int found, double n, double p)
{
    assert_true(fabs(found - n * p) < 5 * sqrt(n * p * (1 - p)));
}

static void test_classes_are_drawn_evenly_and_so_are_a_class_s_samples(void **state)
{
    static const int size[CLASSES] = {MANY, RARE, SOME}; /* by name */
    lince_sampler s;
    int drawn[SAMPLES] = {0}, of_class[CLASSES] = {0};
    assert_done(lince_sampler_init(&s, *state, LINCE_TRAIN, NULL, SAMPLES));
    assert_int_equal(s.classes, CLASSES);
    count(&s, drawn);
    for (size_t i = 0; i < SAMPLES; i++) {
        int c = lince_dataset_label(*state, LINCE_TRAIN, i);
        of_class[c] += drawn[i];
        assert_near(drawn[i], EPOCHS * SAMPLES, 1.0 / CLASSES / size[c]);
    }
    for (int c = 0; c < CLASSES; c++) assert_near(of_class[c], EPOCHS * SAMPLES, 1.0 / CLASSES);
    lince_sampler_release(&s);
}

static void test_what_is_not_good_is_not_drawn_nor_a_class_without_any(void **state)
{
    lince_sampler s;
    uint32_t good[SAMPLES];
    size_t n = 0;
    int drawn[SAMPLES] = {0};
    for (uint32_t i = 0; i < SAMPLES; i++)
        if (lince_dataset_label(*state, LINCE_TRAIN, i) != 1 && i % 2) good[n++] = i;
    assert_done(lince_sampler_init(&s, *state, LINCE_TRAIN, good, n));
    assert_int_equal(s.classes, CLASSES - 1);
    count(&s, drawn);
    for (uint32_t i = 0; i < SAMPLES; i++)
        assert_int_equal(drawn[i] > 0, lince_dataset_label(*state, LINCE_TRAIN, i) != 1 && i % 2);
    lince_sampler_release(&s);
}

static void test_a_draw_is_a_function_of_seed_epoch_and_place(void **state)
{
    lince_sampler s;
    uint32_t first[SAMPLES], again[SAMPLES], other[SAMPLES];
    assert_done(lince_sampler_init(&s, *state, LINCE_TRAIN, NULL, SAMPLES));
    lince_sampler_draw(&s, 7, 2, first);
    lince_sampler_draw(&s, 7, 3, other);
    assert_memory_not_equal(first, other, sizeof first);
    lince_sampler_draw(&s, 8, 2, other);
    assert_memory_not_equal(first, other, sizeof first);
    lince_sampler_draw(&s, 7, 2, again);
    assert_memory_equal(first, again, sizeof first);
    lince_sampler_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_classes_are_drawn_evenly_and_so_are_a_class_s_samples),
        cmocka_unit_test(test_what_is_not_good_is_not_drawn_nor_a_class_without_any),
        cmocka_unit_test(test_a_draw_is_a_function_of_seed_epoch_and_place),
    };
    return cmocka_run_group_tests_name("data/sampler", tests, setup, teardown);
}
