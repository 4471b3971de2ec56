/* What the numbers say, and what to try next. Thresholds are rules of thumb; each finding quotes the numbers
 * that it was drawn from. */
#include "core/json.h"
#include "core/memory.h"
#include "models/model_zoo.h"
#include "optim/optim.h"
#include "optim/schedule/schedule.h"
#include "report/run/sections.h"
#include "settings/criterion.h"
#include "train/data/class_weights.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const double GAP = 0.08, TOO_LOW = 0.75, MISCALIBRATED = 0.05, RISE = 1.05, UNEVEN = 2,
                    ONE_ANSWER = 0.9, FEW_STEPS = 200;

enum { PAIRS = 5, ADVICE = 8 };

typedef struct advice {
    char options[128], why[384];
} advice;

typedef struct discussion {
    lince_document *d;
    const lince_facts *f;
    advice list[ADVICE];
    int count;
} discussion;

/* Something to try, for runs of these kinds of samples; the reason is untranslated. */
static void advise(discussion *t, lince_kinds kinds, const char *why, const char *options, ...)
    __attribute__((format(printf, 4, 5)));

static void advise(discussion *t, lince_kinds kinds, const char *why, const char *options, ...)
{
    const lince_document *d = t->d;
    va_list args;
    if (!(kinds & t->f->kinds) || t->count == ADVICE) return;
    advice *a = &t->list[t->count++];
    va_start(args, options);
    vsnprintf(a->options, sizeof a->options, options, args);
    va_end(args);
    snprintf(a->why, sizeof a->why, "%s", TR(why));
}

/* --- how training went ---------------------------------------------------------------------------- */

static double rate(const lince_settings *s)
{
    const lince_optimizer *o = lince_optimizer_named(s->optimizer);
    return s->lr > 0 ? s->lr : o ? o->usual_lr : 0;
}

static const lince_epoch *epoch(const discussion *t, int row)
{
    return &t->f->history.epochs[row];
}

/* The loss of an answer that does not look at the sample: the classes' shares of the training part. */
static double blind_loss(const discussion *t)
{
    lince_loss loss;
    const json_t *train = json_object_get(json_object_get(t->f->data, "parts"), "train"),
                 *counts = json_object_get(train, "per_class");
    size_t classes = json_array_size(json_object_get(t->f->data, "classes"));
    double all = 0, *share = classes ? lince_buffer_alloc(&t->d->out, classes, sizeof *share) : NULL;
    for (size_t c = 0; c < classes; c++) all += lince_fact_number_at(counts, c);
    for (size_t c = 0; c < classes && share && all > 0; c++) share[c] = lince_fact_number_at(counts, c) / all;
    bool known = classes && !lince_criterion(&loss, &t->f->settings);
    float *room = known ? lince_buffer_alloc(&t->d->out, classes, sizeof *room) : NULL;
    double blind = room ? lince_loss_chance(&loss, all > 0 ? share : NULL, (int)classes, room) : NAN;
    lince_free(room);
    lince_free(share);
    return blind;
}

static bool nothing_learnt(const discussion *t)
{
    double lowest = INFINITY;
    for (size_t i = 0; i < t->f->history.count; i++) lowest = fmin(lowest, epoch(t, (int)i)->train_loss);
    return lowest > 0.97 * blind_loss(t);
}

/* The class that nearly all test samples are taken for, by a network that is no better than that; -1:
 * none. */
static int only_answer(const discussion *t)
{
    const lince_metrics *m = &t->f->test;
    if (!t->f->tested || m->classes < 2 || m->macro.recall > 1.0 / m->classes + 0.05) return -1;
    for (int c = 0; c < m->classes; c++) {
        int64_t called = 0;
        for (int r = 0; r < m->classes; r++) called += m->confusion[r * m->classes + c];
        if ((double)called >= ONE_ANSWER * (double)m->n) return c;
    }
    return -1;
}

