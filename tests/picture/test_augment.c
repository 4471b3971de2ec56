/* The operations of augmentation against torchvision's (tests/reference/augmentations.py): the same bytes,
 * but for blur. */
#include "picture/augment/canvas.h"
#include "picture/transform.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/share.h"
#include "picture/picture_formula.h"

/* Without normalisation: the bytes, over 255. */
static lince_transform plain(int width, int height)
{
    return (lince_transform){.width = width, .height = height, .std = {1, 1, 1}};
}

/* The bytes that a drawing makes of the picture of this size. */
static uint8_t *drawn(int width, int height, const lince_draw *d)
{
    lince_transform t = plain(width, height);
    t.augment.of[LINCE_RESIZED_CROP][0] = 1; /* there is space for it */
    size_t size = 3 * (size_t)width * (size_t)height, area = size / 3, space = lince_draw_scratch(&t);
    lince_image in = picture(width, height);
    void *scratch = lince_alloc(space, 1);
    float *x = lince_alloc(size, sizeof *x);
    uint8_t *out = lince_alloc(size, 1);
    memset(scratch, 0xaa, space); /* what it holds must not matter */
    lince_draw_apply(&t, d, in.pixels, scratch, x);
    for (size_t i = 0; i < size; i++) out[i] = (uint8_t)lrintf(255 * x[i % 3 * area + i / 3]);
    lince_free(scratch);
    lince_free(x);
    lince_image_release(&in);
    return out;
}

static FILE *open_reference(void)
{
    FILE *file = fopen(TEST_SOURCE_DIR "/tests/picture/augmentations.txt", "r");
    assert_non_null(file);
    return file;
}

/* Calls `check` for the lines that begin with this word. */
static void each_line(const char *word, int expected, void (*check)(const char *line))
{
    char line[4096];
    int cases = 0;
    FILE *file = open_reference();
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, word, strlen(word)) && line[strlen(word)] == ' ') check(line), cases++;
    fclose(file);
    assert_int_equal(cases, expected);
}

static void check_hash(const char *line, int width, int height, const lince_draw *d,
                       unsigned long long expected)
{
    uint8_t *out = drawn(width, height, d);
    uint64_t found = fnv(out, 3 * (size_t)width * (size_t)height);
    lince_free(out);
    if (found != expected) fail_msg("other bytes than torchvision's: %s", line);
}

static const char *const operations[LINCE_OPERATIONS] = {
    [LINCE_DO_BRIGHTNESS] = "brightness",
    [LINCE_DO_CONTRAST] = "contrast",
    [LINCE_DO_SATURATION] = "saturation",
    [LINCE_DO_HUE] = "hue",
    [LINCE_DO_SHARPNESS] = "sharpness",
    [LINCE_DO_GREY] = "grey",
    [LINCE_DO_POSTERIZE] = "posterize",
    [LINCE_DO_SOLARIZE] = "solarize",
    [LINCE_DO_AUTOCONTRAST] = "autocontrast",
    [LINCE_DO_EQUALIZE] = "equalize",
    [LINCE_DO_INVERT] = "invert",
};

/* The drawing of "do <name> <w h> <values>". */
static lince_draw drawing_of(const char *name, int width, int height, const double *v)
{
    lince_draw d = {.steps = 1};
    lince_step *s = d.step;
    if (!strcmp(name, "part"))
        d.part = (lince_rectangle){(int)v[0], (int)v[1], (int)v[2], (int)v[3]};
    else if (!strcmp(name, "crop"))
        d = (lince_draw){.crop_x = (int)v[0], .crop_y = (int)v[1], .flip = v[2] != 0, .reflect = true};
    else if (!strcmp(name, "rotate")) {
        s->what = LINCE_DO_AFFINE;
        lince_rotation(v[0], width, height, s->value);
    } else if (!strncmp(name, "affine", 6)) {
        s->what = strcmp(name, "affine") != 0 ? LINCE_DO_AFFINE_BILINEAR : LINCE_DO_AFFINE;
        lince_affine a = {v[0], {v[1], v[2]}, v[3], {v[4], 0}, {width * 0.5, height * 0.5}};
        lince_affine_inverse(&a, s->value);
    } else
        for (int i = 0; i < LINCE_OPERATIONS; i++)
            if (operations[i] && !strcmp(name, operations[i])) *s = (lince_step){(lince_operation)i, {v[0]}};
    return d;
}

