/* A recording: one channel of floats in -1..1, at so many of them a second. */
#ifndef LINCE_SOUND_WAVE_H
#define LINCE_SOUND_WAVE_H

#include "core/buffer.h"
#include "core/bytes.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    LINCE_WAVE_MOST =
        1 << 28, /* samples: 90 minutes at 48 kHz, 1 GiB; a header that claims more is a mistake */
    LINCE_RATE_LEAST = 1000,
    LINCE_RATE_MOST = 768000, /* Hz */
};

typedef struct lince_wave {
    float *samples; /* [count], owned (lince_free) */
    size_t count;
    int rate; /* Hz */
} lince_wave;

/* What a header says. */
typedef struct lince_wave_head {
    double seconds;
    int rate, channels;
} lince_wave_head;

/* Decodes a recording of any rate, depth and number of channels, which are averaged (librosa's to_mono): whatever
 * libsndfile reads; which format it is is told from the content. `name` is for messages. LINCE_EFORMAT: it is none, is
 * truncated, holds no sample, or one that is no finite number. */
int lince_wave_decode(lince_wave *wave, const void *bytes, size_t size, const char *name);

/* The same without the samples. LINCE_EFORMAT. */
int lince_wave_measure(lince_wave_head *head, const void *bytes, size_t size, const char *name);

/* To another rate, by libsoxr's high quality, as librosa.resample and soxr.resample do: round(count * rate / its own) samples.
 * LINCE_EFORMAT where these are too many. */
int lince_wave_resample(lince_wave *wave, int rate, const char *name);

/* As a WAV file of 16 bits. LINCE_ENOMEM in the buffer's error. */
void lince_wave_encode(lince_buffer *out, const float *samples, size_t count, int rate);

void lince_wave_release(lince_wave *wave);

/* Whether a file calls itself a recording by the ending of its name, and whether its first bytes say so. */
bool lince_ends_wave_name(const char *ending);
bool lince_wave_recognised(const uint8_t *bytes, size_t size);

/* The formats that are read, for messages: "WAV, FLAC, ...". Returns `out`. */
enum { LINCE_WAVE_FORMATS = 256 };
const char *lince_wave_formats(char out[LINCE_WAVE_FORMATS]);

#endif