static void tell_balance(discussion *t)
{
    lince_document *d = t->d;
    const json_t *counts =
        json_object_get(json_object_get(json_object_get(t->f->data, "parts"), "train"), "per_class");
    double least = INFINITY, most = 0;
    for (size_t c = 0; c < json_array_size(counts); c++) {
        least = fmin(least, lince_fact_number_at(counts, c));
        most = fmax(most, lince_fact_number_at(counts, c));
    }
    if (most < UNEVEN * least || most == 0) return;
    lince_document_paragraph(d,
                             TR("The classes are uneven: from %.0f to %.0f training samples. Read macro F1 "
                                "(%.3f), which weighs all "
                                "classes alike, rather than accuracy."),
                             least, most, t->f->test.macro.f1);
    if (!lince_weighs_classes(&t->f->settings) && !strcmp(t->f->settings.sampler, "shuffle"))
        advise(t, LINCE_ANY, N_("rare classes count as much as frequent ones"), "--class-weights balanced");
}

static double steps_per_epoch(const discussion *t)
{
    const json_t *train = json_object_get(json_object_get(t->f->data, "parts"), "train");
    return ceil(lince_fact_number(train, "n") / t->f->settings.batch_size);
}

/* What makes a network begin to learn: steps enough, of the right length. */
static void advise_a_start(discussion *t)
{
    const lince_settings *s = &t->f->settings;
    const lince_optimizer *o = lince_optimizer_named(s->optimizer);
    double steps = steps_per_epoch(t);
    if (steps > 0 && steps * (double)t->f->history.count < FEW_STEPS)
        advise(t, LINCE_ANY, N_("there were few steps so far, and the first ones teach little"),
               "--epochs %.0f", ceil(2 * FEW_STEPS / steps));
    if (o && rate(s) < o->usual_lr / 2)
        advise(t, LINCE_ANY, N_("this optimizer's usual rate; with a lower one, learning begins late"),
               "--lr %g", o->usual_lr);
    else
        advise(t, LINCE_ANY, N_("a learning rate that is too high is a frequent reason"), "--lr %g",
               rate(s) / 10);
    if (!strcmp(s->optimizer, "sgd"))
        advise(t, LINCE_ANY, N_("a step whose length does not depend on the gradient's"),
               "--optimizer adamw --lr 5e-4");
    if (strcmp(s->scheduler, "onecycle") != 0)
        advise(t, LINCE_ANY, N_("a slow start keeps the first steps from ruining the weights"),
               "--scheduler onecycle");
    const lince_architecture *a = lince_architecture_named(lince_fact_text(t->f->model, "name"));
    const char *normalised = a ? lince_architecture_normalised(a) : NULL;
    if (normalised)
        advise(t, LINCE_PICTURES, N_("batch normalisation makes deep networks start"), "--model %s",
               normalised);
}

static void tell_nothing_learnt(discussion *t)
{
    lince_document *d = t->d;
    lince_document_paragraph(d,
                             TR("The network has learned nothing yet: its training loss ended at %.3f; an "
                                "answer that does not look at the sample would have %.3f."),
                             epoch(t, (int)t->f->history.count - 1)->train_loss, blind_loss(t));
    advise_a_start(t);
}

static void tell_only_answer(discussion *t, int class)
{
    lince_document *d = t->d;
    const lince_metrics *m = &t->f->test;
    int64_t called = 0;
    for (int r = 0; r < m->classes; r++) called += m->confusion[r * m->classes + class];
    lince_document_paragraph(
        d,
        TR("The network gives one answer to nearly everything: %s for %.1f %% of the test samples, of which "
           "%.1f %% belong to that class. It tells the classes apart no better than a constant would (mean "
           "recall %.2f), so that nothing is said here of how well it fits or of single classes."),
        m->names[class], 100 * (double)called / (double)m->n,
        100 * m->per_class[class].support / (double)m->n, m->macro.recall);
    tell_balance(t);
    advise_a_start(t);
}

