#include "tune/members.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "tune/trial.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE = 2048 };

/* From the first member. */
typedef struct order {
    bool is_last; /* and no leg */
    size_t trial;
    int rung;
    char value[LINCE_SPACE_MAX][LINCE_VALUE_MAX];
} order;

/* From another: where its leg is, to which the answer is whether to stop; or what became of it. */
typedef struct word {
    bool is_result, failed, ended;
    int code, epochs;
    double value, seconds;
    lince_progress progress;
    char text[MESSAGE]; /* why the trial failed, or the search does */
} word;

static int send(const lince_group *g, int member, void *bytes, size_t size)
{
    return g->transport->exchange(g, &(lince_message){member, false, bytes, size}, 1);
}

static int receive(const lince_group *g, int member, void *bytes, size_t size)
{
    return g->transport->exchange(g, &(lince_message){member, true, bytes, size}, 1);
}

static bool is_stopped(const lince_observer *o)
{
    return o && o->stop && *o->stop;
}

/* --- the first member ----------------------------------------------------------------------------- */

static int send_order(const lince_group *g, int member, const lince_search *s, const char *const *values,
                      const lince_leg *leg)
{
    order o = {.trial = leg->trial, .rung = leg->rung};
    for (size_t i = 0; i < s->space.count; i++) snprintf(o.value[i], sizeof o.value[i], "%s", values[i]);
    return send(g, member, &o, sizeof o);
}

static int take_result(const lince_group *g, int member, const word *w, lince_leg *leg)
{
    leg->epochs = w->epochs, leg->ended = w->ended;
    leg->value = w->value, leg->seconds = w->seconds;
    if (w->failed && !(leg->reason = lince_strdup(w->text))) return LINCE_ENOMEM;
    return w->code < 0 ? lince_group_fail(g, member, w->code, w->text) : 0;
}

int lince_member_run(const lince_group *g, int member, const lince_search *s, const char *const *values,
                     const lince_observer *observer, lince_leg *leg)
{
    word w;
    LINCE_TRY(send_order(g, member, s, values, leg));
    for (;;) {
        LINCE_TRY(receive(g, member, &w, sizeof w));
        if (w.is_result) return take_result(g, member, &w, leg);
        observer->progress(observer->context, &w.progress);
        int stop = is_stopped(observer);
        LINCE_TRY(send(g, member, &stop, sizeof stop));
    }
}

int lince_members_dismiss(const lince_group *g)
{
    order last = {.is_last = true};
    for (int member = 1; member < g->size; member++) LINCE_TRY(send(g, member, &last, sizeof last));
    return 0;
}

/* --- the others ----------------------------------------------------------------------------------- */

typedef struct teller {
    const lince_group *group;
    const lince_observer *own; /* of who called */
    volatile sig_atomic_t stop;
    double told;
    int code;
} teller;

/* From within the leg. */
static void tell(void *context, const lince_progress *p)
{
    enum { A_SECOND = 4 };
    teller *t = context;
    word w = {.progress = *p};
    int stop = 0;
    if (is_stopped(t->own)) t->stop = 1;
    if (t->code || lince_now() - t->told < 1.0 / A_SECOND) return;
    t->told = lince_now();
    t->code = send(t->group, 0, &w, sizeof w);
    if (!t->code) t->code = receive(t->group, 0, &stop, sizeof stop);
    if (t->code || stop) t->stop = 1;
}

static int run_order(const lince_group *g, const lince_search *s, int threads, const lince_observer *own,
                     const order *o)
{
    const char *values[LINCE_SPACE_MAX];
    teller t = {.group = g, .own = own};
    lince_observer observer = {.size = sizeof observer, .context = &t, .progress = tell, .stop = &t.stop};
    lince_leg leg = {.trial = o->trial, .rung = o->rung};
    for (size_t i = 0; i < s->space.count; i++) values[i] = o->value[i];
    int code = lince_trial_run(s, values, threads, &observer, &leg);
    word w = {.is_result = true,
              .failed = leg.reason != NULL,
              .ended = leg.ended,
              .code = code,
              .epochs = leg.epochs,
              .value = leg.value,
              .seconds = leg.seconds};
    snprintf(w.text, sizeof w.text, "%s", leg.reason ? leg.reason : code < 0 ? lince_error() : "");
    lince_free(leg.reason);
    return t.code ? t.code : send(g, 0, &w, sizeof w);
}

int lince_member_serve(const lince_group *g, const lince_search *s, int threads,
                       const lince_observer *observer)
{
    order o;
    for (;;) {
        LINCE_TRY(receive(g, 0, &o, sizeof o));
        if (o.is_last) return 0;
        LINCE_TRY(run_order(g, s, threads, observer, &o));
    }
}
