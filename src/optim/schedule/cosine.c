/* CosineAnnealingLR, by step: half a cosine from lr after the warm-up to min_lr behind the last step. */
#include "core/i18n.h"
#include "optim/schedule/schedule.h"

#include <math.h>
#include <stdio.h>

static const double PI = 3.14159265358979323846;

static double rate(const lince_schedule *s, double t)
{
    return s->min_lr + (s->lr - s->min_lr) * (1 + cos(PI * lince_schedule_behind_warm_up(s, t))) / 2;
}

static void describe(const lince_schedule *s, const char *about, char *out, size_t size)
{
    snprintf(out, size, about, s->lr, s->min_lr);
}

const lince_schedule_type lince_cosine_schedule = {.name = "cosine",
                                                   .falls = true,
                                                   .finite = true,
                                                   .rate = rate,
                                                   .about = N_("%g, falling along a cosine to %g"),
                                                   .describe = describe};
