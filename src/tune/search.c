#include "tune/search.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "tune/members.h"
#include "tune/propose.h"
#include "tune/trial.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* What became of a decision. */
typedef enum lince_outcome_kind { OPEN, RUNNING, WAITED, CAME_IN } lince_outcome_kind;

typedef struct decision {
    lince_outcome_kind kind;
    lince_leg *leg; /* from RUNNING on; the search's once it is in the journal */
} decision;

typedef struct work {
    lince_search *s;
    const lince_group *group;
    const lince_observer *observer;
    const lince_tune_observer *tune;
    int threads; /* of a leg */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    decision *decisions;
    size_t count, capacity; /* taken so far */
    size_t applied;         /* decisions know of these */
    size_t journaled;       /* in order */
    size_t recorded;        /* legs of the journal that were looked at */
    size_t waits;           /* at the end of the decisions */
    bool done, over;
    volatile sig_atomic_t stop;
    int code;
    char error[2048];
    double began, before; /* this session's beginning; seconds of the sessions before */
    int running;
    lince_voice voice;
} work;

/* A thread, and the member of the group whose legs it sees to. */
typedef struct worker {
    work *w;
    int member;
    pthread_t thread;
} worker;

static double seconds(const work *w)
{
    return w->before + lince_now() - w->began;
}

static bool budget_is_over(const work *w)
{
    return w->s->budget > 0 && seconds(w) >= w->s->budget;
}

/* --- what is tried next --------------------------------------------------------------------------- */

static size_t known_at(const lince_search *s, int rung, lince_observation *known)
{
    size_t n = 0;
    for (size_t i = 0; i < s->count; i++) {
        const lince_standing *t = &s->trials[i].standing;
        bool failed = t->failed && t->sent > rung;
        if (t->reached <= rung && !failed) continue;
        known[n++] = (lince_observation){s->trials[i].place, t->reached > rung ? t->score[rung] : -INFINITY};
    }
    return n;
}

/* Trials keep the order they came in where their scores are equal. */
static void sort(lince_observation *known, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        lince_observation one = known[i];
        size_t k = i;
        for (; k > 0 && known[k - 1].score < one.score; k--) known[k] = known[k - 1];
        known[k] = one;
    }
}

/* By the highest rung that enough is known of. */
static int propose(const lince_search *s, size_t attempt, double *place)
{
    lince_observation *known = lince_alloc(s->count + 1, sizeof *known);
    if (!known) return LINCE_ENOMEM;
    size_t n = 0;
    for (int rung = s->rungs.count - 1; rung >= 0 && n < LINCE_TPE_STARTUP; rung--)
        n = known_at(s, rung, known);
    sort(known, n);
    int code = 0;
    if (s->sampler == LINCE_TUNE_TPE && n >= LINCE_TPE_STARTUP)
        code = lince_propose_tpe(&s->space, known, n, s->settings.seed, s->count, attempt, place);
    else
        lince_propose_random(&s->space, s->settings.seed, s->count, attempt, place);
    lince_free(known);
    return code;
}

static bool is_new(const lince_search *s, const double *place)
{
    char value[LINCE_VALUE_MAX];
    for (size_t t = 0; t < s->count; t++) {
        bool same = true;
        for (size_t i = 0; same && i < s->space.count; i++) {
            lince_dimension_print(&s->space.dims[i], place[i], value);
            same = !strcmp(value, s->trials[t].value[i]);
        }
        if (same) return false;
    }
    return true;
}

/* Nothing is tried twice: another proposal or, where few are left, the first point that is left. */
static int add_trial(lince_search *s)
{
    enum { ATTEMPTS = 100 };
    double place[LINCE_SPACE_MAX] = {0};
    for (size_t attempt = 0; attempt < ATTEMPTS; attempt++) {
        LINCE_TRY(propose(s, attempt, place));
        if (is_new(s, place)) return lince_search_add_trial(s, place);
    }
    double size = lince_space_size(&s->space);
    for (double number = 0; isfinite(size) && number < size; number++) {
        lince_space_point(&s->space, number, place);
        if (is_new(s, place)) break;
    }
    return lince_search_add_trial(s, place);
}

