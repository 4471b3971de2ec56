/* The signal of tests/reference/sound.py: a chirp that swells, a tone, noise; its first eighth is silence. */
#ifndef TESTS_SOUND_SIGNAL_H
#define TESTS_SOUND_SIGNAL_H

#include "core/memory.h"

#include <math.h>
#include <stdint.h>

static inline float *signal_of(size_t n, int rate)
{
    float *x = lince_alloc(n, sizeof *x);
    uint32_t state = 12345;
    for (size_t i = 0; x && i < n; i++) {
        state = (state * 1103515245u + 12345u) & 0x7fffffffu;
        double t = (double)i / rate, last = (double)(n - 1) / rate, noise = state / 2147483648.0 - 0.5;
        x[i] = i < n / 8 ? 0
                         : (float)(0.5 * t / last * sin(2 * M_PI * (200 + 0.2 * rate * t) * t) +
                                   0.1 * sin(2 * M_PI * 440 * t) + 0.02 * noise);
    }
    return x;
}

#endif