static void advise_against_overfitting(discussion *t)
{
    const lince_settings *s = &t->f->settings;
    bool augmented = s->augment && strcmp(s->augment, "none") != 0;
    advise(t, LINCE_PICTURES,
           augmented ? N_("more variety in the training pictures")
                     : N_("pictures that differ in every epoch"),
           "--augment %s", augmented ? "crop=4,flip,translate=0.1,jitter=0.2,erase=0.25" : "standard");
    if (!s->sound_augment || !strcmp(s->sound_augment, "none"))
        advise(t, LINCE_RECORDINGS, N_("recordings that differ in every epoch"), "--sound-augment standard");
    if (s->weight_decay < 5e-4)
        advise(t, LINCE_ANY, N_("smaller weights fit less noise"), "--weight-decay 5e-4");
    if (s->dropout < 0.5 && s->dropout >= 0)
        advise(t, LINCE_ANY, N_("features must not rely on one another"), "--dropout 0.5");
}

static void tell_fit(discussion *t)
{
    lince_document *d = t->d;
    const lince_epoch *e = epoch(t, t->f->best);
    double train = 100 * e->train_accuracy, val = 100 * e->val_accuracy;
    if (!t->f->validated) {
        lince_document_paragraph(
            d,
            TR("Training accuracy ended at %.2f %%. Without validation, nothing can be said "
               "about overfitting."),
            100 * epoch(t, (int)t->f->history.count - 1)->train_accuracy);
        advise(t, LINCE_ANY, N_("a held-out part shows when to stop"), "--val-split 0.1");
    } else if (e->train_accuracy - e->val_accuracy > GAP) {
        lince_document_paragraph(d,
                                 TR("Overfitting: in epoch %d the training accuracy was %.2f %%, the "
                                    "validation accuracy %.2f %%. The "
                                    "network knows its training samples better than their kind."),
                                 e->epoch, train, val);
        advise_against_overfitting(t);
    } else if (e->train_accuracy < TOO_LOW) {
        lince_document_paragraph(
            d,
            TR("Underfitting: in epoch %d the training accuracy was only %.2f %% (validation: %.2f %%). The "
               "network has not yet learned what there is to learn."),
            e->epoch, train, val);
        advise(t, LINCE_ANY, N_("the network is still learning"), "--epochs %zu",
               2 * t->f->history.count + (t->f->history.count < 5 ? 5 : 0));
        if (!*lince_fact_text(t->f->model, "weights"))
            advise(t, LINCE_PICTURES, N_("pretrained weights know edges, colours and shapes already"),
                   "--weights FILE");
    } else
        lince_document_paragraph(
            d, TR("Training and validation agree: %.2f %% and %.2f %% in epoch %d; no sign of overfitting."),
            train, val, e->epoch);
}

/* The epoch of the lowest validation loss. */
static int lowest_validation(const discussion *t)
{
    int lowest = 0;
    for (int i = 1; i < (int)t->f->history.count; i++)
        if (epoch(t, i)->val_loss < epoch(t, lowest)->val_loss) lowest = i;
    return lowest;
}

static void tell_rising_loss(discussion *t)
{
    lince_document *d = t->d;
    int last = (int)t->f->history.count - 1, lowest = lowest_validation(t);
    const lince_epoch *a = epoch(t, lowest), *b = epoch(t, last);
    if (lowest == last || b->val_loss < RISE * a->val_loss || b->train_loss >= a->train_loss) return;
    lince_document_paragraph(d,
                             TR("The validation loss was lowest in epoch %d (%.3f) and rose to %.3f, while "
                                "the training loss fell from "
                                "%.3f to %.3f: from there on the network grew surer of its mistakes, even "
                                "where the accuracy still "
                                "rose."),
                             a->epoch, a->val_loss, b->val_loss, a->train_loss, b->train_loss);
    if (t->f->settings.label_smoothing == 0)
        advise(t, LINCE_ANY, N_("keeps the network from being surer than the data allow"),
               "--label-smoothing 0.1");
    if (!t->f->settings.patience)
        advise(t, LINCE_ANY, N_("stops where validation stops improving"), "--patience 3");
}

