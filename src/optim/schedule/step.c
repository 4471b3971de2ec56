/* torch.optim.lr_scheduler.StepLR */
#include "core/i18n.h"
#include "optim/schedule/schedule.h"

#include <math.h>
#include <stdio.h>

static double rate(const lince_schedule *s, double t)
{
    double epoch = floor(t / (double)s->steps_per_epoch);
    return s->lr * pow(s->gamma, floor(epoch / s->step_size));
}

static void describe(const lince_schedule *s, const char *about, char *out, size_t size)
{
    snprintf(out, size, about, s->lr, s->gamma, s->step_size);
}

const lince_schedule_type lince_step_schedule = {.name = "step",
                                                 .falls = true,
                                                 .rate = rate,
                                                 .about = N_("%g, times %g at each step (epochs: %d)"),
                                                 .describe = describe};
