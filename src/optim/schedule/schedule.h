/* Learning-rate schedules: the rate as a function of the step, and for some of the losses seen. A schedule is one file
 * and one line of list.def. */
#ifndef LINCE_OPTIM_SCHEDULE_H
#define LINCE_OPTIM_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lince_schedule_type lince_schedule_type;

typedef struct lince_schedule {
    const char *name; /* of its type */
    double lr, min_lr;
    double gamma;         /* factor of step and plateau */
    int step_size;        /* epochs, of step */
    double warmup_epochs; /* linear from lr / (warm-up steps) */
    size_t steps_per_epoch, epochs;
    const lince_schedule_type *type; /* set by lince_schedule_init */
    /* What it has seen of losses; part of a checkpoint. */
    double best, factor;
    int waited;
} lince_schedule;

struct lince_schedule_type {
    const char *name;
    bool falls;  /* the rate does not stay */
    bool finite; /* it depends on the number of epochs: such a schedule has come to its end with them */
    /* Of step t (0-based, counted over the whole run), without the warm-up. */
    double (*rate)(const lince_schedule *schedule, double t);
    void (*hear)(lince_schedule *schedule, double loss); /* an epoch's validation loss; may be NULL */
    /* For the report: what `about`, untranslated, is printf's format of. */
    const char *about;
    void (*describe)(const lince_schedule *schedule, const char *about, char *out, size_t size);
};

/* The type that schedule->name says; LINCE_EUSAGE for an unknown one. */
int lince_schedule_init(lince_schedule *schedule);

/* By name; NULL: there is none. And their names in order, for a table of settings. */
const lince_schedule_type *lince_schedule_named(const char *name);
const char *lince_schedule_name_at(const void *context, size_t index);

/* The rate of step `step`, with the warm-up. */
double lince_schedule_lr(const lince_schedule *schedule, size_t step);

/* The share of all steps that `step` of them are. */
double lince_schedule_progress(const lince_schedule *schedule, size_t step);

/* The share of the steps behind the warm-up that lies before step t, 0 to 1. For schedules. */
double lince_schedule_behind_warm_up(const lince_schedule *schedule, double t);

/* Tells it an epoch's validation loss; most do not listen. */
void lince_schedule_epoch(lince_schedule *schedule, double loss);

#define SCHEDULE(row) extern const lince_schedule_type row;
#include "optim/schedule/list.def"

#endif
