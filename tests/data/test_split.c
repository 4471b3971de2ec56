/* Which samples validate, and which are kept: of each class its share, by the seed and the names only. */
#include "data/dataset.h"
#include "data/fixture.h"
#include "modality/modality.h"

#include <lince/language.h>

static const char *const class_names[] = {"cat", "dog", "fish"};
static const size_t class_sizes[] = {20, 7, 1};

static void put_classes(const char *folder, const char *part)
{
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < class_sizes[c]; i++) {
            char name[64];
            snprintf(name, sizeof name, "%s/%s/%zu.png", part, class_names[c], i);
            put_png(folder, name, 0);
        }
}

static char folder[LINCE_PATH_MAX];

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "%s", fresh_folder("split"));
    put_classes(folder, "train");
    put_classes(folder, "test");
    return lince_language_set("en");
}

static lince_dataset *open_split(double share, uint64_t seed)
{
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    assert_done(lince_dataset_split(dataset, &(lince_split){.val = share, .seed = seed}));
    return dataset;
}

/* The names of a part, one after the other. */
static void list(const lince_dataset *dataset, lince_part part, char out[1024])
{
    out[0] = '\0';
    for (size_t i = 0; i < lince_dataset_count(dataset, part); i++)
        strcat(strcat(out, lince_dataset_name(dataset, part, i)), "\n");
}

static void assert_per_class(const lince_dataset *dataset, lince_part part, size_t cat, size_t dog,
                             size_t fish)
{
    assert_int_equal(lince_dataset_class_count(dataset, part, 0), cat);
    assert_int_equal(lince_dataset_class_count(dataset, part, 1), dog);
    assert_int_equal(lince_dataset_class_count(dataset, part, 2), fish);
    assert_int_equal(lince_dataset_count(dataset, part), cat + dog + fish);
}

static void test_each_class_gives_its_share_but_never_its_last_sample(void **state)
{
    (void)state;
    static const struct {
        double share;
        size_t cat, dog, fish;
    } cases[] = {{0, 0, 0, 0},    {0.01, 1, 1, 0}, {0.1, 2, 1, 0},
                 {0.25, 5, 2, 0}, {0.5, 10, 4, 0}, {0.99, 19, 6, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lince_dataset *dataset = open_split(cases[i].share, 1);
        assert_per_class(dataset, LINCE_VAL, cases[i].cat, cases[i].dog, cases[i].fish);
        assert_per_class(dataset, LINCE_TRAIN, 20 - cases[i].cat, 7 - cases[i].dog, 1);
        assert_per_class(dataset, LINCE_TEST, 20, 7, 1);
        lince_dataset_free(dataset);
    }
}

static void test_the_seed_decides_and_nothing_else(void **state)
{
    (void)state;
    char first[1024], again[1024], other[1024];
    lince_dataset *a = open_split(0.5, 1), *b = open_split(0.5, 1), *c = open_split(0.5, 2);
    list(a, LINCE_VAL, first), list(b, LINCE_VAL, again), list(c, LINCE_VAL, other);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    lince_dataset_free(a), lince_dataset_free(b), lince_dataset_free(c);
}

static void test_no_sample_is_lost_or_in_two_parts(void **state)
{
    (void)state;
    lince_dataset *dataset = open_split(0.3, 5);
    char train[1024], val[1024], line[64];
    list(dataset, LINCE_TRAIN, train), list(dataset, LINCE_VAL, val);
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < class_sizes[c]; i++) {
            snprintf(line, sizeof line, "train/%s/%zu.png\n", class_names[c], i);
            assert_int_equal(!!strstr(train, line) + !!strstr(val, line), 1);
        }
    lince_dataset_free(dataset);
}

static void test_the_order_within_a_part_stays_that_of_the_names(void **state)
{
    (void)state;
    lince_dataset *dataset = open_split(0.4, 3);
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 1; i < lince_dataset_count(dataset, (lince_part)p); i++)
            assert_true(strcmp(lince_dataset_name(dataset, (lince_part)p, i - 1),
                               lince_dataset_name(dataset, (lince_part)p, i)) < 0);
    lince_dataset_free(dataset);
}

