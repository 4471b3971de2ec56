/* Transforms against torchvision (tests/reference/transforms.py), bit for bit, and what is drawn for a
 * sample. */
#include "picture/transform.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "data/share.h"
#include "picture/picture_formula.h"

static const lince_transform imagenet = {.mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}};

static FILE *open_reference(void)
{
    FILE *file = fopen(TEST_SOURCE_DIR "/tests/picture/transforms.txt", "r");
    assert_non_null(file);
    return file;
}

static void check_fit(const char *line)
{
    int width, height;
    unsigned long long expected;
    lince_transform t = imagenet;
    assert_int_equal(sscanf(line, "fit %d %d %d %d %llx", &width, &height, &t.width, &t.height, &expected),
                     5);
    lince_image in = picture(width, height), out;
    assert_int_equal(lince_transform_fit(&t, &in, &out), 0);
    assert_int_equal(out.width, t.width);
    assert_int_equal(out.height, t.height);
    if (fnv(out.pixels, (size_t)t.width * (size_t)t.height * 3) != expected)
        fail_msg("other bytes than Pillow's: %s", line);
    lince_image_release(&in);
    lince_image_release(&out);
}

static void test_fitting_is_resize_and_center_crop_bit_for_bit(void **state)
{
    (void)state;
    char line[512];
    int cases = 0;
    FILE *file = open_reference();
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, "fit", 3)) check_fit(line), cases++;
    fclose(file);
    assert_int_equal(cases, 29);
}

static void check_prepare(const char *line)
{
    char fit[16], interpolation[16];
    int width, height, resize;
    unsigned long long expected;
    lince_transform t = imagenet;
    assert_int_equal(sscanf(line, "prepare %15s %15s %d %d %d %d %d %llx", fit, interpolation, &resize,
                            &width, &height, &t.width, &t.height, &expected),
                     8);
    assert_int_equal(lince_transform_set(&t, fit, resize, interpolation), 0);
    assert_int_equal(lince_transform_check(&t), 0);
    lince_image in = picture(width, height), out;
    assert_int_equal(lince_transform_fit(&t, &in, &out), 0);
    if (fnv(out.pixels, (size_t)t.width * (size_t)t.height * 3) != expected)
        fail_msg("other bytes than Pillow's: %s", line);
    lince_image_release(&in);
    lince_image_release(&out);
}

static void test_crop_squash_and_pad_bilinear_and_bicubic_are_pillow_bit_for_bit(void **state)
{
    (void)state;
    char line[512];
    int cases = 0;
    FILE *file = open_reference();
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, "prepare", 7)) check_prepare(line), cases++;
    fclose(file);
    assert_int_equal(cases, 88);
}

static void test_image_sizes_are_one_number_or_height_and_width(void **state)
{
    (void)state;
    int height, width;
    assert_int_equal(lince_image_size_parse("224", &height, &width), 0);
    assert_true(height == 224 && width == 224);
    assert_int_equal(lince_image_size_parse("160x224", &height, &width), 0);
    assert_true(height == 160 && width == 224);
    assert_int_equal(lince_image_size_parse("0", &height, &width), 0);
    assert_true(height == 0 && width == 0);
    static const char *const wrong[] = {"",   "x",    "224x",    "x224",  "0x32",  "32x0",   "4097",
                                        "-3", " 224", "32x32x3", "32 32", "99999", "32x5000"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (lince_image_size_parse(wrong[i], &height, &width) != LINCE_EUSAGE) fail_msg("'%s'", wrong[i]);
        assert_non_null(strstr(lince_error(), "as 224 or as HEIGHTxWIDTH"));
    }
}

static void test_a_resize_must_leave_something_to_cut(void **state)
{
    (void)state;
    lince_transform t = {.width = 224, .height = 160};
    assert_int_equal(lince_transform_set(&t, NULL, 200, NULL), 0);
    assert_int_equal(lince_transform_check(&t), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "choose 224 or more"));
    assert_int_equal(lince_transform_set(&t, "squash", 256, NULL), 0);
    assert_int_equal(lince_transform_check(&t), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "fit squash has none"));
    assert_int_equal(lince_transform_set(&t, "letterbox", 0, NULL), LINCE_EUSAGE);
    assert_int_equal(lince_transform_set(&t, NULL, 0, "lanczos"), LINCE_EUSAGE);
}

