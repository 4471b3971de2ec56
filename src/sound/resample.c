#include "core/error.h"
#include "core/memory.h"
#include "sound/wave.h"

#include <math.h>
#include <soxr.h>

/* libsoxr (0.1.3) writes where an allocation of its own gave nothing. Its filters took 2.2 MB at the most for ratios of up to a
 * hundred; besides them it holds what goes in and what comes out. */
static int see_memory(size_t in, size_t out)
{
    enum { FILTERS = 4 << 20 };
    return lince_memory_at_hand(FILTERS + 2 * (in + out) * sizeof(double));
}

int lince_wave_resample(lince_wave *wave, int rate, const char *name)
{
    if (wave->rate == rate) return 0;
    double count = round((double)wave->count * rate / wave->rate);
    if (count > LINCE_WAVE_MOST || count < 1)
        return lince_fail(LINCE_EFORMAT, "%s: samples at %d Hz: %.0f; expected 1 to %d", name, rate, count,
                          LINCE_WAVE_MOST);
    size_t wanted = (size_t)count, made = 0;
    float *out = lince_alloc(wanted, sizeof *out);
    int code = out ? see_memory(wave->count, wanted) : LINCE_ENOMEM;
    if (code) return lince_free(out), code;
    soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    soxr_error_t error = soxr_oneshot(wave->rate, rate, 1, wave->samples, wave->count, NULL, out, wanted,
                                      &made, &io, &quality, &runtime);
    if (error) { /* it has no other: the filters of ratios that are far apart take memory */
        lince_free(out);
        return lince_fail(LINCE_ENOMEM, "%s: cannot be resampled from %d to %d Hz: %s", name, wave->rate,
                          rate, error);
    }
    lince_free(wave->samples);
    *wave = (lince_wave){.samples = out, .count = wanted, .rate = rate};
    return 0;
}