static void check_operation(const char *line)
{
    char name[32];
    double v[5] = {0};
    int width, height, used;
    unsigned long long expected;
    assert_int_equal(sscanf(line, "do %31s %d %d %n", name, &width, &height, &used), 3);
    assert_true((line[used] == '-' && line[used + 1] == ' ') ||
                sscanf(line + used, "%lf %lf %lf %lf %lf", &v[0], &v[1], &v[2], &v[3], &v[4]) > 0);
    assert_int_equal(sscanf(strrchr(line, ' '), "%llx", &expected), 1);
    lince_draw d = drawing_of(name, width, height, v);
    check_hash(line, width, height, &d, expected);
}

static void test_every_operation_is_torchvisions_on_pillow_images_bit_for_bit(void **state)
{
    (void)state;
    each_line("do", 280, check_operation);
}

static lince_augmentation policy_named(const char *name)
{
    return !strcmp(name, "RandAugment")          ? LINCE_RANDAUGMENT
           : !strcmp(name, "TrivialAugmentWide") ? LINCE_TRIVIALAUGMENT
                                                 : LINCE_AUGMIX;
}

static int choice_named(lince_augmentation policy, const char *name)
{
    for (int i = 0; i < lince_policy_choices(policy); i++)
        if (!strcmp(lince_policy_choice_name(policy, i), name)) return i;
    fail_msg("no operation %s", name);
    return -1;
}

/* All bins, two sizes, either sign, in the script's order. */
static void check_policy(const char *line)
{
    static const int sizes[2][2] = {{32, 32}, {40, 24}};
    char policy[32], name[32];
    unsigned long long expected;
    uint64_t hash = fnv(NULL, 0);
    assert_int_equal(sscanf(line, "policy %31s %31s %llx", policy, name, &expected), 3);
    lince_augmentation p = policy_named(policy);
    int choice = choice_named(p, name), signs = lince_policy_signed(p, choice) ? 2 : 1;
    for (int i = 0; i < lince_policy_bins(p) * 2 * signs; i++) {
        const int *size = sizes[i / signs % 2];
        lince_draw d = {.steps = 1};
        lince_policy_step(p, choice, i / signs / 2, i % signs, size[0], size[1], d.step);
        uint8_t *out = drawn(size[0], size[1], &d);
        hash = fnv_on(hash, out, 3 * (size_t)size[0] * (size_t)size[1]);
        lince_free(out);
    }
    if (hash != expected) fail_msg("other bytes than torchvision's: %s", line);
}

static void test_every_operation_of_the_policies_at_every_magnitude_is_torchvisions(void **state)
{
    (void)state;
    each_line("policy", 14 + 14 + 13, check_policy);
}

/* "Name:bin:negative/Name:bin:negative" */
static int read_chain(const char *text, int width, int height, lince_step *chain)
{
    int count = 0;
    for (; text; text = strchr(text, '/') ? strchr(text, '/') + 1 : NULL) {
        char name[32];
        int bin, negative;
        assert_int_equal(sscanf(text, "%31[^:]:%d:%d", name, &bin, &negative), 3);
        lince_policy_step(LINCE_AUGMIX, choice_named(LINCE_AUGMIX, name), bin, negative, width, height,
                          &chain[count++]);
    }
    return count;
}

static void check_augmix(const char *line)
{
    int width, height;
    unsigned long long expected;
    char chain[LINCE_CHAINS][256];
    lince_draw d = {.mixture.used = true};
    lince_mixture *m = &d.mixture;
    assert_int_equal(sscanf(line, "augmix %d %d %f %f %f %f %255s %255s %255s %llx", &width, &height,
                            &m->kept, &m->weight[0], &m->weight[1], &m->weight[2], chain[0], chain[1],
                            chain[2], &expected),
                     10);
    for (int i = 0; i < LINCE_CHAINS; i++) m->length[i] = read_chain(chain[i], width, height, m->chain[i]);
    check_hash(line, width, height, &d, expected);
}

