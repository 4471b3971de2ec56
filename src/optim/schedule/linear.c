/* LinearLR, by step: straight from lr after the warm-up to min_lr behind the last step. */
#include "core/i18n.h"
#include "optim/schedule/schedule.h"

#include <stdio.h>

static double rate(const lince_schedule *s, double t)
{
    return s->lr + (s->min_lr - s->lr) * lince_schedule_behind_warm_up(s, t);
}

static void describe(const lince_schedule *s, const char *about, char *out, size_t size)
{
    snprintf(out, size, about, s->lr, s->min_lr);
}

const lince_schedule_type lince_linear_schedule = {.name = "linear",
                                                   .falls = true,
                                                   .finite = true,
                                                   .rate = rate,
                                                   .about = N_("%g, falling straight to %g"),
                                                   .describe = describe};
