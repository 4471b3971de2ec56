/* The one place where a row is chosen: the first that can, where nothing is worth measuring.
 *
 * A rule decides where it is clear which row is the fastest: one that is favoured (op.h), by what bench_choice has measured
 * (docs/performance.md). Where it is not, and an operation says how rows are timed (op.h), every row that can do a geometry is, once,
 * on a part of it, for some milliseconds, and the fastest (one without the same bits on any number of threads only when it is so by a
 * quarter) is remembered (choices.h): rows differ in their last bits, so that a choice made anew in each run would
 * break "same seed, same weights". A run keeps what it began with (kept.h). Without a writable cache nothing is measured, and
 * the rows' order decides; likewise where a context is deterministic, so that neither a busy machine nor a new cache changes
 * its bits, and no row is favoured there whose bits depend on the number of threads.
 *
 * Nobody waits long: once `patience` is used up (exec.h, lince_choosing), the order decides what is left. Nothing is locked or open
 * while a row runs, so that a process that is stopped there holds up no other.
 *
 * A busy machine. Runs that another program interrupted do not count; where a row had no other,
 * the order decides. What was decided so because of that, or for want of time, is remembered and marked in the cache. It stays,
 * since a run may have begun with it, until `lince info --kernels --forget`. */
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
    return row->needs <= lince_cpu_level() && lince_cpu_has(row->also) &&
           (!row->supports || row->supports(geometry));
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
    *kernel = (lince_kernel){.row = row, .exec = *exec, .geometry = geometry, .products = row->products};
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

/* What a row without the same bits must be faster by: those, and passes over memory of their own for what the
 * others fuse, are what it costs. */
static const double handicap = 1.25;

static double cost(const lince_op_row *row, double seconds)
{
    return row->same_bits ? seconds : seconds * handicap;
}

/* Seconds of the best of two undisturbed runs after a first one, which finds the caches cold, DBL_MAX where
 * there was none. A row that is behind `rival`, the least cost yet, is not run again. */
static int measure(const task *t, const lince_kernel *k, void *args, double rival, double *best)
{
    enum { RUNS = 3, TRIES = 5, HOPELESS = 2 };
    double took;
    void *scratch = scratch_of(k);
    *best = DBL_MAX;
    if (!scratch) return LINCE_ENOMEM;
    t->timing->lend(args, scratch);
    for (int tries = 0, runs = 0; tries < TRIES && runs < RUNS; tries++) {
        if (!run_undisturbed(k, args, &took)) continue;
        if (took < *best) *best = took;
        if (cost(k->row, took) > rival * (runs ? 1 : HOPELESS)) break;
        runs++;
    }
    free_scratch(k, scratch);
    return 0;
}

/* Whether the library's row is faster than the own one again when they run in turns: `wins`. A busy moment during
 * one's runs would else decide for as long as the cache lasts. */
static int play_again(const task *t, const lince_op_row *library, const lince_op_row *own, void *args,
                      bool *wins)
{
    enum { RUNS = 3 };
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
    *wins = cost(library, best[0]) < best[1];
    return code;
}

/* What a row can do is its own affair; that memory is missing must not decide which is chosen. */
static int compare(const task *t, void *args, lince_finding *f)
{
    const lince_op_row *own = NULL;
    double least = DBL_MAX, own_time = DBL_MAX, took;
    bool wins;
    for (const lince_op_row *const *row = t->exec->device->rows[t->op]; *row; row++) {
        lince_kernel k;
        if (!row[1] && f->row) break; /* the truth is measured by nobody's patience */
        int code = lince_kernel_init_as(&k, t->exec, *row, t->geometry);
        if (code == LINCE_EUNSUPPORTED) continue;
        LINCE_TRY(code);
        code = measure(t, &k, args, least, &took);
        lince_kernel_release(&k);
        LINCE_TRY(code);
        if (took == DBL_MAX)
            f->why = LINCE_CHOSEN_BUSY;
        else
            took = cost(*row, took);
        if (!f->row || took < least) f->row = *row, least = took;
        if ((*row)->same_bits && (!own || took < own_time)) own = *row, own_time = took;
    }
    if (!own || f->row == own) return 0;
    LINCE_TRY(play_again(t, f->row, own, args, &wins));
    if (!wins) f->row = own;
    return 0;
}

