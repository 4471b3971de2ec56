/* Any number of labels a sample: each class is answered whose probability reaches its threshold. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "text/csv.h"
#include "text/label_list.h"
#include "train/measure/calibrate.h"
#include "train/measure/evaluate.h"
#include "train/measure/scoring.h"
#include "train/measure/threshold.h"

#include <string.h>

/* What is about the one most probable class. */
static int refuse(const lince_settings *s)
{
    const lince_loss_type *loss = lince_loss_named(s->loss);
    if (loss && !loss->value_of)
        return lince_fail(LINCE_EUSAGE, "--loss %s: is for samples of one label, and these have several",
                          s->loss);
    if (loss && s->calibrate) LINCE_TRY(lince_calibration_check_loss(loss, true));
    if (loss && !loss->several && strcmp(s->positive_weights, "none") != 0)
        return lince_fail(
            LINCE_EUSAGE,
            "--positive-weights %s: is of losses of each class by itself, and --loss %s is of a softmax",
            s->positive_weights, s->loss);
    return lince_threshold_check(s->threshold);
}

static bool hit(const lince_loss *loss, const float *scores, int classes, const lince_batch *batch, size_t i,
                float *scratch)
{
    const float *asked = batch->asked + i * (size_t)classes;
    lince_score_probabilities(loss, scores, 1, classes, 1, scratch);
    for (int c = 0; c < classes; c++)
        if ((scratch[c] >= 0.5f) != (asked[c] >= 0.5f)) return false;
    return true;
}

static bool is_answered(const lince_judge *j, const float *probability, int c)
{
    return probability[c] >= (j->threshold ? j->threshold[c] : 0.5f);
}

static void judge(const lince_judge *j, lince_answered_sample *a)
{
    const int32_t *labels;
    size_t n = lince_dataset_labels_of(j->dataset, a->target, &labels);
    memset(a->asked, 0, (size_t)j->classes * sizeof *a->asked);
    for (size_t k = 0; k < n; k++) a->asked[labels[k]] = 1;
    a->predicted = j->loss->type->decide(a->probability, j->classes);
    a->loss = j->loss->type->value_of(j->loss, a->score, j->classes, j->temperature, a->asked);
    a->right = true;
    for (int c = 0; c < j->classes && a->right; c++)
        a->right = is_answered(j, a->probability, c) == (a->asked[c] > 0);
}

static int begin(lince_evaluation *e, int classes, const char *const *names)
{
    LINCE_TRY(lince_label_metrics_init(&e->of_labels, classes, names));
    e->names = e->of_labels.names;
    return 0;
}

static int take(lince_evaluation *e, const lince_answered_sample *a)
{
    bool *there = e->there + e->n * (size_t)e->classes, *answered = e->answered + e->n * (size_t)e->classes;
    for (int c = 0; c < e->classes; c++) {
        there[c] = a->asked[c] > 0;
        answered[c] = a->probability[c] >= e->threshold[c];
    }
    return lince_label_metrics_add(&e->of_labels, there, answered, a->loss);
}

static int finish(lince_evaluation *e)
{
    LINCE_TRY(lince_label_metrics_finish(&e->of_labels));
    e->loss = e->of_labels.loss;
    e->accuracy = e->of_labels.accuracy;
    return e->raw ? 0 : lince_curves_init_several(&e->curves, e->scores, e->there, e->n, e->classes);
}

static json_t *json(const lince_evaluation *e)
{
    json_t *object = lince_label_metrics_json(&e->of_labels), *thresholds = json_object();
    for (int c = 0; c < e->classes; c++)
        lince_json_put(&thresholds, e->names[c], lince_json_real((double)e->threshold[c]));
    lince_json_put(&object, "thresholds", thresholds);
    lince_curves_summary(&e->curves, e->names, &object);
    return object;
}

/* And below what the report has not. */
static void report(const lince_evaluation *e, lince_buffer *out)
{
    lince_label_metrics_report(&e->of_labels, out);
    lince_buffer_printf(out, _("\nsubset accuracy %.4f, Hamming loss %.4f, mean average precision %.4f\n"),
                        e->accuracy, e->of_labels.hamming, e->curves.average_precision);
}

static void csv_header(const lince_evaluation *e, lince_buffer *out)
{
    for (int c = 0; c < e->classes; c++) {
        lince_buffer_puts(out, ",");
        lince_csv_put(out, e->names[c]);
    }
}

static void csv_row(const lince_evaluation *e, const lince_dataset *dataset, lince_part part, size_t i,
                    lince_buffer *out)
{
    const lince_outcome *o = &e->outcomes[i];
    const bool *answered = e->answered + o->row * (size_t)e->classes;
    const float *probability = e->scores + o->row * (size_t)e->classes;
    lince_buffer names = {0};
    int32_t *labels = lince_buffer_alloc(out, (size_t)e->classes, sizeof *labels);
    size_t count = 0;
    for (int32_t c = 0; labels && c < e->classes; c++)
        if (answered[c]) labels[count++] = c;
    lince_label_list_put(&names, (const char *const *)e->names, labels, count);
    lince_free(labels);
    lince_buffer_puts(out, ",");
    lince_csv_put(out, lince_dataset_labels_name(dataset, part, o->index));
    lince_buffer_puts(out, ",");
    lince_csv_put(out, lince_buffer_part(out, &names));
    for (int c = 0; c < e->classes; c++)
        lince_buffer_printf(out, ",%.9g", (double)probability[c]); /* the exact one */
    lince_buffer_release(&names);
}

const lince_labelling lince_several_labels = {.name = "several",
                                              .plural = N_("samples of several labels"),
                                              .several = true,
                                              .loss = &lince_binary_cross_entropy,
                                              .refuse = refuse,
                                              .hit = hit,
                                              .judge = judge,
                                              .begin = begin,
                                              .take = take,
                                              .finish = finish,
                                              .json = json,
                                              .report = report,
                                              .csv_header = csv_header,
                                              .csv_row = csv_row};
