/* Answers that are kept only where the classifier is sure: how many, and how many of them are right
 * (selective classification, El-Yaniv & Wiener 2010). */
#ifndef LINCE_METRICS_SELECTIVE_H
#define LINCE_METRICS_SELECTIVE_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lince_answered {
    float confidence; /* the probability of the predicted class */
    bool right;
} lince_answered;

/* By falling confidence, as the others want them. */
void lince_answered_sort(lince_answered *answers, size_t n);

/* Of the answers whose confidence is `least` or more. */
typedef struct lince_selection {
    double least;
    size_t answered, right;
} lince_selection;

lince_selection lince_selection_at(const lince_answered *answers, size_t n, double least);

/* The least confidence for which at least the share `wanted` of what is answered is right; answers of one
 * confidence are kept together. False where there is none: the selection is then that of the greatest
 * share. */
bool lince_selection_for(const lince_answered *answers, size_t n, double wanted, lince_selection *selection);

#endif
