/* Learning-rate schedules: the rate as a function of the step, and for `plateau` of the losses seen. */
#ifndef LINCE_OPTIM_SCHEDULE_H
#define LINCE_OPTIM_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lince_schedule {
    const char *name; /* constant, step, cosine, linear, onecycle, plateau */
    double lr, min_lr;
    double gamma;         /* factor of step and plateau */
    int step_size;        /* epochs, of step */
    double warmup_epochs; /* linear from lr / (warm-up steps) */
    size_t steps_per_epoch, epochs;
    /* plateau: what it has seen; part of a checkpoint */
    double best, factor;
    int waited;
} lince_schedule;

enum { LINCE_PLATEAU_PATIENCE = 3 }; /* epochs without a lower validation loss before the rate drops */

/* LINCE_EUSAGE for an unknown name. */
int lince_schedule_init(lince_schedule *schedule);

/* Whether the rate depends on how many epochs there are: such a schedule has come to its end with them. */
bool lince_schedule_is_finite(const lince_schedule *schedule);

/* The rate of step `step` (0-based, counted over the whole run). */
double lince_schedule_lr(const lince_schedule *schedule, size_t step);

/* The share of all steps that `step` of them are. */
double lince_schedule_progress(const lince_schedule *schedule, size_t step);

/* Tells plateau an epoch's validation loss; the others do not listen. */
void lince_schedule_epoch(lince_schedule *schedule, double loss);

#endif