/* A training loss that keeps jumping up is the mark of too long steps. */
static void tell_unsteady(discussion *t)
{
    lince_document *d = t->d;
    size_t count = t->f->history.count, rises = 0;
    for (size_t i = 1; i < count; i++)
        rises += epoch(t, (int)i)->train_loss > epoch(t, (int)i - 1)->train_loss;
    if (count < 4 || 3 * rises < count) return;
    lince_document_paragraph(d,
                             TR("The training loss rose in %zu of %zu epochs: the steps are too long for the "
                                "valley that they are in."),
                             rises, count);
    advise(t, LINCE_ANY, N_("shorter steps"), "--lr %g", rate(&t->f->settings) / 3);
    if (t->f->settings.clip_grad == 0)
        advise(t, LINCE_ANY, N_("no single batch may push the weights far"), "--clip-grad 1");
}

/* auto: left open in a configuration that does not say what it became, as those before there were recipes. */
static bool rate_falls(const lince_settings *s)
{
    const lince_schedule_type *type = lince_schedule_named(s->scheduler);
    return type && type->falls;
}

/* What the last epochs say: still rising, or past the best. */
static void tell_length(discussion *t)
{
    lince_document *d = t->d;
    int last = (int)t->f->history.count - 1, best = t->f->best;
    if (!t->f->validated) return;
    if (last == 0) {
        lince_document_paragraph(d, "%s", TR("One epoch says little about where the curves go."));
        advise(t, LINCE_ANY, N_("a curve needs points"), "--epochs 10");
    } else if (best == last && !rate_falls(&t->f->settings)) {
        lince_document_paragraph(
            d, "%s", TR("The last epoch was the best one: training was probably still improving."));
        advise(t, LINCE_ANY, N_("the best epoch was the last one"), "--epochs %d", 2 * (last + 1));
        advise(t, LINCE_ANY, N_("a rate that falls to the end usually gains another few per cent"),
               "--scheduler cosine");
    } else if (best == last)
        lince_document_paragraph(
            d, "%s",
            TR("The last epoch was the best one, as is usual where the learning rate falls "
               "until the end; a longer schedule may still gain something."));
    else if (last - best >= 3) {
        lince_document_paragraph(d, TR("The best epoch was %d of %d; those after it brought no improvement."),
                                 best + 1, last + 1);
        if (!rate_falls(&t->f->settings))
            advise(t, LINCE_ANY, N_("smaller steps at the end settle down"), "--scheduler cosine");
    }
}

/* --- what the test says --------------------------------------------------------------------------- */

/* The classes of one F1, by name: "a, b, c", or some of them and how many there are. Returns their number. */
static int list_equal(const discussion *t, double f1, char *names, size_t size)
{
    enum { SHOWN = 6 };
    const lince_document *d = t->d;
    const lince_metrics *m = &t->f->test;
    int count = 0;
    *names = '\0';
    for (int i = 0; i < m->classes; i++) {
        int c = m->listed[i];
        if (m->per_class[c].f1 == f1 && count++ < SHOWN) lince_add_name(names, size, m->names[c]);
    }
    size_t used = strlen(names);
    if (count > SHOWN) snprintf(names + used, size - used, TR(" and %d more"), count - SHOWN);
    return count;
}

/* Of the class that is alone the hardest: how it errs. */
static void tell_how(discussion *t, int class)
{
    lince_document *d = t->d;
    const char *name = t->f->test.names[class];
    const lince_class_score *s = &t->f->test.per_class[class];
    if (s->recall < s->precision - 0.15)
        lince_document_paragraph(d, TR("%s is often overlooked: only %.0f %% of its samples were found."),
                                 name, 100 * s->recall);
    else if (s->precision < s->recall - 0.15)
        lince_document_paragraph(
            d, TR("%s is a catch-all: only %.0f %% of the samples given to it belong to it."), name,
            100 * s->precision);
}

