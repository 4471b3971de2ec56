#include "loss/softmax.h"

#include <math.h>

double lince_log_sum_exp(const float *scores, int classes, double temperature)
{
    double largest = (double)scores[lince_argmax(scores, classes)], sum = 0;
    for (int c = 0; c < classes; c++) sum += exp(((double)scores[c] - largest) / temperature);
    return largest / temperature + log(sum);
}

void lince_softmax(const float *scores, float *probability, size_t n, int classes)
{
    for (size_t i = 0; i < n; i++) {
        const float *row = scores + i * (size_t)classes;
        double whole = lince_log_sum_exp(row, classes, 1);
        for (int c = 0; c < classes; c++)
            probability[i * (size_t)classes + (size_t)c] = (float)exp((double)row[c] - whole);
    }
}

int lince_argmax(const float *values, int classes)
{
    int best = 0;
    for (int c = 1; c < classes; c++)
        if (values[c] > values[best]) best = c;
    return best;
}

double lince_softmax_value(const lince_loss *l, const float *scores, int classes, double temperature,
                           int label)
{
    double whole = lince_log_sum_exp(scores, classes, temperature);
    return l->type->term(l, (double)scores[label] / temperature - whole).value;
}

static double own_share(const lince_targets *t)
{
    return t->partner ? (double)t->own : 1;
}

static double sum_of(const float *asked, int classes)
{
    double sum = 0;
    for (int c = 0; c < classes; c++) sum += (double)asked[c];
    return sum;
}

/* Of several labels. */
static double share_of(const float *asked, double sum, int c)
{
    return sum > 0 ? (double)asked[c] / sum : 0;
}

/* Of class c: of the label, and of the partner's. */
static double label_share(const lince_targets *t, size_t i, int c)
{
    double own = own_share(t);
    return (c == t->label[i] ? own : 0) + (t->partner && c == t->partner[i] ? 1 - own : 0);
}

/* w_c q_c; `sum` of what is asked, where samples have several labels. */
static double target(const lince_targets *t, size_t i, int c, int classes, double sum)
{
    double smoothing = (double)t->smoothing;
    if (t->asked && !(sum > 0)) return 0;
    double share = t->asked ? share_of(t->asked + i * (size_t)classes, sum, c) : label_share(t, i, c);
    return (t->weight ? (double)t->weight[c] : 1) * (smoothing / classes + share * (1 - smoothing));
}

/* Of sample i, the logarithm of whose exponentials' sum is `sum`: adds its loss to *total; its gradient, of a
 * mean over `whole`. */
static void take_sample(const lince_loss *l, const float *row, double sum, size_t i, int classes,
                        const lince_targets *t, double whole, float *gradient, double *total)
{
    double mass = 0, asked = t->asked ? sum_of(t->asked + i * (size_t)classes, classes) : 1;
    for (int c = 0; c < classes; c++) {
        double q = target(t, i, c, classes, asked);
        lince_loss_term f = l->type->term(l, (double)row[c] - sum);
        mass -= q * f.slope;
        *total += q * f.value;
        gradient[c] = (float)(q * f.slope / whole);
    }
    for (int c = 0; c < classes; c++) gradient[c] += (float)(mass * exp((double)row[c] - sum) / whole);
}

double lince_softmax_value_of(const lince_loss *l, const float *scores, int classes, double temperature,
                              const float *asked)
{
    double whole = lince_log_sum_exp(scores, classes, temperature), sum = sum_of(asked, classes), value = 0;
    for (int c = 0; c < classes; c++)
        if (asked[c] > 0)
            value +=
                share_of(asked, sum, c) * l->type->term(l, (double)scores[c] / temperature - whole).value;
    return value;
}

/* Of mixed samples by the labels' shares. */
static float value_of(const lince_loss *l, const float *row, double sum, size_t i, const lince_targets *t)
{
    double own = own_share(t), value = l->type->term(l, (double)row[t->label[i]] - sum).value;
    if (!t->partner) return (float)value;
    return (float)(own * value + (1 - own) * l->type->term(l, (double)row[t->partner[i]] - sum).value);
}

double lince_softmax_gradient(const lince_loss *l, const float *scores, size_t n, int classes,
                              const lince_targets *t, float *dscores, float *each)
{
    double total = 0, weight = lince_loss_weight(t, n), whole = weight > 0 ? weight : 1;
    for (size_t i = 0; i < n; i++) {
        const float *row = scores + i * (size_t)classes;
        double sum = lince_log_sum_exp(row, classes, 1);
        take_sample(l, row, sum, i, classes, t, whole, dscores + i * (size_t)classes, &total);
        if (each && t->asked)
            each[i] = (float)l->type->value_of(l, row, classes, 1, t->asked + i * (size_t)classes);
        else if (each)
            each[i] = value_of(l, row, sum, i, t);
    }
    return total / whole;
}
