/* What losses of each class by itself share: p_c = 1 / (1 + exp(-s_c)) is the probability that it is there. */
#ifndef LINCE_LOSS_SIGMOID_H
#define LINCE_LOSS_SIGMOID_H

#include "loss/loss.h"

/* For rows: lince_loss_type's functions of a loss whose `term` f is given. With y as asked for, smoothed towards 1/2,
 * w the classes' weights and a those of what is there
 *     loss = 1 / (n classes) sum_i sum_c w_c (a_c y_ic f(log p_ic) + (1 - y_ic) f(log(1 - p_ic)))
 *     d loss / d s_ic = w_c (a_c y_ic (1 - p) [p f'(p)] - (1 - y_ic) p [(1 - p) f'(1 - p)]) / (n classes) */
double lince_sigmoid_gradient(const lince_loss *loss, const float *scores, size_t n, int classes,
                              const lince_targets *targets, float *dscores, float *each);
double lince_sigmoid_value_of(const lince_loss *loss, const float *scores, int classes, double temperature,
                              const float *asked);
void lince_sigmoid_probabilities(const float *scores, float *probability, size_t n, int classes);

/* log p of a score; of its opposite, log(1 - p). */
double lince_log_sigmoid(double score);

/* The terms that losses of both kinds of probabilities have. */
lince_loss_term lince_cross_entropy_term(const lince_loss *loss, double log_p);
lince_loss_term lince_focal_term(const lince_loss *loss, double log_p);

#endif
