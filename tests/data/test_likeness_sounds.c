/* Copies of recordings in two parts: as they are in another format, louder, later, at another rate; and none among
 * recordings of the same kind. */
#include "core/file.h"
#include "data/dataset_fixture.h"
#include "data/likeness/leak.h"
#include "modality/modality.h"
#include "sound/wave.h"

#include <lince/language.h>
#include <math.h>

enum { RATE = 16000, N = 12000 };

/* Like a voice: a pitch that wanders, with overtones that swell and fade. */
static void speak(int number, float *x)
{
    lince_random r = lince_random_at((uint64_t)number + 100);
    double pitch = 110 + 60 * (double)lince_random_uniform(&r), phase = 0, swell[4][2];
    for (int k = 0; k < 4; k++)
        for (int j = 0; j < 2; j++) swell[k][j] = (double)lince_random_uniform(&r) * 12;
    for (int i = 0; i < N; i++) {
        double t = (double)i / RATE, sum = 0;
        phase += pitch * (1 + 0.1 * sin(2 * M_PI * swell[0][0] / 4 * t)) / RATE;
        for (int k = 0; k < 4; k++)
            sum += sin(2 * M_PI * (k + 1) * phase) * (1 + sin(swell[k][0] * t * 3 + swell[k][1])) / (k + 2);
        x[i] = (float)(0.2 * sum + 0.01 * ((double)lince_random_uniform(&r) - 0.5));
    }
}

static void put(const char *folder, const char *name, const float *x, size_t n, int rate)
{
    char path[LINCE_PATH_MAX];
    lince_buffer wav = {0};
    lince_wave_encode(&wav, x, n, rate);
    assert_int_equal(lince_path_join(path, folder, name), 0);
    *strrchr(path, '/') = '\0';
    assert_int_equal(lince_make_folder(path), 0);
    path[strlen(path)] = '/';
    assert_int_equal(lince_file_write(path, wav.data, wav.size), 0);
    lince_buffer_release(&wav);
}

/* Eight recordings a class train, one a class is new in the test. */
static const char *voices(const char *name)
{
    float x[N];
    const char *folder = fresh_folder(name);
    char file[64];
    for (int i = 0; i < 18; i++) {
        speak(i, x);
        snprintf(file, sizeof file, "%s/%s/%d.wav", i < 16 ? "train" : "test", i % 2 ? "yes" : "no", i);
        put(folder, file, x, N, RATE);
    }
    return folder;
}

static lince_leak between(const char *folder)
{
    lince_dataset *d;
    lince_leaks leaks;
    lince_leak_options options = {.kind = &lince_likeness_sounds, .threads = 2};
    assert_done(lince_dataset_open(&d, folder));
    assert_done(lince_leaks_find(&leaks, d, &options));
    lince_leak found = *lince_leak_between(&leaks, LINCE_TEST, LINCE_TRAIN);
    lince_leaks_release(&leaks);
    lince_dataset_free(d);
    return found;
}

static void test_different_recordings_are_not_alike(void **state)
{
    (void)state;
    lince_leak leak = between(voices("voices"));
    assert_int_equal(leak.count, 2);
    assert_int_equal(leak.exact + leak.near, 0);
}

static void test_copies_are_found_however_they_were_changed(void **state)
{
    (void)state;
    float x[N], changed[N + RATE] = {0};
    const char *folder = voices("copied_voices");
    speak(3, x);
    put(folder, "test/yes/same.wav", x, N, RATE);
    for (int i = 0; i < N; i++) changed[i] = 0.5f * x[i];
    put(folder, "test/yes/softer.wav", changed, N, RATE);
    enum { LATER = RATE / 10 + 3 }; /* between two of the samples that are compared */
    for (int i = 0; i < N; i++) changed[i + LATER] = x[i];
    memset(changed, 0, LATER * sizeof *changed);
    put(folder, "test/yes/later.wav", changed, N + LATER, RATE);
    lince_wave w = {.samples = lince_alloc(N, sizeof(float)), .count = N, .rate = RATE};
    memcpy(w.samples, x, sizeof x);
    assert_int_equal(lince_wave_resample(&w, 11025, "it"), 0);
    put(folder, "test/yes/slower.wav", w.samples, w.count, w.rate);
    lince_wave_release(&w);
    lince_leak leak = between(folder);
    assert_int_equal(leak.exact, 1);
    assert_int_equal(leak.near, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_different_recordings_are_not_alike),
        cmocka_unit_test(test_copies_are_found_however_they_were_changed),
    };
    lince_language_set("en");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
