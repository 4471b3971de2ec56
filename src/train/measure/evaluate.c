#include "train/measure/evaluate.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/watch.h"
#include "text/csv.h"
#include "train/measure/by_group.h"
#include "train/measure/scoring.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct pass {
    lince_net *net;
    lince_loader *loader;
    const lince_observer *observer;
    const lince_views *views; /* NULL: none */
    const lince_labelling *labelling;
    lince_judge judge;
    lince_progress progress;
    float *score, *probability; /* [batch][classes] */
    float *asked;               /* [classes] */
    uint32_t *index;            /* [batch] */
    int32_t *label;             /* [batch] */
    size_t seen;
    double sum, hits; /* of losses, and of right answers */
    int (*sample)(void *context, const lince_answered_sample *answer);
    void *context;
} pass;

/* This member's share of the batch, piece by piece. */
static int score_share(pass *p, const lince_batch *batch)
{
    size_t classes = (size_t)lince_net_classes(p->net), begin = (size_t)batch->begin, n = (size_t)batch->n;
    memcpy(p->index + begin, batch->index, n * sizeof *p->index);
    memcpy(p->label + begin, batch->y, n * sizeof *p->label);
    for (size_t i = 0; i < lince_loader_pieces(p->loader); i++) {
        lince_batch piece = lince_loader_piece(p->loader, batch, i);
        if (piece.n)
            LINCE_TRY(lince_score(p->net, p->views, &piece, p->score + (size_t)piece.begin * classes));
    }
    return 0;
}

/* Measures are taken of whole batches, so that they are those of a member that has all samples. */
static int gather(pass *p, size_t n)
{
    const lince_group *g = lince_loader_group(p->loader);
    size_t cut = lince_loader_cut(p->loader), classes = (size_t)lince_net_classes(p->net);
    LINCE_TRY(lince_group_gather(g, p->score, n, cut, classes * sizeof *p->score));
    LINCE_TRY(lince_group_gather(g, p->index, n, cut, sizeof *p->index));
    return lince_group_gather(g, p->label, n, cut, sizeof *p->label);
}

/* The true class's probability may underflow in float: the loss comes from the scores. */
static int take_batch(pass *p, int n)
{
    int classes = p->judge.classes;
    lince_score_probabilities(p->judge.loss, p->score, (size_t)n, classes, p->judge.temperature,
                              p->probability);
    for (int i = 0; i < n; i++) {
        lince_answered_sample a = {.index = p->index[i],
                                   .target = p->label[i],
                                   .score = p->score + (size_t)i * (size_t)classes,
                                   .probability = p->probability + (size_t)i * (size_t)classes,
                                   .asked = p->asked};
        p->labelling->judge(&p->judge, &a);
        p->sum += a.loss;
        p->hits += a.right;
        if (p->sample) LINCE_TRY(p->sample(p->context, &a));
    }
    p->seen += (size_t)n;
    return 0;
}

static int begin_pass(pass *p)
{
    size_t batch = (size_t)lince_loader_batch_size(p->loader), classes = (size_t)lince_net_classes(p->net);
    p->score = lince_alloc(batch * classes, sizeof *p->score);
    p->probability = lince_alloc(batch * classes, sizeof *p->probability);
    p->asked = lince_alloc(classes, sizeof *p->asked);
    p->index = lince_alloc(batch, sizeof *p->index);
    p->label = lince_alloc(batch, sizeof *p->label);
    if (!p->score || !p->probability || !p->asked || !p->index || !p->label) return LINCE_ENOMEM;
    p->progress.steps = lince_loader_batches(p->loader);
    return lince_loader_start(p->loader, 0, 0);
}

/* 1: the whole of the next batch; 0: there is none. */
static int next_batch(pass *p, lince_batch *batch)
{
    int stop = p->progress.step ? lince_observer_stops(p->observer) : 0,
        more = stop ? stop : lince_loader_next(p->loader, batch),
        code = more > 0 ? score_share(p, batch) : more;
    LINCE_TRY(lince_group_all(lince_loader_group(p->loader), code));
    if (more > 0) LINCE_TRY(gather(p, (size_t)batch->whole));
    return more;
}

