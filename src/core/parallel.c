#include "core/parallel.h"

#include <sched.h>
#include <unistd.h>

/* OpenMP rather than a pool of our own, because oneDNN computes on OpenMP's threads: two pools would
 * spin against each other on the same cores. */
void lince_parallel(int threads, size_t count, lince_task *task, void *context)
{
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1 && count > 1)
    for (size_t i = 0; i < count; i++) task(context, i);
}

int lince_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}
