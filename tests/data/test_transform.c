/* Transforms against torchvision (tests/reference/transforms.py), bit for bit, and what is drawn for a
 * sample. */
#include "core/memory.h"
#include "core/random.h"
#include "data/augment.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The formula of transforms.py. */
static lince_image picture(int width, int height)
{
    lince_image image;
    assert_int_equal(lince_image_init(&image, width, height), 0);
    uint32_t w = (uint32_t)width, h = (uint32_t)height;
    for (uint32_t i = 0; i < w * h * 3; i++) {
        uint32_t c = i % 3, x = i / 3 % w, y = i / 3 / w, v = i * 2654435761u;
        v = (v ^ (v >> 15)) * 2246822519u;
        image.pixels[i] = (uint8_t)((v >> 13) % 128 + (x * 127 / w + y * c * 127 / h) % 128);
    }
    return image;
}

static uint64_t fnv(const void *data, size_t size)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++) h = (h ^ ((const uint8_t *)data)[i]) * 0x100000001b3u;
    return h;
}

static const lince_transform imagenet = {.mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}};

static FILE *open_reference(void)
{
    FILE *file = fopen(TEST_SOURCE_DIR "/tests/data/transforms.txt", "r");
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
    assert_non_null(strstr(lince_error(), "--fit squash has none"));
    assert_int_equal(lince_transform_set(&t, "letterbox", 0, NULL), LINCE_EUSAGE);
    assert_int_equal(lince_transform_set(&t, NULL, 0, "lanczos"), LINCE_EUSAGE);
}

static void check_apply(const char *line)
{
    lince_transform t = imagenet;
    lince_draw d = {0};
    int left, top, flip;
    unsigned order[3];
    unsigned long long expected;
    int n = sscanf(line, "apply %d %d %d %d %d %d %d %d %f %u %u %u %f %f %f %d %d %d %d %llx", &t.width,
                   &t.height, &t.augment.crop, &left, &top, &flip, &d.move_x, &d.move_y, &t.augment.jitter,
                   &order[0], &order[1], &order[2], &d.factor[0], &d.factor[1], &d.factor[2], &d.erase_x,
                   &d.erase_y, &d.erase_width, &d.erase_height, &expected);
    assert_int_equal(n, 20);
    d.crop_x = left - t.augment.crop;
    d.crop_y = top - t.augment.crop;
    d.flip = flip;
    for (int i = 0; i < 3; i++) d.order[i] = (lince_colour)order[i];
    lince_image in = picture(t.width, t.height);
    size_t size = (size_t)t.width * (size_t)t.height * 3;
    uint8_t *scratch = lince_alloc(size, 1);
    float *out = lince_alloc(size, sizeof *out);
    memset(scratch, 0xaa, size); /* what it holds must not matter */
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

enum { DRAWS = 20000 };

static lince_draw draw(const lince_transform *t, uint64_t sample)
{
    lince_draw d;
    memset(&d, 0, sizeof d);
    lince_draw_parameters(t, lince_key(7, LINCE_STREAM_AUGMENT, 3, sample), &d);
    return d;
}

static void test_without_augmentation_training_sees_what_evaluation_sees(void **state)
{
    (void)state;
    lince_transform t = imagenet;
    t.width = 9, t.height = 7;
    lince_image in = picture(9, 7);
    uint8_t scratch[9 * 7 * 3];
    float train[9 * 7 * 3], evaluation[9 * 7 * 3];
    lince_transform_apply(&t, in.pixels, true, 99, scratch, train);
    lince_transform_apply(&t, in.pixels, false, 0, NULL, evaluation);
    assert_memory_equal(train, evaluation, sizeof train);
    lince_image_release(&in);
}

static void test_what_is_drawn_depends_on_the_key_only(void **state)
{
    (void)state;
    lince_transform t = {.width = 32, .height = 32, .augment = {4, true, 0.1f, 0.3f, 0.5f}};
    lince_draw first = draw(&t, 5), again = draw(&t, 5), other = draw(&t, 6);
    assert_memory_equal(&first, &again, sizeof first);
    assert_memory_not_equal(&first, &other, sizeof first);
}

/* Counts within five standard deviations of a binomial's mean. */
static void assert_share(const char *what, int count, int total, double share)
{
    double deviation = sqrt(total * share * (1 - share));
    if (fabs(count - total * share) > 5 * deviation)
        fail_msg("%s: %d of %d, expected about %g", what, count, total, total * share);
}

static void test_every_offset_of_the_crop_and_both_sides_are_equally_likely(void **state)
{
    (void)state;
    lince_transform t = {.width = 32, .height = 32, .augment = {.crop = 2, .flip = true}};
    int x[5] = {0}, y[5] = {0}, flips = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
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
    lince_transform t = {.width = 32, .height = 64, .augment = {.translate = 0.1f}};
    int x[7] = {0}, furthest = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw(&t, i);
        assert_in_range(d.move_x + 3, 0, 6);
        x[d.move_x + 3]++;
        if (d.move_y > furthest) furthest = d.move_y;
    }
    for (int i = 0; i < 7; i++) assert_share("move x", x[i], DRAWS, (i % 6 ? 1.0 : 0.7) / 6.4);
    assert_int_equal(furthest, 6);
}

