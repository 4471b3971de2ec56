/* A model that is served: its queue of jobs, and the one thread that computes with it. */
#ifndef LINCE_SERVE_SERVED_H
#define LINCE_SERVE_SERVED_H

#include "report/explain/looker.h"
#include "serve/job.h"
#include "serve/metrics.h"

#include <lince/model.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct lince_served {
    char *name;
    lince_model *model;
    int batch;    /* inputs at a time */
    size_t queue; /* jobs that may wait */
    pthread_mutex_t mutex;
    pthread_cond_t more;
    lince_job *first, *last; /* that wait */
    size_t waiting;          /* those, and places that are kept */
    bool closed, running;
    pthread_t thread;
    lince_voice voice;
    lince_looker *looker; /* once somebody has asked where it looked */
    lince_model_counts metrics;
} lince_served;

/* Opens "PATH" or "NAME=PATH", and gets it ready for `batch` inputs at a time, of pictures each of `most` bytes of pixels. To be
 * released in any case. LINCE_EUSAGE. */
int lince_served_open(lince_served *served, const char *what, int threads, int batch, size_t most);
void lince_served_release(lince_served *served); /* once it has ended */

/* Begins its thread, which speaks as the caller; ends it, once all that waits is answered. LINCE_ENOMEM. */
int lince_served_begin(lince_served *served);
void lince_served_end(lince_served *served);

/* Keeps a place in the queue; false: as many wait as may. Then a job takes it. */
bool lince_served_reserve(lince_served *served);
void lince_served_ask(lince_served *served, lince_job *job);

size_t lince_served_waiting(lince_served *served);

#endif
