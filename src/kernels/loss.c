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

/* With smoothing e and target distribution q_c = (1 - e) [c = y] + e / classes, each class weighted by w_c:
 *     loss = sum_i sum_c -q_c w_c log p_c / sum_i w_{y_i}
 * https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html */
double lince_cross_entropy(const float *logits, const int32_t *label, size_t n, int classes, float smoothing,
                           const float *weight, float *dlogits, float *loss_each)
{
    double total = 0, weights = 0;
    for (size_t i = 0; i < n; i++) weights += weight ? (double)weight[label[i]] : 1;
    if (weights <= 0) weights = 1;
    for (size_t i = 0; i < n; i++) {
        const float *row = logits + i * (size_t)classes;
        float *gradient = dlogits + i * (size_t)classes;
        double whole = log_sum_exp(row, classes), mass = 0;
        for (int c = 0; c < classes; c++) {
            double w = weight ? (double)weight[c] : 1;
            double q = w * ((double)smoothing / classes + (c == label[i] ? 1 - (double)smoothing : 0));
            mass += q;
            total -= q * ((double)row[c] - whole);
            gradient[c] = (float)(-q / weights);
        }
        for (int c = 0; c < classes; c++)
            gradient[c] += (float)(mass * exp((double)row[c] - whole) / weights);
        if (loss_each) loss_each[i] = (float)(whole - (double)row[label[i]]);
    }
    return total / weights;
}
