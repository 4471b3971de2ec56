/* The one place where threads are used for computing. Work is divided into tasks by the caller, never by the
 * number of threads, so that results do not depend on it. */
#ifndef LINCE_CORE_PARALLEL_H
#define LINCE_CORE_PARALLEL_H

#include <stddef.h>

typedef void lince_task(void *context, size_t index);

/* Runs task(context, 0..count-1), each once, on up to `threads` threads; returns when all are done. Messages
 * of a task are in the caller's language. */
void lince_parallel(int threads, size_t count, lince_task *task, void *context);

/* Runs task(context, begin, end) over [0, total) in pieces of `grain` elements. */
typedef void lince_range_task(void *context, size_t begin, size_t end);
void lince_parallel_ranges(int threads, size_t total, size_t grain, lince_range_task *task, void *context);

/* Before threads are begun that compute and end: OpenMP's end with theirs, for which the C library needs another library, and ends
 * the process where there is no memory for it. It is loaded here; and the calling thread's own threads are let go, until it computes
 * again. LINCE_ENOMEM. */
int lince_parallel_prepare(void);

/* Makes `threads` the number that libraries use which compute on the calling thread's behalf. */
void lince_parallel_use(int threads);

/* The processors that this process may use (its affinity mask). */
int lince_processors(void);

#endif
