#include "kernels/kernels.h"

#include <math.h>

/* log sum exp of a row, shifted by its largest value so that nothing overflows. */
static double log_sum_exp(const float *row, int classes)
{
    float largest = row[0];
    for (int c = 1; c < classes; c++) largest = row[c] > largest ? row[c] : largest;
    double sum = exp((double)row[0] - (double)largest);
    for (int c = 1; c < classes; c++) sum += exp((double)row[c] - (double)largest);
    return (double)largest + log(sum);
}

void lince_softmax(const float *logits, float *probability, size_t n, int classes)
{
    for (size_t i = 0; i < n; i++) {
        const float *row = logits + i * (size_t)classes;
        double whole = log_sum_exp(row, classes);
        for (int c = 0; c < classes; c++)
            probability[i * (size_t)classes + (size_t)c] = (float)exp((double)row[c] - whole);
    }
}

/* What each sample should be: its label with the share `own`, its partner's label with the rest. */
typedef struct targets {
    const int32_t *label, *partner;
    double own, smoothing;
    const float *weight; /* [classes]; NULL: 1 each */
} targets;

/* q_c, times the class's weight */
static double target(const targets *t, size_t i, int c, int classes)
{
    double share = (c == t->label[i] ? t->own : 0) + (c == t->partner[i] ? 1 - t->own : 0);
    return (t->weight ? (double)t->weight[c] : 1) * (t->smoothing / classes + share * (1 - t->smoothing));
}

/* With target distribution q_c = (1 - e) share_c + e / classes, e the smoothing, and classes weighted by w_c:
 *     loss = sum_i sum_c -q_c w_c log p_c / whole */
static double cross_entropy(const float *logits, const targets *t, size_t n, int classes, double whole,
                            float *dlogits, float *loss_each)
{
    double total = 0;
    for (size_t i = 0; i < n; i++) {
        const float *row = logits + i * (size_t)classes;
        float *gradient = dlogits + i * (size_t)classes;
        double sum = log_sum_exp(row, classes), mass = 0;
        for (int c = 0; c < classes; c++) {
            double q = target(t, i, c, classes);
            mass += q;
            total -= q * ((double)row[c] - sum);
            gradient[c] = (float)(-q / whole);
        }
        for (int c = 0; c < classes; c++) gradient[c] += (float)(mass * exp((double)row[c] - sum) / whole);
        if (loss_each)
            loss_each[i] = (float)(t->own * (sum - (double)row[t->label[i]]) +
                                   (1 - t->own) * (sum - (double)row[t->partner[i]]));
    }
    return total / whole;
}

/* whole = sum_i w_{y_i}
 * https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html */
double lince_cross_entropy(const float *logits, const int32_t *label, size_t n, int classes, float smoothing,
                           const float *weight, float *dlogits, float *loss_each)
{
    const targets t = {label, label, 1, (double)smoothing, weight};
    double weights = 0;
    for (size_t i = 0; i < n; i++) weights += weight ? (double)weight[label[i]] : 1;
    return cross_entropy(logits, &t, n, classes, weights > 0 ? weights : 1, dlogits, loss_each);
}

/* whole = n */
double lince_cross_entropy_mixed(const float *logits, const int32_t *label, const int32_t *partner, float own,
                                 size_t n, int classes, float smoothing, const float *weight, float *dlogits,
                                 float *loss_each)
{
    const targets t = {label, partner, (double)own, (double)smoothing, weight};
    return cross_entropy(logits, &t, n, classes, (double)n, dlogits, loss_each);
}
