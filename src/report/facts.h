/* What a run's folder says of itself: all that a report is drawn from. */
#ifndef LINCE_REPORT_FACTS_H
#define LINCE_REPORT_FACTS_H

#include "metrics/metrics.h"
#include "train/run.h"

#include <jansson.h>
#include <stdbool.h>

typedef struct lince_facts {
    lince_run run;
    lince_settings settings;
    char *command; /* as typed; "" where not recorded */
    json_t *data, *model;
    lince_history history;
    int best; /* row of history: best validation accuracy, or the last one without validation; -1: none */
    bool validated; /* there was a validation part */
    bool tested;    /* there is a test.json */
    lince_metrics test;
} lince_facts;

/* LINCE_EIO, LINCE_EFORMAT. A missing test.json is no error. Release in any case. */
int lince_facts_read(lince_facts *facts, const char *run);
void lince_facts_release(lince_facts *facts);

#endif
