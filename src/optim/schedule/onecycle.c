/* OneCycleLR (Smith & Topin 2018) with PyTorch's defaults: from lr / 25 up over the first 30 % of the steps,
 * down to lr / 25 / 10^4 at the last. */
#include "core/i18n.h"
#include "optim/schedule/schedule.h"

#include <math.h>
#include <stdio.h>

static const double PI = 3.14159265358979323846;

static double between(double from, double to, double share)
{
    return to + (from - to) * (1 + cos(PI * share)) / 2;
}

static double rate(const lince_schedule *s, double t)
{
    double total = (double)(s->steps_per_epoch * s->epochs), start = s->lr / 25, end = start / 1e4;
    double peak = 0.3 * total - 1, last = total - 1;
    if (t <= peak) return between(start, s->lr, peak > 0 ? t / peak : 1);
    return between(s->lr, end, last > peak ? fmin((t - peak) / (last - peak), 1) : 1);
}

static void describe(const lince_schedule *s, const char *about, char *out, size_t size)
{
    snprintf(out, size, about, s->lr);
}

const lince_schedule_type lince_onecycle_schedule = {.name = "onecycle",
                                                     .falls = true,
                                                     .finite = true,
                                                     .rate = rate,
                                                     .about = N_(
                                                         "one cycle: rising to %g, then falling to almost 0"),
                                                     .describe = describe};
