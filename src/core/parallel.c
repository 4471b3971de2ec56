#include "core/parallel.h"
#include "core/i18n.h"

#include <omp.h>
#include <sched.h>
#include <unistd.h>

/* OpenMP rather than a pool of our own, because oneDNN computes on OpenMP's threads: two pools would
 * spin against each other on the same cores. */
void lince_parallel(int threads, size_t count, lince_task *task, void *context)
{
    lince_voice voice = lince_voice_now();
#pragma omp parallel num_threads(threads) if (threads > 1 && count > 1)
    {
        lince_voice_use(voice);
#pragma omp for schedule(static)
        for (size_t i = 0; i < count; i++) task(context, i);
    }
}

void lince_parallel_ranges(int threads, size_t total, size_t grain, lince_range_task *task, void *context)
{
    size_t pieces = (total + grain - 1) / grain;
    lince_voice voice = lince_voice_now();
#pragma omp parallel num_threads(threads) if (threads > 1 && pieces > 1)
    {
        lince_voice_use(voice);
#pragma omp for schedule(static)
        for (size_t i = 0; i < pieces; i++)
            task(context, i * grain, i * grain + grain < total ? i * grain + grain : total);
    }
}

/* Libraries believe the number, and divide sums by it: more than there will be (OMP_THREAD_LIMIT) would leave
 * parts out. */
void lince_parallel_use(int threads)
{
    int limit = omp_get_thread_limit();
    omp_set_num_threads(threads < limit ? threads : limit);
}

int lince_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}
