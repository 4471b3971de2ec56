/* From a batch to scores: the net's outputs, averaged over views of the samples. */
#ifndef LINCE_TRAIN_SCORING_H
#define LINCE_TRAIN_SCORING_H

#include "data/loader/loader.h"
#include "loss/loss.h"
#include "net/net.h"
#include "picture/views.h"

/* scores[batch.n][classes], before temperature and the loss's probabilities. The views (NULL: none) are of
 * pictures, which the batch then holds as large as the views are planned for. The same bits on any number of
 * threads. LINCE_ENOMEM. */
int lince_score(lince_net *net, const lince_views *views, const lince_batch *batch, float *scores);

/* Probabilities of n samples, those that the loss sees in scores / temperature; 0 stands for 1. */
void lince_score_probabilities(const lince_loss *loss, const float *scores, size_t n, int classes,
                               double temperature, float *probabilities);

#endif
