/* The one place where threads are used for computing. Work is divided into tasks by the caller, never by the
 * number of threads, so that results do not depend on it. */
#ifndef LINCE_CORE_PARALLEL_H
#define LINCE_CORE_PARALLEL_H

#include <stddef.h>

typedef void lince_task(void *context, size_t index);

/* Runs task(context, 0..count-1), each once, on up to `threads` threads; returns when all are done. */
void lince_parallel(int threads, size_t count, lince_task *task, void *context);

/* The processors that this process may use (its affinity mask). */
int lince_processors(void);

#endif
