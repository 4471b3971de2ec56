/* The one place where a kernel is chosen.
 *
 * Every implementation that can do a geometry is timed once, for some milliseconds, and the fastest (a
 * library's only when it is so by a quarter) is remembered (choices.h): kernels differ in their last bits, so
 * that a choice made anew in each run would break "same seed, same weights". Without a writable cache nothing
 * is measured, and a fixed rule decides, the order of the table.
 *
 * A busy machine. Runs that another program interrupted do not count; where an implementation had no other,
 * the rule decides, and the choice is marked in the cache. It stays, since a run may have begun with it,
 * until `lince info --kernels --forget`. */
#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/choices.h"
#include "kernels/conv.h"

#include <float.h>
#include <stdbool.h>
#include <sys/resource.h>

/* Operands to measure with: zeros, because data do not change a kernel's time, denormals aside. */
static int make_operands(lince_conv_args *args, const lince_conv *c, int has_bias)
{
    *args =
        (lince_conv_args){.x = lince_alloc((size_t)c->batch * lince_shape_size(c->in), sizeof(float)),
                          .w = lince_alloc(lince_conv_weights_size(c), sizeof(float)),
                          .y = lince_alloc((size_t)c->batch * lince_shape_size(c->out), sizeof(float)),
                          .b = has_bias ? lince_alloc((size_t)lince_round_up(c->out.channels, c->out.block),
                                                      sizeof(float))
                                        : NULL};
    return args->x && args->w && args->y && (args->b || !has_bias) ? 0 : LINCE_ENOMEM;
}

static void free_operands(lince_conv_args *args)
{
    lince_free(args->x), lince_free(args->w), lince_free(args->b), lince_free(args->y);
}

static long interruptions(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) ? 0 : usage.ru_nivcsw;
}

/* Whether no other program took a core meanwhile; a quiet machine's own housekeeping does so a few times a
 * second. `took`: seconds. */
static bool run_undisturbed(lince_conv_kernel *k, const lince_conv_args *args, double *took)
{
    static const double seconds_an_interruption = 0.05;
    long before = interruptions();
    double start = lince_now();
    lince_conv_kernel_run(k, args);
    *took = lince_now() - start;
    return (double)(interruptions() - before) <= *took / seconds_an_interruption;
}

/* Seconds of the best of three undisturbed runs after a first one, which finds the caches cold, DBL_MAX where
 * there was none. One that is hopelessly behind `rival`, the best time yet, is not run again. */
static double measure(lince_conv_kernel *k, lince_conv_args *args, double rival)
{
    enum { RUNS = 4, TRIES = 8, HOPELESS = 2 };
    double best = DBL_MAX, took;
    args->scratch = lince_alloc(k->scratch + 1, 1);
    for (int tries = 0, runs = 0; args->scratch && tries < TRIES && runs < RUNS; tries++) {
        bool counts = run_undisturbed(k, args, &took);
        if (counts && took < best) best = took;
        if (counts && took > HOPELESS * rival) break;
        runs += counts;
    }
    lince_free(args->scratch);
    return best;
}

static int threads_for(const lince_conv_implementation *i, int threads, bool deterministic)
{
    return deterministic && !i->same_bits ? 1 : threads;
}

/* What a kernel of a library must be faster by: it costs the same bits on any number of threads, and passes
 * over memory of their own for what the others fuse. */
static const double handicap = 1.25;

/* Whether the library's kernel is faster than the own one again when they run in turns. A busy moment during
 * one's three runs would else decide for as long as the cache lasts. */
static bool wins_again(const lince_conv_implementation *library, const lince_conv_implementation *own,
                       const lince_conv *conv, lince_direction direction, int has_bias, int threads,
                       bool deterministic, lince_conv_args *args)
{
    enum { RUNS = 8 };
    const lince_conv_implementation *const side[2] = {library, own};
    lince_conv_kernel kernel[2];
    void *scratch[2] = {0};
    double best[2] = {DBL_MAX, DBL_MAX};
    int ready = 0;
    while (ready < 2 && !lince_conv_kernel_init_as(&kernel[ready], side[ready], conv, direction, has_bias,
                                                   threads_for(side[ready], threads, deterministic))) {
        scratch[ready] = lince_alloc(kernel[ready].scratch + 1, 1);
        ready++;
    }
    bool runs = ready == 2 && scratch[0] && scratch[1];
    for (int i = 0; runs && i < 2 * RUNS; i++) {
        double took;
        args->scratch = scratch[i % 2];
        bool counts = run_undisturbed(&kernel[i % 2], args, &took);
        if (counts && took < best[i % 2]) best[i % 2] = took;
    }
    for (int i = 0; i < ready; i++) {
        lince_conv_kernel_release(&kernel[i]);
        lince_free(scratch[i]);
    }
    return runs && best[0] < best[1] / handicap;
}