static int run_pass(pass *p)
{
    const lince_observer *o = p->observer;
    lince_batch batch;
    double start = lince_now();
    int code = lince_group_all(lince_loader_group(p->loader), begin_pass(p));
    while (!code && (code = next_batch(p, &batch)) > 0) {
        if ((code = take_batch(p, batch.whole)) != 0) break;
        p->progress.step++;
        p->progress.loss = p->sum / (double)p->seen;
        p->progress.accuracy = p->hits / (double)p->seen;
        p->progress.samples_per_second = (double)p->seen / fmax(lince_now() - start, 1e-9);
        if (o && o->progress) o->progress(o->context, &p->progress);
        code = 0;
    }
    lince_free(p->index);
    lince_free(p->label);
    lince_free(p->score);
    lince_free(p->probability);
    lince_free(p->asked);
    return code;
}

/* What the temperature changes, of the sample that was taken last. */
static void rely(lince_evaluation *e, const lince_answered_sample *a)
{
    const bool *there = e->there ? e->there + e->n * (size_t)e->classes : NULL;
    const lince_scored own = {a->score, 1, e->classes, &a->target, there};
    lince_reliability_add(&e->before, &own, 0, 1);
    lince_reliability_add(&e->after, &own, 0, e->temperature);
}

static int add_sample(void *context, const lince_answered_sample *a)
{
    lince_evaluation *e = context;
    size_t n = e->n, classes = (size_t)e->classes;
    e->outcomes[n] = (lince_outcome){.index = a->index,
                                     .label = a->target,
                                     .predicted = a->predicted,
                                     .right = a->right,
                                     .probability = a->probability[a->predicted],
                                     .row = (uint32_t)n};
    memcpy(e->scores + n * classes, e->raw ? a->score : a->probability, classes * sizeof *a->score);
    e->labels[n] = a->target;
    LINCE_TRY(e->labelling->take(e, a));
    if (e->temperature > 0) rely(e, a);
    e->n++;
    return 0;
}

/* Texts come by their length. */
static int by_index(const void *a, const void *b)
{
    const lince_outcome *left = a, *right = b;
    return left->index < right->index ? -1 : left->index > right->index;
}

static int take_room(lince_evaluation *e, size_t samples, size_t classes, const float *threshold)
{
    size_t scores;
    if (!lince_mul(samples, classes, &scores))
        return lince_fail(LINCE_ENOMEM, "%zu samples of %zu classes do not fit in memory", samples, classes);
    e->outcomes = lince_alloc(samples, sizeof *e->outcomes);
    e->scores = lince_alloc(scores, sizeof *e->scores);
    e->labels = lince_alloc(samples, sizeof *e->labels);
    bool several = e->labelling->several;
    if (several) {
        e->there = lince_alloc(scores, sizeof *e->there);
        e->answered = lince_alloc(scores, sizeof *e->answered);
        e->threshold = lince_alloc(classes, sizeof *e->threshold);
        for (size_t c = 0; e->threshold && c < classes; c++)
            e->threshold[c] = threshold ? threshold[c] : 0.5f;
    }
    if (e->outcomes && e->scores && e->labels && (!several || (e->there && e->answered && e->threshold)))
        return 0;
    lince_evaluation_release(e);
    return LINCE_ENOMEM;
}

/* Measures of answers that are no numbers would look like measures. */
static int check_finite(const lince_evaluation *e)
{
    if (isfinite(e->loss)) return 0;
    return lince_fail(
        LINCE_ENUMERIC,
        "the loss is %g: the model's answers are no numbers. Its training has diverged (try a smaller --lr, "
        "--clip-grad 1 or --warmup-epochs 1), or its weights are damaged",
        e->loss);
}