static void test_augmix_mixes_its_chains_as_torchvision(void **state)
{
    (void)state;
    each_line("augmix", 2, check_augmix);
}

/* Sums in another order: a value that lies in the middle between two bytes may become the other one. */
static void check_blur(const char *line)
{
    int width, height, side, used, others = 0;
    double deviation;
    assert_int_equal(sscanf(line, "blur %d %d %lf %d %n", &width, &height, &deviation, &side, &used), 4);
    lince_draw d = {.steps = 1, .step = {{LINCE_DO_BLUR, {deviation, side}}}};
    uint8_t *out = drawn(width, height, &d);
    for (int i = 0; i < 3 * width * height; i++) {
        unsigned expected;
        assert_int_equal(sscanf(line + used + 2 * i, "%2x", &expected), 1);
        others += out[i] != expected;
        if (abs(out[i] - (int)expected) > 1)
            fail_msg("byte %d is %d, torchvision's %u: %s", i, out[i], expected, line);
    }
    assert_true(others <= 3 * width * height / 100);
    lince_free(out);
}

static void test_blur_is_torchvisions_but_for_the_rounding_of_one_value_in_a_hundred(void **state)
{
    (void)state;
    each_line("blur", 9, check_blur);
}

/* --- what is drawn -------------------------------------------------------------------------------- */

enum { DRAWS = 4000 };

static lince_draw draw_at(const char *augment, int width, int height, int epoch, uint32_t sample)
{
    lince_transform t = plain(width, height);
    lince_draw d;
    memset(&d, 0, sizeof d);
    if (lince_augment_parse(&t.augment, augment)) fail_msg("%s", lince_error());
    lince_draw_parameters(&t.augment, t.width, t.height, &(lince_occasion){7, epoch, sample, 0}, &d);
    return d;
}

static lince_draw draw(const char *augment, uint32_t sample)
{
    return draw_at(augment, 32, 32, 0, sample);
}

static void test_the_alternating_flip_mirrors_in_each_epoch_what_the_last_did_not(void **state)
{
    (void)state;
    int first = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        bool side = draw("flip=alternating", i).flip;
        first += side;
        for (int epoch = 1; epoch < 5; epoch++)
            assert_int_equal(draw_at("flip=alternating", 32, 32, epoch, i).flip, side ^ (epoch & 1));
    }
    assert_share("mirrored in the first epoch", first, DRAWS, 0.5);
}

static void test_crops_reach_as_far_as_the_border_that_is_black_or_a_reflection(void **state)
{
    (void)state;
    int corner = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_draw black = draw("crop=2", i), reflected = draw("crop=2:reflect", i);
        assert_true(abs(black.crop_x) <= 2 && abs(black.crop_y) <= 2);
        assert_true(!black.reflect && reflected.reflect);
        assert_true(black.crop_x == reflected.crop_x && black.crop_y == reflected.crop_y);
        corner += black.crop_x == -2 && black.crop_y == 2;
    }
    assert_share("in a corner", corner, DRAWS, 1 / 25.0);
    lince_augment a;
    static const char *const wrong[] = {"crop=2:mirror", "crop=2:1", "crop=reflect", "crop=2:reflect:3",
                                        "crop=2:"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(lince_augment_parse(&a, wrong[i]), LINCE_EUSAGE);
        assert_non_null(strstr(lince_error(), "crop=N[:reflect]"));
    }
}

static void test_resized_crops_have_the_asked_areas_and_ratios_anywhere(void **state)
{
    (void)state;
    double area = 0;
    int left = 0, right = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_rectangle p = draw_at("resized-crop=0.2:0.6", 64, 64, 0, i).part;
        double ratio = (double)p.width / p.height, share = (double)p.width * p.height / (64 * 64);
        assert_true(p.x >= 0 && p.y >= 0 && p.x + p.width <= 64 && p.y + p.height <= 64);
        assert_true(ratio > 0.7 && ratio < 1.42 && share > 0.19 && share < 0.62);
        area += share / DRAWS;
        left += p.x == 0, right += p.x + p.width == 64;
    }
    assert_float_equal(area, 0.4, 0.01);
    assert_true(left > 0 && right > 0);
}

