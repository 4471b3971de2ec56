/* The pictures of a report that need the data and the network, and not only the run's folder. */
#ifndef LINCE_REPORT_EXPLAIN_H
#define LINCE_REPORT_EXPLAIN_H

#include "data/dataset.h"
#include "net/net.h"
#include "report/facts/facts.h"
#include "train/blueprint/blueprint.h"

/* Opens the run's data (the same as in training, by their fingerprint) and its best weights, draws what there
 * is for the run's kind of samples into plots/ and writes explain.json. Where that cannot be done, the reason
 * is in lince_error() and what was drawn before is left as it is. A kind that has no pictures: 0. */
int lince_explain(const lince_facts *facts);

/* --- for the pictures: a new one is one function and one line in the table of explain.c ------------- */

typedef struct lince_explainer {
    const lince_facts *facts;
    lince_dataset *dataset; /* split and limited as in training */
    lince_blueprint blueprint;
    lince_net *net;          /* for one sample; activations and their gradients can be read */
    lince_outcomes outcomes; /* none where there was no test */
    size_t *index;           /* [outcomes.count] in the test part */
    json_t *told;            /* becomes explain.json */
} lince_explainer;

/* Each draws one figure and puts what it shows into e->told under the figure's name; 0 where there is nothing
 * to draw. */
int lince_explain_samples(lince_explainer *e);
int lince_explain_filters(lince_explainer *e);
int lince_explain_errors(lince_explainer *e);
int lince_explain_gradcam(lince_explainer *e);
int lince_explain_duplicates(lince_explainer *e);
int lince_explain_recordings(lince_explainer *e);
int lince_explain_heard(lince_explainer *e);
int lince_explain_words(lince_explainer *e);    /* no figure: the words are drawn by the page */
int lince_explain_mistaken(lince_explainer *e); /* likewise */

/* A test sample, an index of e->outcomes, and the class that is looked at: the one that is answered; of several labels one that
 * is there, or answered, or both. */
typedef struct lince_case {
    size_t outcome;
    int class;
} lince_case;

/* What was mistaken most surely, the surest first, into worst[most], their number into *found: of one label samples by the
 * probability of the wrong class, of several by that of a label that is not there, or by what one that is there lacks to 1.
 * Each sample once; of the same two classes, or of one label that was missed or answered, three at most, so that one kind of
 * mistake does not hide the others. LINCE_ENOMEM. */
int lince_explain_worst(const lince_explainer *e, lince_case *worst, size_t most, size_t *found);

/* Right answers, of different classes while there are any, the first of each in the part's order, into chosen[most]; of several
 * labels before these each of a sample that has several, all of which are right. `shown` (or NULL): whether a sample will do.
 * Returns how many. */
size_t lince_explain_right(const lince_explainer *e, lince_case *chosen, size_t most,
                           bool (*shown)(const lince_explainer *e, size_t outcome));

double lince_explain_probability(const lince_explainer *e, const lince_case *at);

/* What stands below a sample, and below where the network looked: "cat", "→ dog\n93 %"; of several labels "cat|dog" and
 * "= dog", "- dog" (missed) or "+ dog" (not there). */
enum { LINCE_CAPTION_MAX = 512 };
void lince_explain_captions(const lince_explainer *e, const lince_case *at, char sample[LINCE_CAPTION_MAX],
                            char answer[LINCE_CAPTION_MAX]);

/* The fitted picture of a test sample, an index of e->outcomes. */
int lince_explain_picture(lince_explainer *e, size_t outcome, lince_image *image);

/* Beside an answer stands the sample that it was given to, or none: whether a test sample, an index of e->outcomes, or by its
 * name, holds (lince_loader_holds) what was tested, as far as that is known; 0, LINCE_EDATA. */
int lince_explain_check(const lince_explainer *e, size_t outcome, uint64_t content);
int lince_explain_check_named(const lince_explainer *e, const char *path, uint64_t content);

/* Whether a figure does without a sample that could not be read: what is no picture, and whatever training did without
 * (--on-bad skip). That memory or a disk failed is told instead. */
bool lince_explain_passes(const lince_explainer *e, int code);

/* Its probabilities [classes], computed again as the test did, views and temperature included. */
int lince_explain_probabilities(lince_explainer *e, size_t outcome, float *probability);

/* {path, true, predicted, probability}; of several labels also {label, found: "right", "missed" or "wrong"}. */
json_t *lince_explain_case(const lince_explainer *e, const lince_case *at);

#endif
