#include "core/watch.h"

#include "core/error.h"

static void tell(void *context, size_t done, size_t total)
{
    const lince_observer *o = context;
    o->progress(o->context, &(lince_progress){.size = sizeof(lince_progress),
                                              .phase = LINCE_PREPARING,
                                              .step = done,
                                              .steps = total,
                                              .eta = -1});
}

lince_watch lince_watch_for(const lince_observer *o)
{
    if (!o) return (lince_watch){0};
    return (lince_watch){.progress = o->progress ? tell : NULL, .context = (void *)o, .stop = o->stop};
}

int lince_observer_stops(const lince_observer *o)
{
    return o && o->stop && *o->stop ? lince_fail(LINCE_EINTERRUPTED, "interrupted") : 0;
}