static void tell_hardest(discussion *t)
{
    lince_document *d = t->d;
    const lince_metrics *m = &t->f->test;
    char hardest[1024], easiest[1024];
    int *order = lince_classes_by_f1(m, &d->out);
    if (!order) return;
    int worst = order[m->classes - 1];
    double low = m->per_class[worst].f1, high = m->per_class[order[0]].f1;
    lince_free(order);
    int hard = list_equal(t, low, hardest, sizeof hardest),
        easy = list_equal(t, high, easiest, sizeof easiest);
    if (low == high)
        lince_document_paragraph(d, TR("All classes are equally hard: F1 %.2f."), low);
    else if (hard > 1 && low == 0)
        lince_document_paragraph(d, TR("Of %d classes not one sample was recognised: %s."), hard, hardest);
    else if (hard > 1)
        lince_document_paragraph(d, TR("The hardest classes are %s, each with an F1 of %.2f."), hardest, low);
    else {
        const lince_class_score *s = &m->per_class[worst];
        lince_document_paragraph(d, TR("The hardest class is %s (precision %.2f, recall %.2f, F1 %.2f)."),
                                 hardest, s->precision, s->recall, s->f1);
        tell_how(t, worst);
    }
    if (low < high)
        lince_document_paragraph(d,
                                 easy > 1 ? TR("The easiest classes are %s (F1 %.2f).")
                                          : TR("The easiest class is %s (F1 %.2f)."),
                                 easiest, high);
}

/* Two classes that are mistaken for each other, both ways counted. */
static void tell_mutual(discussion *t)
{
    lince_document *d = t->d;
    const lince_metrics *m = &t->f->test;
    int64_t most = 0, errors = 0;
    int a = 0, b = 0, k = m->classes;
    for (int i = 0; i < k; i++)
        for (int j = 0; j < k; j++) {
            int64_t both = m->confusion[i * k + j] + m->confusion[j * k + i];
            errors += i != j ? m->confusion[i * k + j] : 0;
            if (i < j && m->confusion[i * k + j] && m->confusion[j * k + i] && both > most)
                most = both, a = i, b = j;
        }
    if (k > 2 && most)
        lince_document_paragraph(d,
                                 TR("%s and %s are confused with each other most often; errors between the "
                                    "two: %lld of %lld (%.1f %%)."),
                                 m->names[a], m->names[b], (long long)most, (long long)errors,
                                 100 * (double)most / (double)errors);
}

