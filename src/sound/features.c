#include "sound/features.h"
#include "core/error.h"
#include "core/memory.h"

#include <kiss_fftr.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

/* A triangle over the bins first .. first + count - 1 of a spectrum. */
typedef struct band {
    int first, count;
    const float *weight; /* [count] */
} band;

struct lince_sound_features {
    lince_feature_spec spec;
    size_t plan;   /* bytes of a transform's tables, which every thread has for itself: it computes in them */
    float *window; /* [fft] */
    band *band;    /* [mels] */
    float *weights; /* of all bands */
    float *cosine;  /* [coefficients][mels] of the DCT */
};

/* --- what can be computed ------------------------------------------------------------------------- */

/* A transform's length is halved, and its half a product of 2, 3 and 5: others take memory while they run. */
static bool is_fast(int n)
{
    if (n % 2) return false;
    for (int p = 2; p <= 5; p++)
        while (n % p == 0) n /= p;
    return n == 1;
}

int lince_feature_spec_check(const lince_feature_spec *s)
{
    if (s->fft < 16 || s->fft > LINCE_FFT_MOST || !is_fast(s->fft))
        return lince_fail(LINCE_EUSAGE,
                          "--fft %d: expected an even product of 2, 3 and 5, from 16 to %d, like 512", s->fft,
                          LINCE_FFT_MOST);
    if (s->hop < 1 || s->hop > s->fft)
        return lince_fail(LINCE_EUSAGE, "--hop %d: expected 1 to %d, the samples of a window (--fft)", s->hop,
                          s->fft);
    if (s->mels < 1 || s->mels > LINCE_BANDS_MOST || s->mels > s->fft / 2)
        return lince_fail(LINCE_EUSAGE, "--mels %d: expected 1 to %d, with --fft %d", s->mels,
                          s->fft / 2 < LINCE_BANDS_MOST ? s->fft / 2 : LINCE_BANDS_MOST, s->fft);
    if (s->coefficients > s->mels)
        return lince_fail(LINCE_EUSAGE,
                          "--coefficients %d: expected 1 to %d, as many as there are bands (--mels)",
                          s->coefficients, s->mels);
    return 0;
}

/* --- tables --------------------------------------------------------------------------------------- */

/* The height of band m at a frequency; edges [mels + 2]. */
static double height(const lince_mel_scale *scale, const double *edges, int m, double hz)
{
    double low = edges[m], middle = edges[m + 1], high = edges[m + 2];
    double up = (hz - low) / (middle - low), down = (high - hz) / (high - middle);
    double least = up < down ? up : down;
    return least > 0 ? least * (scale->same_area ? 2 / (high - low) : 1) : 0;
}

static void fill_bands(lince_sound_features *f, const double *edges)
{
    const lince_feature_spec *s = &f->spec;
    int bins = s->fft / 2 + 1;
    float *next = f->weights;
    for (int m = 0; m < s->mels; m++) {
        band *b = &f->band[m];
        b->weight = next;
        for (int k = 0; k < bins; k++) {
            double w = height(s->scale, edges, m, (double)k * s->rate / s->fft);
            if (w <= 0) continue;
            if (!b->count) b->first = k;
            b->count++;
            *next++ = (float)w;
        }
    }
}

/* Every bin lies in two bands at most. */
static int make_bands(lince_sound_features *f)
{
    const lince_feature_spec *s = &f->spec;
    size_t mels = (size_t)s->mels;
    double *edges = lince_alloc(mels + 2, sizeof *edges), top = s->scale->mel(s->rate / 2.0);
    f->band = lince_alloc(mels, sizeof *f->band);
    f->weights = lince_alloc((size_t)s->fft + 2, sizeof *f->weights);
    bool made = edges && f->band && f->weights;
    for (size_t i = 0; made && i < mels + 2; i++)
        edges[i] = s->scale->hz(top * (double)i / (double)(mels + 1));
    if (made) fill_bands(f, edges);
    lince_free(edges);
    return made ? 0 : LINCE_ENOMEM;
}

/* Orthonormal: c[k][m] = sqrt(2 / M) cos(pi k (m + 1/2) / M), the first row divided by sqrt(2). */
static int make_cosine(lince_sound_features *f)
{
    size_t n = (size_t)f->spec.coefficients, mels = (size_t)f->spec.mels;
    if (!(f->cosine = lince_alloc(n * mels, sizeof *f->cosine))) return LINCE_ENOMEM;
    for (size_t k = 0; k < n; k++)
        for (size_t m = 0; m < mels; m++)
            f->cosine[k * mels + m] = (float)(sqrt((k ? 2.0 : 1.0) / (double)mels) *
                                              cos(M_PI * (double)k * ((double)m + 0.5) / (double)mels));
    return 0;
}

static int make_tables(lince_sound_features *f)
{
    const lince_feature_spec *s = &f->spec;
    if (!(f->window = lince_alloc((size_t)s->fft, sizeof *f->window))) return LINCE_ENOMEM;
    for (int i = 0; i < s->fft; i++) f->window[i] = (float)s->taper->at((double)i / s->fft);
    kiss_fftr_alloc(s->fft, 0, NULL, &f->plan); /* says how much it needs */
    LINCE_TRY(make_bands(f));
    return s->coefficients ? make_cosine(f) : 0;
}

int lince_sound_features_new(lince_sound_features **features, const lince_feature_spec *spec)
{
    *features = NULL;
    LINCE_TRY(lince_feature_spec_check(spec));
    lince_sound_features *f = lince_alloc(1, sizeof *f);
    if (!f) return LINCE_ENOMEM;
    f->spec = *spec;
    int code = make_tables(f);
    if (code) {
        lince_sound_features_free(f);
        return code;
    }
    *features = f;
    return 0;
}

