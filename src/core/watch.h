/* Long work that can be watched, and asked to stop. */
#ifndef LINCE_CORE_WATCH_H
#define LINCE_CORE_WATCH_H

#include <signal.h>
#include <stddef.h>

typedef struct lince_watch {
    void (*progress)(void *context, size_t done, size_t total); /* NULL: nobody looks */
    void *context;
    const volatile sig_atomic_t *stop; /* non-zero: LINCE_EINTERRUPTED, soon; may be NULL */
} lince_watch;

#endif
