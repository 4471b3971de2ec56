/* Finished runs beside one another: read, paired by their test samples, and judged. */
#ifndef LINCE_REPORT_COMPARISON_H
#define LINCE_REPORT_COMPARISON_H

#include <lince/observer.h>

#include "metrics/paired.h"
#include "report/facts/facts.h"
#include "report/page/document.h"
#include "report/page/gaps.h"
#include "report/page/gnuplot.h"

#include <stdbool.h>

enum {
    LINCE_COMPARED_RUNS = 64,
    LINCE_COMPARED_SHOWN = LINCE_DOCUMENT_CELLS - 2 /* side by side in a table with two more columns */
};

/* A run against the one with the highest accuracy. */
typedef struct lince_contest {
    size_t only_best, only_this; /* samples that exactly one of the two got right */
    double p;                    /* McNemar's exact test, corrected for the number of contests (Holm) */
} lince_contest;

typedef struct lince_comparison {
    size_t count, best;       /* runs, and which of them has the highest test accuracy */
    lince_facts *facts;       /* [count] */
    lince_outcomes *outcomes; /* [count], each sorted by sample */
    int classes;
    size_t n;                             /* test samples */
    int32_t *label, **predicted;          /* [n]; [count][n] */
    lince_interval *scores, *differences; /* [count][lince_score_count(classes)]; differences to the best */
    lince_contest *contests;              /* [count]; the best's own is empty */
    struct lince_context *context;        /* of texts (report/compare/context.h); NULL for pictures */
    const lince_observer *observer;       /* or NULL */
} lince_comparison;

/* Reads the runs. LINCE_EDATA where they cannot be compared: fewer than two, one not tested, other classes,
 * other test samples. LINCE_EINTERRUPTED. Release in any case. */
int lince_comparison_read(lince_comparison *comparison, const char *const *runs, size_t count,
                          const lince_observer *observer);
void lince_comparison_release(lince_comparison *comparison);

/* Tells the observer how far a part of the work is; LINCE_EINTERRUPTED where it is to stop. */
int lince_comparison_tell(const lince_comparison *comparison, size_t done, size_t total);

/* The last part of a run's path: what it is called in tables. */
const char *lince_comparison_name(const lince_comparison *comparison, size_t run);

/* The runs that stand side by side where there is no room for all: as many as there are or, beyond
 * LINCE_COMPARED_SHOWN, one of each kind. Returns their number. */
size_t lince_comparison_shown(const lince_comparison *comparison, size_t shown[LINCE_COMPARED_SHOWN]);

/* Each run against the best on the samples `within` [n] (NULL: on all) into contests [count], zero before. */
void lince_comparison_contests(const lince_comparison *comparison, const bool *within,
                               lince_contest *contests);

/* Whether a run was right about a sample. */
static inline bool lince_comparison_right(const lince_comparison *c, size_t run, size_t sample)
{
    return c->predicted[run][sample] == c->label[sample];
}

/* Intervals of one run, or what it has over the best. */
const lince_interval *lince_comparison_scores(const lince_comparison *comparison, size_t run);
const lince_interval *lince_comparison_differences(const lince_comparison *comparison, size_t run);

/* Whether the best is better than `run` by more than luck: p below 0.05, and the interval of the difference
 * in accuracy without zero. */
bool lince_comparison_distinct(const lince_comparison *comparison, size_t run);

/* Runs that differ in their seed only: the first run of the one's kind. */
size_t lince_comparison_kind(const lince_comparison *comparison, size_t run);

/* plots/<name>.svg and .png in `folder`: val_accuracy, val_loss, confusions; of texts by_length, reach,
 * moved.
 What cannot be drawn is a gap.
 */
void lince_comparison_draw(const lince_comparison *comparison, const char *folder, lince_gaps *gaps);

/* --- for its figures -------------------------------------------------------------------------------- */

/* A command with a text behind it: set xlabel 'epoch'. */
void lince_comparison_label(lince_buffer *out, const char *command, const char *text);

/* The colour of the `place`-th run of a figure: Okabe & Ito's, which colour-blind people tell apart. */
const char *lince_comparison_colour(size_t place);

/* The page, into an open document; and the verdict alone, as a paragraph. */
void lince_comparison_write(lince_document *d, const lince_comparison *comparison);
void lince_comparison_verdict(const lince_comparison *comparison, lince_buffer *out);

#endif