static void check_apply(const char *line)
{
    lince_transform t = imagenet;
    lince_draw d = {0};
    int left, top, flip, border, order[3];
    float jitter, factor[3];
    unsigned long long expected;
    int n = sscanf(line, "apply %d %d %d %d %d %d %d %d %f %d %d %d %f %f %f %d %d %d %d %llx", &t.width,
                   &t.height, &border, &left, &top, &flip, &d.move_x, &d.move_y, &jitter, &order[0],
                   &order[1], &order[2], &factor[0], &factor[1], &factor[2], &d.erased.x, &d.erased.y,
                   &d.erased.width, &d.erased.height, &expected);
    assert_int_equal(n, 20);
    d.crop_x = left - border;
    d.crop_y = top - border;
    d.flip = flip;
    for (int i = 0; i < 3 && jitter > 0; i++)
        d.step[d.steps++] =
            (lince_step){LINCE_DO_BRIGHTNESS + (unsigned)order[i], {(double)factor[order[i]]}};
    lince_image in = picture(t.width, t.height);
    size_t size = (size_t)t.width * (size_t)t.height * 3;
    void *scratch = lince_alloc(lince_draw_scratch(&t), 1);
    float *out = lince_alloc(size, sizeof *out);
    memset(scratch, 0xaa, lince_draw_scratch(&t)); /* what it holds must not matter */
    lince_draw_apply(&t, &d, in.pixels, scratch, out);
    if (fnv(out, size * sizeof *out) != expected) fail_msg("other bits than torchvision's: %s", line);
    lince_free(scratch);
    lince_free(out);
    lince_image_release(&in);
}

static void test_augmenting_with_given_parameters_is_torchvision_bit_for_bit(void **state)
{
    (void)state;
    char line[512];
    int cases = 0;
    FILE *file = open_reference();
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, "apply", 5)) check_apply(line), cases++;
    fclose(file);
    assert_int_equal(cases, 49);
}

static void test_a_picture_a_million_times_longer_than_wide_is_fitted_in_little_memory(void **state)
{
    (void)state;
    lince_transform t = {.width = 64, .height = 64};
    lince_image in, out;
    assert_int_equal(lince_image_init(&in, 1, 1000000), 0);
    memset(in.pixels + (size_t)3 * 500000, 255, (size_t)3 * 500000);
    assert_int_equal(lince_transform_fit(&t, &in, &out), 0);
    /* The window's 64 rows lead from the centre of the last black pixel to that of the first white one. */
    for (int y = 0; y < 64; y++)
        for (int x = 0; x < 64; x++)
            assert_int_equal(out.pixels[3 * (64 * y + x)], lrint((y + 0.5) / 64 * 255));
    lince_image_release(&in);
    lince_image_release(&out);
}

/* --- what is drawn -------------------------------------------------------------------------------- */

static lince_augment parsed(const char *text)
{
    lince_augment a;
    if (lince_augment_parse(&a, text)) fail_msg("%s", lince_error());
    return a;
}

enum { DRAWS = 20000 };

static lince_draw draw(const lince_transform *t, uint32_t sample)
{
    lince_draw d;
    memset(&d, 0, sizeof d);
    lince_draw_parameters(&t->augment, t->width, t->height, &(lince_occasion){7, 3, sample, 0}, &d);
    return d;
}

static void test_without_augmentation_training_sees_what_evaluation_sees(void **state)
{
    (void)state;
    lince_transform t = imagenet;
    t.width = 9, t.height = 7;
    lince_image in = picture(9, 7);
    uint8_t scratch[3 * 9 * 7 * 3];
    float train[9 * 7 * 3], evaluation[9 * 7 * 3];
    assert_int_equal(lince_draw_scratch(&t), sizeof scratch);
    lince_transform_apply(&t, in.pixels, &(lince_occasion){99, 0, 0, 0}, scratch, train);
    lince_transform_apply(&t, in.pixels, NULL, NULL, evaluation);
    assert_memory_equal(train, evaluation, sizeof train);
    lince_image_release(&in);
}

