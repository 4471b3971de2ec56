/* The one place where threads are used for computing. Work is divided into tasks by the caller, never by the
 * number of threads, so that results do not depend on it. */
#ifndef LINCE_CORE_PARALLEL_H
#define LINCE_CORE_PARALLEL_H

#include <stddef.h>

typedef void lince_task(void *context, size_t index);

/* Runs task(context, 0..count-1), each once, on up to `threads` threads; returns when all are done. */
void lince_parallel(int threads, size_t count, lince_task *task, void *context);

/* Runs task(context, begin, end) over [0, total) in pieces of `grain` elements. */
typedef void lince_range_task(void *context, size_t begin, size_t end);
void lince_parallel_ranges(int threads, size_t total, size_t grain, lince_range_task *task, void *context);

/* Makes `threads` the number that libraries use which compute on the calling thread's behalf. */
void lince_parallel_use(int threads);

/* The processors that this process may use (its affinity mask). */
int lince_processors(void);

/* Compiles a function for several instruction sets and lets the loader choose: plain C loops at the speed
 * of the machine. All variants give the same bits (no contraction: -ffp-contract=off). Not under sanitizers:
 * the loader would choose before they are set up. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define LINCE_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define LINCE_CLONES
#endif

#endif
