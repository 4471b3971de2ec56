/* The softmax, and what losses of its probabilities share: p_c = exp(s_c) / sum_k exp(s_k). */
#ifndef LINCE_LOSS_SOFTMAX_H
#define LINCE_LOSS_SOFTMAX_H

#include "loss/loss.h"

/* log sum_c exp(s_c / temperature), shifted by the largest score so that nothing overflows. The logarithm of
 * a probability is s_c / temperature less it. */
double lince_log_sum_exp(const float *scores, int classes, double temperature);

/* For rows: lince_loss_type's functions of a loss whose `term` f is given. With q as asked for and w the
 * classes' weights
 *     loss = sum_i sum_c w_c q_ic f(log p_ic) / sum of weights
 *     d loss / d s_ik = (g_ik - p_ik sum_c g_ic) / sum of weights,  g_ic = w_c q_ic p f'(p) at p_ic
 * Of several labels each is asked for alike, q_ic = asked_ic / sum_k asked_ik, as D. Mahajan et al. (ECCV 2018) have it;
 * a sample without any says nothing. */
double lince_softmax_gradient(const lince_loss *loss, const float *scores, size_t n, int classes,
                              const lince_targets *targets, float *dscores, float *each);
double lince_softmax_value(const lince_loss *loss, const float *scores, int classes, double temperature,
                           int label);
double lince_softmax_value_of(const lince_loss *loss, const float *scores, int classes, double temperature,
                              const float *asked);
void lince_softmax(const float *scores, float *probability, size_t n, int classes);

/* The largest; of equal ones the first, as in numpy. */
int lince_argmax(const float *values, int classes);

#endif
