/* Louder or softer, by up to so many decibels. */
#include "sound/augment/row.h"

#include <math.h>

static void gain(lince_random *r, const float *v, float *samples, size_t n)
{
    double db = (2 * (double)lince_random_uniform(r) - 1) * (double)v[0];
    float factor = (float)pow(10, db / 20);
    for (size_t i = 0; i < n; i++) samples[i] *= factor;
}

const lince_sound_augmentation_row lince_sound_augment_gain = {
    .name = "gain", .usage = "gain=DB", .count = 1, .value = {{0, 60, 6}}, .wave = gain};
