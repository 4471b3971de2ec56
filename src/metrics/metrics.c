#include "metrics/metrics.h"
#include "core/class_order.h"
#include "core/display.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static const char *name_at(const void *names, size_t index)
{
    return ((const char *const *)names)[index];
}

int lince_metrics_init(lince_metrics *m, int classes, const char *const *names)
{
    size_t c = (size_t)classes;
    *m = (lince_metrics){.classes = classes};
    m->names = lince_alloc(c, sizeof *m->names);
    m->listed = lince_class_order(name_at, names, c);
    m->confusion = lince_alloc(c * c, sizeof *m->confusion);
    m->per_class = lince_alloc(c, sizeof *m->per_class);
    m->spare = lince_alloc(c, sizeof *m->spare);
    bool failed = !m->names || !m->listed || !m->confusion || !m->per_class || !m->spare;
    for (size_t i = 0; i < c && !failed; i++) failed = !(m->names[i] = lince_strdup(names[i]));
    if (failed) lince_metrics_release(m);
    return failed ? LINCE_ENOMEM : 0;
}

void lince_metrics_release(lince_metrics *m)
{
    for (int i = 0; m->names && i < m->classes; i++) lince_free(m->names[i]);
    lince_free(m->names);
    lince_free(m->listed);
    lince_free(m->confusion);
    lince_free(m->per_class);
    lince_free(m->spare);
    *m = (lince_metrics){0};
}

/* Bins are (lower, upper], as Guo et al. have them; what is no number is in the first, as its sums tell. */
static int bin_of(double confidence)
{
    double bin = ceil(confidence * LINCE_CALIBRATION_BINS) - 1;
    if (!(bin > 0)) return 0;
    return bin < LINCE_CALIBRATION_BINS ? (int)bin : LINCE_CALIBRATION_BINS - 1;
}

void lince_calibration_add(lince_calibration_bin bins[LINCE_CALIBRATION_BINS], double confidence, bool right)
{
    lince_calibration_bin *b = &bins[bin_of(confidence)];
    b->n++;
    b->confidence += confidence;
    b->accuracy += right;
}

void lince_metrics_add(lince_metrics *m, int label, const float *probability, int predicted, double loss)
{
    int better = 0; /* of equal ones the first, as in numpy */
    for (int c = 0; c < m->classes; c++)
        better += probability[c] > probability[label] || (c < label && probability[c] == probability[label]);
    lince_calibration_add(m->bins, (double)probability[predicted], predicted == label);
    m->confusion[label * m->classes + predicted]++;
    m->n++;
    m->accuracy += predicted == label;
    m->top5 += better < 5;
    m->loss += loss;
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

/* Numbers added as numpy's add.reduce adds them, so that means round as scikit-learn's do: up to 128 of them
 * in eight sums, more of them in halves, the first half a multiple of eight. */
double lince_pairwise_sum(const double *x, size_t n)
{
    double r[8], rest = 0;
    if (n < 8) {
        for (size_t i = 0; i < n; i++) rest += x[i];
        return rest;
    }
    if (n > 128) {
        size_t half = n / 2 - n / 2 % 8;
        return lince_pairwise_sum(x, half) + lince_pairwise_sum(x + half, n - half);
    }
    memcpy(r, x, sizeof r);
    size_t i = 8;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++) r[k] += x[i + k];
    double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; i++) sum += x[i];
    return sum;
}

static void score_class(lince_metrics *m, int c)
{
    int k = m->classes;
    lince_class_score *s = &m->per_class[c];
    double hits = (double)m->confusion[c * k + c], predicted = 0;
    s->support = 0;
    for (int o = 0; o < k; o++)
        s->support += (double)m->confusion[c * k + o], predicted += (double)m->confusion[o * k + c];
    s->precision = ratio(hits, predicted);
    s->recall = ratio(hits, s->support);
    s->f1 = ratio(2 * hits, s->support + predicted);
    s->specificity = ratio((double)m->n - s->support - (predicted - hits), (double)m->n - s->support);
}

/* sum(w v) / sum(w) of all classes; w: the support, or 1. */
static double average(lince_metrics *m, size_t offset, bool weighted)
{
    double weights = 0;
    for (int c = 0; c < m->classes; c++) {
        const lince_class_score *s = &m->per_class[c];
        double value, weight = weighted ? s->support : 1;
        memcpy(&value, (const char *)s + offset, sizeof value);
        m->spare[c] = value * weight;
        weights += weight;
    }
    return ratio(lince_pairwise_sum(m->spare, (size_t)m->classes), weights);
}

