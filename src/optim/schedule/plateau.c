/* ReduceLROnPlateau: the rate drops where the validation loss has stopped falling. */
#include "core/i18n.h"
#include "optim/schedule/schedule.h"

#include <math.h>
#include <stdio.h>

enum { PATIENCE = 3 }; /* epochs without a lower validation loss before the rate drops */

static void hear(lince_schedule *s, double loss)
{
    if (loss < s->best * (1 - 1e-4)) { /* PyTorch's threshold */
        s->best = loss;
        s->waited = 0;
    } else if (++s->waited > PATIENCE) {
        s->factor *= s->gamma;
        s->waited = 0;
    }
}

static double rate(const lince_schedule *s, double t)
{
    (void)t;
    return fmax(s->lr * s->factor, fmin(s->min_lr, s->lr));
}

static void describe(const lince_schedule *s, const char *about, char *out, size_t size)
{
    snprintf(out, size, about, s->lr, s->gamma);
}

const lince_schedule_type lince_plateau_schedule = {
    .name = "plateau",
    .falls = true,
    .hear = hear,
    .rate = rate,
    .about = N_("%g, times %g whenever the validation loss stops falling"),
    .describe = describe};