/* What is measured: of a large batch a part, which tells as much in less time. A run of 1,024 samples may
 * take a second, and there are some ten for each layer and direction. */
static lince_conv part_of(const lince_conv *c)
{
    enum { LEAST = 32 };
    static const double most = 1e10; /* operations, as the definition counts them: about 0.1 s of a core */
    double sample = 2.0 * c->kernel[0] * c->kernel[1] * (c->in.channels / c->groups) * c->out.channels *
                    c->out.height * c->out.width,
           batch = most / sample < LEAST ? LEAST : most / sample;
    lince_conv part = *c;
    if (batch < c->batch) part.batch = (int)batch;
    return part;
}

/* disturbed: whether an implementation had no run that counts. */
static const lince_conv_implementation *fastest(const lince_conv *conv, lince_direction direction,
                                                int has_bias, int threads, bool deterministic,
                                                bool *disturbed)
{
    const lince_conv_implementation *best = NULL, *own = NULL;
    double best_time = DBL_MAX, own_time = DBL_MAX;
    lince_conv_args args;
    int code = make_operands(&args, conv, has_bias);
    *disturbed = false;
    for (const lince_conv_implementation *const *i = lince_conv_implementations; !code && *i; i++) {
        lince_conv_kernel k;
        if (*i == &lince_conv_ref && best) break; /* the reference is measured by nobody's patience */
        if (lince_conv_kernel_init_as(&k, *i, conv, direction, has_bias,
                                      threads_for(*i, threads, deterministic)))
            continue;
        double took = measure(&k, &args, best_time);
        lince_conv_kernel_release(&k);
        if (took == DBL_MAX)
            *disturbed = true;
        else if (!(*i)->same_bits)
            took *= handicap;
        if (!best || took < best_time) best = *i, best_time = took;
        if ((*i)->same_bits && (!own || took < own_time)) own = *i, own_time = took;
    }
    if (own && best != own &&
        !wins_again(best, own, conv, direction, has_bias, threads, deterministic, &args))
        best = own;
    free_operands(&args);
    return best;
}

/* Looks the geometry up, and measures it where it is new. The cache is not locked meanwhile: a process that
 * is stopped would keep all others waiting. Of two that measured at a time the first one's choice holds. */
static const lince_conv_implementation *remembered(const lince_conv *conv, lince_direction direction,
                                                   int has_bias, int threads, bool deterministic)
{
    lince_choices choices;
    bool disturbed;
    if (!lince_choices_open(&choices, conv, direction, has_bias, deterministic ? 0 : threads)) return NULL;
    const lince_conv_implementation *choice = lince_choices_recall(&choices);
    lince_choices_close(&choices);
    if (choice) return choice;
    lince_conv part = part_of(conv);
    const lince_conv_implementation *own =
        fastest(&part, direction, has_bias, threads, deterministic, &disturbed);
    if (!lince_choices_open(&choices, conv, direction, has_bias, deterministic ? 0 : threads)) return NULL;
    choice = lince_choices_recall(&choices);
    if (!choice && own) lince_choices_add(&choices, choice = own, disturbed);
    /* Not remembered: better the rule than a choice that may change. */
    return lince_choices_close(&choices) ? NULL : choice;
}

int lince_conv_kernel_init(lince_conv_kernel *kernel, const lince_conv *conv, lince_direction direction,
                           int has_bias, int threads, bool deterministic)
{
    /* One sample's forward pass takes less time than measuring would: a picture to be classified is not kept
     * waiting. */
    bool worthwhile = conv->batch > 1 || direction != LINCE_FORWARD;
    const lince_conv_implementation *choice =
        worthwhile ? remembered(conv, direction, has_bias, threads, deterministic) : NULL;
    if (choice && !lince_conv_kernel_init_as(kernel, choice, conv, direction, has_bias,
                                             threads_for(choice, threads, deterministic)))
        return 0;
    for (const lince_conv_implementation *const *i = lince_conv_implementations; *i; i++)
        if (!lince_conv_kernel_init_as(kernel, *i, conv, direction, has_bias,
                                       threads_for(*i, threads, deterministic)))
            return 0;
    return lince_fail_in(LINCE_EUNSUPPORTED, "conv2d");
}
