#include "train/loop/range_test.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/number.h"
#include "train/loop/trainer.h"

#include <math.h>
#include <stdio.h>

/* As fastai's: the running mean of the losses forgets 2 % a step, and is divided by what it has seen of its
 * weights; the test ends where it is four times the least so far. */
static const double FORGETTING = 0.98, EXPLODED = 4;

/* What is found will be a rate that is given: what else is open is then chosen as for one, and --lr-backbone
 * has its usual proportion to it. */
static const double GIVEN = 0.001;

/* The first tenth of the steps is at rates too low to tell anything, the last five are the explosion. */
enum { LEAST_STEPS = 20, MOST_STEPS = 10000, END = 5, LEAST_LOOKED_AT = 5 };

int lince_valley(const double *loss, size_t n, size_t *chosen)
{
    size_t *length = lince_alloc(n + 1, sizeof *length), end = 0;
    if (!length) return LINCE_ENOMEM;
    for (size_t i = 0; i < n; i++) { /* the longest falling sequence that ends at i */
        length[i] = 1;
        for (size_t j = 0; j < i; j++)
            if (loss[i] < loss[j] && length[i] < length[j] + 1) length[i] = length[j] + 1;
        if (length[i] > length[end]) end = i;
    }
    /* fastai counts the start one step too early; where nothing falls it stays at the first. */
    long start = length[end] > 1 ? (long)end - (long)length[end] : 0;
    long stretch = (long)end - start, at = start + stretch / 3 + stretch / 6;
    lince_free(length);
    *chosen = at > 0 ? (size_t)at : 0;
    return 0;
}

static int check(const lince_range_test *r)
{
    if (!(r->from > 0) || !(r->to > r->from) || !isfinite(r->to))
        return lince_fail(LINCE_EUSAGE,
                          "lr-find: from %g to %g is no range of rates: expected 0 < --from < --to", r->from,
                          r->to);
    if (r->steps < LEAST_STEPS || r->steps > MOST_STEPS)
        return lince_fail(LINCE_EUSAGE, "lr-find: --steps %d: expected a value from %d to %d", r->steps,
                          LEAST_STEPS, MOST_STEPS);
    return 0;
}

static void tell(const lince_trainer *t, const lince_range_test *r)
{
    const lince_observer *o = t->observer;
    if (!o || !o->progress) return;
    o->progress(o->context, &(lince_progress){.size = sizeof(lince_progress),
                                              .phase = LINCE_FINDING_RATE,
                                              .step = r->count,
                                              .steps = (size_t)r->steps,
                                              .loss = r->count ? r->smoothed[r->count - 1] : 0,
                                              .lr = r->count ? r->lr[r->count - 1] : 0,
                                              .eta = -1});
}

/* One step; 1 where the loss has exploded. */
static int take_step(lince_range_test *r, lince_trainer *t, const lince_batch *batch, double *mean,
                     double *least)
{
    size_t i = r->count;
    r->lr[i] = r->from * pow(r->to / r->from, (double)i / (r->steps - 1));
    int code = lince_trainer_step(t, batch, r->lr[i], &r->loss[i]);
    if (code == LINCE_ENUMERIC) return 1;
    if (code) return code;
    *mean = FORGETTING * *mean + (1 - FORGETTING) * r->loss[i];
    r->smoothed[i] = *mean / (1 - pow(FORGETTING, (double)i + 1));
    r->count++;
    tell(t, r);
    if (r->smoothed[i] < *least) *least = r->smoothed[i];
    return r->smoothed[i] > EXPLODED * *least;
}

static int take_steps(lince_range_test *r, lince_trainer *t)
{
    double mean = 0, least = INFINITY;
    lince_batch batch;
    int code = 0;
    for (int epoch = 0; !code && r->count < (size_t)r->steps; epoch++) {
        code = lince_loader_start(t->train, epoch, 0);
        while (!code && r->count < (size_t)r->steps && (code = lince_loader_next(t->train, &batch)) > 0) {
            code = take_step(r, t, &batch, &mean, &least);
            if (!code) code = lince_observer_stops(t->observer);
        }
    }
    return code < 0 ? code : 0;
}

static int choose(lince_range_test *r)
{
    size_t first = (size_t)r->steps / 10;
    if (r->count < first + END + LEAST_LOOKED_AT)
        return lince_fail(LINCE_EDATA,
                          "lr-find: the loss exploded after %zu of %d steps, at a rate of %.3g: begin lower "
                          "(--from %.1g)",
                          r->count, r->steps, r->count ? r->lr[r->count - 1] : r->from, r->from / 1000);
    LINCE_TRY(lince_valley(r->smoothed + first, r->count - first - END, &r->chosen));
    r->chosen += first;
    return 0;
}

int lince_range_test_run(lince_range_test *r, const lince_settings *settings, const lince_observer *observer)
{
    LINCE_TRY(check(r));
    lince_settings own;
    lince_trainer t;
    r->lr = lince_alloc((size_t)r->steps, sizeof(double));
    r->loss = lince_alloc((size_t)r->steps, sizeof(double));
    r->smoothed = lince_alloc((size_t)r->steps, sizeof(double));
    if (!r->lr || !r->loss || !r->smoothed) return LINCE_ENOMEM;
    LINCE_TRY(lince_settings_fill(&own, settings));
    if (own.lr <= 0) own.lr = GIVEN;
    int code = own.drop_duplicates ? 0 : lince_settings_set(&own, "find-duplicates", "no");
    if (!code) code = lince_trainer_prepare(&t, &own, observer);
    if (!code) code = take_steps(r, &t);
    lince_trainer_close(&t);
    lince_settings_release(&own);
    return code ? code : choose(r);
}

void lince_range_test_release(lince_range_test *r)
{
    lince_free(r->lr);
    lince_free(r->loss);
    lince_free(r->smoothed);
    *r = (lince_range_test){0};
}

/* The test itself says nothing but how far it is: what it would note, the run that follows does. */
int lince_range_test_choose(lince_settings *settings, const lince_observer *o)
{
    lince_observer quiet = o ? *o : (lince_observer)LINCE_OBSERVER_INIT;
    lince_range_test r = {.from = LINCE_LR_FROM, .to = LINCE_LR_TO, .steps = LINCE_LR_STEPS};
    char rate[LINCE_NUMBER_MAX], text[512];
    quiet.note = quiet.warning = NULL;
    int code = lince_range_test_run(&r, settings, &quiet);
    if (!code) {
        lince_number_print(rate, r.lr[r.chosen], 3);
        code = lince_settings_set(settings, "lr", rate);
        snprintf(text, sizeof text,
                 _("--lr %s, by the valley rule, after a range test of %zu steps from %g to %.3g"), rate,
                 r.count, r.from, r.lr[r.count - 1]);
        if (!code && o && o->note) o->note(o->context, text);
    }
    lince_range_test_release(&r);
    return code;
}