/* Of a part of the geometry, which the operation makes. */
static int find_fastest(const task *t, lince_finding *f)
{
    void *geometry = lince_alloc(1, t->timing->geometry);
    if (!geometry) return LINCE_ENOMEM;
    memcpy(geometry, t->geometry, t->timing->geometry);
    t->timing->part(geometry, t->exec->threads);
    task part = *t;
    part.geometry = geometry;
    void *args = t->timing->arguments(t->exec->device, geometry);
    int code = args ? compare(&part, args, f) : LINCE_ENOMEM;
    if (args) t->timing->release(t->exec->device, geometry, args);
    lince_free(geometry);
    return code;
}

/* --- choosing --------------------------------------------------------------------------------------- */

/* NULL: none. */
static const lince_op_row *favoured(const lince_exec *exec, lince_op op, const void *geometry)
{
    for (const lince_op_row *const *row = exec->device->rows[op]; *row; row++)
        if ((*row)->favoured && lince_op_usable(*row, geometry) && (*row)->favoured(geometry) &&
            ((*row)->same_bits || !exec->deterministic))
            return *row;
    return NULL;
}

/* The first row that can, where another but the truth may be faster; NULL: it is alone. */
static const lince_op_row *rivalled(const task *t)
{
    const lince_op_row *first = NULL;
    for (const lince_op_row *const *row = t->exec->device->rows[t->op]; row[0] && row[1]; row++) {
        if (!lince_op_usable(*row, t->geometry)) continue;
        if (first) return first;
        first = *row;
    }
    return NULL;
}

/* Measures, unless that has taken too long already; then it is `rule`. */
static int find(const task *t, const lince_op_row *rule, lince_finding *f)
{
    static const double patience = 1; /* seconds */
    lince_choosing nobody = {0}, *c = t->exec->choosing ? t->exec->choosing : &nobody;
    double start = lince_now();
    *f = (lince_finding){0};
    if (c->seconds > patience) {
        *f = (lince_finding){rule, LINCE_CHOSEN_LATE};
        c->by_rule++;
        return 0;
    }
    int code = find_fastest(t, f);
    c->seconds += lince_now() - start;
    c->measured++;
    return code;
}

/* Looks the geometry up, and measures it where it is new. Of two that measured at a time the first one's choice holds. NULL: the
 * rows' order decides. */
static int remembered(const task *t, const lince_op_row **choice)
{
    lince_choices choices;
    const lince_op_row *rule = rivalled(t);
    lince_finding found;
    *choice = NULL;
    int code = rule ? lince_choices_open(&choices, t->exec, t->op, t->geometry) : 1;
    if (code) return code < 0 ? code : 0;
    code = lince_choices_recall(&choices, choice);
    lince_choices_close(&choices);
    if (code || *choice) return code;
    LINCE_TRY(find(t, rule, &found));
    code = lince_choices_open(&choices, t->exec, t->op, t->geometry);
    if (code) return code < 0 ? code : 0;
    /* Not remembered: better the rule than a choice that may change. */
    if (found.row) code = lince_choices_add(&choices, &found, choice);
    lince_choices_close(&choices);
    return code;
}

/* The run's own row on as many threads, where it has one; else the favoured one, or the fastest where it is worth measuring. NULL: the
 * rows' order decides, as it does where the same bits are asked for, which a measurement cannot promise. */
static int choose(const task *t, bool worthwhile, const lince_op_row **choice, int *threads)
{
    lince_kept *kept = t->exec->kept;
    *choice = kept && worthwhile ? lince_kept_find(kept, t->exec, t->op, t->geometry, threads) : NULL;
    if (!*choice) *choice = favoured(t->exec, t->op, t->geometry);
    return *choice || !worthwhile || t->exec->deterministic ? 0 : remembered(t, choice);
}

int lince_kernel_init(lince_kernel *kernel, const lince_exec *exec, lince_op op, const void *geometry)
{
    const lince_op_timing *timing = lince_op_types[op].timing;
    const lince_op_row *choice = NULL;
    bool worthwhile = timing && timing->worthwhile(geometry);
    lince_exec own = *exec;
    *kernel = (lince_kernel){0};
    LINCE_TRY(choose(&(task){exec, op, geometry, timing}, worthwhile, &choice, &own.threads));
    if (choice && choice->same_bits) own.threads = exec->threads;
    int code = choice ? lince_kernel_init_as(kernel, &own, choice, geometry) : LINCE_EUNSUPPORTED;
    for (const lince_op_row *const *row = exec->device->rows[op]; code == LINCE_EUNSUPPORTED && *row; row++)
        code = lince_kernel_init_as(kernel, exec, *row, geometry);
    if (!code && worthwhile && exec->kept && (code = lince_kept_add(exec->kept, kernel)))
        lince_kernel_release(kernel);
    return code ? lince_fail_in(code, lince_op_types[op].name) : 0;
}