static bool wants_more(const lince_search *s)
{
    if (s->trials_wanted && s->count >= (size_t)s->trials_wanted) return false;
    return (double)s->count < lince_space_size(&s->space);
}

static lince_standing *standings(const lince_search *s)
{
    lince_standing *all = lince_alloc(s->count + 1, sizeof *all);
    for (size_t i = 0; all && i < s->count; i++) all[i] = s->trials[i].standing;
    return all;
}

/* The trial to send on, its number of new ones where one begins; -1: wait for what runs, -2: nothing is left.
 * Where all is known, the leader goes on to its end, if it has not been there. */
static int choose(const work *w, long *trial)
{
    const lince_search *s = w->s;
    lince_standing *all = standings(s);
    if (!all) return LINCE_ENOMEM;
    bool all_known = w->waits + 1 >= (size_t)s->jobs;
    int promoted = lince_asha_promote(&s->rungs, all, s->count), leader = lince_asha_leader(all, s->count);
    if (promoted >= 0)
        *trial = promoted;
    else if (wants_more(s))
        *trial = (long)s->count;
    else if (!all_known)
        *trial = -1;
    else
        *trial = leader >= 0 && all[leader].reached < s->rungs.count ? leader : -2;
    lince_free(all);
    return 0;
}

/* --- decisions, in their order -------------------------------------------------------------------- */

static void apply_known(work *w)
{
    size_t upto = w->count + 1 > (size_t)w->s->jobs ? w->count + 1 - (size_t)w->s->jobs : 0;
    for (; w->applied < upto; w->applied++) {
        const decision *d = &w->decisions[w->applied];
        if (d->kind == CAME_IN) lince_search_apply(w->s, d->leg);
    }
}

/* A decision that the journal tells of; its leg came in. Those that it does not tell of, and that were before
 * one it does, were to wait. */
static bool is_recorded(work *w, decision *d)
{
    const lince_search *s = w->s;
    if (w->recorded == s->leg_count || w->count >= w->journaled) return false;
    lince_leg *leg = s->legs[w->recorded];
    d->kind = WAITED;
    if (leg->number != w->count) return true;
    w->recorded++;
    *d = (decision){CAME_IN, leg};
    s->trials[leg->trial].standing.sent = leg->rung + 1;
    return true;
}

static int new_leg(work *w, size_t trial, decision *d)
{
    lince_search *s = w->s;
    if (trial == s->count) LINCE_TRY(add_trial(s));
    lince_leg *leg = lince_alloc(1, sizeof *leg);
    if (!leg) return LINCE_ENOMEM;
    *leg = (lince_leg){.number = w->count, .trial = trial, .rung = s->trials[trial].standing.sent++};
    *d = (decision){RUNNING, leg};
    return 0;
}

/* Takes the next decision, which may be taken now. */
static int decide(work *w, decision *d)
{
    long trial;
    *d = (decision){0};
    apply_known(w);
    if (!is_recorded(w, d)) {
        LINCE_TRY(choose(w, &trial));
        if (trial == -2) w->done = true;
        if (trial < 0) d->kind = WAITED;
        if (trial >= 0) LINCE_TRY(new_leg(w, (size_t)trial, d));
    }
    w->waits = d->kind == WAITED ? w->waits + 1 : 0;
    LINCE_TRY(lince_grow(&w->decisions, &w->capacity, w->count + 1, sizeof *d));
    w->decisions[w->count++] = *d;
    return 0;
}

/* Decision m may be taken where 0 .. m - jobs are known. */
static bool may_decide(const work *w)
{
    size_t jobs = (size_t)w->s->jobs;
    if (w->count < jobs) return true;
    return w->decisions[w->count - jobs].kind != RUNNING && w->journaled > w->count - jobs;
}

/* --- telling -------------------------------------------------------------------------------------- */

static int rung_of(const lince_search *s, const lince_leg *leg)
{
    return leg->ended ? s->rungs.count - 1 : leg->rung;
}

/* The best of what came in, whatever decisions know of it. */
static const lince_leg *leader_of(const lince_search *s)
{
    const lince_leg *best = NULL;
    for (size_t i = 0; i < s->leg_count; i++) {
        const lince_leg *l = s->legs[i];
        if (l->reason) continue;
        int rung = rung_of(s, l), highest = best ? rung_of(s, best) : -1;
        if (rung > highest ||
            (rung == highest && lince_search_score(s, l->value) > lince_search_score(s, best->value)))
            best = l;
    }
    return best;
}