static void test_colour_factors_lie_within_the_jitter_and_all_orders_occur(void **state)
{
    (void)state;
    lince_transform t = {.width = 32, .height = 32, .augment = {.jitter = 0.4f}};
    int orders[27] = {0}, above = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw(&t, i);
        for (int k = 0; k < 3; k++) assert_true(d.factor[k] >= 0.6f && d.factor[k] <= 1.4f);
        above += d.factor[LINCE_CONTRAST] > 1.2f;
        orders[d.order[0] * 9 + d.order[1] * 3 + d.order[2]]++;
    }
    assert_share("contrast above 1.2", above, DRAWS, 0.25);
    static const int permutation[6] = {0 * 9 + 1 * 3 + 2, 0 * 9 + 2 * 3 + 1, 1 * 9 + 0 * 3 + 2,
                                       1 * 9 + 2 * 3 + 0, 2 * 9 + 0 * 3 + 1, 2 * 9 + 1 * 3 + 0};
    for (int i = 0; i < 6; i++) assert_share("an order", orders[permutation[i]], DRAWS, 1.0 / 6);
}

static void test_the_factor_never_falls_below_zero(void **state)
{
    (void)state;
    lince_transform t = {.width = 32, .height = 32, .augment = {.jitter = 1}};
    for (uint64_t i = 0; i < DRAWS; i++) assert_true(draw(&t, i).factor[LINCE_BRIGHTNESS] >= 0);
}

static void test_erased_rectangles_have_the_asked_area_ratio_and_frequency(void **state)
{
    (void)state;
    lince_transform t = {.width = 100, .height = 80, .augment = {.erase = 0.25f}};
    int erased = 0;
    double area = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw(&t, i);
        if (!d.erase_width) continue;
        erased++;
        area += (double)d.erase_width * d.erase_height / (100 * 80);
        assert_true(d.erase_width < 100 && d.erase_x >= 0 && d.erase_x + d.erase_width <= 100);
        assert_true(d.erase_height < 80 && d.erase_y >= 0 && d.erase_y + d.erase_height <= 80);
        double least = ((double)d.erase_height - 0.5) / (d.erase_width + 0.5),
               most = ((double)d.erase_height + 0.5) / (d.erase_width - 0.5);
        assert_true(most >= 0.3 && least <= 3.3);
    }
    assert_share("erased", erased, DRAWS, 0.25);
    assert_float_equal(area / erased, 0.175,
                       0.01); /* the mean of 0.02..0.33, but for the few that did not fit */
}

static void test_a_picture_of_one_pixel_survives_every_augmentation(void **state)
{
    (void)state;
    lince_transform t = {.width = 1, .height = 1, .std = {1, 1, 1}, .augment = {4, true, 1, 1, 1}};
    uint8_t pixel[3] = {10, 20, 30}, scratch[3];
    float out[3];
    for (uint64_t i = 0; i < 1000; i++) {
        lince_transform_apply(&t, pixel, true, i, scratch, out);
        for (int c = 0; c < 3; c++) assert_true(out[c] >= 0 && out[c] <= 1);
    }
}

/* --- --augment ------------------------------------------------------------------------------------ */

static lince_augment parsed(const char *text)
{
    lince_augment a;
    if (lince_augment_parse(&a, text)) fail_msg("%s", lince_error());
    return a;
}

static void test_augment_reads_names_values_and_usual_values(void **state)
{
    (void)state;
    lince_augment a = parsed("crop=8,flip,translate=0.2,jitter,erase=.5");
    assert_int_equal(a.crop, 8);
    assert_true(a.flip);
    assert_float_equal(a.translate, 0.2f, 0);
    assert_float_equal(a.jitter, 0.2f, 0);
    assert_float_equal(a.erase, 0.5f, 0);
    a = parsed("standard");
    assert_int_equal(a.crop, 4);
    assert_true(a.flip && a.translate == 0 && a.jitter == 0 && a.erase == 0);
    a = parsed("none");
    assert_true(!a.crop && !a.flip);
    a = parsed(NULL);
    assert_true(!a.crop && !a.flip);
    assert_false(parsed("crop,flip=0").flip);
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
    assert_refused("mixup", "crop=N, flip, translate=X");
    assert_refused("", "found ''");
    assert_refused("crop=4,", "found ''");
    assert_refused("crop=4.5", "--augment crop=4.5: expected a whole number from 0 to 256");
    assert_refused("crop=300", "from 0 to 256");
    assert_refused("crop=-1", "from 0 to 256");
    assert_refused("translate=", "--augment translate=: expected a number from 0 to 1");
    assert_refused("translate=0,1", "found '1'");
    assert_refused("erase=2", "from 0 to 1");
    assert_refused("erase=nan", "from 0 to 1");
    assert_refused("jitter=0.2x", "from 0 to 1");
    assert_refused("flip=0.5", "whole number");
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
        cmocka_unit_test(test_a_picture_of_one_pixel_survives_every_augmentation),
        cmocka_unit_test(test_augment_reads_names_values_and_usual_values),
        cmocka_unit_test(test_augment_refuses_what_it_does_not_know_and_says_what_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
