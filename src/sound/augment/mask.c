/* Frames or bands that become the mean, 0, of which a map has `count` masks of any width up to a share of all:
 * D. S. Park et al., "SpecAugment: A simple data augmentation method for automatic speech recognition", Interspeech 2019. */
#include "sound/augment/row.h"

typedef struct range {
    size_t begin, end;
} range;

/* Of up to `share` of n. */
static range draw(lince_random *r, float share, size_t n)
{
    uint32_t most = (uint32_t)((double)share * (double)n), width = lince_random_below(r, most + 1),
             begin = lince_random_below(r, (uint32_t)n - width + 1);
    return (range){begin, begin + width};
}

static void mask_frames(lince_random *r, const float *v, size_t bands, size_t frames, float *x)
{
    for (int i = 0; i < (int)v[0]; i++) {
        range m = draw(r, v[1], frames);
        for (size_t b = 0; b < bands; b++)
            for (size_t t = m.begin; t < m.end; t++) x[b * frames + t] = 0;
    }
}

static void mask_bands(lince_random *r, const float *v, size_t bands, size_t frames, float *x)
{
    for (int i = 0; i < (int)v[0]; i++) {
        range m = draw(r, v[1], bands);
        for (size_t k = m.begin * frames; k < m.end * frames; k++) x[k] = 0;
    }
}

const lince_sound_augmentation_row lince_sound_augment_time_mask = {.name = "time-mask",
                                                                    .usage = "time-mask=COUNT:SHARE",
                                                                    .count = 2,
                                                                    .value = {{0, 100, 2}, {0, 1, 0.1}},
                                                                    .map = mask_frames};

const lince_sound_augmentation_row lince_sound_augment_band_mask = {.name = "band-mask",
                                                                    .usage = "band-mask=COUNT:SHARE",
                                                                    .count = 2,
                                                                    .value = {{0, 100, 2}, {0, 1, 0.15}},
                                                                    .map = mask_bands};
