/* Where a training run's time goes: `--profile`. */
#ifndef LINCE_TRAIN_PROFILE_H
#define LINCE_TRAIN_PROFILE_H

#include "core/buffer.h"
#include "net/net.h"
#include "train/loop/gradient_sum.h"

typedef enum lince_phase_of_step {
    LINCE_TIME_WAITING, /* for the loader */
    LINCE_TIME_LAYERS,  /* forward and backward */
    LINCE_TIME_LOSS,
    LINCE_TIME_ADDING, /* gradients of several pieces */
    LINCE_TIME_OTHERS, /* until other members' gradients are added up */
    LINCE_TIME_NORM,   /* of the gradient, which also finds what is not finite */
    LINCE_TIME_UPDATE,
    LINCE_TIME_PROGRESS, /* counting, and the observer */
    LINCE_TIME_VALIDATION,
    LINCE_TIME_SAVING,
    LINCE_TIMES
} lince_phase_of_step;

typedef struct lince_profile {
    double last; /* when the stopwatch was read */
    double seconds[LINCE_TIMES];
    size_t steps, samples, all; /* all: of all members */
    double peak;                /* the machine's (kernels/peak.h) */
} lince_profile;

/* Starts the stopwatch, and gives the time since it was read last to a phase. */
void lince_profile_start(lince_profile *profile);
void lince_profile_lap(lince_profile *profile, lince_phase_of_step phase);

/* Seconds of the one were the other's. */
void lince_profile_move(lince_profile *profile, lince_phase_of_step from, lince_phase_of_step to,
                        double seconds);

/* Whether the time that a training waited for its data is worth a word: a second, and a tenth of it all. */
bool lince_waiting_matters(double waited, double seconds);

/* A table: the net's layers with milliseconds a step and GFLOP/s (multiplications and additions of the direct
 * algorithm, whatever is used) in each direction with their share of the machine's peak, and where there are other processes what its gradients cost on their way:
 * megabytes that this process sends, milliseconds, and the share of them in which something else was computed; then the phases. */
void lince_profile_print(const lince_profile *profile, lince_net *net, const lince_gradient_sum *sum,
                         lince_buffer *out);

#endif
