/* The one place where a row is chosen: the first that can, where nothing is worth measuring.
 *
 * Where an operation says how its rows are timed (op.h), every row that can do a geometry is, once, for some
 * milliseconds, and the fastest (one without the same bits on any number of threads only when it is so by a
 * quarter) is remembered (choices.h): rows differ in their last bits, so that a choice made anew in each run would
 * break "same seed, same weights". A run keeps what it began with (kept.h). Without a writable cache nothing is measured, and
 * the rows' order decides; likewise where a context is deterministic, so that neither a busy machine nor a new cache changes
 * its bits.
 *
 * A busy machine. Runs that another program interrupted do not count; where a row had no other,
 * the rule decides, and the choice is marked in the cache. It stays, since a run may have begun with it,
 * until `lince info --kernels --forget`. */
#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/choices.h"
#include "kernels/kept.h"

#include <assert.h>
#include <float.h>
#include <string.h>
#include <sys/resource.h>

bool lince_op_usable(const lince_op_row *row, const void *geometry)
{
    return row->needs <= lince_cpu_level() && (!row->supports || row->supports(geometry));
}

/* --- operations without a plan ---------------------------------------------------------------------- */

void lince_op_run(const lince_exec *exec, lince_op op, const void *args)
{
    const lince_op_row *const *row = exec->device->rows[op];
    while (!lince_op_usable(*row, args)) row++; /* the last of them does all */
    assert(!(*row)->create);
    (*row)->run(&(lince_kernel){.row = *row, .exec = *exec, .geometry = args}, args);
}

/* --- kernels ---------------------------------------------------------------------------------------- */

int lince_kernel_init_as(lince_kernel *kernel, const lince_exec *exec, const lince_op_row *row,
                         const void *geometry)
{
    *kernel = (lince_kernel){.row = row, .exec = *exec, .geometry = geometry};
    if (exec->deterministic && !row->same_bits) kernel->exec.threads = 1;
    int code =
        lince_op_usable(row, geometry)
            ? (row->create ? row->create(kernel) : 0)
            : lince_fail(LINCE_EUNSUPPORTED, "%s: %s is not for this machine, or not for this geometry",
                         lince_op_types[row->op].name, row->name);
    if (code) *kernel = (lince_kernel){0};
    return code;
}

void lince_kernel_run(const lince_kernel *kernel, const void *args)
{
    kernel->row->run(kernel, args);
}

void lince_kernel_release(lince_kernel *kernel)
{
    if (kernel->row && kernel->row->release) kernel->row->release(kernel);
    *kernel = (lince_kernel){0};
}

/* --- measuring -------------------------------------------------------------------------------------- */

/* What is to be done. */
typedef struct task {
    const lince_exec *exec;
    lince_op op;
    const void *geometry;
    const lince_op_timing *timing;
} task;

static long interruptions(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) ? 0 : usage.ru_nivcsw;
}

/* Whether no other program took a core meanwhile; a quiet machine's own housekeeping does so a few times a
 * second. `took`: seconds. */
static bool run_undisturbed(const lince_kernel *k, const void *args, double *took)
{
    static const double seconds_an_interruption = 0.05;
    long before = interruptions();
    double start = lince_now();
    lince_kernel_run(k, args);
    k->exec.device->sync(k->exec.device);
    *took = lince_now() - start;
    return (double)(interruptions() - before) <= *took / seconds_an_interruption;
}

/* Memory for one row at a time. */
static void *scratch_of(const lince_kernel *k)
{
    return k->exec.device->alloc(k->exec.device, k->scratch + 1);
}

static void free_scratch(const lince_kernel *k, void *scratch)
{
    k->exec.device->free(k->exec.device, scratch, k->scratch + 1);
}

/* Seconds of the best of three undisturbed runs after a first one, which finds the caches cold, DBL_MAX where
 * there was none. One that is hopelessly behind `rival`, the best time yet, is not run again. */
static int measure(const task *t, const lince_kernel *k, void *args, double rival, double *best)
{
    enum { RUNS = 4, TRIES = 8, HOPELESS = 2 };
    double took;
    void *scratch = scratch_of(k);
    *best = DBL_MAX;
    if (!scratch) return LINCE_ENOMEM;
    t->timing->lend(args, scratch);
    for (int tries = 0, runs = 0; tries < TRIES && runs < RUNS; tries++) {
        bool counts = run_undisturbed(k, args, &took);
        if (counts && took < *best) *best = took;
        if (counts && took > HOPELESS * rival) break;
        runs += counts;
    }
    free_scratch(k, scratch);
    return 0;
}

/* What a row without the same bits must be faster by: those, and passes over memory of their own for what the
 * others fuse, are what it costs. */
static const double handicap = 1.25;

/* Whether the library's row is faster than the own one again when they run in turns: `wins`. A busy moment during
 * one's three runs would else decide for as long as the cache lasts. */
