/* What is done to recordings of the training part: each a function of (seed, epoch, index) alone. */
#include "core/memory.h"
#include "settings/settings.h"
#include "sound/augment/augment.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { N = 8000, BANDS = 20, FRAMES = 50, DRAWS = 200 };

static lince_sound_augment parsed(const char *text)
{
    lince_sound_augment a;
    if (lince_sound_augment_parse(&a, text)) fail_msg("%s", lince_error());
    return a;
}

/* A tone from sample 2000 to 6000. */
static void tone(float *samples)
{
    for (int i = 0; i < N; i++) samples[i] = i >= 2000 && i < 6000 ? 0.25f * sinf(0.3f * (float)i) : 0;
}

static void changed(const char *text, uint32_t index, float *samples)
{
    lince_sound_augment a = parsed(text);
    tone(samples);
    lince_sound_augment_wave(&a, &(lince_occasion){.seed = 7, .epoch = 2, .index = index}, samples, N);
}

static void test_the_same_occasion_draws_the_same_and_another_something_else(void **state)
{
    (void)state;
    static const char *const each[] = {"shift=0.2", "gain=6", "noise=10:30", "shift,gain,noise"};
    float one[N], again[N], other[N];
    for (size_t i = 0; i < sizeof each / sizeof *each; i++) {
        changed(each[i], 3, one);
        changed(each[i], 3, again);
        changed(each[i], 4, other);
        assert_memory_equal(one, again, sizeof one);
        assert_memory_not_equal(one, other, sizeof one);
    }
}

static void test_a_shift_moves_all_by_the_same_and_no_further_than_said(void **state)
{
    (void)state;
    float plain[N], moved[N];
    int least = 0, most = 0;
    tone(plain);
    for (uint32_t k = 0; k < DRAWS; k++) {
        int first = 0;
        changed("shift=0.1", k, moved);
        while (moved[first] == 0) first++;
        int by = first - 2000;
        assert_true(abs(by) <= N / 10);
        assert_memory_equal(moved + 2000 + by, plain + 2000, 4000 * sizeof *moved);
        least = by < least ? by : least;
        most = by > most ? by : most;
    }
    assert_true(least < -N / 15 && most > N / 15);
}

static double power(const float *x)
{
    double sum = 0;
    for (int i = 0; i < N; i++) sum += (double)x[i] * (double)x[i];
    return sum / N;
}

static void test_gain_and_noise_are_as_many_decibels_as_said(void **state)
{
    (void)state;
    float plain[N], x[N];
    tone(plain);
    for (uint32_t k = 0; k < DRAWS; k++) {
        changed("gain=6", k, x);
        assert_true(fabs(10 * log10(power(x) / power(plain))) <= 6.001);
        changed("noise=15:15", k, x);
        for (int i = 0; i < N; i++) x[i] -= plain[i];
        assert_true(fabs(10 * log10(power(plain) / power(x)) - 15) < 0.5);
    }
}

static void test_silence_stays_silent(void **state)
{
    (void)state;
    float x[N] = {0};
    lince_sound_augment a = parsed("shift,gain,noise");
    lince_sound_augment_wave(&a, &(lince_occasion){.seed = 1}, x, N);
    for (int i = 0; i < N; i++) assert_true(x[i] == 0);
}

/* Whole frames, or whole bands; no more of them than masks may cover. */
static void check_masks(const char *text, bool bands, int most)
{
    lince_sound_augment a = parsed(text);
    bool any = false;
    for (uint32_t k = 0; k < DRAWS; k++) {
        float x[BANDS * FRAMES];
        int masked = 0;
        for (int i = 0; i < BANDS * FRAMES; i++) x[i] = 1;
        lince_sound_augment_map(&a, &(lince_occasion){.seed = 3, .index = k}, BANDS, FRAMES, x);
        for (int i = 0; i < (bands ? BANDS : FRAMES); i++) {
            int zeros = 0, length = bands ? FRAMES : BANDS;
            for (int j = 0; j < length; j++) zeros += x[bands ? i * FRAMES + j : j * FRAMES + i] == 0;
            assert_true(zeros == 0 || zeros == length);
            masked += zeros == length;
        }
        assert_true(masked <= most);
        any = any || masked > most / 2;
    }
    assert_true(any);
}

static void test_masks_cover_whole_frames_and_bands(void **state)
{
    (void)state;
    check_masks("time-mask=1:0.2", false, 10);
    check_masks("time-mask=2:0.1", false, 10);
    check_masks("band-mask=1:0.25", true, 5);
}

static void refused(const char *text, const char *why)
{
    lince_sound_augment a;
    assert_int_equal(lince_sound_augment_parse(&a, text), LINCE_EUSAGE);
    if (!strstr(lince_error(), why)) fail_msg("expected '%s': %s", why, lince_error());
}

static void test_lists_are_read(void **state)
{
    (void)state;
    lince_sound_augment a = parsed("noise=5,time-mask");
    assert_true(a.used[LINCE_SOUND_NOISE] && a.of[LINCE_SOUND_NOISE][0] == 5 &&
                a.of[LINCE_SOUND_NOISE][1] == 30);
    assert_true(a.used[LINCE_SOUND_TIME_MASK] && !a.used[LINCE_SOUND_GAIN]);
    assert_true(lince_sound_augments_wave(&a));
    a = parsed("band-mask");
    assert_true(lince_sound_augments(&a) && !lince_sound_augments_wave(&a));
    a = parsed("none");
    assert_false(lince_sound_augments(&a));
    refused("nose=5", "did you mean 'noise'");
    refused("xyzzyxyzzy", "expected none, standard or a list of shift=SHARE, gain=DB");
    refused("shift=2", "value 1 must be a number from 0 to 1");
    refused("shift=0.1:0.2", "too many values");
    refused("gain=", "expected gain=DB");
}

/* The help tells of each. */
static void test_help_names_each(void **state)
{
    (void)state;
    const char *name, *help = NULL;
    for (size_t i = 0; lince_setting_at(i); i++)
        if (!strcmp(lince_setting_at(i)->name, "sound-augment")) help = lince_setting_at(i)->help;
    assert_non_null(help);
    for (size_t i = 0; (name = lince_sound_augment_name(i)); i++) assert_non_null(strstr(help, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same_occasion_draws_the_same_and_another_something_else),
        cmocka_unit_test(test_a_shift_moves_all_by_the_same_and_no_further_than_said),
        cmocka_unit_test(test_gain_and_noise_are_as_many_decibels_as_said),
        cmocka_unit_test(test_silence_stays_silent),
        cmocka_unit_test(test_masks_cover_whole_frames_and_bands),
        cmocka_unit_test(test_lists_are_read),
        cmocka_unit_test(test_help_names_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