static void write_pairs(lince_document *d, const lince_metrics *m)
{
    static const char *const headings[] = {N_("true class"), N_("taken for"), N_("samples"),
                                           N_("share of the class")};
    lince_confused_pair pairs[PAIRS];
    int count = lince_most_confused(m, pairs, PAIRS);
    lince_document_table_begin(d, 2);
    lince_document_headings(d, headings, 4);
    for (int i = 0; i < count; i++) {
        lince_document_cell(d, "%s", m->names[pairs[i].true_class]);
        lince_document_cell(d, "%s", m->names[pairs[i].predicted]);
        lince_document_cell(d, "%lld", (long long)pairs[i].count);
        lince_document_cell(d, "%.1f %%",
                            100 * (double)pairs[i].count / m->per_class[pairs[i].true_class].support);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static void tell_errors(discussion *t)
{
    const lince_metrics *m = &t->f->test;
    lince_confused_pair pair;
    if (!lince_most_confused(m, &pair, 1)) {
        lince_document *d = t->d;
        lince_document_paragraph(d, "%s", TR("No test sample was mistaken."));
        return;
    }
    tell_hardest(t);
    tell_mutual(t);
    write_pairs(t->d, m);
}

static void tell_calibration(discussion *t)
{
    lince_document *d = t->d;
    const lince_metrics *m = &t->f->test;
    double confidence = 0;
    for (int i = 0; i < LINCE_CALIBRATION_BINS; i++)
        confidence += m->bins[i].confidence * (double)m->bins[i].n / (double)m->n;
    if (m->ece <= MISCALIBRATED)
        lince_document_paragraph(
            d,
            TR("The network's confidence can be trusted: %.1f %% on average, with %.1f %% "
               "right (calibration error %.1f %%)."),
            100 * confidence, 100 * m->accuracy, 100 * m->ece);
    else if (confidence > m->accuracy) {
        lince_document_paragraph(
            d,
            TR("The network is too sure of itself: its mean confidence is %.1f %%, but only "
               "%.1f %% are right (calibration error %.1f %%)."),
            100 * confidence, 100 * m->accuracy, 100 * m->ece);
        if (t->f->settings.label_smoothing == 0)
            advise(t, LINCE_ANY, N_("probabilities that can be taken at their word"),
                   "--label-smoothing 0.1");
    } else
        lince_document_paragraph(
            d,
            TR("The network is less sure than it could be: its mean confidence is %.1f %%, but %.1f %% are "
               "right (calibration error %.1f %%). More epochs or less label smoothing may help."),
            100 * confidence, 100 * m->accuracy, 100 * m->ece);
}

/* Did validation promise what the test kept? Beyond three standard errors it did not. */
static void tell_promise(discussion *t)
{
    lince_document *d = t->d;
    const lince_metrics *m = &t->f->test;
    double val = epoch(t, t->f->best)->val_accuracy, n = (double)m->n,
           held = lince_fact_number(json_object_get(json_object_get(t->f->data, "parts"), "val"), "n"),
           error = sqrt(m->accuracy * (1 - m->accuracy) * (1 / n + (held > 0 ? 1 / held : 0)));
    if (!t->f->validated || t->f->settings.val_on_test) return;
    if (fabs(val - m->accuracy) <= 3 * error + 0.005)
        lince_document_paragraph(d, TR("The test agrees with the validation: %.2f %% and %.2f %%."),
                                 100 * m->accuracy, 100 * val);
    else
        lince_document_paragraph(d,
                                 TR("Validation gave %.2f %%, the test %.2f %%: a difference larger than "
                                    "chance explains. Do both parts come from the same source?"),
                                 100 * val, 100 * m->accuracy);
}

/* --- what to try next ----------------------------------------------------------------------------- */

static bool is_repeated(const discussion *t, int index)
{
    size_t name = strcspn(t->list[index].options, " ");
    for (int i = 0; i < index; i++)
        if (!strncmp(t->list[i].options, t->list[index].options, name + 1)) return true;
    return false;
}

static void write_advice(discussion *t)
{
    static const char *const headings[] = {N_("option"), N_("reason")};
    lince_document *d = t->d;
    lince_buffer command = {0};
    if (!t->count)
        advise(t, LINCE_ANY, N_("tells how much of this result is chance"), "--seed %llu",
               (unsigned long long)t->f->settings.seed + 1);
    lince_document_subheading(d, TR("What to try next"));
    lince_document_paragraph(d, "%s",
                             TR("Change one thing at a time and leave all else as it is: that shows what the "
                                "change is worth. The first:"));
    lince_buffer_printf(&command, "lince train --config %s/config.yaml %s --out %s-next", t->f->run.folder,
                        t->list[0].options, t->f->run.folder);
    if (command.data) lince_document_code(d, command.data);
    lince_buffer_release(&command);
    lince_document_table_begin(d, 2);
    lince_document_headings(d, headings, 2);
    for (int i = 0; i < t->count; i++) {
        if (is_repeated(t, i)) continue;
        lince_document_cell(d, "%s", t->list[i].options);
        lince_document_cell(d, "%s", t->list[i].why);
        lince_document_row(d);
    }
    lince_document_table_end(d);
}

static void tell_test(discussion *t)
{
    tell_errors(t);
    tell_balance(t);
    tell_calibration(t);
    tell_promise(t);
}

void lince_section_discussion(lince_document *d, const lince_facts *f)
{
    discussion t = {.d = d, .f = f};
    if (f->settings.val_on_test)
        lince_document_warning(
            d, "%s",
            TR("Read the figures with care: validation was done on the test part (--val-on-test). Leave that "
               "option out for figures that hold for new samples."));
    bool learnt = f->best >= 0 && !nothing_learnt(&t);
    int answer = learnt ? only_answer(&t) : -1;
    if (answer >= 0)
        tell_only_answer(&t, answer);
    else if (learnt) {
        tell_fit(&t);
        if (f->validated) tell_rising_loss(&t);
        tell_unsteady(&t);
        tell_length(&t);
    } else if (f->best >= 0)
        tell_nothing_learnt(&t);
    if (f->tested && learnt && answer < 0) tell_test(&t);
    write_advice(&t);
}
