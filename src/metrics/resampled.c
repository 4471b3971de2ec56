#include "metrics/resampled.h"

#include <float.h>
#include <math.h>

/* The continued fraction of the incomplete beta function, by Lentz's method (NIST DLMF 8.17.22). */
static double beta_fraction(double x, double a, double b)
{
    enum { MOST = 1000 };
    const double tiny = 1e-300;
    double c = 1, d = 1 / fmax(tiny, 1 - (a + b) * x / (a + 1)), value = d;
    for (int m = 1; m <= MOST; m++) {
        double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
               odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        d = 1 / (1 + even * d), c = 1 + even / c;
        value *= d * c;
        d = 1 / (1 + odd * d), c = 1 + odd / c;
        value *= d * c;
        if (fabs(d * c - 1) < DBL_EPSILON) break;
    }
    return value;
}

/* I_x(a, b), the regularised incomplete beta function; the fraction converges below (a + 1) / (a + b + 2). */
static double incomplete_beta(double x, double a, double b)
{
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
                                     : 1 - front * beta_fraction(1 - x, b, a) / b;
}

double lince_student_p(double t, double freedom)
{
    return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5);
}

double lince_student_quantile(double share, double freedom)
{
    double low = 0, high = 1;
    while (lince_student_p(high, freedom) > 1 - share) high *= 2;
    for (double middle; middle = (low + high) / 2, middle > low && middle < high;)
        if (lince_student_p(middle, freedom) > 1 - share)
            low = middle;
        else
            high = middle;
    return high;
}

lince_resampled lince_resample(const double *values, size_t k)
{
    lince_resampled r = {0};
    double folds = (double)k, squares = 0;
    for (size_t i = 0; i < k; i++) r.mean += values[i] / folds;
    for (size_t i = 0; i < k; i++) squares += (values[i] - r.mean) * (values[i] - r.mean);
    double variance = squares / (folds - 1), quantile = lince_student_quantile(0.95, folds - 1),
           corrected = sqrt((1 / folds + 1 / (folds - 1)) * variance);
    r.deviation = sqrt(variance);
    r.half = quantile * r.deviation / sqrt(folds);
    r.half_corrected = quantile * corrected;
    r.t = r.mean == 0 ? 0 : r.mean / corrected;
    r.p = isnan(r.t) ? NAN : lince_student_p(r.t, folds - 1);
    return r;
}
