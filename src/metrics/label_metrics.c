#include "metrics/label_metrics.h"
#include "core/class_order.h"
#include "core/display.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

enum { MEASURES = 3 };

static const char *name_at(const void *names, size_t index)
{
    return ((const char *const *)names)[index];
}

int lince_label_metrics_init(lince_label_metrics *m, int classes, const char *const *names)
{
    size_t c = (size_t)classes;
    *m = (lince_label_metrics){.classes = classes};
    m->names = lince_alloc(c, sizeof *m->names);
    m->listed = lince_class_order(name_at, names, c);
    m->count = lince_alloc(c, sizeof *m->count);
    m->per_class = lince_alloc(c, sizeof *m->per_class);
    bool failed = !m->names || !m->listed || !m->count || !m->per_class;
    for (size_t i = 0; i < c && !failed; i++) failed = !(m->names[i] = lince_strdup(names[i]));
    if (failed) lince_label_metrics_release(m);
    return failed ? LINCE_ENOMEM : 0;
}

void lince_label_metrics_release(lince_label_metrics *m)
{
    for (int i = 0; m->names && i < m->classes; i++) lince_free(m->names[i]);
    lince_free(m->names);
    lince_free(m->listed);
    lince_free(m->count);
    lince_free(m->per_class);
    lince_free(m->of_sample);
    *m = (lince_label_metrics){0};
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

int lince_label_metrics_add(lince_label_metrics *m, const bool *there, const bool *answered, double loss)
{
    double hits = 0, of = 0, said = 0, wrong = 0;
    LINCE_TRY(lince_grow(&m->of_sample, &m->capacity, (m->n + 1) * MEASURES, sizeof *m->of_sample));
    for (int c = 0; c < m->classes; c++) {
        lince_label_count *k = &m->count[c];
        *(there[c] ? answered[c] ? &k->hits : &k->misses : answered[c] ? &k->alarms : &k->rest) += 1;
        hits += there[c] && answered[c];
        of += there[c], said += answered[c], wrong += there[c] != answered[c];
    }
    double *own = m->of_sample + m->n++ * MEASURES;
    own[0] = ratio(hits, said), own[1] = ratio(hits, of), own[2] = ratio(2 * hits, of + said);
    m->accuracy += wrong == 0;
    m->hamming += wrong;
    m->loss += loss;
    return 0;
}

/* --- classes and their averages ------------------------------------------------------------------- */

static lince_class_score score_of(const lince_label_count *k)
{
    double hits = (double)k->hits, support = hits + (double)k->misses, said = hits + (double)k->alarms;
    return (lince_class_score){.precision = ratio(hits, said),
                               .recall = ratio(hits, support),
                               .f1 = ratio(2 * hits, support + said),
                               .specificity = ratio((double)k->rest, (double)(k->rest + k->alarms)),
                               .support = support};
}

static double *measure_of(lince_class_score *s, int measure)
{
    return measure == 0 ? &s->precision : measure == 1 ? &s->recall : measure == 2 ? &s->f1 : &s->specificity;
}

/* sum(w v) / sum(w) of all classes; w: the support, or 1. */
static void average(const lince_label_metrics *m, bool weighted, double *spare, lince_class_score *out)
{
    for (int measure = 0; measure <= MEASURES; measure++) {
        double weights = 0;
        for (int c = 0; c < m->classes; c++) {
            double weight = weighted ? m->per_class[c].support : 1;
            spare[c] = *measure_of(&m->per_class[c], measure) * weight;
            weights += weight;
        }
        *measure_of(out, measure) = ratio(lince_pairwise_sum(spare, (size_t)m->classes), weights);
    }
}

static int score_classes(lince_label_metrics *m)
{
    lince_label_count all = {0};
    double *spare = lince_alloc((size_t)m->classes, sizeof *spare);
    if (!spare) return LINCE_ENOMEM;
    for (int c = 0; c < m->classes; c++) {
        const lince_label_count *k = &m->count[c];
        m->per_class[c] = score_of(k);
        all.hits += k->hits, all.alarms += k->alarms, all.misses += k->misses, all.rest += k->rest;
    }
    m->micro = score_of(&all);
    average(m, false, spare, &m->macro);
    average(m, true, spare, &m->weighted);
    m->macro.support = m->weighted.support = m->samples.support = m->micro.support;
    lince_free(spare);
    return 0;
}

static int average_samples(lince_label_metrics *m)
{
    double *spare = lince_alloc(m->n + 1, sizeof *spare);
    if (!spare) return LINCE_ENOMEM;
    for (int measure = 0; measure < MEASURES; measure++) {
        for (size_t i = 0; i < m->n; i++) spare[i] = m->of_sample[i * MEASURES + (size_t)measure];
        *measure_of(&m->samples, measure) = ratio(lince_pairwise_sum(spare, m->n), (double)m->n);
    }
    lince_free(spare);
    return 0;
}

int lince_label_metrics_finish(lince_label_metrics *m)
{
    double n = (double)m->n;
    m->accuracy = ratio(m->accuracy, n);
    m->loss = ratio(m->loss, n);
    m->hamming = ratio(m->hamming, n * m->classes);
    LINCE_TRY(average_samples(m));
    return score_classes(m);
}

/* --- scikit-learn's text -------------------------------------------------------------------------- */

typedef struct named_score {
    const char *name;
    const lince_class_score *score;
} named_score;

enum { AVERAGES = 4 };

static void list_averages(const lince_label_metrics *m, named_score list[AVERAGES])
{
    list[0] = (named_score){"micro avg", &m->micro};
    list[1] = (named_score){"macro avg", &m->macro};
    list[2] = (named_score){"weighted avg", &m->weighted};
    list[3] = (named_score){"samples avg", &m->samples};
}

void lince_label_metrics_report(const lince_label_metrics *m, lince_buffer *out)
{
    named_score averages[AVERAGES];
    int width = lince_characters("weighted avg");
    list_averages(m, averages);
    for (int c = 0; c < m->classes; c++)
        if (lince_characters(m->names[c]) > width) width = lince_characters(m->names[c]);
    lince_buffer_printf(out, "%*s %10s%10s%10s%10s\n\n", width, "", "precision", "recall", "f1-score",
                        "support");
    for (int i = 0; i < m->classes; i++)
        lince_score_put(out, m->names[m->listed[i]], width, &m->per_class[m->listed[i]]);
    lince_buffer_puts(out, "\n");
    for (int i = 0; i < AVERAGES; i++) lince_score_put(out, averages[i].name, width, averages[i].score);
}

/* --- JSON ----------------------------------------------------------------------------------------- */

json_t *lince_label_metrics_json(const lince_label_metrics *m)
{
    named_score averages[AVERAGES];
    json_t *classes = json_array(), *matrices = json_array(), *scores = json_object();
    list_averages(m, averages);
    for (int c = 0; c < m->classes; c++) {
        const lince_label_count *k = &m->count[c];
        lince_json_add(&classes, lince_json_string(m->names[c]));
        lince_json_add(&matrices,
                       lince_json_pack("[[I, I], [I, I]]", (json_int_t)k->rest, (json_int_t)k->alarms,
                                       (json_int_t)k->misses, (json_int_t)k->hits));
        lince_json_put(&scores, m->names[c], lince_score_json(&m->per_class[c]));
    }
    json_t *all = lince_json_pack("{s:s, s:I, s:f, s:f, s:f, s:o, s:o, s:o}", "labels", "several", "n",
                                  (json_int_t)m->n, "loss", m->loss, "accuracy", m->accuracy, "hamming_loss",
                                  m->hamming, "classes", classes, "multilabel_confusion_matrix", matrices,
                                  "per_class", scores);
    for (int i = 0; i < AVERAGES; i++)
        lince_json_put(&all, averages[i].name, lince_score_json(averages[i].score));
    return all;
}

/* --- and back ------------------------------------------------------------------------------------- */

static int read_classes(lince_label_metrics *m, const json_t *classes)
{
    size_t count = json_array_size(classes);
    if (count < 1 || count > 1 << 16)
        return lince_fail(LINCE_EFORMAT, "'classes': expected an array of class names");
    const char **names = lince_alloc(count, sizeof *names);
    int code = names ? 0 : LINCE_ENOMEM;
    for (size_t c = 0; c < count && !code; c++)
        if (!(names[c] = json_string_value(json_array_get(classes, c))))
            code = lince_fail(LINCE_EFORMAT, "'classes': entry %zu is not a text", c + 1);
    if (!code) code = lince_label_metrics_init(m, (int)count, names);
    lince_free(names);
    return code;
}

static int read_count(const json_t *matrix, int row, int column, int64_t *count)
{
    const json_t *value = json_array_get(json_array_get(matrix, (size_t)row), (size_t)column);
    *count = json_is_integer(value) ? json_integer_value(value) : -1;
    if (*count >= 0 && *count <= UINT32_MAX) return 0;
    return lince_fail(LINCE_EFORMAT,
                      "'multilabel_confusion_matrix': expected two rows of two counts for each class");
}

static int read_counts(lince_label_metrics *m, const json_t *matrices)
{
    for (int c = 0; c < m->classes; c++) {
        const json_t *matrix = json_array_get(matrices, (size_t)c);
        lince_label_count *k = &m->count[c];
        LINCE_TRY(read_count(matrix, 0, 0, &k->rest));
        LINCE_TRY(read_count(matrix, 0, 1, &k->alarms));
        LINCE_TRY(read_count(matrix, 1, 0, &k->misses));
        LINCE_TRY(read_count(matrix, 1, 1, &k->hits));
        m->n = (size_t)(k->rest + k->alarms + k->misses + k->hits);
    }
    return 0;
}

int lince_label_metrics_from_json(lince_label_metrics *m, const json_t *object)
{
    *m = (lince_label_metrics){0};
    LINCE_TRY(read_classes(m, json_object_get(object, "classes")));
    int code = read_counts(m, json_object_get(object, "multilabel_confusion_matrix"));
    if (!code) code = score_classes(m);
    if (code) {
        lince_label_metrics_release(m);
        return code;
    }
    const json_t *samples = json_object_get(object, "samples avg");
    m->loss = json_number_value(json_object_get(object, "loss"));
    m->accuracy = json_number_value(json_object_get(object, "accuracy"));
    m->hamming = json_number_value(json_object_get(object, "hamming_loss"));
    m->samples.precision = json_number_value(json_object_get(samples, "precision"));
    m->samples.recall = json_number_value(json_object_get(samples, "recall"));
    m->samples.f1 = json_number_value(json_object_get(samples, "f1-score"));
    return 0;
}

/* --- thresholds ----------------------------------------------------------------------------------- */

/* Between a point's probability and the next lower one; its own where nothing fits between. */
static float between(const lince_curve *c, size_t i)
{
    double own = c->points[i].threshold, next = i + 1 < c->count ? c->points[i + 1].threshold : 0;
    float middle = (float)((own + next) / 2);
    return (double)middle > next ? middle : (float)own;
}

static float best_threshold(const lince_curve *c)
{
    double best = 0;
    float threshold = 0.5f;
    for (size_t i = 0; i < c->count && c->positives; i++) {
        const lince_curve_point *p = &c->points[i];
        double f1 = 2 * (double)p->hits / (double)(c->positives + p->hits + p->alarms);
        if (!(f1 > best)) continue;
        best = f1;
        threshold = between(c, i);
    }
    return threshold;
}

void lince_label_thresholds(const lince_curves *curves, float *threshold)
{
    for (int c = 0; c < curves->classes; c++) threshold[c] = best_threshold(&curves->each[c]);
}