static void test_what_is_drawn_depends_on_the_key_only(void **state)
{
    (void)state;
    lince_transform t = {.width = 32,
                         .height = 32,
                         .augment = parsed("crop,flip,translate,jitter=0.3,erase=0.5")};
    lince_draw first = draw(&t, 5), again = draw(&t, 5), other = draw(&t, 6);
    assert_memory_equal(&first, &again, sizeof first);
    assert_memory_not_equal(&first, &other, sizeof first);
}

static void test_every_offset_of_the_crop_and_both_sides_are_equally_likely(void **state)
{
    (void)state;
    lince_transform t = {.width = 32, .height = 32, .augment = parsed("crop=2,flip")};
    int x[5] = {0}, y[5] = {0}, flips = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw(&t, i);
        assert_in_range(d.crop_x + 2, 0, 4);
        assert_in_range(d.crop_y + 2, 0, 4);
        x[d.crop_x + 2]++, y[d.crop_y + 2]++, flips += d.flip;
    }
    for (int i = 0; i < 5; i++) {
        assert_share("crop x", x[i], DRAWS, 0.2);
        assert_share("crop y", y[i], DRAWS, 0.2);
    }
    assert_share("flip", flips, DRAWS, 0.5);
}

/* A uniform shift in [-3.2, 3.2], rounded: the ends have the 0.7 of a pixel that is left to them. */
static void test_translation_is_uniform_and_rounded(void **state)
{
    (void)state;
    lince_transform t = {.width = 32, .height = 64, .augment = parsed("translate")};
    int x[7] = {0}, furthest = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw(&t, i);
        assert_in_range(d.move_x + 3, 0, 6);
        x[d.move_x + 3]++;
        if (d.move_y > furthest) furthest = d.move_y;
    }
    for (int i = 0; i < 7; i++) assert_share("move x", x[i], DRAWS, (i % 6 ? 1.0 : 0.7) / 6.4);
    assert_int_equal(furthest, 6);
}

/* The first value of a drawn operation; -1 where it is not drawn. */
static double value_of(const lince_draw *d, lince_operation what)
{
    for (int i = 0; i < d->steps; i++)
        if (d->step[i].what == what) return d->step[i].value[0];
    return -1;
}

static void test_colour_factors_lie_within_the_jitter_and_all_orders_occur(void **state)
{
    (void)state;
    lince_transform t = {.width = 32, .height = 32, .augment = parsed("jitter=0.4")};
    int orders[27] = {0}, above = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw(&t, i);
        assert_int_equal(d.steps, 3);
        for (int k = 0; k < 3; k++) assert_true(d.step[k].value[0] >= 0.6 && d.step[k].value[0] <= 1.4001);
        above += value_of(&d, LINCE_DO_CONTRAST) > 1.2;
        orders[(d.step[0].what - LINCE_DO_BRIGHTNESS) * 9 + (d.step[1].what - LINCE_DO_BRIGHTNESS) * 3 +
               d.step[2].what - LINCE_DO_BRIGHTNESS]++;
    }
    assert_share("contrast above 1.2", above, DRAWS, 0.25);
    static const int permutation[6] = {0 * 9 + 1 * 3 + 2, 0 * 9 + 2 * 3 + 1, 1 * 9 + 0 * 3 + 2,
                                       1 * 9 + 2 * 3 + 0, 2 * 9 + 0 * 3 + 1, 2 * 9 + 1 * 3 + 0};
    for (int i = 0; i < 6; i++) assert_share("an order", orders[permutation[i]], DRAWS, 1.0 / 6);
}

static void test_the_factor_never_falls_below_zero(void **state)
{
    (void)state;
    lince_transform t = {.width = 32, .height = 32, .augment = parsed("jitter=1")};
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw(&t, i);
        assert_true(value_of(&d, LINCE_DO_BRIGHTNESS) >= 0);
    }
}