static void score_classes(lince_metrics *m)
{
    lince_class_score *const averages[] = {&m->macro, &m->weighted};
    for (int c = 0; c < m->classes; c++) score_class(m, c);
    for (int i = 0; i < 2; i++)
        *averages[i] =
            (lince_class_score){.precision = average(m, offsetof(lince_class_score, precision), i),
                                .recall = average(m, offsetof(lince_class_score, recall), i),
                                .f1 = average(m, offsetof(lince_class_score, f1), i),
                                .specificity = average(m, offsetof(lince_class_score, specificity), i),
                                .support = (double)m->n};
}

double lince_calibration_finish(lince_calibration_bin bins[LINCE_CALIBRATION_BINS], size_t n)
{
    double ece = 0;
    for (int i = 0; i < LINCE_CALIBRATION_BINS; i++) {
        lince_calibration_bin *b = &bins[i];
        b->confidence = ratio(b->confidence, (double)b->n);
        b->accuracy = ratio(b->accuracy, (double)b->n);
        ece += ratio((double)b->n, (double)n) * fabs(b->confidence - b->accuracy);
    }
    return ece;
}

void lince_metrics_finish(lince_metrics *m)
{
    double n = (double)m->n;
    m->accuracy = ratio(m->accuracy, n);
    m->top5 = ratio(m->top5, n);
    m->loss = ratio(m->loss, n);
    score_classes(m);
    m->ece = lince_calibration_finish(m->bins, m->n);
}

/* --- scikit-learn's text -------------------------------------------------------------------------- */

static void put_name(lince_buffer *out, const char *name, int width)
{
    int blanks = width - lince_characters(name);
    lince_buffer_printf(out, "%*s", blanks > 0 ? blanks : 0, "");
    lince_put_name_for_display(out, name, "?");
}

void lince_score_put(lince_buffer *out, const char *name, int width, const lince_class_score *s)
{
    put_name(out, name, width);
    lince_buffer_printf(out, " %10.2f%10.2f%10.2f%10.0f\n", s->precision, s->recall, s->f1, s->support);
}

void lince_metrics_report(const lince_metrics *m, lince_buffer *out)
{
    int width = lince_characters("weighted avg");
    for (int c = 0; c < m->classes; c++)
        if (lince_characters(m->names[c]) > width) width = lince_characters(m->names[c]);
    lince_buffer_printf(out, "%*s %10s%10s%10s%10s\n\n", width, "", "precision", "recall", "f1-score",
                        "support");
    for (int i = 0; i < m->classes; i++)
        lince_score_put(out, m->names[m->listed[i]], width, &m->per_class[m->listed[i]]);
    lince_buffer_puts(out, "\n");
    put_name(out, "accuracy", width);
    lince_buffer_printf(out, " %10s%10s%10.2f%10zu\n", "", "", m->accuracy, m->n);
    lince_score_put(out, "macro avg", width, &m->macro);
    lince_score_put(out, "weighted avg", width, &m->weighted);
}

/* --- JSON ----------------------------------------------------------------------------------------- */

json_t *lince_score_json(const lince_class_score *s)
{
    return lince_json_pack("{s:f, s:f, s:f, s:I}", "precision", s->precision, "recall", s->recall, "f1-score",
                           s->f1, "support", (json_int_t)s->support);
}

json_t *lince_calibration_bins(const lince_calibration_bin bins[LINCE_CALIBRATION_BINS])
{
    json_t *array = json_array();
    for (int i = 0; i < LINCE_CALIBRATION_BINS; i++)
        lince_json_add(&array, lince_json_pack("{s:I, s:f, s:f}", "n", (json_int_t)bins[i].n, "confidence",
                                               bins[i].confidence, "accuracy", bins[i].accuracy));
    return array;
}