/* A strip holds no part of such a ratio with so much of its area: the largest one in the middle is taken. */
static void test_a_resized_crop_that_does_not_fit_is_the_largest_in_the_middle(void **state)
{
    (void)state;
    lince_rectangle p = draw_at("resized-crop=0.9:1", 60, 15, 0, 1).part;
    assert_true(p.width == 20 && p.height == 15 && p.x == 20 && p.y == 0);
    p = draw_at("resized-crop=0.9:1", 15, 60, 0, 1).part;
    assert_true(p.width == 15 && p.height == 20 && p.x == 0 && p.y == 20);
}

static void test_what_has_a_probability_happens_that_often(void **state)
{
    (void)state;
    static const struct {
        const char *augment;
        lince_operation what;
        double value[2];
    } cases[] = {{"grey=0.3", LINCE_DO_GREY, {0}},
                 {"sharpness=0.3:1.5", LINCE_DO_SHARPNESS, {1.5}},
                 {"posterize=0.3:3", LINCE_DO_POSTERIZE, {3}},
                 {"solarize=0.3:100", LINCE_DO_SOLARIZE, {100}},
                 {"autocontrast=0.3", LINCE_DO_AUTOCONTRAST, {0}},
                 {"equalize=0.3", LINCE_DO_EQUALIZE, {0}},
                 {"invert=0.3", LINCE_DO_INVERT, {0}}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        int times = 0;
        for (uint32_t i = 0; i < DRAWS; i++) {
            lince_draw d = draw(cases[k].augment, i);
            times += d.steps;
            assert_true(!d.steps ||
                        (d.step[0].what == cases[k].what && d.step[0].value[0] == cases[k].value[0]));
        }
        assert_share(cases[k].augment, times, DRAWS, 0.3);
    }
}

static void
test_blur_has_a_deviation_of_a_tenth_to_two_pixels_and_a_kernel_of_a_tenth_of_the_side(void **state)
{
    (void)state;
    double sum = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_step s = draw("blur=1", i).step[0];
        assert_true(s.what == LINCE_DO_BLUR && s.value[0] >= 0.1 && s.value[0] <= 2 && s.value[1] == 3);
        sum += s.value[0] / DRAWS;
    }
    assert_float_equal(sum, 1.05, 0.05);
    assert_true(draw_at("blur=1", 300, 224, 0, 1).step[0].value[1] == 23); /* as SimCLR's */
}

/* The inverse's a and d are cos and -sin of the angle. */
static void test_rotations_are_uniform_up_to_the_angle(void **state)
{
    (void)state;
    int beyond = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        const double *m = draw("rotate=40", i).step[0].value;
        double angle = atan2(m[3], m[0]) * 180 / 3.14159265358979;
        assert_true(fabs(angle) <= 40.001);
        beyond += fabs(angle) > 30;
    }
    assert_share("beyond 30 degrees", beyond, DRAWS, 0.25);
}

static void test_hue_takes_part_in_the_order_of_colours_where_it_is_asked_for(void **state)
{
    (void)state;
    int first = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw("jitter=0.4,hue=0.1", i);
        assert_int_equal(d.steps, 4);
        first += d.step[0].what == LINCE_DO_HUE;
        for (int k = 0; k < 4; k++)
            assert_true(d.step[k].what != LINCE_DO_HUE || fabs(d.step[k].value[0]) <= 0.1001);
        assert_int_equal(draw("contrast=0.2", i).steps, 1);
    }
    assert_share("hue first", first, DRAWS, 0.25);
}

