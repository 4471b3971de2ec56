/* The one place where a kernel is chosen.
 *
 * Every implementation that can do a geometry is timed once, for a few milliseconds, and the fastest (a
 * library's only when it is so by a quarter) is remembered in a file of the user's cache
 * ($XDG_CACHE_HOME/lince/kernels, one line a geometry): kernels differ in their last bits, so that a choice
 * made anew in each run would break "same seed, same weights". A choice holds for the processor, the level
 * (core/cpu.h), the library's version and, but for deterministic runs, the number of threads that it was made
 * with. An implementation that changes its speed or its results changes its name, which makes older choices
 * void. Without a writable cache nothing is measured, and a fixed rule decides. */
#include "core/cpu.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/conv.h"
#include "kernels/onednn/onednn.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

static unsigned add_text(unsigned hash, const char *text)
{
    for (const char *c = text; c == text || c[-1]; c++) hash = (hash ^ (unsigned char)*c) * 16777619u;
    return hash; /* FNV-1a, of the zero at the end, too */
}

/* Of the implementations' names, the library's version and the processor: a choice among others than these,
 * or made on another machine whose cache came along, is worth nothing. */
static unsigned generation(void)
{
    unsigned hash = add_text(2166136261u, lince_cpu_name());
    const dnnl_version_t *library = dnnl_version();
    hash = add_text(hash, library->hash);
    for (const lince_conv_implementation *const *i = lince_conv_implementations; *i; i++)
        hash = add_text(hash, (*i)->name);
    return hash;
}

/* One line of the cache: the implementations and the machine, level, threads, the geometry and the direction,
 * without blanks. Deterministic: the same choice on any number of threads. */
static void geometry_key(char *out, size_t size, const lince_conv *c, lince_direction direction, int has_bias,
                         int threads, bool deterministic)
{
    char how[32] = "deterministic";
    if (!deterministic) snprintf(how, sizeof how, "t%d", threads);
    snprintf(out, size, "i%08x-%s-%s-dir%d-n%d-c%dx%dx%d.%d-o%dx%dx%d.%d-k%dx%d-s%dx%d-p%dx%d-g%d-bias%d",
             generation(), lince_level_name(lince_cpu_level()), how, (int)direction, c->batch, c->in.channels,
             c->in.height, c->in.width, c->in.block, c->out.channels, c->out.height, c->out.width,
             c->out.block, c->kernel[0], c->kernel[1], c->stride[0], c->stride[1], c->padding[0],
             c->padding[1], c->groups, has_bias);
}

static bool cache_path(char out[LINCE_PATH_MAX])
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char folder[LINCE_PATH_MAX];
    int length = cache && *cache ? snprintf(folder, sizeof folder, "%s/lince", cache)
                 : home && *home ? snprintf(folder, sizeof folder, "%s/.cache/lince", home)
                                 : -1;
    if (length < 0 || (size_t)length >= sizeof folder) return false;
    return lince_make_folder(folder) == 0 && lince_path_join(out, folder, "kernels") == 0;
}

static const lince_conv_implementation *named(const char *name)
{
    for (const lince_conv_implementation *const *i = lince_conv_implementations; *i; i++)
        if (!strcmp((*i)->name, name)) return *i;
    return NULL;
}

static const lince_conv_implementation *recall(FILE *cache, const char *key)
{
    char line[512], found_key[256], name[128];
    rewind(cache);
    while (fgets(line, sizeof line, cache))
        if (sscanf(line, "%255s %127s", found_key, name) == 2 && !strcmp(found_key, key)) return named(name);
    return NULL;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

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

static double run_once(lince_conv_kernel *k, const lince_conv_args *args)
{
    double start = seconds();
    lince_conv_kernel_run(k, args);
    return seconds() - start;
}

/* Seconds of the best of three runs after a first one, which finds the caches cold. One that is hopelessly
 * behind `rival`, the best time yet, is not run again. */
static double measure(lince_conv_kernel *k, lince_conv_args *args, double rival)
{
    enum { RUNS = 4, HOPELESS = 2 };
    double best = DBL_MAX;
    args->scratch = lince_alloc(k->scratch + 1, 1);
    for (int i = 0; args->scratch && i < RUNS; i++) {
        double took = run_once(k, args);
        if (took < best) best = took;
        if (took > HOPELESS * rival) break;
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
        args->scratch = scratch[i % 2];
        best[i % 2] = fmin(best[i % 2], run_once(&kernel[i % 2], args));
    }
    for (int i = 0; i < ready; i++) {
        lince_conv_kernel_release(&kernel[i]);
        lince_free(scratch[i]);
    }
    return runs && best[0] * handicap < best[1];
}

static const lince_conv_implementation *fastest(const lince_conv *conv, lince_direction direction,
                                                int has_bias, int threads, bool deterministic)
{
    const lince_conv_implementation *best = NULL, *own = NULL;
    double best_time = DBL_MAX, own_time = DBL_MAX;
    lince_conv_args args;
    int code = make_operands(&args, conv, has_bias);
    for (const lince_conv_implementation *const *i = lince_conv_implementations; !code && *i; i++) {
        lince_conv_kernel k;
        if (*i == &lince_conv_ref && best) break; /* the reference is measured by nobody's patience */
        if (lince_conv_kernel_init_as(&k, *i, conv, direction, has_bias,
                                      threads_for(*i, threads, deterministic)))
            continue;
        double took = measure(&k, &args, best_time) * ((*i)->same_bits ? 1 : handicap);
        lince_conv_kernel_release(&k);
        if (!best || took < best_time) best = *i, best_time = took;
        if ((*i)->same_bits && took < own_time) own = *i, own_time = took;
    }
    if (own && best != own &&
        !wins_again(best, own, conv, direction, has_bias, threads, deterministic, &args))
        best = own;
    free_operands(&args);
    return best;
}

/* Looks the geometry up, and measures it where it is new, under the file's lock: two processes that start
 * together must come to the same choice. */
static const lince_conv_implementation *remembered(const lince_conv *conv, lince_direction direction,
                                                   int has_bias, int threads, bool deterministic)
{
    char path[LINCE_PATH_MAX], key[256];
    if (!cache_path(path)) return NULL;
    FILE *cache = fopen(path, "a+e");
    if (!cache) return NULL;
    geometry_key(key, sizeof key, conv, direction, has_bias, threads, deterministic);
    flock(fileno(cache), LOCK_EX);
    const lince_conv_implementation *choice = recall(cache, key);
    if (!choice && (choice = fastest(conv, direction, has_bias, threads, deterministic)))
        fprintf(cache, "%s %s\n", key, choice->name);
    if (fclose(cache)) return NULL; /* not remembered: better the rule than a choice that may change */
    return choice;
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
