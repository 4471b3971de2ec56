/* Time that has passed, for measurements. */
#ifndef LINCE_CORE_CLOCK_H
#define LINCE_CORE_CLOCK_H

#include <time.h>

/* Seconds of a clock that only goes forward. */
static inline double lince_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Seconds of processor time that this thread has taken: what other programs take meanwhile does not count. */
static inline double lince_own_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
