#include "core/i18n.h"
#include "optim/schedule/schedule.h"

#include <stdio.h>

static double rate(const lince_schedule *s, double t)
{
    (void)t;
    return s->lr;
}

static void describe(const lince_schedule *s, const char *about, char *out, size_t size)
{
    snprintf(out, size, about, s->lr);
}

const lince_schedule_type lince_constant_schedule = {
    .name = "constant", .rate = rate, .about = N_("%g, constant"), .describe = describe};