static void test_a_validation_part_that_is_there_is_kept(void **state)
{
    (void)state;
    const char *with_val = fresh_folder("split-val");
    put_classes(with_val, "train");
    put_classes(with_val, "val");
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, with_val));
    assert_done(lince_dataset_split(dataset, &(lince_split){.val = 0.5, .seed = 1}));
    assert_per_class(dataset, LINCE_TRAIN, 20, 7, 1);
    assert_per_class(dataset, LINCE_VAL, 20, 7, 1);
    lince_dataset_free(dataset);
}

static void test_on_demand_the_test_part_validates(void **state)
{
    (void)state;
    char test[1024], val[1024];
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    assert_done(lince_dataset_split(dataset, &(lince_split){.val = 0.1, .val_on_test = true, .seed = 1}));
    list(dataset, LINCE_TEST, test), list(dataset, LINCE_VAL, val);
    assert_string_equal(test, val);
    assert_per_class(dataset, LINCE_TRAIN, 20, 7, 1);
    lince_dataset_free(dataset);
}

static void test_validating_on_a_test_part_that_is_not_there_is_refused(void **state)
{
    (void)state;
    const char *no_test = fresh_folder("split-no-test");
    put_classes(no_test, "train");
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, no_test));
    assert_int_equal(lince_dataset_split(dataset, &(lince_split){.val = 0.1, .val_on_test = true, .seed = 1}),
                     LINCE_EDATA);
    assert_message("no test part to validate on");
    lince_dataset_free(dataset);
}

static void test_a_test_part_is_drawn_before_the_validation_part(void **state)
{
    (void)state;
    const char *plain = fresh_folder("split-plain");
    put_classes(plain, "train");
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, plain));
    assert_done(lince_dataset_split(dataset, &(lince_split){.val = 0.25, .test = 0.2, .seed = 1}));
    assert_per_class(dataset, LINCE_TEST, 4, 1, 0);
    assert_per_class(dataset, LINCE_VAL, 4, 2, 0);
    assert_per_class(dataset, LINCE_TRAIN, 12, 4, 1);
    lince_dataset_free(dataset);
}

static void test_a_class_that_a_drawn_part_lacks_is_noted(void **state)
{
    (void)state;
    const char *lacking = fresh_folder("split-lacking");
    static const char *const names[] = {"cat/1.png", "dog/1.png", "dog/2.png", "dog/3.png", "dog/4.png"};
    for (int i = 0; i < 5; i++) put_png(lacking, names[i], i);
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, lacking));
    assert_done(lince_dataset_split(dataset, &(lince_split){.val = 0.25, .seed = 1}));
    assert_int_equal(lince_dataset_notes(dataset), 1);
    assert_string_equal(lince_dataset_note(dataset, 0), "classes that the validation part lacks: 1 (cat)");
    lince_dataset_free(dataset);
}

static void test_a_fresh_split_leaves_the_parts_out_that_were_there(void **state)
{
    (void)state;
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    assert_done(lince_dataset_split(dataset, &(lince_split){.test = 0.25, .fresh = true, .seed = 1}));
    assert_per_class(dataset, LINCE_TEST, 5, 2, 0);
    assert_per_class(dataset, LINCE_TRAIN, 15, 5, 1);
    lince_dataset_free(dataset);
}

/* 300 texts of 60 groups, some of which are larger than others, and of two classes. */
static lince_dataset *open_grouped(const char *group_column, lince_split split)
{
    const char *texts = fresh_folder("split-groups");
    char csv[16384] = "topic,label,text\n";
    for (int i = 0; i < 300; i++)
        sprintf(csv + strlen(csv), "t%d,%s,text number %d\n", i % 2 ? i % 59 : 77, i % 3 ? "yes" : "no", i);
    put_text(texts, "texts.csv", csv);
    lince_dataset *dataset;
    assert_done(lince_dataset_open_table(&dataset, texts,
                                         &(lince_table_options){.group_column = group_column}, NULL));
    assert_done(lince_dataset_split(dataset, &split));
    return dataset;
}

static bool has_group(const lince_dataset *dataset, lince_part part, const char *group)
{
    for (size_t i = 0; i < lince_dataset_count(dataset, part); i++)
        if (!strcmp(lince_dataset_group(dataset, part, i), group)) return true;
    return false;
}

