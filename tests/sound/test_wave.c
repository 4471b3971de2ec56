/* Recordings of all formats, rates, depths and channels; and files that are damaged, or lie. */
#include "core/file.h"
#include "core/memory.h"
#include "sound/wave.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sound/signal.h"

#define SEEDS TEST_SCRATCH "/seeds/wave"

typedef struct file {
    char *bytes;
    size_t size;
} file;

/* Leaves it among the seeds of the fuzz test, too. */
static file write_as(int format, int channels, int rate, const float *samples, size_t n, const char *name)
{
    char path[512];
    file f;
    SF_INFO info = {.samplerate = rate, .channels = channels, .format = format};
    mkdir(TEST_SCRATCH "/seeds", 0777);
    mkdir(SEEDS, 0777);
    snprintf(path, sizeof path, SEEDS "/%s", name);
    SNDFILE *out = sf_open(path, SFM_WRITE, &info);
    assert_non_null(out);
    float frame[8];
    for (size_t i = 0; i < n; i++) {
        for (int c = 0; c < channels; c++) frame[c] = samples[i] * (c ? 0.5f : 1);
        assert_int_equal(sf_writef_float(out, frame, 1), 1);
    }
    sf_close(out);
    assert_int_equal(lince_file_read(path, 1 << 24, &f.bytes, &f.size), 0);
    return f;
}

static double rms_of_difference(const float *a, const float *b, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += pow((double)a[i] - (double)b[i], 2);
    return sqrt(sum / (double)n);
}