static void tell_leg(const work *w, const lince_leg *leg)
{
    const lince_search *s = w->s;
    lince_buffer text = {0};
    if (!w->tune || !w->tune->leg) return;
    lince_search_trial_text(s, leg->trial, &text);
    const lince_leg *best = leader_of(s);
    w->tune->leg(w->tune->context, &(lince_tune_leg){.size = sizeof(lince_tune_leg),
                                                     .trial = leg->trial,
                                                     .settings = text.data ? text.data : "",
                                                     .epochs = leg->epochs,
                                                     .of = s->rungs.epochs[s->rungs.count - 1],
                                                     .value = leg->value,
                                                     .failed = leg->reason,
                                                     .best = best && best->trial == leg->trial,
                                                     .seconds = leg->at});
    lince_buffer_release(&text);
}

typedef struct listener {
    work *w;
    size_t trial;
    double told;
} listener;

/* From the thread of a leg: whether to stop, and where it is. */
static void hear(void *context, const lince_progress *p)
{
    listener *l = context;
    work *w = l->w;
    enum { A_SECOND = 4 };
    if ((w->observer && w->observer->stop && *w->observer->stop) || budget_is_over(w)) w->stop = 1;
    if (!w->tune || !w->tune->progress || lince_now() - l->told < 1.0 / A_SECOND) return;
    l->told = lince_now();
    pthread_mutex_lock(&w->lock);
    const lince_leg *best = leader_of(w->s);
    w->tune->progress(w->tune->context, &(lince_tune_progress){.size = sizeof(lince_tune_progress),
                                                               .trials = w->s->count,
                                                               .wanted = (size_t)w->s->trials_wanted,
                                                               .running = w->running,
                                                               .trial = l->trial,
                                                               .phase = p,
                                                               .best = best ? best->value : NAN,
                                                               .best_trial = best ? best->trial : 0,
                                                               .seconds = seconds(w),
                                                               .budget = w->s->budget});
    pthread_mutex_unlock(&w->lock);
}

/* --- legs ----------------------------------------------------------------------------------------- */

/* Legs go to the journal in the order of their decisions. */
static int write_journal(work *w)
{
    for (; w->journaled < w->count && w->decisions[w->journaled].kind != RUNNING; w->journaled++) {
        lince_leg *leg = w->decisions[w->journaled].leg;
        if (!leg) continue;
        leg->at = seconds(w);
        LINCE_TRY(lince_search_add_leg(w->s, leg));
        tell_leg(w, leg);
    }
    return 0;
}

static void fail(work *w, int code)
{
    if (!w->code) {
        w->code = code;
        snprintf(w->error, sizeof w->error, "%s", lince_error());
    }
    w->stop = 1;
    w->done = true;
}

/* What a leg needs of the search, which others change meanwhile. */
static const char **copy_values(const lince_search *s, size_t trial)
{
    const char **values = lince_alloc(s->space.count + 1, sizeof *values);
    for (size_t i = 0; values && i < s->space.count; i++) values[i] = s->trials[trial].value[i];
    return values;
}

static int train_leg(const worker *by, const char *const *values, const lince_observer *observer,
                     lince_leg *leg)
{
    const work *w = by->w;
    return by->member ? lince_member_run(w->group, by->member, w->s, values, observer, leg)
                      : lince_trial_run(w->s, values, w->threads, observer, leg);
}

/* With the lock; it is let go while the leg runs. */
static void run_leg(const worker *by, size_t number)
{
    work *w = by->w;
    lince_leg *leg = w->decisions[number].leg;
    const char **values = copy_values(w->s, leg->trial);
    listener l = {.w = w, .trial = leg->trial};
    lince_observer observer = {.size = sizeof observer, .context = &l, .progress = hear, .stop = &w->stop};
    w->running++;
    pthread_mutex_unlock(&w->lock);
    int code = values ? train_leg(by, values, &observer, leg) : LINCE_ENOMEM;
    lince_free(values);
    pthread_mutex_lock(&w->lock);
    w->running--;
    if (!code) {
        w->decisions[number].kind = CAME_IN;
        code = write_journal(w);
    } else if (code == LINCE_EINTERRUPTED && budget_is_over(w)) {
        w->over = w->done = true;
        code = 0;
    }
    if (code) fail(w, code);
}

