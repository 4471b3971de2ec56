/* Views of a picture: which windows, which weights, what is in them. */
#include "picture/views.h"

#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static lince_views plan(const char *name, int side, int resize, lince_transform *picture)
{
    lince_views v;
    lince_transform t = {.width = side, .height = side, .resize = resize};
    assert_int_equal(lince_views_plan(&v, name, &t, picture), 0);
    return v;
}

static float sum_of_weights(const lince_views *v)
{
    float sum = 0;
    for (int i = 0; i < v->count; i++) sum += v->list[i].weight;
    return sum;
}

static void test_a_flip_is_two_views_of_the_picture(void **state)
{
    (void)state;
    lince_transform picture;
    lince_views v = plan("flip", 32, 0, &picture);
    assert_int_equal(v.count, 2);
    assert_int_equal(picture.width, 32);
    assert_false(v.list[0].mirrored);
    assert_true(v.list[1].mirrored);
    assert_int_equal(plan("none", 32, 0, &picture).count, 0);
}

/* Krizhevsky's ten of a central square of 256. */
static void test_crops_of_a_larger_picture_are_corners_and_middle(void **state)
{
    (void)state;
    static const int places[5][2] = {{16, 16}, {0, 0}, {0, 32}, {32, 0}, {32, 32}};
    lince_transform picture;
    lince_views v = plan("crops", 224, 256, &picture);
    assert_int_equal(picture.width, 256);
    assert_int_equal(picture.height, 256);
    assert_int_equal(v.count, 10);
    assert_float_equal(sum_of_weights(&v), 1, 1e-6);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(v.list[i].top, places[i / 2][0]);
        assert_int_equal(v.list[i].left, places[i / 2][1]);
        assert_float_equal(v.list[i].weight, 0.1f, 1e-7);
    }
}

/* airbench's six: 0.25 of each unshifted one, 0.125 of each that is shifted by a pixel of 32. */
static void test_crops_of_a_picture_without_a_margin_are_shifts(void **state)
{
    (void)state;
    lince_transform picture;
    lince_views v = plan("crops", 32, 0, &picture);
    assert_int_equal(picture.width, 32);
    assert_int_equal(v.count, 6);
    for (int i = 0; i < 6; i++) {
        int shift = i < 2 ? 0 : i < 4 ? -1 : 1;
        assert_int_equal(v.list[i].top, shift);
        assert_int_equal(v.list[i].left, shift);
        assert_int_equal(v.list[i].mirrored, i % 2);
        assert_float_equal(v.list[i].weight, i < 2 ? 0.25f : 0.125f, 0);
    }
    assert_int_equal(plan("crops", 224, 0, &picture).list[2].top, -7);
}

static void test_a_view_is_cut_reflected_and_mirrored(void **state)
{
    (void)state;
    float picture[3 * 9], out[3 * 9];
    for (int i = 0; i < 27; i++) picture[i] = (float)i; /* rows 0 1 2, 3 4 5, 6 7 8 of the first channel */
    lince_views views = {.height = 3, .width = 3};
    lince_view_cut(&views, &(lince_view){-1, -1, false, 1}, picture, 3, 3, out);
    assert_memory_equal(out, ((float[]){4, 3, 4, 1, 0, 1, 4, 3, 4}), 9 * sizeof *out);
    assert_float_equal(out[9], 13, 0); /* the second channel's */
    lince_view_cut(&views, &(lince_view){1, 1, false, 1}, picture, 3, 3, out);
    assert_memory_equal(out, ((float[]){4, 5, 4, 7, 8, 7, 4, 5, 4}), 9 * sizeof *out);
    lince_view_cut(&views, &(lince_view){0, 1, true, 1}, picture, 2, 2, out);
    assert_memory_equal(out, ((float[]){2, 1, 5, 4}), 4 * sizeof *out);
    lince_view_cut(&(lince_views){.height = 1, .width = 1}, &(lince_view){1, -1, true, 1}, picture, 1, 1,
                   out);
    assert_float_equal(out[0], 0, 0);
}

static void test_another_name_is_refused(void **state)
{
    (void)state;
    lince_views v;
    lince_transform t = {.width = 8, .height = 8}, picture;
    assert_int_equal(lince_views_plan(&v, "ten", &t, &picture), LINCE_EUSAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flip_is_two_views_of_the_picture),
        cmocka_unit_test(test_crops_of_a_larger_picture_are_corners_and_middle),
        cmocka_unit_test(test_crops_of_a_picture_without_a_margin_are_shifts),
        cmocka_unit_test(test_a_view_is_cut_reflected_and_mirrored),
        cmocka_unit_test(test_another_name_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