static int play_again(const task *t, const lince_op_row *library, const lince_op_row *own, void *args,
                      bool *wins)
{
    enum { RUNS = 8 };
    const lince_op_row *const side[2] = {library, own};
    lince_kernel kernel[2];
    void *scratch[2] = {0};
    double best[2] = {DBL_MAX, DBL_MAX};
    int ready = 0, code = 0;
    while (!code && ready < 2 &&
           !(code = lince_kernel_init_as(&kernel[ready], t->exec, side[ready], t->geometry))) {
        scratch[ready] = scratch_of(&kernel[ready]);
        if (!scratch[ready++]) code = LINCE_ENOMEM;
    }
    for (int i = 0; !code && i < 2 * RUNS; i++) {
        double took;
        t->timing->lend(args, scratch[i % 2]);
        bool counts = run_undisturbed(&kernel[i % 2], args, &took);
        if (counts && took < best[i % 2]) best[i % 2] = took;
    }
    for (int i = 0; i < ready; i++) {
        free_scratch(&kernel[i], scratch[i]);
        lince_kernel_release(&kernel[i]);
    }
    *wins = best[0] < best[1] / handicap;
    return code;
}

typedef struct finding {
    const lince_op_row *best;
    bool disturbed; /* whether a row had no run that counts */
} finding;

/* What a row can do is its own affair; that memory is missing must not decide which is chosen. */
static int compare(const task *t, void *args, finding *f)
{
    const lince_op_row *own = NULL;
    double best_time = DBL_MAX, own_time = DBL_MAX, took;
    bool wins;
    for (const lince_op_row *const *row = t->exec->device->rows[t->op]; *row; row++) {
        lince_kernel k;
        if (!row[1] && f->best) break; /* the truth is measured by nobody's patience */
        int code = lince_kernel_init_as(&k, t->exec, *row, t->geometry);
        if (code == LINCE_EUNSUPPORTED) continue;
        LINCE_TRY(code);
        code = measure(t, &k, args, best_time, &took);
        lince_kernel_release(&k);
        LINCE_TRY(code);
        if (took == DBL_MAX)
            f->disturbed = true;
        else if (!(*row)->same_bits)
            took *= handicap;
        if (!f->best || took < best_time) f->best = *row, best_time = took;
        if ((*row)->same_bits && (!own || took < own_time)) own = *row, own_time = took;
    }
    if (!own || f->best == own) return 0;
    LINCE_TRY(play_again(t, f->best, own, args, &wins));
    if (!wins) f->best = own;
    return 0;
}

static int find_fastest(const task *t, finding *f)
{
    void *args = t->timing->arguments(t->exec->device, t->geometry);
    *f = (finding){0};
    if (!args) return LINCE_ENOMEM;
    int code = compare(t, args, f);
    t->timing->release(t->exec->device, t->geometry, args);
    return code;
}

/* What is measured: of a large batch a part. */
static int find_fastest_of_part(const task *t, finding *f)
{
    void *geometry = lince_alloc(1, t->timing->geometry);
    if (!geometry) return LINCE_ENOMEM;
    memcpy(geometry, t->geometry, t->timing->geometry);
    t->timing->part(geometry);
    task part = *t;
    part.geometry = geometry;
    int code = find_fastest(&part, f);
    lince_free(geometry);
    return code;
}

/* Looks the geometry up, and measures it where it is new. Of two that measured at a time the first one's choice holds. NULL: the
 * rows' order decides. */
static int remembered(const task *t, const lince_op_row **choice)
{
    lince_choices choices;
    finding found;
    *choice = NULL;
    int code = lince_choices_open(&choices, t->exec, t->op, t->geometry);
    if (code) return code < 0 ? code : 0;
    code = lince_choices_recall(&choices, choice);
    lince_choices_close(&choices);
    if (code || *choice) return code;
    LINCE_TRY(find_fastest_of_part(t, &found));
    code = lince_choices_open(&choices, t->exec, t->op, t->geometry);
    if (code) return code < 0 ? code : 0;
    /* Not remembered: better the rule than a choice that may change. */
    if (found.best) code = lince_choices_add(&choices, found.best, found.disturbed, choice);
    lince_choices_close(&choices);
    return code;
}

/* The run's own row on as many threads, where it has one, or the fastest; NULL: the rows' order decides, as it does where the same bits are
 * asked for, which a measurement cannot promise. */
static int choose(const task *t, const lince_op_row **choice, int *threads)
{
    lince_kept *kept = t->exec->kept;
    *choice = kept ? lince_kept_find(kept, t->exec, t->op, t->geometry, threads) : NULL;
    return *choice || t->exec->deterministic ? 0 : remembered(t, choice);
}

int lince_kernel_init(lince_kernel *kernel, const lince_exec *exec, lince_op op, const void *geometry)
{
    const lince_op_timing *timing = lince_op_types[op].timing;
    const lince_op_row *choice = NULL;
    bool chosen = timing && timing->worthwhile(geometry);
    lince_exec own = *exec;
    *kernel = (lince_kernel){0};
    if (chosen) LINCE_TRY(choose(&(task){exec, op, geometry, timing}, &choice, &own.threads));
    if (choice && choice->same_bits) own.threads = exec->threads;
    int code = choice ? lince_kernel_init_as(kernel, &own, choice, geometry) : LINCE_EUNSUPPORTED;
    for (const lince_op_row *const *row = exec->device->rows[op]; code == LINCE_EUNSUPPORTED && *row; row++)
        code = lince_kernel_init_as(kernel, exec, *row, geometry);
    if (!code && chosen && exec->kept && (code = lince_kept_add(exec->kept, kernel)))
        lince_kernel_release(kernel);
    return code ? lince_fail_in(code, lince_op_types[op].name) : 0;
}
