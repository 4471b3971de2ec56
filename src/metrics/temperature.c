#include "metrics/temperature.h"
#include "core/json.h"
#include "loss/sigmoid.h"
#include "loss/softmax.h"

#include <math.h>

/* --- fitting -------------------------------------------------------------------------------------- */

/* With b = 1 / T the loss of a sample is convex in b. */
typedef struct slopes {
    double first, second; /* of the loss, by b */
} slopes;

/* log sum_c exp(b z_c) - b z_y: the mean of z under the softmax less z_y, and the variance of z. */
static slopes slopes_of_softmax(double b, const float *z, int classes, int label)
{
    double largest = (double)z[lince_argmax(z, classes)], sum = 0, mean = 0, square = 0;
    for (int c = 0; c < classes; c++) {
        double d = (double)z[c] - largest, e = exp(b * d);
        sum += e;
        mean += e * d;
        square += e * d * d;
    }
    mean /= sum;
    return (slopes){mean - ((double)z[label] - largest), fmax(square / sum - mean * mean, 0)};
}

/* sum_c log(1 + exp(b z_c)) - y_c b z_c: with p = 1 / (1 + exp(-b z_c)) z (p - y), and z^2 p (1 - p), of each class. */
static slopes slopes_of_sigmoids(double b, const float *scores, int classes, const bool *there)
{
    slopes s = {0, 0};
    for (int c = 0; c < classes; c++) {
        double z = (double)scores[c], p = exp(lince_log_sigmoid(b * z)),
               rest = exp(lince_log_sigmoid(-b * z));
        s.first += there[c] ? -z * rest : z * p;
        s.second += z * z * p * rest;
    }
    return s;
}

/* Of the mean loss. */
static slopes slopes_at(double b, const lince_scored *s)
{
    slopes sum = {0, 0};
    for (size_t i = 0; i < s->n; i++) {
        size_t at = i * (size_t)s->classes;
        slopes own = s->there ? slopes_of_sigmoids(b, s->scores + at, s->classes, s->there + at)
                              : slopes_of_softmax(b, s->scores + at, s->classes, s->label[i]);
        sum.first += own.first, sum.second += own.second;
    }
    return (slopes){sum.first / (double)s->n, sum.second / (double)s->n};
}

/* Newton's steps, and halves of what is left between two points where they leave it. */
double lince_fit_temperature(const lince_scored *scored)
{
    enum { STEPS = 200 };
    double low = 1 / LINCE_TEMPERATURE_MOST, high = 1 / LINCE_TEMPERATURE_LEAST, b = 1;
    if (!scored->n) return NAN;
    if (slopes_at(low, scored).first >= 0) return 1 / low;
    if (slopes_at(high, scored).first <= 0) return 1 / high;
    for (int i = 0; i < STEPS; i++) {
        slopes s = slopes_at(b, scored);
        *(s.first > 0 ? &high : &low) = b;
        double next = b - s.first / s.second; /* not finite where all scores of a sample are the same */
        if (!(next > low && next < high)) next = 0.5 * (low + high);
        double step = fabs(next - b);
        b = next;
        if (step <= 1e-10 * b) break;
    }
    return 1 / b;
}

/* --- what it is worth ----------------------------------------------------------------------------- */

static void add_softmax(lince_reliability *r, const float *scores, int classes, double t, int label)
{
    const lince_loss cross_entropy = {.type = &lince_cross_entropy};
    double whole = lince_log_sum_exp(scores, classes, t), squares = 0;
    int best = lince_argmax(scores, classes);
    for (int c = 0; c < classes; c++) {
        double distance = exp((double)scores[c] / t - whole) - (c == label);
        squares += distance * distance;
    }
    r->brier += squares;
    r->loss += lince_softmax_value(&cross_entropy, scores, classes, t, label);
    lince_calibration_add(r->bins, exp((double)scores[best] / t - whole), best == label);
}

static void add_sigmoids(lince_reliability *r, const float *scores, int classes, double t, const bool *there)
{
    for (int c = 0; c < classes; c++) {
        double z = (double)scores[c] / t, p = exp(lince_log_sigmoid(z)), distance = p - there[c];
        r->loss -= lince_log_sigmoid(there[c] ? z : -z) / classes;
        r->brier += distance * distance / classes;
        lince_calibration_add(r->bins, p, there[c]);
    }
}

void lince_reliability_add(lince_reliability *r, const lince_scored *s, size_t sample, double t)
{
    size_t at = sample * (size_t)s->classes;
    r->n++;
    if (s->there)
        add_sigmoids(r, s->scores + at, s->classes, t, s->there + at);
    else
        add_softmax(r, s->scores + at, s->classes, t, s->label[sample]);
}

void lince_reliability_finish(lince_reliability *r)
{
    double n = r->n ? (double)r->n : 1;
    size_t entries = 0;
    for (int i = 0; i < LINCE_CALIBRATION_BINS; i++) entries += r->bins[i].n;
    r->loss /= n;
    r->brier /= n;
    r->ece = lince_calibration_finish(r->bins, entries);
}

static json_t *reliability_json(const lince_reliability *r)
{
    return lince_json_pack("{s:I, s:f, s:f, s:f, s:o}", "n", (json_int_t)r->n, "loss", r->loss, "brier",
                           r->brier, "ece", r->ece, "calibration", lince_calibration_bins(r->bins));
}

json_t *lince_calibration_json(double temperature, const lince_reliability *before,
                               const lince_reliability *after)
{
    return lince_json_pack("{s:f, s:o, s:o}", "value", temperature, "before", reliability_json(before),
                           "after", reliability_json(after));
}
