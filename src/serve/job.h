/* One question to a model: its inputs, and what becomes of them. Made and freed by who asks; while it waits and is computed it is
 * the model's. */
#ifndef LINCE_SERVE_JOB_H
#define LINCE_SERVE_JOB_H

#include "modality/many.h"
#include "serve/inputs.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct lince_job {
    struct lince_job *next; /* that waits behind it */
    lince_inputs inputs;
    int top;            /* classes that are told of an input; 0: all */
    bool where;         /* and where the network looked */
    char **answers;     /* [inputs.count] JSON objects; NULL: one could not be made */
    size_t taken, done; /* of its inputs */
    size_t failed;      /* of those that are done */
    int code;           /* of the first that has failed */
    char *why;          /* its message */
    double begun, ended;
    void (*ready)(void *context); /* the model has done with it, and it may be freed from here on */
    void *context;
} lince_job;

lince_job *lince_job_new(void); /* NULL: LINCE_ENOMEM */
void lince_job_free(lince_job *job);

/* Once its inputs are there. LINCE_ENOMEM. */
int lince_job_prepare(lince_job *job);

/* An input's answer, or its failure, of which the thread has the message; `answer`, which is taken over, may be NULL. */
void lince_job_answer(lince_job *job, size_t index, int code, char *answer);

#endif
