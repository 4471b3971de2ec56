/* What a run's folder says of itself: all that a report is drawn from. */
#ifndef LINCE_REPORT_FACTS_H
#define LINCE_REPORT_FACTS_H

#include "metrics/curves.h"
#include "metrics/label_metrics.h"
#include "metrics/metrics.h"
#include "settings/settings.h"
#include "train/run/run.h"

#include <jansson.h>
#include <stdbool.h>

/* What a run's samples are. Sections, figures and pictures of the report say which of them they are for. */
/* How many labels a sample has, of which rows are for one alone. */
typedef enum lince_labels {
    LINCE_ONE = 1,
    LINCE_SEVERAL = 2,
    LINCE_EITHER = LINCE_ONE | LINCE_SEVERAL
} lince_labels;

typedef enum lince_kinds {
    LINCE_PICTURES = 1,
    LINCE_TEXTS = 2,
    LINCE_OTHERS = 4, /* that the report has nothing of its own for */
    LINCE_RECORDINGS = 8,
    LINCE_ANY = LINCE_PICTURES | LINCE_TEXTS | LINCE_OTHERS | LINCE_RECORDINGS
} lince_kinds;

typedef struct lince_facts {
    lince_run run;
    lince_settings settings;
    char *command; /* as typed, a line for each stage; "" where not recorded */
    lince_kinds kinds;
    json_t *data, *model;
    json_t *
        seen; /* of test.json: accuracy on samples that the training part has too, and on new ones; or NULL */
    char views[16];      /* of test.json: "flip", "crops" where answers to views were averaged; "none" */
    int view_count;      /* their number */
    json_t *temperature; /* likewise: what calibration changed in the test; NULL: not calibrated */
    json_t *groups;      /* likewise: results by group; NULL: none are known */
    json_t *quantized;   /* quantize.json; NULL: there is none */
    json_t *calibration; /* calibration.json; NULL: there is none */
    json_t *explained;   /* explain.json: what the pictures in plots/ show; NULL: there are none */
    json_t *stages;      /* stages.json: those behind the first; NULL: there are none */
    lince_history history;
    int best;           /* row of history: the epoch whose weights were kept; -1: none */
    bool validated;     /* there was a validation part */
    bool tested;        /* there is a test.json */
    double peak_memory; /* bytes at most while it trained; 0: not recorded */
    char finished[32];  /* when its training ended; "": not recorded */
    lince_labels labels;
    lince_metrics test;            /* of one label; empty where there are several: */
    lince_label_metrics of_labels; /* of several */
    size_t test_count;             /* samples of either */
    int test_classes;
    char *const *test_names;              /* [test_classes] */
    const lince_class_score *test_scores; /* [test_classes] */
    const int *test_listed;               /* [test_classes] the order in which they are listed */
    double test_loss;
    json_t *thresholds; /* of test.json: class -> probability from which on it is answered; NULL: one label */
    lince_curves
        curves; /* of the test, by class; classes 0: the run has none (it is of an earlier version) */
} lince_facts;

/* LINCE_EUSAGE where the run's samples have several labels: for what is of one alone, `what` it is called. */
int lince_facts_refuse_several(const lince_facts *facts, const char *what);

/* LINCE_EIO, LINCE_EFORMAT. A missing test.json or explain.json is no error. Release in any case. */
int lince_facts_read(lince_facts *facts, const char *run);
void lince_facts_release(lince_facts *facts);

/* What is of either, once `test` or `of_labels` is filled. */
void lince_facts_measured(lince_facts *facts);

/* Reads explain.json again, after it was written. */
int lince_facts_read_explained(lince_facts *facts);

/* Values of JSON; "" and 0 where they are not there. */
const char *lince_fact_text(const json_t *object, const char *key);
double lince_fact_number(const json_t *object, const char *key);
const char *lince_fact_text_at(const json_t *array, size_t index);
double lince_fact_number_at(const json_t *array, size_t index);

/* The number at `offset` in a row of the history: offsetof(lince_epoch, val_loss), ... */
double lince_fact_of_epoch(const lince_epoch *epoch, size_t offset);

/* What data.json says that the parts share; NULL: it was not looked for, or before that was done. */
const json_t *lince_facts_leaks(const lince_facts *facts);

/* The outputs of the network's last layer; 0: not known. */
int lince_facts_outputs(const lince_facts *facts);

/* A row of predictions.csv. */
typedef struct lince_outcome_row {
    char *path; /* the sample's name; owned */
    bool right;
    int label, predicted;   /* of one label */
    double probability;     /* of the predicted class */
    char *labels, *answers; /* of several: as predictions.csv has them; owned, as are */
    bool *there, *answered; /* [test_classes] and */
    float *each;            /* [test_classes], the probabilities */
    uint64_t content;       /* of contents.csv: what the sample held when it was tested; 0: not known */
} lince_outcome_row;

typedef struct lince_outcomes {
    lince_outcome_row *rows; /* in the test part's order */
    size_t count, capacity;
} lince_outcomes;

/* predictions.csv, and contents.csv where it is there: earlier versions wrote none. LINCE_EIO, LINCE_EFORMAT. Needs facts->tested. Release in any case. */
int lince_facts_read_outcomes(const lince_facts *facts, lince_outcomes *outcomes);
void lince_outcomes_release(lince_outcomes *outcomes);

/* Two runs asked the same samples, by name and in this order (a[i], b[i]): " A and B were tested on ..." into `out` where
 * some of them hold something else in the one than in the other, as far as both say what they held. */
void lince_outcomes_tell_changed(const lince_outcomes *a, const lince_outcomes *b, const char *a_name,
                                 const char *b_name, lince_buffer *out);

#endif
