/* White noise, as many decibels below the clip's power as are drawn between the two values. */
#include "sound/augment/row.h"

#include <math.h>

static void add_noise(lince_random *r, const float *v, float *samples, size_t n)
{
    double power = 0, snr = (double)v[0] + ((double)v[1] - (double)v[0]) * (double)lince_random_uniform(r);
    for (size_t i = 0; i < n; i++) power += (double)samples[i] * (double)samples[i];
    float deviation = (float)sqrt(power / (double)n * pow(10, -snr / 10));
    for (size_t i = 0; i < n; i++) samples[i] += deviation * lince_random_normal(r);
}

const lince_sound_augmentation_row lince_sound_augment_noise = {.name = "noise",
                                                                .usage = "noise=LEAST:MOST",
                                                                .count = 2,
                                                                .value = {{-20, 100, 10}, {-20, 100, 30}},
                                                                .wave = add_noise};