/* A sum, for two data sets may have the same samples in another order. */
static void take_contents(lince_evaluation *e, const lince_loader *loader)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < e->n; i++) {
        e->outcomes[i].content = lince_loader_holds(loader, e->outcomes[i].index);
        sum += lince_loader_identity(loader, e->outcomes[i].index);
    }
    snprintf(e->content, sizeof e->content, "%016llx", (unsigned long long)sum);
}

static int finish(lince_evaluation *e)
{
    qsort(e->outcomes, e->n, sizeof *e->outcomes, by_index);
    lince_reliability_finish(&e->before);
    lince_reliability_finish(&e->after);
    LINCE_TRY(e->labelling->finish(e));
    return check_finite(e);
}

int lince_evaluate(lince_net *net, lince_loader *loader, const lince_blueprint *b,
                   const lince_evaluate_options *options, lince_phase phase, const lince_observer *observer,
                   lince_evaluation *e)
{
    *e = (lince_evaluation){.labelling = lince_labelling_for(b->several),
                            .classes = b->classes,
                            .views = options->views,
                            .raw = options->raw,
                            .loss_of = b->loss,
                            .temperature = options->raw ? 0 : b->temperature};
    LINCE_TRY(take_room(e, lince_loader_samples(loader) + 1, (size_t)b->classes, b->threshold));
    pass p = {.net = net,
              .loader = loader,
              .observer = observer,
              .views = options->views,
              .labelling = lince_labelling_for(b->several),
              .judge = {.loss = &b->loss,
                        .dataset = lince_loader_dataset(loader),
                        .threshold = b->threshold,
                        .classes = b->classes,
                        .temperature = e->temperature > 0 ? e->temperature : 1},
              .progress = {.phase = phase, .eta = -1},
              .sample = add_sample,
              .context = e};
    int code = e->labelling->begin(e, b->classes, (const char *const *)b->names);
    code = lince_group_all(lince_loader_group(loader), code);
    if (!code) code = run_pass(&p);
    if (!code) take_contents(e, loader);
    if (!code) code = finish(e);
    if (!code && !e->raw)
        code = lince_by_group(e, lince_loader_dataset(loader), lince_loader_part(loader), &e->groups);
    if (code) lince_evaluation_release(e);
    return code;
}

void lince_evaluation_release(lince_evaluation *e)
{
    lince_metrics_release(&e->metrics);
    lince_label_metrics_release(&e->of_labels);
    lince_curves_release(&e->curves);
    lince_free(e->outcomes);
    lince_free(e->scores);
    lince_free(e->labels);
    lince_free(e->there);
    lince_free(e->answered);
    lince_free(e->threshold);
    json_decref(e->groups);
    *e = (lince_evaluation){0};
}

/* Which loss it is, where that is not the usual one. */
static void put_loss(json_t **json, const lince_loss *l)
{
    json_t *criterion = lince_json_pack("{s:s}", "name", l->type->name);
    if (l->type->setting) lince_json_put(&criterion, l->type->setting, lince_json_real(l->number));
    lince_json_put(json, "criterion", criterion);
}

json_t *lince_evaluation_json(const lince_evaluation *e)
{
    json_t *json = e->labelling->json(e);
    lince_json_put(&json, "content", lince_json_string(e->content));
    if (e->loss_of.type != e->labelling->loss) put_loss(&json, &e->loss_of);
    if (e->views && e->views->count)
        lince_json_put(&json, "tta",
                       lince_json_pack("{s:s, s:i}", "name", e->views->name, "views", e->views->count));
    if (e->groups) lince_json_put(&json, "groups", json_incref(e->groups));
    if (e->temperature > 0)
        lince_json_put(&json, "temperature", lince_calibration_json(e->temperature, &e->before, &e->after));
    return json;
}