static void test_erased_rectangles_have_the_asked_area_ratio_and_frequency(void **state)
{
    (void)state;
    lince_transform t = {.width = 100, .height = 80, .augment = parsed("erase")};
    int erased = 0;
    double area = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw(&t, i);
        if (!d.erased.width) continue;
        erased++;
        area += (double)d.erased.width * d.erased.height / (100 * 80);
        assert_true(d.erased.width < 100 && d.erased.x >= 0 && d.erased.x + d.erased.width <= 100);
        assert_true(d.erased.height < 80 && d.erased.y >= 0 && d.erased.y + d.erased.height <= 80);
        double least = ((double)d.erased.height - 0.5) / (d.erased.width + 0.5),
               most = ((double)d.erased.height + 0.5) / (d.erased.width - 0.5);
        assert_true(most >= 0.3 && least <= 3.3);
    }
    assert_share("erased", erased, DRAWS, 0.25);
    assert_float_equal(area / erased, 0.175,
                       0.01); /* the mean of 0.02..0.33, but for the few that did not fit */
}

/* Every name that --augment knows, at once, as far as they have usual values. */
static lince_augment everything(void)
{
    char all[512] = "";
    for (size_t i = 0; lince_augment_name(i); i++) {
        strcat(all, i ? "," : "");
        strcat(all, lince_augment_name(i));
    }
    return parsed(all);
}

static void test_pictures_of_few_pixels_survive_every_augmentation(void **state)
{
    (void)state;
    static const int sizes[][2] = {{1, 1}, {2, 1}, {1, 3}, {2, 2}, {3, 2}, {1, 40}, {40, 1}};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        lince_transform t = {
            .width = sizes[k][0], .height = sizes[k][1], .std = {1, 1, 1}, .augment = everything()};
        lince_image in = picture(t.width, t.height);
        size_t size = 3 * (size_t)t.width * (size_t)t.height;
        void *scratch = lince_alloc(lince_draw_scratch(&t), 1);
        float *out = lince_alloc(size, sizeof *out);
        for (uint32_t i = 0; i < 300; i++) {
            lince_transform_apply(&t, in.pixels, &(lince_occasion){1, 0, i, 0}, scratch, out);
            for (size_t c = 0; c < size; c++) assert_true(out[c] >= 0 && out[c] <= 1);
        }
        lince_free(scratch);
        lince_free(out);
        lince_image_release(&in);
    }
}

/* --- --augment ------------------------------------------------------------------------------------ */

static void test_augment_reads_names_values_and_usual_values(void **state)
{
    (void)state;
    lince_augment a = parsed("crop=8,flip,translate=0.2,jitter,erase=.5");
    assert_true(a.of[LINCE_CROP][0] == 8 && a.of[LINCE_FLIP][0] == LINCE_FLIP_RANDOM);
    assert_float_equal(a.of[LINCE_TRANSLATE][0], 0.2f, 0);
    for (int i = 0; i < 3; i++) assert_float_equal(a.of[LINCE_JITTER][i], 0.2f, 0);
    assert_true(a.of[LINCE_JITTER][LINCE_JITTER_HUE] == 0);
    assert_float_equal(a.of[LINCE_ERASE][0], 0.5f, 0);
    assert_false(lince_augments_by(&a, LINCE_ROTATE));
    lince_augment standard = parsed("standard"), same = parsed("flip,crop=4");
    assert_memory_equal(&standard, &same, sizeof same);
    a = parsed("none");
    assert_false(lince_augments(&a));
    a = parsed(NULL);
    assert_false(lince_augments(&a));
    a = parsed("crop=0,flip=0");
    assert_false(lince_augments(&a));
}

static void test_augment_reads_several_values_and_leaves_the_others_as_usual(void **state)
{
    (void)state;
    lince_augment a = parsed(
        "affine=30:0.2,randaugment=3,posterize=0.1:5,resized-crop=0.5,flip=alternating,jitter,hue=0.3");
    const float *affine = a.of[LINCE_AFFINE];
    assert_true(affine[0] == 30 && affine[1] == 0.2f && affine[2] == 0.1f && affine[3] == 5);
    assert_true(a.of[LINCE_RANDAUGMENT][0] == 3 && a.of[LINCE_RANDAUGMENT][1] == 9);
    assert_true(a.of[LINCE_POSTERIZE][0] == 0.1f && a.of[LINCE_POSTERIZE][1] == 5);
    assert_true(a.of[LINCE_RESIZED_CROP][0] == 0.5f && a.of[LINCE_RESIZED_CROP][1] == 1);
    assert_true(a.of[LINCE_FLIP][0] == LINCE_FLIP_ALTERNATING);
    assert_true(a.of[LINCE_JITTER][LINCE_JITTER_CONTRAST] == 0.2f &&
                a.of[LINCE_JITTER][LINCE_JITTER_HUE] == 0.3f);
}

