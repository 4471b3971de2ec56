/* What a classifier's probabilities are worth at every threshold: each class against the rest. */
#ifndef LINCE_METRICS_CURVES_H
#define LINCE_METRICS_CURVES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A sample is called one of the class where its probability is `threshold` or more. */
typedef struct lince_curve_point {
    double threshold;
    size_t hits, alarms; /* true and false positives */
} lince_curve_point;

typedef struct lince_curve {
    size_t positives, negatives; /* samples of the class, and of the others */
    double auc;                /* area under the receiver operating characteristic; NaN without both kinds */
    double average_precision;  /* sum of precision times gain of recall; NaN without positives */
    lince_curve_point *points; /* [count], by falling threshold; the last one calls all samples positive */
    size_t count;
} lince_curve;

typedef struct lince_curves {
    int classes;
    lince_curve *each;             /* [classes]; NULL: there are none */
    double auc, average_precision; /* means over the classes that have one; NaN: none has */
} lince_curves;

/* Points that are kept of all classes together: beyond, they are left out evenly. */
enum { LINCE_CURVE_POINTS = 100000 };

/* Of n samples: label[n], score[n][classes]. LINCE_ENOMEM. Release in any case. */
int lince_curves_init(lince_curves *curves, const float *score, const int32_t *label, size_t n, int classes);
void lince_curves_release(lince_curves *curves);

/* The same of samples of several labels: there[n][classes]. */
int lince_curves_init_several(lince_curves *curves, const float *score, const bool *there, size_t n,
                              int classes);

/* At a point: the share of the class's samples that are found (recall), the share of the others that are left
 * alone, and the share of what is called the class that is. NaN where there are none. */
double lince_curve_sensitivity(const lince_curve *curve, const lince_curve_point *point);
double lince_curve_specificity(const lince_curve *curve, const lince_curve_point *point);
double lince_curve_precision(const lince_curve_point *point);

/* The point of a threshold that stands between two: no sample has a probability from there up to the next. */
lince_curve_point lince_curve_at(const lince_curve *curve, double threshold);

/* "roc auc" and "average precision" into `object`: class -> number or null, and "macro avg". */
void lince_curves_summary(const lince_curves *curves, char *const *names, json_t **object);

/* All of it, a point as [threshold, hits, alarms]; NULL when out of memory. And back: LINCE_EFORMAT. Release
 * in any case. */
json_t *lince_curves_json(const lince_curves *curves, char *const *names);
int lince_curves_from_json(lince_curves *curves, int classes, char *const *names, const json_t *object);

#endif
