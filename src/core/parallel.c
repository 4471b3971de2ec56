#include "core/parallel.h"
#include "core/error.h"
#include "core/i18n.h"

#include <omp.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <execinfo.h>
#endif

/* OpenMP rather than a pool of our own, because oneDNN computes on OpenMP's threads: two pools would
 * spin against each other on the same cores. */
/* A child process has none of the threads that its parent computed on, and OpenMP would wait for them for ever: they are
 * let go before, and begin anew when they are needed next. */
static void let_threads_go(void)
{
    omp_pause_resource_all(omp_pause_soft);
}

__attribute__((constructor)) static void mind_forks(void)
{
    pthread_atfork(let_threads_go, NULL, NULL);
}

/* glibc loads libgcc_s at the first backtrace, or else at the first pthread_exit. OpenMP has a team of threads for each that has
 * computed, and where they are more than the processors all of them sleep at once wherever they wait. */
int lince_parallel_prepare(void)
{
    let_threads_go();
#ifdef __GLIBC__
    void *frame[1];
    if (backtrace(frame, 1) < 1) return lince_fail(LINCE_ENOMEM, "out of memory");
#endif
    return 0;
}

/* --- stack ---------------------------------------------------------------------------------------- */

enum { TASK_STACK = 512 << 10, LARGE_STACK = 1 << 20 };

/* A thread's stack is asked for once. The first one's has the system's size, and asking for it would read files. */
static bool has_little_stack(void)
{
    static _Thread_local enum { UNKNOWN, ENOUGH, LITTLE } known;
    pthread_attr_t attributes;
    void *lowest;
    size_t size = TASK_STACK;
    if (known == UNKNOWN && gettid() != getpid() && !pthread_getattr_np(pthread_self(), &attributes)) {
        pthread_attr_getstack(&attributes, &lowest, &size);
        pthread_attr_destroy(&attributes);
    }
    if (known == UNKNOWN) known = size < TASK_STACK ? LITTLE : ENOUGH;
    return known == LITTLE;
}

typedef struct work {
    int threads;
    size_t count;
    lince_task *task;
    void *context;
    lince_voice voice;
} work;

static void *do_work(void *context)
{
    const work *w = context;
    lince_voice_use(w->voice);
    lince_parallel(w->threads, w->count, w->task, w->context);
    return NULL;
}

/* Whether a thread with more stack has done it. */
static bool done_elsewhere(work *w)
{
    pthread_t thread;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes)) return false;
    bool done = !pthread_attr_setstacksize(&attributes, LARGE_STACK) &&
                !pthread_create(&thread, &attributes, do_work, w);
    pthread_attr_destroy(&attributes);
    if (done) pthread_join(thread, NULL);
    return done;
}

/* --- tasks ---------------------------------------------------------------------------------------- */

void lince_parallel(int threads, size_t count, lince_task *task, void *context)
{
    lince_voice voice = lince_voice_now();
    if (has_little_stack() && done_elsewhere(&(work){threads, count, task, context, voice})) return;
#pragma omp parallel num_threads(threads) if (threads > 1 && count > 1)
    {
        lince_voice_use(voice);
#pragma omp for schedule(static)
        for (size_t i = 0; i < count; i++) task(context, i);
    }
}

typedef struct ranges {
    size_t total, grain;
    lince_range_task *task;
    void *context;
} ranges;

static void do_range(void *context, size_t i)
{
    const ranges *r = context;
    size_t begin = i * r->grain;
    r->task(r->context, begin, begin + r->grain < r->total ? begin + r->grain : r->total);
}

void lince_parallel_ranges(int threads, size_t total, size_t grain, lince_range_task *task, void *context)
{
    lince_parallel(threads, (total + grain - 1) / grain, do_range, &(ranges){total, grain, task, context});
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