static void test_a_group_stays_on_one_side(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5; seed++) {
        lince_dataset *dataset =
            open_grouped("topic", (lince_split){.val = 0.2, .test = 0.2, .by_group = true, .seed = seed});
        size_t sum = 0;
        for (int p = 0; p < LINCE_PARTS; p++) {
            size_t count = lince_dataset_count(dataset, (lince_part)p);
            sum += count;
            assert_true(count > 0);
            for (size_t i = 0; i < count; i++)
                for (int other = p + 1; other < LINCE_PARTS; other++)
                    assert_false(has_group(dataset, (lince_part)other,
                                           lince_dataset_group(dataset, (lince_part)p, i)));
        }
        assert_int_equal(sum, 300);
        assert_true(lince_dataset_count(dataset, LINCE_TEST) >= 60);
        lince_dataset_free(dataset);
    }
}

static void test_a_grouped_split_needs_groups(void **state)
{
    (void)state;
    lince_dataset *dataset = open_grouped(NULL, (lince_split){0});
    assert_int_equal(lince_dataset_split(dataset, &(lince_split){.test = 0.2, .by_group = true}),
                     LINCE_EUSAGE);
    assert_message("group-column");
    lince_dataset_free(dataset);
}

static void test_a_share_that_is_none_is_refused(void **state)
{
    (void)state;
    static const double shares[] = {-0.1, 1, 7, 0.0 / 0.0};
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(lince_dataset_split(dataset, &(lince_split){.val = shares[i], .seed = 1}),
                         LINCE_EUSAGE);
    assert_int_equal(lince_dataset_split(dataset, &(lince_split){.test = 1}), LINCE_EUSAGE);
    assert_int_equal(lince_dataset_limit(dataset, LINCE_TRAIN, -1, 1), LINCE_EUSAGE);
    lince_dataset_free(dataset);
}

static void test_a_limit_keeps_so_many_of_each_class(void **state)
{
    (void)state;
    char few[1024], again[1024], val[1024], val_before[1024];
    lince_dataset *a = open_split(0.25, 1), *b = open_split(0.25, 1);
    list(a, LINCE_VAL, val_before);
    assert_done(lince_dataset_limit(a, LINCE_TRAIN, 0, 9));
    assert_per_class(a, LINCE_TRAIN, 15, 5, 1);
    assert_done(lince_dataset_limit(a, LINCE_TRAIN, 3, 9));
    assert_done(lince_dataset_limit(b, LINCE_TRAIN, 3, 9));
    assert_per_class(a, LINCE_TRAIN, 3, 3, 1);
    list(a, LINCE_TRAIN, few), list(b, LINCE_TRAIN, again), list(a, LINCE_VAL, val);
    assert_string_equal(few, again);
    assert_string_equal(val, val_before);
    assert_done(lince_dataset_limit(a, LINCE_VAL, 1, 9));
    assert_int_equal(lince_dataset_class_count(a, LINCE_VAL, 0), 1);
    assert_per_class(a, LINCE_TRAIN, 3, 3, 1);
    lince_dataset_free(a), lince_dataset_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_class_gives_its_share_but_never_its_last_sample),
        cmocka_unit_test(test_the_seed_decides_and_nothing_else),
        cmocka_unit_test(test_no_sample_is_lost_or_in_two_parts),
        cmocka_unit_test(test_the_order_within_a_part_stays_that_of_the_names),
        cmocka_unit_test(test_a_validation_part_that_is_there_is_kept),
        cmocka_unit_test(test_on_demand_the_test_part_validates),
        cmocka_unit_test(test_validating_on_a_test_part_that_is_not_there_is_refused),
        cmocka_unit_test(test_a_test_part_is_drawn_before_the_validation_part),
        cmocka_unit_test(test_a_class_that_a_drawn_part_lacks_is_noted),
        cmocka_unit_test(test_a_fresh_split_leaves_the_parts_out_that_were_there),
        cmocka_unit_test(test_a_group_stays_on_one_side),
        cmocka_unit_test(test_a_grouped_split_needs_groups),
        cmocka_unit_test(test_a_share_that_is_none_is_refused),
        cmocka_unit_test(test_a_limit_keeps_so_many_of_each_class),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
