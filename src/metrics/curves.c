#include "metrics/curves.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

typedef struct ranked {
    float score;
    bool positive;
} ranked;

static int by_falling_score(const void *a, const void *b)
{
    float x = ((const ranked *)a)->score, y = ((const ranked *)b)->score;
    return (x < y) - (x > y);
}

/* Samples of one score enter together, in the points as in the areas. */
static size_t end_of_ties(const ranked *r, size_t n, size_t at, lince_curve_point *point)
{
    point->threshold = (double)r[at].score;
    do {
        if (r[at].positive)
            point->hits++;
        else
            point->alarms++;
        at++;
    } while (at < n && r[at].score == r[at - 1].score);
    return at;
}

/* Trapezoids over the false positives, and precision where recall grows: scikit-learn's roc_auc_score and
 * average_precision_score. */
static void measure(lince_curve *c, const ranked *r, size_t n)
{
    double area = 0, precision = 0, p = (double)c->positives, q = (double)c->negatives;
    lince_curve_point now = {0};
    for (size_t at = 0; at < n;) {
        lince_curve_point before = now;
        at = end_of_ties(r, n, at, &now);
        area += (double)(now.alarms - before.alarms) * 0.5 * (double)(now.hits + before.hits);
        precision += (double)(now.hits - before.hits) * lince_curve_precision(&now);
    }
    c->auc = p > 0 && q > 0 ? area / (p * q) : NAN;
    c->average_precision = p > 0 ? precision / p : NAN;
}

/* At most `most` points, as evenly over the samples as ties allow; the last one always. */
static int keep_points(lince_curve *c, const ranked *r, size_t n, size_t most)
{
    lince_curve_point now = {0};
    size_t every = n / most + 1, next = every;
    if (!(c->points = lince_alloc(n / every + 2, sizeof *c->points))) return LINCE_ENOMEM;
    for (size_t at = 0; at < n;) {
        at = end_of_ties(r, n, at, &now);
        if (at < next && at < n) continue;
        c->points[c->count++] = now;
        next = at + every;
    }
    return 0;
}

/* Which class each sample has: one, or of several labels there[n][classes]. */
typedef struct membership {
    const int32_t *label;
    const bool *there;
} membership;

static int draw(lince_curve *c, const float *score, membership of, size_t n, int classes, int class,
                ranked *spare)
{
    for (size_t i = 0; i < n; i++) {
        size_t at = i * (size_t)classes + (size_t) class;
        spare[i] = (ranked){score[at], of.label ? of.label[i] == class : of.there[at]};
        c->positives += spare[i].positive;
    }
    c->negatives = n - c->positives;
    qsort(spare, n, sizeof *spare, by_falling_score);
    measure(c, spare, n);
    return keep_points(c, spare, n, (size_t)(LINCE_CURVE_POINTS / classes) + 20);
}

static void average(lince_curves *c)
{
    double areas = 0, precisions = 0, with_area = 0, with_precision = 0;
    for (int k = 0; k < c->classes; k++) {
        const lince_curve *one = &c->each[k];
        if (!isnan(one->auc)) areas += one->auc, with_area++;
        if (!isnan(one->average_precision)) precisions += one->average_precision, with_precision++;
    }
    c->auc = with_area > 0 ? areas / with_area : NAN;
    c->average_precision = with_precision > 0 ? precisions / with_precision : NAN;
}

static int draw_all(lince_curves *c, const float *score, membership of, size_t n, int classes)
{
    ranked *spare = lince_alloc(n + 1, sizeof *spare);
    *c = (lince_curves){.classes = classes, .each = lince_alloc((size_t)classes, sizeof *c->each)};
    int code = spare && c->each ? 0 : LINCE_ENOMEM;
    for (int k = 0; k < classes && !code; k++) code = draw(&c->each[k], score, of, n, classes, k, spare);
    lince_free(spare);
    if (!code) average(c);
    return code;
}

int lince_curves_init(lince_curves *c, const float *score, const int32_t *label, size_t n, int classes)
{
    return draw_all(c, score, (membership){.label = label}, n, classes);
}

int lince_curves_init_several(lince_curves *c, const float *score, const bool *there, size_t n, int classes)
{
    return draw_all(c, score, (membership){.there = there}, n, classes);
}

void lince_curves_release(lince_curves *c)
{
    for (int k = 0; c->each && k < c->classes; k++) lince_free(c->each[k].points);
    lince_free(c->each);
    *c = (lince_curves){0};
}

/* --- at a point ----------------------------------------------------------------------------------- */

static double ratio(size_t a, size_t b)
{
    return b ? (double)a / (double)b : NAN;
}

double lince_curve_sensitivity(const lince_curve *c, const lince_curve_point *p)
{
    return ratio(p->hits, c->positives);
}

