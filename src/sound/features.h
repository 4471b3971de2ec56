/* What a network sees of a recording: a map of bands by frames.
 *
 *     log-mel   10 log10 of the power that falls into each mel band, of windows that overlap, no further than top_db below
 *               the map's greatest; librosa's power_to_db(melspectrogram(...)), torchaudio's AmplitudeToDB(MelSpectrogram)
 *     mfcc      the first coefficients of its orthonormal DCT-II over the bands, librosa's and torchaudio's mfcc
 *
 * Frames are centred: the t-th is around sample t * hop, and beyond the recording there are zeros (librosa's centre and
 * pad_mode "constant"). */
#ifndef LINCE_SOUND_FEATURES_H
#define LINCE_SOUND_FEATURES_H

#include "core/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* How frequencies become mels: "slaney", librosa's, whose bands have the same area, or "htk", torchaudio's, whose bands have
 * the same height. */
typedef struct lince_mel_scale {
    const char *name;
    double (*mel)(double hz);
    double (*hz)(double mel);
    bool same_area;
} lince_mel_scale;

/* A window of `n` samples, periodic: w(i / n). */
typedef struct lince_taper {
    const char *name;
    double (*at)(double turn);
} lince_taper;

/* NULL behind the last; named: NULL, where none is called so. */
const lince_mel_scale *lince_mel_scale_at(size_t index);
const lince_mel_scale *lince_mel_scale_named(const char *name);
const lince_taper *lince_taper_at(size_t index);
const lince_taper *lince_taper_named(const char *name);

enum { LINCE_BANDS_MOST = 512, LINCE_FFT_MOST = 1 << 16 };

typedef struct lince_feature_spec {
    int rate;     /* Hz */
    int fft, hop; /* samples of a window, and from one to the next */
    int mels;
    int coefficients; /* mfcc: how many; 0: log-mel */
    int power;        /* 2: of power, 1: of magnitudes */
    double top_db;    /* 0: no bound but that of powers, 1e-10 */
    const lince_mel_scale *scale;
    const lince_taper *taper;
} lince_feature_spec;

/* LINCE_EUSAGE for what cannot be computed; the names of options are those of the settings. */
int lince_feature_spec_check(const lince_feature_spec *spec);

static inline int lince_feature_bands(const lince_feature_spec *spec)
{
    return spec->coefficients ? spec->coefficients : spec->mels;
}

static inline size_t lince_feature_frames(const lince_feature_spec *spec, size_t samples)
{
    return 1 + samples / (size_t)spec->hop;
}

typedef struct lince_sound_features lince_sound_features;

/* Tables for one spec; to be used by several threads at a time, each with scratch of its own. LINCE_EUSAGE, LINCE_ENOMEM. */
int lince_sound_features_new(lince_sound_features **features, const lince_feature_spec *spec);
void lince_sound_features_free(lince_sound_features *features);

/* Mel bands that no frequency of the windows falls into, so that they say nothing. */
int lince_sound_features_empty(const lince_sound_features *features);

/* Bytes of scratch that a map of so many frames takes; SIZE_MAX: more than there can be. */
size_t lince_sound_features_scratch(const lince_sound_features *features, size_t frames);

/* samples [n] become map [bands][frames]. */
void lince_sound_features_compute(const lince_sound_features *features, const float *samples, size_t n,
                                  void *scratch, float *map);

#endif
