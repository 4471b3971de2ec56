/* Mel scales and windows. */
#include "sound/features.h"

#include <math.h>
#include <string.h>

/* Slaney 1998, Auditory Toolbox: linear up to 1 kHz, logarithmic above, 27 mels to a factor of 6.4. */
static const double LINEAR = 200.0 / 3, KNEE = 1000, KNEE_MEL = 15,
                    LOG_STEP = 0.068751777420949123; /* ln(6.4) / 27 */

static double slaney_mel(double hz)
{
    return hz < KNEE ? hz / LINEAR : KNEE_MEL + log(hz / KNEE) / LOG_STEP;
}

static double slaney_hz(double mel)
{
    return mel < KNEE_MEL ? mel * LINEAR : KNEE * exp((mel - KNEE_MEL) * LOG_STEP);
}

/* O'Shaughnessy 1987, as HTK has it. */
static double htk_mel(double hz)
{
    return 2595 * log10(1 + hz / 700);
}

static double htk_hz(double mel)
{
    return 700 * (pow(10, mel / 2595) - 1);
}

static const lince_mel_scale scales[] = {{"slaney", slaney_mel, slaney_hz, true},
                                         {"htk", htk_mel, htk_hz, false}};

static double hann(double t)
{
    return 0.5 - 0.5 * cos(2 * M_PI * t);
}

static double hamming(double t)
{
    return 0.54 - 0.46 * cos(2 * M_PI * t);
}

static double blackman(double t)
{
    return 0.42 - 0.5 * cos(2 * M_PI * t) + 0.08 * cos(4 * M_PI * t);
}

static double rectangle(double t)
{
    (void)t;
    return 1;
}

static const lince_taper tapers[] = {
    {"hann", hann}, {"hamming", hamming}, {"blackman", blackman}, {"rectangle", rectangle}};

const lince_mel_scale *lince_mel_scale_at(size_t i)
{
    return i < sizeof scales / sizeof *scales ? &scales[i] : NULL;
}

const lince_mel_scale *lince_mel_scale_named(const char *name)
{
    for (size_t i = 0; lince_mel_scale_at(i); i++)
        if (!strcmp(scales[i].name, name)) return &scales[i];
    return NULL;
}

const lince_taper *lince_taper_at(size_t i)
{
    return i < sizeof tapers / sizeof *tapers ? &tapers[i] : NULL;
}

const lince_taper *lince_taper_named(const char *name)
{
    for (size_t i = 0; lince_taper_at(i); i++)
        if (!strcmp(tapers[i].name, name)) return &tapers[i];
    return NULL;
}
