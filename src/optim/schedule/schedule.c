#include "optim/schedule/schedule.h"
#include "core/choice.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const lince_schedule_type *const schedules[] = {
#define SCHEDULE(row) &row,
#include "optim/schedule/list.def"
};

enum { COUNT = sizeof schedules / sizeof *schedules };

const char *lince_schedule_name_at(const void *context, size_t index)
{
    (void)context;
    return index < COUNT ? schedules[index]->name : NULL;
}

const lince_schedule_type *lince_schedule_named(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(schedules[i]->name, name)) return schedules[i];
    return NULL;
}

int lince_schedule_init(lince_schedule *s)
{
    s->best = DBL_MAX;
    s->factor = 1;
    s->waited = 0;
    s->type = lince_schedule_named(s->name);
    return lince_choice_check("scheduler", s->name, lince_schedule_name_at, NULL);
}

double lince_schedule_lr(const lince_schedule *s, size_t t)
{
    double warm = s->warmup_epochs * (double)s->steps_per_epoch, rate = s->type->rate(s, (double)t);
    return (double)t < warm ? rate * ((double)t + 1) / ceil(warm) : rate;
}

double lince_schedule_progress(const lince_schedule *s, size_t step)
{
    return fmin((double)step / (double)(s->steps_per_epoch * s->epochs), 1);
}

double lince_schedule_behind_warm_up(const lince_schedule *s, double t)
{
    double warm = s->warmup_epochs * (double)s->steps_per_epoch;
    double length = (double)(s->steps_per_epoch * s->epochs) - warm;
    double progress = length > 0 ? (t - warm) / length : 1;
    return fmin(fmax(progress, 0), 1);
}

void lince_schedule_epoch(lince_schedule *s, double loss)
{
    if (s->type->hear) s->type->hear(s, loss);
}
