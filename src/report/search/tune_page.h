/* The page of a search: OUT/tune.html and tune.md, and its figures. */
#ifndef LINCE_REPORT_TUNE_PAGE_H
#define LINCE_REPORT_TUNE_PAGE_H

#include "report/page/document.h"
#include "report/page/gaps.h"
#include "train/run/run.h"
#include "tune/record.h"

/* What a search's folder says of itself, with each trial's history. */
typedef struct lince_tune_facts {
    const lince_search *search; /* with its legs applied */
    lince_history *history;     /* [search->count]; empty where nothing was written */
    long winner;                /* trial */
    double test_accuracy;       /* NAN: none */
} lince_tune_facts;

/* best_so_far, trial_curves, coordinates, into folder/plots. */
void lince_tune_draw(const lince_tune_facts *facts, lince_gaps *gaps);
int lince_tune_write(const lince_tune_facts *facts, const lince_gaps *gaps);

/* "validation accuracy, %", ... in the thread's language; and a value as shown. */
const char *lince_tune_objective_name(const lince_search *search);
double lince_tune_shown(const lince_search *search, double value);

#endif