static size_t count_left_out(const lince_dataset *dataset, lince_part part)
{
    size_t count = 0;
    for (size_t i = 0; i < lince_dataset_left_out(dataset); i++)
        count += lince_dataset_left_out_at(dataset, i)->part == part;
    return count;
}

static void put_left_out(const lince_evaluation *e, lince_buffer *out, const lince_dataset *dataset,
                         lince_part part)
{
    for (size_t i = 0; i < lince_dataset_left_out(dataset); i++) {
        const lince_left_out *sample = lince_dataset_left_out_at(dataset, i);
        if (sample->part != part) continue;
        lince_csv_put(out, sample->name);
        lince_buffer_puts(out, ",");
        lince_csv_put(out, sample->class ? sample->class : "");
        for (int k = 0; k < (e->labelling->csv_columns ? e->labelling->csv_columns : e->classes) + 2; k++)
            lince_buffer_puts(out, ",");
        lince_csv_put(out, sample->reason);
        lince_buffer_puts(out, "\n");
    }
}

int lince_evaluation_write_csv(const lince_evaluation *e, const lince_dataset *dataset, lince_part part,
                               bool all, const char *path)
{
    lince_buffer out = {0};
    bool reasons = all && count_left_out(dataset, part);
    lince_buffer_puts(&out, "path,true,predicted");
    e->labelling->csv_header(e, &out);
    lince_buffer_puts(&out, reasons ? ",left_out\n" : "\n");
    for (size_t i = 0; i < e->n; i++) {
        lince_csv_put(&out, lince_dataset_name(dataset, part, e->outcomes[i].index));
        e->labelling->csv_row(e, dataset, part, i, &out);
        lince_buffer_puts(&out, reasons ? ",\n" : "\n");
    }
    if (reasons) put_left_out(e, &out, dataset, part);
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

int lince_evaluation_write_contents(const lince_evaluation *e, const lince_dataset *dataset, lince_part part,
                                    const char *path)
{
    lince_buffer out = {0};
    lince_buffer_puts(&out, "path,content\n");
    for (size_t i = 0; i < e->n; i++) {
        lince_csv_put(&out, lince_dataset_name(dataset, part, e->outcomes[i].index));
        lince_buffer_printf(&out, ",%016llx\n", (unsigned long long)e->outcomes[i].content);
    }
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

int lince_evaluation_write_probabilities(const lince_evaluation *e, const lince_dataset *dataset,
                                         lince_part part, const char *path)
{
    lince_buffer out = {0};
    size_t classes = (size_t)e->classes;
    lince_buffer_puts(&out, "path");
    for (size_t c = 0; c < classes; c++) {
        lince_buffer_puts(&out, ",");
        lince_csv_put(&out, e->names[c]);
    }
    lince_buffer_puts(&out, "\n");
    for (size_t i = 0; i < e->n; i++) {
        const float *row = e->scores + e->outcomes[i].row * classes;
        lince_csv_put(&out, lince_dataset_name(dataset, part, e->outcomes[i].index));
        for (size_t c = 0; c < classes; c++) lince_buffer_printf(&out, ",%.9g", (double)row[c]);
        lince_buffer_puts(&out, "\n");
    }
    int code = out.error ? out.error : lince_file_write(path, out.data, out.size);
    lince_buffer_release(&out);
    return code;
}

int lince_validate(lince_net *net, lince_loader *loader, const lince_blueprint *b,
                   const lince_observer *observer, lince_progress progress, double *mean_loss,
                   double *accuracy)
{
    pass p = {.net = net,
              .loader = loader,
              .labelling = lince_labelling_for(b->several),
              .judge = {.loss = &b->loss,
                        .dataset = lince_loader_dataset(loader),
                        .classes = b->classes,
                        .temperature = 1},
              .observer = observer,
              .progress = progress};
    p.progress.phase = LINCE_VALIDATING;
    p.progress.step = 0;
    int code = run_pass(&p);
    *mean_loss = p.sum / (double)p.seen;
    *accuracy = p.hits / (double)p.seen;
    return code;
}
