/* Many texts to one net, a batch at a time: for figures that change a text and ask again. */
#ifndef LINCE_REPORT_ASK_H
#define LINCE_REPORT_ASK_H

#include "loss/loss.h"
#include "net/net.h"

#include <stddef.h>
#include <stdint.h>

typedef struct lince_ask {
    lince_net *net;
    const lince_loss *loss; /* whose probabilities are told */
    int batch, steps;       /* what the net has memory for */
    /* Is told each text's probabilities [classes], in the order in which they were added from 0 on. */
    void (*answer)(void *context, size_t number, const float *probability);
    void *context;
    int32_t *token, *length; /* that wait: [batch][steps], [batch] */
    int waiting;
    double temperature; /* of the probabilities; 0: none */
    size_t answered;
    float *probability; /* [batch][classes] */
} lince_ask;

/* Net and loss are not owned; the net is for texts, and may be for inference. LINCE_ENOMEM. Release in any
 * case. */
int lince_ask_init(lince_ask *ask, lince_net *net, const lince_loss *loss,
                   void (*answer)(void *context, size_t number, const float *probability), void *context);
void lince_ask_release(lince_ask *ask);

/* A text of 1 to `steps` tokens, which are copied. */
void lince_ask_add(lince_ask *ask, const int32_t *tokens, size_t length);

/* Answers those that wait; call at the end. */
void lince_ask_flush(lince_ask *ask);

/* Erasure (Li, Monroe & Jurafsky 2016): adds the text as it is and then without each of its words in turn, in
 * all 1 + length texts; without its only word it is one unknown word. `scratch` [length]. */
void lince_ask_erased(lince_ask *ask, const int32_t *tokens, size_t length, int32_t *scratch);

#endif
