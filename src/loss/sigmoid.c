#include "loss/sigmoid.h"

#include <math.h>

double lince_log_sigmoid(double s)
{
    return fmin(s, 0) - log1p(exp(-fabs(s)));
}

static double sigmoid(double s)
{
    return s >= 0 ? 1 / (1 + exp(-s)) : exp(s) / (1 + exp(s));
}

/* A class's loss and its derivative by the score: y of it is asked for, `positive` times as much as the rest. */
static lince_loss_term of_class(const lince_loss *l, double s, double y, double positive)
{
    double there = positive * y, absent = 1 - y;
    lince_loss_term on = l->type->term(l, lince_log_sigmoid(s)),
                    off = l->type->term(l, lince_log_sigmoid(-s));
    return (lince_loss_term){.value = there * on.value + absent * off.value,
                             .slope = there * on.slope * sigmoid(-s) - absent * off.slope * sigmoid(s)};
}

static double weight_of(const float *weight, int c)
{
    return weight ? (double)weight[c] : 1;
}

double lince_sigmoid_gradient(const lince_loss *l, const float *scores, size_t n, int classes,
                              const lince_targets *t, float *dscores, float *each)
{
    double total = 0, count = (double)(n ? n : 1) * classes, smoothing = (double)t->smoothing;
    for (size_t i = 0; i < n; i++) {
        const float *row = scores + i * (size_t)classes, *asked = t->asked + i * (size_t)classes;
        for (int c = 0; c < classes; c++) {
            double y = (1 - smoothing) * (double)asked[c] + smoothing / 2, w = weight_of(t->weight, c);
            lince_loss_term f = of_class(l, (double)row[c], y, weight_of(t->positive, c));
            total += w * f.value;
            dscores[i * (size_t)classes + (size_t)c] = (float)(w * f.slope / count);
        }
        if (each) each[i] = (float)lince_sigmoid_value_of(l, row, classes, 1, asked);
    }
    return total / count;
}

double lince_sigmoid_value_of(const lince_loss *l, const float *scores, int classes, double temperature,
                              const float *asked)
{
    double sum = 0;
    for (int c = 0; c < classes; c++)
        sum += of_class(l, (double)scores[c] / temperature, (double)asked[c], 1).value;
    return sum / classes;
}

void lince_sigmoid_probabilities(const float *scores, float *probability, size_t n, int classes)
{
    for (size_t i = 0; i < n * (size_t)classes; i++) probability[i] = (float)sigmoid((double)scores[i]);
}
