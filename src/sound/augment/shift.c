/* Later or earlier, by up to a share of the clip; what it leaves behind is silence. */
#include "sound/augment/row.h"

#include <math.h>
#include <string.h>

static void shift(lince_random *r, const float *v, float *samples, size_t n)
{
    double most = (double)v[0] * (double)n, by = (2 * (double)lince_random_uniform(r) - 1) * most;
    size_t far = (size_t)lround(fabs(by)), left = n - far;
    float *from = samples + (by < 0 ? far : 0), *to = samples + (by < 0 ? 0 : far);
    memmove(to, from, left * sizeof *samples);
    memset(by < 0 ? samples + left : samples, 0, far * sizeof *samples);
}

const lince_sound_augmentation_row lince_sound_augment_shift = {
    .name = "shift", .usage = "shift=SHARE", .count = 1, .value = {{0, 1, 0.1}}, .wave = shift};
