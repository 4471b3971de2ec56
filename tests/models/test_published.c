/* What rows say of their models, and what is counted in their networks, against torchvision (tests/reference/published.py). */
#include "models/model_zoo.h"

#include <lince/describe.h>
#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static lince_architecture_info measured(const char *name)
{
    lince_architecture_info info = LINCE_ARCHITECTURE_INFO_INIT;
    for (size_t i = 0; lince_architecture_at(i, NULL); i++) {
        if (strcmp(lince_architecture_at(i, NULL), name) != 0) continue;
        if (lince_architecture_measure(i, &info)) fail_msg("%s: %s", name, lince_error());
        return info;
    }
    fail_msg("%s: not a model", name);
    return info;
}

/* Multiply-adds are published with three decimals. */
static void check_figures(const char *name, double parameters, double giga, double accuracy)
{
    lince_architecture_info info = measured(name);
    assert_string_equal(info.name, name);
    assert_int_equal(info.classes, 1000);
    if (info.parameters != parameters)
        fail_msg("%s: %.0f parameters, expected %.0f", name, info.parameters, parameters);
    if (fabs(info.multiply_adds / 1e9 - giga) > 6e-4 + 1e-3 * giga)
        fail_msg("%s: %g multiply-adds, expected %g e9", name, info.multiply_adds, giga);
    if (fabs(info.accuracy - accuracy / 100) > 1e-6)
        fail_msg("%s: accuracy %g, expected %g %%", name, info.accuracy, accuracy);
}

static void test_models_are_as_published(void **state)
{
    (void)state;
    char name[64], curve[16];
    double parameters, giga, accuracy;
    int size, resize, lines = 0;
    FILE *reference = fopen(TEST_SOURCE_DIR "/tests/models/published.txt", "re");
    assert_non_null(reference);
    while (fscanf(reference, "%63s %lf %lf %lf %d %d %15s", name, &parameters, &giga, &accuracy, &size,
                  &resize, curve) == 7) {
        const lince_architecture *a = lince_architecture_named(name);
        check_figures(name, parameters, giga, accuracy);
        assert_int_equal(a->image_size, size);
        assert_int_equal(a->resize, resize);
        assert_int_equal(a->bicubic, !strcmp(curve, "bicubic"));
        lines++;
    }
    assert_true(feof(reference) && lines > 30);
    fclose(reference);
}

static void test_who_has_an_accuracy_is_in_the_file(void **state)
{
    (void)state;
    char text[8192];
    FILE *reference = fopen(TEST_SOURCE_DIR "/tests/models/published.txt", "re");
    assert_non_null(reference);
    text[fread(text, 1, sizeof text - 1, reference)] = '\0';
    fclose(reference);
    const lince_architecture *a;
    for (size_t i = 0; (a = lince_architecture_get(i)); i++) {
        char word[80];
        snprintf(word, sizeof word, "%s ", a->name);
        if (a->accuracy > 0 && !strstr(text, word)) fail_msg("%s is not in published.txt", a->name);
    }
}

static void test_there_is_an_end(void **state)
{
    (void)state;
    lince_architecture_info info = LINCE_ARCHITECTURE_INFO_INIT;
    assert_int_equal(lince_architecture_measure(10000, &info), LINCE_EUSAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_models_are_as_published),
        cmocka_unit_test(test_who_has_an_accuracy_is_in_the_file),
        cmocka_unit_test(test_there_is_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