static void assert_refused(const char *text, const char *expected)
{
    lince_augment a;
    assert_int_equal(lince_augment_parse(&a, text), LINCE_EUSAGE);
    if (!strstr(lince_error(), expected))
        fail_msg("%s: '%s' does not say '%s'", text, lince_error(), expected);
}

static void test_augment_refuses_what_it_does_not_know_and_says_what_it_does(void **state)
{
    (void)state;
    assert_refused("crops=4", "unknown 'crops'; did you mean 'crop'?");
    assert_refused("randaugmen", "did you mean 'randaugment'?");
    assert_refused("zoom", "crop=N[:reflect], flip[=alternating], translate=X");
    assert_refused("", "found ''");
    assert_refused("crop=4,", "found ''");
    assert_refused(
        "crop=4.5",
        "augment crop=4.5: expected crop=N[:reflect]; value 1 must be a whole number from 0 to 256");
    assert_refused("crop=300", "from 0 to 256");
    assert_refused("crop=-1", "from 0 to 256");
    assert_refused("translate=", "augment translate=: expected a number from 0 to 1");
    assert_refused("translate=0,1", "found '1'");
    assert_refused("erase=2", "from 0 to 1");
    assert_refused("erase=nan", "from 0 to 1");
    assert_refused("jitter=0.2x", "from 0 to 1");
    assert_refused("flip=0.5", "augment flip=0.5: expected 0, 1 or alternating");
    assert_refused("flip=alternate", "expected 0, 1 or alternating");
    assert_refused("rotate=200", "augment rotate=200: expected a number from 0 to 180");
    assert_refused("affine=10:2",
                   "expected affine=DEGREES:SHIFT:SCALE:SHEAR; value 2 must be a number from 0 to 1");
    assert_refused("affine=10:", "value 2 must be");
    assert_refused("affine=1:0:0:0:0", "too many values; expected affine=DEGREES:SHIFT:SCALE:SHEAR");
    assert_refused("randaugment=2:31", "value 2 must be a whole number from 0 to 30");
    assert_refused("augmix=0", "a whole number from 1 to 10");
    assert_refused("resized-crop=0.9:0.1", "0.9 is more than 0.1");
    assert_refused("resized-crop=0", "value 1 must be a number from 0.01 to 1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fitting_is_resize_and_center_crop_bit_for_bit),
        cmocka_unit_test(test_crop_squash_and_pad_bilinear_and_bicubic_are_pillow_bit_for_bit),
        cmocka_unit_test(test_image_sizes_are_one_number_or_height_and_width),
        cmocka_unit_test(test_a_resize_must_leave_something_to_cut),
        cmocka_unit_test(test_augmenting_with_given_parameters_is_torchvision_bit_for_bit),
        cmocka_unit_test(test_a_picture_a_million_times_longer_than_wide_is_fitted_in_little_memory),
        cmocka_unit_test(test_without_augmentation_training_sees_what_evaluation_sees),
        cmocka_unit_test(test_what_is_drawn_depends_on_the_key_only),
        cmocka_unit_test(test_every_offset_of_the_crop_and_both_sides_are_equally_likely),
        cmocka_unit_test(test_translation_is_uniform_and_rounded),
        cmocka_unit_test(test_colour_factors_lie_within_the_jitter_and_all_orders_occur),
        cmocka_unit_test(test_the_factor_never_falls_below_zero),
        cmocka_unit_test(test_erased_rectangles_have_the_asked_area_ratio_and_frequency),
        cmocka_unit_test(test_pictures_of_few_pixels_survive_every_augmentation),
        cmocka_unit_test(test_augment_reads_names_values_and_usual_values),
        cmocka_unit_test(test_augment_reads_several_values_and_leaves_the_others_as_usual),
        cmocka_unit_test(test_augment_refuses_what_it_does_not_know_and_says_what_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
