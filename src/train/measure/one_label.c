/* One label a sample: the most probable class is the answer. */
#include "core/error.h"
#include "core/i18n.h"
#include "text/csv.h"
#include "train/measure/evaluate.h"

#include <string.h>

static int refuse(const lince_settings *s)
{
    if (strcmp(s->threshold, "0.5") != 0)
        return lince_fail(LINCE_EUSAGE,
                          "--threshold %s: is for samples of several labels, and these have one",
                          s->threshold);
    if (strcmp(s->positive_weights, "none") != 0)
        return lince_fail(LINCE_EUSAGE,
                          "--positive-weights %s: is for samples of several labels, and these have one; "
                          "--class-weights weighs classes",
                          s->positive_weights);
    const lince_loss_type *loss = lince_loss_named(s->loss);
    if (loss && loss->several)
        return lince_fail(LINCE_EUSAGE, "--loss %s: is for samples of several labels, and these have one",
                          s->loss);
    return 0;
}

/* Of mixed samples the label with the larger share counts. */
static bool hit(const lince_loss *loss, const float *scores, int classes, const lince_batch *batch, size_t i,
                float *scratch)
{
    const int32_t *label = batch->partner && batch->own < 0.5f ? batch->partner : batch->y;
    (void)scratch;
    return loss->type->decide(scores, classes) == label[i];
}

static void judge(const lince_judge *j, lince_answered_sample *a)
{
    a->predicted = j->loss->type->decide(a->probability, j->classes);
    a->loss = j->loss->type->value(j->loss, a->score, j->classes, j->temperature, a->target);
    a->right = a->predicted == a->target;
}

static int begin(lince_evaluation *e, int classes, const char *const *names)
{
    LINCE_TRY(lince_metrics_init(&e->metrics, classes, names));
    e->names = e->metrics.names;
    return 0;
}

static int take(lince_evaluation *e, const lince_answered_sample *a)
{
    lince_metrics_add(&e->metrics, a->target, a->probability, a->predicted, a->loss);
    return 0;
}

static int finish(lince_evaluation *e)
{
    lince_metrics_finish(&e->metrics);
    e->loss = e->metrics.loss;
    e->accuracy = e->metrics.accuracy;
    return e->raw ? 0 : lince_curves_init(&e->curves, e->scores, e->labels, e->n, e->classes);
}

static json_t *json(const lince_evaluation *e)
{
    json_t *object = lince_metrics_json(&e->metrics);
    lince_curves_summary(&e->curves, e->names, &object);
    return object;
}

static void report(const lince_evaluation *e, lince_buffer *out)
{
    lince_metrics_report(&e->metrics, out);
}

static void csv_header(const lince_evaluation *e, lince_buffer *out)
{
    (void)e;
    lince_buffer_puts(out, ",probability");
}

static void csv_row(const lince_evaluation *e, const lince_dataset *dataset, lince_part part, size_t i,
                    lince_buffer *out)
{
    const lince_outcome *o = &e->outcomes[i];
    (void)dataset, (void)part;
    lince_buffer_puts(out, ",");
    lince_csv_put(out, e->names[o->label]);
    lince_buffer_puts(out, ",");
    lince_csv_put(out, e->names[o->predicted]);
    lince_buffer_printf(out, ",%.6f", (double)o->probability);
}

const lince_labelling lince_one_label = {.name = "one",
                                         .plural = N_("samples of one label"),
                                         .loss = &lince_cross_entropy,
                                         .refuse = refuse,
                                         .hit = hit,
                                         .judge = judge,
                                         .begin = begin,
                                         .take = take,
                                         .finish = finish,
                                         .json = json,
                                         .report = report,
                                         .csv_header = csv_header,
                                         .csv_row = csv_row,
                                         .csv_columns = 1};
