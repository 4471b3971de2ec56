#include "core/watch.h"

#include "core/error.h"

static void tell(const lince_observer *o, lince_phase phase, size_t done, size_t total)
{
    o->progress(o->context,
                &(lince_progress){
                    .size = sizeof(lince_progress), .phase = phase, .step = done, .steps = total, .eta = -1});
}

static void tell_preparing(void *observer, size_t done, size_t total)
{
    tell(observer, LINCE_PREPARING, done, total);
}

static void tell_opening(void *observer, size_t done, size_t total)
{
    tell(observer, LINCE_OPENING, done, total);
}

static void tell_indexing(void *observer, size_t done, size_t total)
{
    tell(observer, LINCE_INDEXING, done, total);
}

static lince_watch watch(const lince_observer *o, void (*tell_to)(void *context, size_t done, size_t total))
{
    if (!o) return (lince_watch){0};
    return (lince_watch){.progress = o->progress ? tell_to : NULL, .context = (void *)o, .stop = o->stop};
}

lince_watch lince_watch_for(const lince_observer *o)
{
    return watch(o, tell_preparing);
}

lince_watch lince_watch_opening(const lince_observer *o)
{
    return watch(o, tell_opening);
}

lince_watch lince_watch_indexing(const lince_observer *o)
{
    return watch(o, tell_indexing);
}

int lince_observer_stops(const lince_observer *o)
{
    return o && o->stop && *o->stop ? lince_fail(LINCE_EINTERRUPTED, "interrupted") : 0;
}