static void test_every_format_is_decoded(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int format, rate;
        double apart; /* from what was written, at most */
        bool exact;   /* as many samples */
    } cases[] = {
        {"u8.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 8000, 5e-3, true},
        {"s16.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 2e-5, true},
        {"s24.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_24, 48000, 1e-7, true},
        {"s32.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_32, 11025, 1e-7, true},
        {"float.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 22050, 0, true},
        {"ulaw.wav", SF_FORMAT_WAV | SF_FORMAT_ULAW, 8000, 1e-2, true},
        {"s16.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 16000, 2e-5, true},
        {"vorbis.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 16000, 3e-2, true},
        {"opus.opus", SF_FORMAT_OGG | SF_FORMAT_OPUS, 48000, 0.15, true},
        {"mp3.mp3", SF_FORMAT_MPEG | SF_FORMAT_MPEG_LAYER_III, 16000, 2, false},
        {"s16.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16, 8000, 2e-5, true},
        {"s16.au", SF_FORMAT_AU | SF_FORMAT_PCM_16, 8000, 2e-5, true},
        {"s16.caf", SF_FORMAT_CAF | SF_FORMAT_PCM_16, 8000, 2e-5, true},
    };
    enum { N = 4000 };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SF_INFO wanted = {.samplerate = cases[i].rate, .channels = 1, .format = cases[i].format};
        if (!sf_format_check(&wanted)) continue; /* libsndfile was built without it */
        lince_wave w;
        float *samples = signal_of(N, cases[i].rate);
        file f = write_as(cases[i].format, 1, cases[i].rate, samples, N, cases[i].name);
        assert_true(lince_wave_recognised((const uint8_t *)f.bytes, f.size));
        assert_true(lince_ends_wave_name(strrchr(cases[i].name, '.')));
        if (lince_wave_decode(&w, f.bytes, f.size, cases[i].name)) fail_msg("%s", lince_error());
        assert_int_equal(w.rate, cases[i].rate);
        if (cases[i].exact) assert_int_equal(w.count, N);
        double apart = rms_of_difference(w.samples, samples, w.count < N ? w.count : N);
        if (apart > cases[i].apart) fail_msg("%s: apart by %g", cases[i].name, apart);
        lince_wave_release(&w);
        lince_free(f.bytes);
        lince_free(samples);
    }
}

static void test_channels_are_averaged(void **state)
{
    (void)state;
    float *samples = signal_of(1000, 8000);
    lince_wave w;
    lince_wave_head head;
    file f = write_as(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 3, 8000, samples, 1000, "three.wav");
    assert_int_equal(lince_wave_decode(&w, f.bytes, f.size, "three"), 0);
    assert_int_equal(w.count, 1000);
    for (size_t i = 0; i < w.count; i++) assert_true(fabsf(w.samples[i] - samples[i] * 2 / 3) < 1e-6f);
    assert_int_equal(lince_wave_measure(&head, f.bytes, f.size, "three"), 0);
    assert_int_equal(head.channels, 3);
    assert_int_equal(head.rate, 8000);
    assert_true(head.seconds == 0.125);
    lince_wave_release(&w);
    lince_free(f.bytes);
    lince_free(samples);
}

static void refused(const void *bytes, size_t size, const char *why)
{
    lince_wave w;
    assert_int_equal(lince_wave_decode(&w, bytes, size, "it.wav"), LINCE_EFORMAT);
    assert_null(w.samples);
    if (!strstr(lince_error(), why)) fail_msg("expected '%s': %s", why, lince_error());
}

static file sixteen(size_t n)
{
    float *samples = signal_of(n, 8000);
    file f = write_as(SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1, 8000, samples, n, "refused.wav");
    lince_free(samples);
    return f;
}

static void put32(file f, size_t at, uint32_t value)
{
    for (size_t i = 0; i < 4; i++) f.bytes[at + i] = (char)(value >> (8 * i));
}

static void test_what_is_cut_is_refused(void **state)
{
    (void)state;
    file f = sixteen(1000);
    refused(f.bytes, f.size - 2, "truncated");
    refused(f.bytes, 100, "truncated");
    lince_free(f.bytes);
    float *samples = signal_of(20000, 8000);
    f = write_as(SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1, 8000, samples, 20000, "cut.flac");
    lince_wave w;
    assert_true(lince_wave_decode(&w, f.bytes, f.size / 2, "it.flac") == LINCE_EFORMAT);
    lince_free(f.bytes);
    lince_free(samples);
}

/* A header of 44 bytes: the rate stands at 24, the data's size at 40. */
static void test_headers_that_lie_take_no_memory(void **state)
{
    (void)state;
    lince_wave w;
    file f = sixteen(1000);
    put32(f, 4, UINT32_MAX); /* as a program that writes into a pipe */
    put32(f, 40, UINT32_MAX - 36);
    assert_int_equal(lince_wave_decode(&w, f.bytes, f.size, "piped"), 0);
    assert_int_equal(w.count, 1000);
    lince_wave_release(&w);
    put32(f, 24, 1);
    refused(f.bytes, f.size, "samples a second, found 1");
    put32(f, 24, 4000000);
    refused(f.bytes, f.size, "found 4000000");
    lince_free(f.bytes);
}

static void test_what_is_no_recording_is_refused(void **state)
{
    (void)state;
    refused("", 0, "not a recording that is read (WAV, FLAC, Ogg");
    refused("hello, world, this is a text", 28, "not a recording");
    refused("RIFF\4\0\0\0WAVE", 12, "it.wav");
    file f = sixteen(0);
    refused(f.bytes, f.size, "no sound");
    lince_free(f.bytes);
}

static void test_samples_that_are_no_numbers_are_refused(void **state)
{
    (void)state;
    float samples[] = {0, 0.5f, NAN, 0};
    file f = write_as(SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, 8000, samples, 4, "nan.wav");
    refused(f.bytes, f.size, "sample 2 is no finite number");
    lince_free(f.bytes);
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    const float samples[] = {0, 0.25f, -0.5f, 1, -1, 2};
    lince_buffer out = {0};
    lince_wave w;
    lince_wave_encode(&out, samples, 6, 16000);
    assert_int_equal(out.error, 0);
    assert_int_equal(lince_wave_decode(&w, out.data, out.size, "own"), 0);
    assert_int_equal(w.rate, 16000);
    assert_int_equal(w.count, 6);
    for (size_t i = 0; i < 5; i++) assert_true(fabsf(w.samples[i] - samples[i]) < 1e-4f);
    assert_true(w.samples[5] > 0.99f && w.samples[5] <= 1); /* it is clipped */
    lince_wave_release(&w);
    lince_buffer_release(&out);
}

static void test_rates_that_make_too_much_are_refused(void **state)
{
    (void)state;
    lince_wave w = {.samples = lince_alloc(1, sizeof(float)), .count = (size_t)LINCE_WAVE_MOST, .rate = 8000};
    assert_int_equal(lince_wave_resample(&w, 48000, "long.wav"), LINCE_EFORMAT);
    assert_non_null(strstr(lince_error(), "long.wav"));
    lince_wave_release(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_format_is_decoded),
        cmocka_unit_test(test_channels_are_averaged),
        cmocka_unit_test(test_what_is_cut_is_refused),
        cmocka_unit_test(test_headers_that_lie_take_no_memory),
        cmocka_unit_test(test_what_is_no_recording_is_refused),
        cmocka_unit_test(test_samples_that_are_no_numbers_are_refused),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_rates_that_make_too_much_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
