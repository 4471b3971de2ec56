/* What training makes small. A loss is a row: how far scores (the net's outputs) are from what was asked of
 * them and the gradient of that, the probabilities that scores stand for, and the class that is answered.
 * Training, validation, test, predictions and explanations ask the row; list.def names all of them. */
#ifndef LINCE_LOSS_LOSS_H
#define LINCE_LOSS_LOSS_H

#include "kernels/loss.h"

#include <stdbool.h>

typedef struct lince_loss_type lince_loss_type;

/* A row with the number that its setting has been given. */
typedef struct lince_loss {
    const lince_loss_type *type;
    double number; /* 0 where it has no setting */
} lince_loss;

/* What of a sample's loss falls to a class: its value at the logarithm of the class's probability p, and
 * p times its derivative by p. */
typedef struct lince_loss_term {
    double value, slope;
} lince_loss_term;

struct lince_loss_type {
    const char *name;    /* as lince_loss_named */
    const char *setting; /* the setting of the one number that it has of its own; NULL: it has none */
    const char *title;   /* for the report, untranslated: printf's format of that number */

    /* Of each class by itself: for samples of several labels alone. Others are of one label, and share what is asked
     * among several. */
    bool several;

    /* Of a loss of the softmax's (softmax.h) or the sigmoid's (sigmoid.h) probabilities. */
    lince_loss_term (*term)(const lince_loss *loss, double log_p);

    /* The mean over n samples and its gradient by the scores, dscores [n][classes]. What it is a mean over:
     * lince_loss_weight. each [n], or NULL: `value` of the samples, of mixed ones by their shares. */
    lince_loss_function *gradient;

    /* One sample's loss with scores[classes] divided by a temperature: what training, validation and test
     * tell, so without smoothing and weights of classes. */
    double (*value)(const lince_loss *loss, const float *scores, int classes, double temperature, int label);

    /* Likewise of several labels, asked[classes]. `value` is NULL where it is for those alone. */
    double (*value_of)(const lince_loss *loss, const float *scores, int classes, double temperature,
                       const float *asked);

    /* [n][classes] from scores, which may be the same memory. */
    void (*probabilities)(const float *scores, float *probability, size_t n, int classes);

    /* The class that a sample's probabilities[classes], or scores, which have their order, answer. */
    int (*decide)(const float *probability, int classes);
};

/* The same as an operation: scores and dscores are the device's memory, each the host's. */
double lince_loss_gradient(const lince_exec *exec, const lince_loss *loss, const float *scores, size_t n,
                           int classes, const lince_targets *targets, float *dscores, float *each);

/* The samples that a batch's loss is a mean over, by their weights: sum_i w_{y_i}, as PyTorch's reduction
 * "mean"; of mixed ones n, as PyTorch has it for targets that are probabilities. */
double lince_loss_weight(const lince_targets *targets, size_t n);

/* The mean of `value` for who knows of the samples nothing but the classes' shares, [classes] of sum 1, or of a loss of
 * several labels how often each is there; NULL: and of these nothing but that they are all alike, or as often there as
 * not. `room` is for [classes]. */
double lince_loss_chance(const lince_loss *loss, const double *share, int classes, float *room);

/* The row `index`, or NULL after the last; and by name, or NULL with lince_error() set. */
const lince_loss_type *lince_loss_at(size_t index);
const lince_loss_type *lince_loss_named(const char *name);
const char *lince_loss_name_at(const void *context, size_t index); /* for a table of settings */

/* As metadata has it: "cross-entropy", or with its number "name:2"; and back, LINCE_EDATA for what was not
 * written so. */
enum { LINCE_LOSS_TEXT = 96 };
void lince_loss_print(const lince_loss *loss, char out[LINCE_LOSS_TEXT]);
int lince_loss_parse(lince_loss *loss, const char *text);

#define LOSS(row) extern const lince_loss_type row;
#include "loss/list.def"

#endif