static void step(const worker *by)
{
    work *w = by->w;
    decision d;
    bool is_replayed = w->count >= w->journaled; /* what the journal tells of costs no time */
    if (is_replayed && budget_is_over(w)) {
        w->over = w->done = true;
        return;
    }
    int code = decide(w, &d);
    if (code)
        fail(w, code);
    else if (d.kind == RUNNING)
        run_leg(by, w->count - 1);
    else if ((code = write_journal(w)))
        fail(w, code);
}

static void *work_on(void *context)
{
    LINCE_PLAIN_LOCALE;
    const worker *by = context;
    work *w = by->w;
    lince_voice_use(w->voice);
    pthread_mutex_lock(&w->lock);
    while (!w->done) {
        if (may_decide(w))
            step(by);
        else
            pthread_cond_wait(&w->changed, &w->lock);
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

/* --- all of it ------------------------------------------------------------------------------------ */

/* Of legs that did not come in. */
static void free_open(work *w)
{
    for (size_t i = w->journaled; i < w->count; i++) {
        lince_leg *leg = w->decisions[i].leg;
        if (leg) lince_free(leg->reason);
        lince_free(leg);
    }
    lince_free(w->decisions);
}

/* The calling thread is the last worker. Fewer than jobs decide the same, later. */
static void work_with_others(work *w)
{
    int several = w->group->size, count = several > 1 && several < w->s->jobs ? several : w->s->jobs,
        started = 0;
    worker own = {.w = w}, *others = lince_alloc((size_t)count, sizeof *others);
    for (; others && started < count - 1; started++) {
        others[started] = (worker){.w = w, .member = several > 1 ? started + 1 : 0};
        if (pthread_create(&others[started].thread, NULL, work_on, &others[started])) break;
    }
    work_on(&own);
    for (int i = 0; i < started; i++) pthread_join(others[i].thread, NULL);
    lince_free(others);
}

/* Of a search that ended: what its legs tell, and no decision more. */
static void apply_all(lince_search *s)
{
    for (size_t i = 0; i < s->leg_count; i++) {
        s->trials[s->legs[i]->trial].standing.sent = s->legs[i]->rung + 1;
        lince_search_apply(s, s->legs[i]);
    }
}

static int run(lince_search *s, const lince_group *group, int threads, const lince_observer *observer,
               const lince_tune_observer *tune)
{
    if (s->ended) {
        apply_all(s);
        return 0;
    }
    int each = group->size > 1 ? threads : threads / s->jobs;
    const lince_leg *last = s->leg_count ? s->legs[s->leg_count - 1] : NULL;
    work w = {.s = s,
              .group = group,
              .observer = observer,
              .tune = tune,
              .threads = each > 1 ? each : 1,
              .journaled = last ? last->number + 1 : 0,
              .before = last ? last->at : 0,
              .began = lince_now()};
    w.voice = lince_voice_now();
    pthread_mutex_init(&w.lock, NULL);
    pthread_cond_init(&w.changed, NULL);
    work_with_others(&w);
    pthread_cond_destroy(&w.changed);
    pthread_mutex_destroy(&w.lock);
    /* decisions that did not need to wait are known to nobody yet */
    for (; w.applied < w.count && w.applied < w.journaled; w.applied++)
        if (w.decisions[w.applied].leg) lince_search_apply(s, w.decisions[w.applied].leg);
    free_open(&w);
    s->over = w.over;
    return w.code ? lince_fail(w.code, "%s", w.error) : 0;
}

int lince_search_run(lince_search *s, const lince_group *group, int threads, const lince_observer *observer,
                     const lince_tune_observer *tune)
{
    int code = run(s, group, threads, observer, tune);
    if (!code) return lince_members_dismiss(group);
    char why[2048];
    snprintf(why, sizeof why, "%s", lince_error());
    (void)lince_members_dismiss(group); /* what failed first is told */
    return lince_error_set(code, why);
}
