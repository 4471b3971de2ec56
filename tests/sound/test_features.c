/* Maps of recordings against librosa and torchaudio (tests/reference/sound.py), and what cannot be computed. */
#include "core/memory.h"
#include "sound/features.h"
#include "sound/wave.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sound/signal.h"

typedef struct reference {
    FILE *file;
    char *line;
    size_t capacity;
} reference;

static reference open_reference(void)
{
    reference r = {.file = fopen(TEST_SOURCE_DIR "/tests/sound/features.txt", "r")};
    assert_non_null(r.file);
    return r;
}

static bool next(reference *r, const char *kind)
{
    while (getline(&r->line, &r->capacity, r->file) > 0)
        if (!strncmp(r->line, kind, strlen(kind))) return true;
    free(r->line);
    fclose(r->file);
    return false;
}

static void read_values(const char *at, float *values, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char *end;
        values[i] = strtof(at, &end);
        assert_ptr_not_equal(at, end);
        at = end;
    }
}

/* The greatest difference, as a share of what the expected values span. */
static double apart(const float *found, const float *expected, size_t n)
{
    float least = expected[0], most = expected[0];
    double worst = 0;
    for (size_t i = 0; i < n; i++) {
        least = fminf(least, expected[i]);
        most = fmaxf(most, expected[i]);
        worst = fmax(worst, fabs((double)found[i] - (double)expected[i]));
    }
    return worst / ((double)most - (double)least);
}

static float *compute(const lince_feature_spec *spec, const float *samples, size_t n, size_t *count)
{
    lince_sound_features *f;
    size_t frames = lince_feature_frames(spec, n);
    assert_int_equal(lince_sound_features_new(&f, spec), 0);
    *count = (size_t)lince_feature_bands(spec) * frames;
    float *map = lince_alloc(*count, sizeof *map);
    void *scratch = lince_alloc(lince_sound_features_scratch(f, frames), 1);
    assert_true(map && scratch);
    lince_sound_features_compute(f, samples, n, scratch, map);
    lince_free(scratch);
    lince_sound_features_free(f);
    return map;
}

static void check_map(const char *line)
{
    char scale[16], taper[16];
    int n, at;
    size_t count;
    lince_feature_spec s;
    assert_int_equal(sscanf(line, "map %15s %d %d %d %d %d %d %lf %15s %d%n", scale, &s.rate, &s.fft, &s.hop,
                            &s.mels, &s.coefficients, &s.power, &s.top_db, taper, &n, &at),
                     10);
    s.scale = lince_mel_scale_named(scale);
    s.taper = lince_taper_named(taper);
    float *samples = signal_of((size_t)n, s.rate), *found = compute(&s, samples, (size_t)n, &count),
          *expected = lince_alloc(count, sizeof *expected);
    read_values(line + at, expected, count);
    double difference = apart(found, expected, count);
    if (difference > 1e-5) fail_msg("apart by %g of the range: %.60s", difference, line);
    lince_free(samples);
    lince_free(found);
    lince_free(expected);
}

static void test_maps_are_those_of_librosa_and_torchaudio(void **state)
{
    (void)state;
    int cases = 0;
    for (reference r = open_reference(); next(&r, "map"); cases++) check_map(r.line);
    assert_int_equal(cases, 6);
}

static void test_resampling_is_that_of_soxr(void **state)
{
    (void)state;
    int cases = 0, before, after, n, at;
    for (reference r = open_reference(); next(&r, "resample"); cases++) {
        assert_int_equal(sscanf(r.line, "resample %d %d %d%n", &before, &after, &n, &at), 3);
        lince_wave w = {signal_of((size_t)n, before), (size_t)n, before};
        assert_int_equal(lince_wave_resample(&w, after, "it"), 0);
        assert_int_equal(w.count, lround((double)n * after / before));
        assert_int_equal(w.rate, after);
        float *expected = lince_alloc(w.count, sizeof *expected);
        read_values(r.line + at, expected, w.count);
        assert_true(apart(w.samples, expected, w.count) < 1e-5);
        lince_free(expected);
        lince_wave_release(&w);
    }
    assert_int_equal(cases, 3);
}

static lince_feature_spec usual(void)
{
    return (lince_feature_spec){.rate = 8000,
                                .fft = 256,
                                .hop = 128,
                                .mels = 24,
                                .power = 2,
                                .top_db = 80,
                                .scale = lince_mel_scale_named("slaney"),
                                .taper = lince_taper_named("hann")};
}

static void test_silence_is_the_least_power(void **state)
{
    (void)state;
    lince_feature_spec s = usual();
    float samples[500] = {0};
    size_t count;
    float *map = compute(&s, samples, 500, &count);
    assert_int_equal(count, 24 * 4);
    for (size_t i = 0; i < count; i++) assert_true(map[i] == -100);
    lince_free(map);
}

static void test_bands_without_a_frequency_are_counted(void **state)
{
    (void)state;
    lince_feature_spec s = usual();
    lince_sound_features *f;
    assert_int_equal(lince_sound_features_new(&f, &s), 0);
    assert_int_equal(lince_sound_features_empty(f), 0);
    lince_sound_features_free(f);
    s.mels = 120;
    s.scale = lince_mel_scale_named("htk");
    assert_int_equal(lince_sound_features_new(&f, &s), 0);
    assert_true(lince_sound_features_empty(f) > 0);
    lince_sound_features_free(f);
}

static void refused(lince_feature_spec s, const char *option)
{
    lince_sound_features *f;
    assert_int_equal(lince_sound_features_new(&f, &s), LINCE_EUSAGE);
    assert_null(f);
    assert_non_null(strstr(lince_error(), option));
}

static void test_what_cannot_be_computed_is_refused(void **state)
{
    (void)state;
    lince_feature_spec s = usual();
    s.fft = 262; /* 2 * 131 */
    refused(s, "fft 262");
    s.fft = 255;
    refused(s, "fft 255");
    s = usual();
    s.hop = 0;
    refused(s, "hop 0");
    s = usual();
    s.mels = 129;
    refused(s, "mels 129");
    s = usual();
    s.coefficients = 25;
    refused(s, "coefficients 25");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_maps_are_those_of_librosa_and_torchaudio),
        cmocka_unit_test(test_resampling_is_that_of_soxr),
        cmocka_unit_test(test_silence_is_the_least_power),
        cmocka_unit_test(test_bands_without_a_frequency_are_counted),
        cmocka_unit_test(test_what_cannot_be_computed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
