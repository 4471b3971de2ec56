/* The clock of measurements. */
#ifndef LINCE_BENCH_TIMING_H
#define LINCE_BENCH_TIMING_H

#include <time.h>

/* Seconds: on one thread of its own time, so that other programs do not count; on several of the wall's. */
static inline double bench_now(int threads)
{
    struct timespec t;
    clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