double lince_curve_specificity(const lince_curve *c, const lince_curve_point *p)
{
    return ratio(c->negatives - p->alarms, c->negatives);
}

double lince_curve_precision(const lince_curve_point *p)
{
    return ratio(p->hits, p->hits + p->alarms);
}

lince_curve_point lince_curve_at(const lince_curve *c, double threshold)
{
    lince_curve_point found = {.threshold = threshold};
    for (size_t i = 0; i < c->count && c->points[i].threshold >= threshold; i++)
        found.hits = c->points[i].hits, found.alarms = c->points[i].alarms;
    return found;
}

/* --- JSON ----------------------------------------------------------------------------------------- */

void lince_curves_summary(const lince_curves *c, char *const *names, json_t **object)
{
    json_t *areas = json_object(), *precisions = json_object();
    for (int k = 0; k < c->classes; k++) {
        lince_json_put(&areas, names[k], lince_json_measure(c->each[k].auc));
        lince_json_put(&precisions, names[k], lince_json_measure(c->each[k].average_precision));
    }
    lince_json_put(&areas, "macro avg", lince_json_measure(c->auc));
    lince_json_put(&precisions, "macro avg", lince_json_measure(c->average_precision));
    lince_json_put(object, "roc auc", areas);
    lince_json_put(object, "average precision", precisions);
}

json_t *lince_curves_json(const lince_curves *c, char *const *names)
{
    json_t *all = json_array();
    for (int k = 0; k < c->classes; k++) {
        const lince_curve *one = &c->each[k];
        json_t *points = json_array();
        for (size_t i = 0; i < one->count; i++)
            lince_json_add(&points, lince_json_pack("[f, I, I]", one->points[i].threshold,
                                                    (json_int_t)one->points[i].hits,
                                                    (json_int_t)one->points[i].alarms));
        lince_json_add(&all,
                       lince_json_pack("{s:s, s:I, s:I, s:o, s:o, s:o}", "class", names[k], "positives",
                                       (json_int_t)one->positives, "negatives", (json_int_t)one->negatives,
                                       "roc auc", lince_json_measure(one->auc), "average precision",
                                       lince_json_measure(one->average_precision), "points", points));
    }
    return all;
}

/* A count within `most`; more than that where it is none. */
static size_t count_within(const json_t *value, size_t most)
{
    json_int_t n = json_is_integer(value) ? json_integer_value(value) : -1;
    return n < 0 || (uint64_t)n > most ? SIZE_MAX : (size_t)n;
}

static int read_points(lince_curve *c, const json_t *points)
{
    const json_t *point;
    size_t i;
    if (!(c->points = lince_alloc(json_array_size(points) + 1, sizeof *c->points))) return LINCE_ENOMEM;
    json_array_foreach(points, i, point)
    {
        lince_curve_point p = {json_number_value(json_array_get(point, 0)),
                               count_within(json_array_get(point, 1), c->positives),
                               count_within(json_array_get(point, 2), c->negatives)};
        if (p.hits == SIZE_MAX || p.alarms == SIZE_MAX)
            return lince_fail(LINCE_EFORMAT,
                              "point %zu: expected a threshold and two counts within those of the class",
                              i + 1);
        c->points[c->count++] = p;
    }
    return 0;
}

static double number_or_nan(const json_t *value)
{
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static int read_curve(lince_curve *c, const char *name, const json_t *object)
{
    const char *found = json_string_value(json_object_get(object, "class"));
    c->positives = count_within(json_object_get(object, "positives"), UINT32_MAX);
    c->negatives = count_within(json_object_get(object, "negatives"), UINT32_MAX);
    if (!found || strcmp(found, name) != 0 || c->positives == SIZE_MAX || c->negatives == SIZE_MAX)
        return lince_fail(LINCE_EFORMAT, "expected the curve of '%s' with its samples, found '%s'", name,
                          found ? found : "");
    c->auc = number_or_nan(json_object_get(object, "roc auc"));
    c->average_precision = number_or_nan(json_object_get(object, "average precision"));
    return read_points(c, json_object_get(object, "points"));
}

int lince_curves_from_json(lince_curves *c, int classes, char *const *names, const json_t *object)
{
    *c = (lince_curves){.classes = classes, .each = lince_alloc((size_t)classes, sizeof *c->each)};
    if (!c->each) return LINCE_ENOMEM;
    if (json_array_size(object) != (size_t)classes)
        return lince_fail(LINCE_EFORMAT, "expected %d curves, found %zu", classes, json_array_size(object));
    for (int k = 0; k < classes; k++)
        LINCE_TRY(read_curve(&c->each[k], names[k], json_array_get(object, (size_t)k)));
    average(c);
    return 0;
}