void lince_sound_features_free(lince_sound_features *f)
{
    if (!f) return;
    lince_free(f->window);
    lince_free(f->band);
    lince_free(f->weights);
    lince_free(f->cosine);
    lince_free(f);
}

int lince_sound_features_empty(const lince_sound_features *f)
{
    int count = 0;
    for (int m = 0; m < f->spec.mels; m++) count += !f->band[m].count;
    return count;
}

/* --- a map ---------------------------------------------------------------------------------------- */

/* Where scratch has what. */
typedef struct room {
    void *plan;
    float *frame;           /* [fft] */
    kiss_fft_cpx *spectrum; /* [fft / 2 + 1] */
    float *strength;        /* of it, likewise */
    float *mel;             /* [mels][frames], of mfcc */
} room;

/* Sizes of the first four. */
typedef struct sizes {
    size_t plan, frame, spectrum, strength;
} sizes;

static sizes sizes_of(const lince_sound_features *f)
{
    size_t fft = (size_t)f->spec.fft, bins = fft / 2 + 1;
    return (sizes){lince_align(f->plan), lince_align(fft * sizeof(float)),
                   lince_align(bins * sizeof(kiss_fft_cpx)), lince_align(bins * sizeof(float))};
}

size_t lince_sound_features_scratch(const lince_sound_features *f, size_t frames)
{
    sizes s = sizes_of(f);
    size_t own = s.plan + s.frame + s.spectrum + s.strength,
           mels = f->spec.coefficients ? (size_t)f->spec.mels : 0, map, all;
    bool fits = lince_mul(mels * sizeof(float), frames, &map) && lince_add(own, map, &all);
    return fits ? all : SIZE_MAX;
}

static room lay_out(const lince_sound_features *f, uint8_t *scratch)
{
    sizes s = sizes_of(f);
    uint8_t *frame = scratch + s.plan, *spectrum = frame + s.frame, *strength = spectrum + s.spectrum;
    return (room){scratch, (void *)frame, (void *)spectrum, (void *)strength,
                  (void *)(strength + s.strength)};
}

/* Samples first .. first + fft - 1, zero beyond the recording, times the window. */
static void cut_frame(const lince_sound_features *f, const float *samples, ptrdiff_t n, ptrdiff_t first,
                      float *frame)
{
    ptrdiff_t fft = f->spec.fft;
    for (ptrdiff_t i = 0; i < fft; i++) {
        ptrdiff_t at = first + i;
        frame[i] = at >= 0 && at < n ? samples[at] * f->window[i] : 0;
    }
}

static void measure(const lince_sound_features *f, kiss_fftr_cfg plan, const room *r)
{
    int bins = f->spec.fft / 2 + 1;
    kiss_fftr(plan, r->frame, r->spectrum);
    for (int k = 0; k < bins; k++) {
        float power = r->spectrum[k].r * r->spectrum[k].r + r->spectrum[k].i * r->spectrum[k].i;
        r->strength[k] = f->spec.power == 2 ? power : sqrtf(power);
    }
}

static double sum_band(const band *b, const float *strength)
{
    double sum = 0;
    for (int k = 0; k < b->count; k++) sum += (double)b->weight[k] * (double)strength[b->first + k];
    return sum;
}

/* 10 log10 of powers, 20 log10 of magnitudes. */
static float decibels(double strength, int power)
{
    static const double LEAST = 1e-10; /* of powers */
    double p = power == 2 ? strength : strength * strength;
    return (float)(10 * log10(p > LEAST ? p : LEAST));
}

static void bound(float *map, size_t n, float top_db)
{
    float most = map[0];
    for (size_t i = 1; i < n; i++) most = map[i] > most ? map[i] : most;
    for (size_t i = 0; i < n; i++) map[i] = map[i] < most - top_db ? most - top_db : map[i];
}

/* map[k][t] = sum_m cosine[k][m] mel[m][t] */
static void transform(const lince_sound_features *f, const float *mel, size_t frames, float *map)
{
    size_t n = (size_t)f->spec.coefficients, mels = (size_t)f->spec.mels;
    memset(map, 0, n * frames * sizeof *map);
    for (size_t k = 0; k < n; k++)
        for (size_t m = 0; m < mels; m++)
            for (size_t t = 0; t < frames; t++)
                map[k * frames + t] += f->cosine[k * mels + m] * mel[m * frames + t];
}

void lince_sound_features_compute(const lince_sound_features *f, const float *samples, size_t n,
                                  void *scratch, float *map)
{
    const lince_feature_spec *s = &f->spec;
    room r = lay_out(f, scratch);
    size_t frames = lince_feature_frames(s, n), plan_size = f->plan;
    kiss_fftr_cfg plan = kiss_fftr_alloc(s->fft, 0, r.plan, &plan_size);
    float *mel = s->coefficients ? r.mel : map;
    for (size_t t = 0; t < frames; t++) {
        cut_frame(f, samples, (ptrdiff_t)n, (ptrdiff_t)t * s->hop - s->fft / 2, r.frame);
        measure(f, plan, &r);
        for (int m = 0; m < s->mels; m++)
            mel[(size_t)m * frames + t] = decibels(sum_band(&f->band[m], r.strength), s->power);
    }
    if (s->top_db > 0) bound(mel, (size_t)s->mels * frames, (float)s->top_db);
    if (s->coefficients) transform(f, mel, frames, map);
}
