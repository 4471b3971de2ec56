#include "metrics/temperature.h"
#include "core/json.h"
#include "loss/softmax.h"

#include <math.h>

/* --- fitting -------------------------------------------------------------------------------------- */

/* With b = 1 / T the loss of a sample is log sum_c exp(b z_c) - b z_y, convex in b; its derivative is the
 * mean of z under the softmax less z_y, its second one the variance of z. */
typedef struct slopes {
    double first, second; /* of the mean loss */
} slopes;

static slopes slopes_at(double b, const float *scores, const int32_t *labels, size_t n, int classes)
{
    slopes s = {0, 0};
    for (size_t i = 0; i < n; i++) {
        const float *z = scores + i * (size_t)classes;
        double largest = (double)z[lince_argmax(z, classes)], sum = 0, mean = 0, square = 0;
        for (int c = 0; c < classes; c++) {
            double d = (double)z[c] - largest, e = exp(b * d);
            sum += e;
            mean += e * d;
            square += e * d * d;
        }
        mean /= sum;
        s.first += mean - ((double)z[labels[i]] - largest);
        s.second += fmax(square / sum - mean * mean, 0);
    }
    return (slopes){s.first / (double)n, s.second / (double)n};
}

/* Newton's steps, and halves of what is left between two points where they leave it. */
double lince_fit_temperature(const float *scores, const int32_t *labels, size_t n, int classes)
{
    enum { STEPS = 200 };
    double low = 1 / LINCE_TEMPERATURE_MOST, high = 1 / LINCE_TEMPERATURE_LEAST, b = 1;
    if (!n) return NAN;
    if (slopes_at(low, scores, labels, n, classes).first >= 0) return 1 / low;
    if (slopes_at(high, scores, labels, n, classes).first <= 0) return 1 / high;
    for (int i = 0; i < STEPS; i++) {
        slopes s = slopes_at(b, scores, labels, n, classes);
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

void lince_reliability_add(lince_reliability *r, const float *scores, int classes, double t, int label)
{
    const lince_loss cross_entropy = {.type = &lince_cross_entropy};
    double whole = lince_log_sum_exp(scores, classes, t), squares = 0;
    int best = lince_argmax(scores, classes);
    for (int c = 0; c < classes; c++) {
        double distance = exp((double)scores[c] / t - whole) - (c == label);
        squares += distance * distance;
    }
    r->n++;
    r->loss += lince_softmax_value(&cross_entropy, scores, classes, t, label);
    r->brier += squares;
    lince_calibration_add(r->bins, exp((double)scores[best] / t - whole), best == label);
}

void lince_reliability_finish(lince_reliability *r)
{
    double n = r->n ? (double)r->n : 1;
    r->loss /= n;
    r->brier /= n;
    r->ece = lince_calibration_finish(r->bins, r->n);
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
