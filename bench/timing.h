/* The clock of measurements, and what they are compared with. */
#ifndef LINCE_BENCH_TIMING_H
#define LINCE_BENCH_TIMING_H

#include "core/cpu.h"
#include "kernels/peak.h"

#include <stdio.h>
#include <time.h>

/* Seconds: on one thread of its own time, so that other programs do not count; on several of the wall's. */
static inline double bench_now(int threads)
{
    struct timespec t;
    clock_gettime(threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The machine's peak, printed with processor and level: operations a second. */
static inline double bench_peak_print(int threads)
{
    double peak = lince_peak(threads);
    printf("%s, level %s, %d thread%s: peak %.0f GFLOP/s; below, %% of it\n", lince_cpu_name(),
           lince_level_name(lince_cpu_level()), threads, threads > 1 ? "s" : "", 1e-9 * peak);
    return peak;
}

#endif