json_t *lince_metrics_json(const lince_metrics *m)
{
    json_t *classes = json_array(), *matrix = json_array(), *scores = json_object();
    for (int c = 0; c < m->classes; c++) {
        lince_json_add(&classes, lince_json_string(m->names[c]));
        json_t *row = json_array();
        for (int o = 0; o < m->classes; o++)
            lince_json_add(&row, json_integer(m->confusion[c * m->classes + o]));
        lince_json_add(&matrix, row);
        lince_json_put(&scores, m->names[c], lince_score_json(&m->per_class[c]));
    }
    return lince_json_pack("{s:I, s:f, s:f, s:f, s:f, s:o, s:o, s:o, s:o, s:o, s:o}", "n", (json_int_t)m->n,
                           "loss", m->loss, "accuracy", m->accuracy, "top5", m->top5, "ece", m->ece,
                           "classes", classes, "confusion_matrix", matrix, "per_class", scores, "macro avg",
                           lince_score_json(&m->macro), "weighted avg", lince_score_json(&m->weighted),
                           "calibration", lince_calibration_bins(m->bins));
}

/* --- and back ------------------------------------------------------------------------------------- */

/* json_array_get and json_object_get answer NULL for a value of another type, as for one that is not
 * there. */
static int read_classes(lince_metrics *m, const json_t *classes)
{
    size_t count = json_array_size(classes);
    if (count < 1 || count > 1 << 16)
        return lince_fail(LINCE_EFORMAT, "'classes': expected an array of class names");
    const char **names = lince_alloc(count, sizeof *names);
    if (!names) return LINCE_ENOMEM;
    int code = 0;
    for (size_t c = 0; c < count && !code; c++)
        if (!(names[c] = json_string_value(json_array_get(classes, c))))
            code = lince_fail(LINCE_EFORMAT, "'classes': entry %zu is not a text", c + 1);
    if (!code) code = lince_metrics_init(m, (int)count, names);
    lince_free(names);
    return code;
}

/* Square, and of the classes' number: known before memory for it is taken. */
static int check_matrix(const json_t *matrix, size_t k)
{
    size_t rows = json_array_size(matrix), row;
    const json_t *cells;
    if (rows != k)
        return lince_fail(LINCE_EFORMAT, "'confusion_matrix': expected %zu rows, one a class; found %zu", k,
                          rows);
    json_array_foreach(matrix, row, cells) if (json_array_size(cells) != k) return lince_fail(
        LINCE_EFORMAT, "'confusion_matrix': expected %zu counts in row %zu; found %zu", k, row + 1,
        json_array_size(cells));
    return 0;
}

static int read_matrix(lince_metrics *m, const json_t *matrix)
{
    size_t k = (size_t)m->classes;
    for (size_t row = 0; row < k; row++)
        for (size_t column = 0; column < k; column++) {
            const json_t *count = json_array_get(json_array_get(matrix, row), column);
            json_int_t value = json_is_integer(count) ? json_integer_value(count) : -1;
            if (value < 0 || value > UINT32_MAX)
                return lince_fail(LINCE_EFORMAT,
                                  "'confusion_matrix': row %zu, column %zu: expected a count of 0 or more",
                                  row + 1, column + 1);
            m->confusion[row * k + column] = value;
            m->n += (size_t)value;
        }
    return 0;
}

void lince_calibration_read(lince_calibration_bin bins[LINCE_CALIBRATION_BINS], const json_t *array)
{
    for (size_t i = 0; i < LINCE_CALIBRATION_BINS; i++) {
        const json_t *bin = json_array_get(array, i);
        json_int_t n = json_integer_value(json_object_get(bin, "n"));
        bins[i] = (lince_calibration_bin){n > 0 ? (size_t)n : 0,
                                          json_number_value(json_object_get(bin, "confidence")),
                                          json_number_value(json_object_get(bin, "accuracy"))};
    }
}

int lince_metrics_from_json(lince_metrics *m, const json_t *object)
{
    *m = (lince_metrics){0};
    const json_t *classes = json_object_get(object, "classes"),
                 *matrix = json_object_get(object, "confusion_matrix");
    LINCE_TRY(check_matrix(matrix, json_array_size(classes)));
    LINCE_TRY(read_classes(m, classes));
    int code = read_matrix(m, matrix);
    if (code) {
        lince_metrics_release(m);
        return code;
    }
    double hits = 0;
    for (int c = 0; c < m->classes; c++)
        hits += (double)m->confusion[(size_t)c * (size_t)m->classes + (size_t)c];
    m->accuracy = ratio(hits, (double)m->n);
    score_classes(m);
    lince_calibration_read(m->bins, json_object_get(object, "calibration"));
    m->loss = json_number_value(json_object_get(object, "loss"));
    m->top5 = json_number_value(json_object_get(object, "top5"));
    m->ece = json_number_value(json_object_get(object, "ece"));
    return 0;
}
