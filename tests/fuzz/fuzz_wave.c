/* Any bytes as a recording: refused with a message, or decoded to as many finite numbers as it says.
 * The seeds are the recordings of tests/sound/test_wave.c, left in test-scratch/seeds/wave. */
#include "sound/wave.h"

#include <lince/error.h>
#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_wave wave;
    if (lince_wave_decode(&wave, bytes, size, "fuzz") < 0) {
        if (!*lince_error() || wave.samples) abort();
        return 0;
    }
    if (!wave.count || wave.rate < LINCE_RATE_LEAST) abort();
    for (size_t i = 0; i < wave.count; i++)
        if (!isfinite(wave.samples[i])) abort();
    lince_wave_release(&wave);
    return 0;
}
