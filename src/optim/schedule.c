#include "optim/schedule.h"
#include "core/error.h"

#include <float.h>
#include <math.h>
#include <string.h>

static const double PI = 3.14159265358979323846;

static double constant(const lince_schedule *s, double t)
{
    (void)t;
    return s->lr;
}

/* torch.optim.lr_scheduler.StepLR */
static double step(const lince_schedule *s, double t)
{
    double epoch = floor(t / (double)s->steps_per_epoch);
    return s->lr * pow(s->gamma, floor(epoch / s->step_size));
}

/* CosineAnnealingLR, by step: half a cosine from lr after the warm-up to min_lr behind the last step. */
static double cosine(const lince_schedule *s, double t)
{
    double warm = s->warmup_epochs * (double)s->steps_per_epoch;
    double length = (double)(s->steps_per_epoch * s->epochs) - warm;
    double progress = length > 0 ? (t - warm) / length : 1;
    return s->min_lr + (s->lr - s->min_lr) * (1 + cos(PI * fmin(fmax(progress, 0), 1))) / 2;
}

/* LinearLR, by step: straight from lr after the warm-up to min_lr behind the last step. */
static double linear(const lince_schedule *s, double t)
{
    double warm = s->warmup_epochs * (double)s->steps_per_epoch;
    double length = (double)(s->steps_per_epoch * s->epochs) - warm;
    double progress = length > 0 ? (t - warm) / length : 1;
    return s->lr + (s->min_lr - s->lr) * fmin(fmax(progress, 0), 1);
}

static double between(double from, double to, double share)
{
    return to + (from - to) * (1 + cos(PI * share)) / 2;
}

/* OneCycleLR (Smith & Topin 2018) with PyTorch's defaults: from lr / 25 up over the first 30 % of the steps,
 * down to lr / 25 / 10^4 at the last. */
static double onecycle(const lince_schedule *s, double t)
{
    double total = (double)(s->steps_per_epoch * s->epochs), start = s->lr / 25, end = start / 1e4;
    double peak = 0.3 * total - 1, last = total - 1;
    if (t <= peak) return between(start, s->lr, peak > 0 ? t / peak : 1);
    return between(s->lr, end, last > peak ? fmin((t - peak) / (last - peak), 1) : 1);
}

static double plateau(const lince_schedule *s, double t)
{
    (void)t;
    return fmax(s->lr * s->factor, fmin(s->min_lr, s->lr));
}

static const struct {
    const char *name;
    double (*rate)(const lince_schedule *s, double t);
    bool finite; /* depends on the number of epochs */
} schedules[] = {{"constant", constant, false}, {"step", step, false},        {"cosine", cosine, true},
                 {"linear", linear, true},      {"onecycle", onecycle, true}, {"plateau", plateau, false}};

enum { COUNT = sizeof schedules / sizeof *schedules };

int lince_schedule_init(lince_schedule *s)
{
    s->best = DBL_MAX;
    s->factor = 1;
    s->waited = 0;
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(schedules[i].name, s->name)) return 0;
    return lince_fail(LINCE_EUSAGE,
                      "--scheduler %s: expected constant, step, cosine, linear, onecycle or plateau",
                      s->name);
}

bool lince_schedule_is_finite(const lince_schedule *s)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(schedules[i].name, s->name)) return schedules[i].finite;
    return false;
}

double lince_schedule_lr(const lince_schedule *s, size_t t)
{
    double warm = s->warmup_epochs * (double)s->steps_per_epoch, rate = s->lr;
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(schedules[i].name, s->name)) rate = schedules[i].rate(s, (double)t);
    return (double)t < warm ? rate * ((double)t + 1) / ceil(warm) : rate;
}

double lince_schedule_progress(const lince_schedule *s, size_t step)
{
    return fmin((double)step / (double)(s->steps_per_epoch * s->epochs), 1);
}

void lince_schedule_epoch(lince_schedule *s, double loss)
{
    if (strcmp(s->name, "plateau") != 0) return;
    if (loss < s->best * (1 - 1e-4)) { /* ReduceLROnPlateau's threshold */
        s->best = loss;
        s->waited = 0;
    } else if (++s->waited > LINCE_PLATEAU_PATIENCE) {
        s->factor *= s->gamma;
        s->waited = 0;
    }
}
