/* Long work that can be watched, and asked to stop. */
#ifndef LINCE_CORE_WATCH_H
#define LINCE_CORE_WATCH_H

#include <lince/observer.h>
#include <signal.h>
#include <stddef.h>

typedef struct lince_watch {
    void (*progress)(void *context, size_t done, size_t total); /* NULL: nobody looks */
    void *context;
    const volatile sig_atomic_t *stop; /* non-zero: LINCE_EINTERRUPTED, soon; may be NULL */
} lince_watch;

/* What preparing data tells an observer (or NULL): LINCE_PREPARING. And what opening them does: LINCE_OPENING,
 * and LINCE_INDEXING what is found in them. */
lince_watch lince_watch_for(const lince_observer *observer);
lince_watch lince_watch_opening(const lince_observer *observer);
lince_watch lince_watch_indexing(const lince_observer *observer);

/* LINCE_EINTERRUPTED where the observer asks to stop. */
int lince_observer_stops(const lince_observer *observer);

#endif
