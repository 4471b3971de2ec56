/* Inputs in memory that are answered together, each with an outcome of its own: what is wrong with one is no other's affair. */
#ifndef LINCE_MODALITY_MANY_H
#define LINCE_MODALITY_MANY_H

#include "core/i18n.h"

#include <lince/model.h>
#include <stddef.h>

/* A file's bytes, or a text. */
typedef struct lince_given {
    const char *name;  /* for messages; of a text itself */
    const void *bytes; /* of a text with a NUL behind them */
    size_t size;
    lince_voice voice; /* that its messages are in */
} lince_given;

typedef struct lince_given_answer {
    int code;
    char *why; /* its message, where code is not 0; NULL: there was no memory for it */
    lince_prediction prediction;
} lince_given_answer;

/* A text, whose messages are in the thread's voice, and an outcome that is begun. */
lince_given lince_given_text(const char *text, size_t size);
#define LINCE_GIVEN_ANSWER_INIT             \
    {                                       \
        .prediction = LINCE_PREDICTION_INIT \
    }

/* Keeps the thread's message, where code is not 0; and makes it the thread's again: the code. */
void lince_given_fail(lince_given_answer *outcome, int code);
int lince_given_failure(const lince_given_answer *outcome);
void lince_given_answer_release(lince_given_answer *outcome);

/* The answers to those that have not failed, in their order, which are taken over (NULL: there are none); or the one failure
 * of them all. */
void lince_given_settle(lince_given_answer *outcomes, int n, int code, lince_prediction *predictions);

#endif