static void test_randaugment_draws_n_of_its_operations_alike(void **state)
{
    (void)state;
    int times[LINCE_OPERATIONS] = {0};
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw("randaugment=3:9", i);
        assert_int_equal(d.steps, 3);
        for (int k = 0; k < 3; k++) times[d.step[k].what]++;
        assert_int_equal(draw("trivialaugment", i).steps, 1);
        assert_int_equal(draw("randaugment", i).steps, 2);
    }
    assert_share("identity", times[LINCE_DO_NOTHING], 3 * DRAWS, 1 / 14.0);
    assert_share("shears, translations, rotation", times[LINCE_DO_AFFINE], 3 * DRAWS, 5 / 14.0);
    assert_share("equalize", times[LINCE_DO_EQUALIZE], 3 * DRAWS, 1 / 14.0);
}

static void test_augmix_draws_three_chains_whose_weights_add_up_to_one(void **state)
{
    (void)state;
    double kept = 0;
    int longest = 0;
    for (uint32_t i = 0; i < DRAWS; i++) {
        lince_draw d = draw("augmix", i);
        const lince_mixture *m = &d.mixture;
        assert_true(m->used && m->kept >= 0);
        assert_float_equal(m->kept + m->weight[0] + m->weight[1] + m->weight[2], 1, 1e-6);
        for (int k = 0; k < LINCE_CHAINS; k++) {
            assert_in_range(m->length[k], 1, 3);
            longest += m->length[k] == 3;
        }
        kept += (double)m->kept / DRAWS;
    }
    assert_float_equal(kept, 0.5, 0.03); /* Beta(1, 1): uniform */
    assert_share("chains of three", longest, 3 * DRAWS, 1 / 3.0);
}

static void test_everything_that_is_drawn_depends_on_seed_epoch_and_index_only(void **state)
{
    (void)state;
    static const char all[] =
        "resized-crop,crop,flip,translate,rotate,affine,jitter,hue,grey,blur,sharpness,posterize,"
        "solarize,autocontrast,equalize,invert,randaugment=16,trivialaugment,augmix,erase";
    lince_draw first = draw_at(all, 32, 32, 2, 5), again = draw_at(all, 32, 32, 2, 5),
               epoch = draw_at(all, 32, 32, 3, 5), index = draw_at(all, 32, 32, 2, 6);
    assert_memory_equal(&first, &again, sizeof first);
    assert_memory_not_equal(&first, &epoch, sizeof first);
    assert_memory_not_equal(&first, &index, sizeof first);
    for (uint32_t i = 0; i < DRAWS; i++) assert_true(draw(all, i).steps <= LINCE_DRAW_STEPS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_operation_is_torchvisions_on_pillow_images_bit_for_bit),
        cmocka_unit_test(test_every_operation_of_the_policies_at_every_magnitude_is_torchvisions),
        cmocka_unit_test(test_augmix_mixes_its_chains_as_torchvision),
        cmocka_unit_test(test_blur_is_torchvisions_but_for_the_rounding_of_one_value_in_a_hundred),
        cmocka_unit_test(test_the_alternating_flip_mirrors_in_each_epoch_what_the_last_did_not),
        cmocka_unit_test(test_crops_reach_as_far_as_the_border_that_is_black_or_a_reflection),
        cmocka_unit_test(test_resized_crops_have_the_asked_areas_and_ratios_anywhere),
        cmocka_unit_test(test_a_resized_crop_that_does_not_fit_is_the_largest_in_the_middle),
        cmocka_unit_test(test_what_has_a_probability_happens_that_often),
        cmocka_unit_test(
            test_blur_has_a_deviation_of_a_tenth_to_two_pixels_and_a_kernel_of_a_tenth_of_the_side),
        cmocka_unit_test(test_rotations_are_uniform_up_to_the_angle),
        cmocka_unit_test(test_hue_takes_part_in_the_order_of_colours_where_it_is_asked_for),
        cmocka_unit_test(test_randaugment_draws_n_of_its_operations_alike),
        cmocka_unit_test(test_augmix_draws_three_chains_whose_weights_add_up_to_one),
        cmocka_unit_test(test_everything_that_is_drawn_depends_on_seed_epoch_and_index_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
