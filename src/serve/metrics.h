/* What a server counts, and how it tells it: Prometheus's text format. Counted by several threads. */
#ifndef LINCE_SERVE_METRICS_H
#define LINCE_SERVE_METRICS_H

#include "core/buffer.h"
#include "serve/status.h"

#include <stdatomic.h>
#include <stddef.h>

enum { LINCE_BUCKETS = 12, LINCE_STATUSES = 11 };

typedef struct lince_model_counts {
    atomic_ullong inputs, failed, questions, batches, batched;
    atomic_ullong answered[LINCE_BUCKETS]; /* questions by the time that their answer took (metrics.c) */
    atomic_ullong answer_microseconds, busy_microseconds;
} lince_model_counts;

typedef struct lince_counts {
    atomic_ullong statuses[LINCE_STATUSES];
    atomic_ullong cut; /* connections that took too long */
} lince_counts;

/* A question of so many inputs, of which some failed, was answered; so many inputs were computed at once. */
void lince_model_counts_answered(lince_model_counts *metrics, size_t inputs, size_t failed, double seconds);
void lince_model_counts_computed(lince_model_counts *metrics, size_t inputs, double seconds);

void lince_counts_status(lince_counts *metrics, lince_http status);

struct lince_server;
void lince_counts_write(struct lince_server *server, lince_buffer *out);

#endif
