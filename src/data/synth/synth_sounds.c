/* The built-in sample data set of recordings: eight kinds of sounds of any pitch, loudness and length, 8 kHz, by six
 * instruments, each with overtones of its own and a background of its own. Files are named after the instrument
 * ("violet_0012.wav"), so that parts can be made by it. */
#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/random.h"
#include "data/synth/folder.h"
#include "sound/wave.h"

#include <lince/synth.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { RATE = 8000, SHORTEST = 4800, LONGEST = 9600, OVERTONES = 4, TEST_EVERY = 6 };

/* What one recording is drawn with. */
typedef struct drawn {
    double pitch;  /* Hz */
    double tempo;  /* a second */
    double factor; /* of a pitch that moves */
    const double *overtones;
    size_t count;
} drawn;

static const struct {
    const char *name;
    double overtones[OVERTONES], background;
} instruments[] = {
    {"amber", {1, 0.1, 0.05, 0}, 0.005},    {"coral", {0.6, 0.6, 0.2, 0.1}, 0.01},
    {"ivory", {1, 0, 0.5, 0}, 0.02},        {"jade", {0.8, 0.3, 0.3, 0.3}, 0.008},
    {"slate", {0.5, 0.1, 0.1, 0.6}, 0.015}, {"violet", {1, 0.5, 0, 0.2}, 0.03},
};

enum { INSTRUMENTS = sizeof instruments / sizeof *instruments };

/* A tone of this phase, in turns. */
static double tone(const drawn *d, double turns)
{
    double sum = 0;
    for (int k = 0; k < OVERTONES; k++) sum += d->overtones[k] * sin(2 * M_PI * (k + 1) * turns);
    return sum / 2;
}

static double noise(lince_random *r)
{
    return 2 * (double)lince_random_uniform(r) - 1;
}

static double steady(const drawn *d, double t, double share, lince_random *r)
{
    (void)share, (void)r;
    return tone(d, d->pitch * t);
}

/* From pitch to pitch * factor: the phase is the integral of pitch (1 + (factor - 1) t / T). */
static double rise(const drawn *d, double t, double share, lince_random *r)
{
    (void)r;
    return tone(d, d->pitch * t * (1 + (d->factor - 1) * share / 2));
}

static double fall(const drawn *d, double t, double share, lince_random *r)
{
    (void)r;
    return tone(d, d->pitch * t * (d->factor - (d->factor - 1) * share / 2));
}

static double siren(const drawn *d, double t, double share, lince_random *r)
{
    (void)share, (void)r;
    return tone(d, d->pitch * t + 0.25 * d->pitch / (2 * M_PI * d->tempo) * sin(2 * M_PI * d->tempo * t));
}

static double tremolo(const drawn *d, double t, double share, lince_random *r)
{
    (void)share, (void)r;
    return tone(d, d->pitch * t) * (0.5 + 0.5 * sin(2 * M_PI * 4 * d->tempo * t));
}

static double hiss(const drawn *d, double t, double share, lince_random *r)
{
    (void)d, (void)t, (void)share;
    return 0.5 * noise(r);
}

/* Noise that dies away after each beat. */
static double beats(double t, double tempo, lince_random *r)
{
    double since = fmod(t * tempo, 1) / tempo;
    return noise(r) * exp(-since * 60);
}

static double rhythm(const drawn *d, double t, double share, lince_random *r)
{
    (void)share;
    return beats(t, 2 * d->tempo, r);
}

static double roll(const drawn *d, double t, double share, lince_random *r)
{
    (void)share;
    return beats(t, 8 * d->tempo, r);
}

static const struct {
    const char *name;
    double (*at)(const drawn *d, double t, double share, lince_random *r);
} kinds[] = {{"fall", fall}, {"hiss", hiss},   {"rhythm", rhythm}, {"rise", rise},
             {"roll", roll}, {"siren", siren}, {"tone", steady},   {"tremolo", tremolo}};

enum { KINDS = sizeof kinds / sizeof *kinds };

static double between(lince_random *r, double low, double high)
{
    return low + (high - low) * (double)lince_random_uniform(r);
}

/* Kinds take turns, and instruments by the round; its number is the sample's. */
static void make(uint64_t seed, size_t index, size_t instrument, float *samples, size_t *count)
{
    lince_random r = lince_random_at(lince_key(seed, LINCE_STREAM_SYNTH, 3, index));
    drawn d = {.pitch = between(&r, 150, 700), .tempo = between(&r, 1.5, 3), .factor = between(&r, 1.6, 3)};
    double loudness = between(&r, 0.1, 0.8), background = instruments[instrument].background;
    d.overtones = instruments[instrument].overtones;
    *count = SHORTEST + lince_random_below(&r, LONGEST - SHORTEST);
    for (size_t i = 0; i < *count; i++) {
        double t = (double)i / RATE, share = (double)i / (double)*count, edge = fmin(share, 1 - share),
               swell = fmin(edge * 20, 1);
        samples[i] =
            (float)(loudness * swell * kinds[index % KINDS].at(&d, t, share, &r) + background * noise(&r));
    }
}

static const char *part_of(size_t index)
{
    return index / KINDS % TEST_EVERY == TEST_EVERY - 1 ? "test" : "train";
}

static int write_one(const char *folder, uint64_t seed, size_t index, float *samples)
{
    char path[LINCE_PATH_MAX];
    lince_buffer wav = {0};
    size_t count, instrument = index / KINDS / TEST_EVERY % INSTRUMENTS;
    if (snprintf(path, sizeof path, "%s/%s/%s/%s_%04zu.wav", folder, part_of(index),
                 kinds[index % KINDS].name, instruments[instrument].name, index / KINDS) >= (int)sizeof path)
        return lince_fail(LINCE_EUSAGE, "%.64s...: the path is too long", folder);
    make(seed, index, instrument, samples, &count);
    lince_wave_encode(&wav, samples, count, RATE);
    int code = wav.error ? wav.error : lince_synth_put(path, wav.data, wav.size);
    lince_buffer_release(&wav);
    return code;
}

typedef struct wanted {
    size_t n;
    uint64_t seed;
} wanted;

static int write_all(const char *folder, void *context)
{
    const wanted *w = context;
    float *samples = lince_alloc(LONGEST, sizeof *samples);
    char path[LINCE_PATH_MAX];
    int code = samples ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; !code && i < 2 * KINDS; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", folder, i % 2 ? "test" : "train", kinds[i / 2].name);
        code = lince_make_folder(path);
    }
    for (size_t i = 0; !code && i < w->n; i++) code = write_one(folder, w->seed, i, samples);
    lince_free(samples);
    return code;
}

int lince_synth_sounds(const char *folder, size_t n, uint64_t seed)
{
    LINCE_NEED(folder);
    LINCE_PLAIN_LOCALE;
    enum { FEWEST = KINDS * TEST_EVERY, MOST = 10000000 };
    wanted w = {n, seed};
    if (n < FEWEST || n > MOST)
        return lince_fail(
            LINCE_EUSAGE,
            "--n %zu: expected %d to %d recordings, so that each class has some in train and in test", n,
            FEWEST, MOST);
    return lince_synth_folder(folder, write_all, &w);
}
