#include "tune/propose.h"
#include "core/error.h"
#include "core/memory.h"

#include <math.h>
#include <stdlib.h>

/* Of n known trials the best sqrt(n) / 2 are good, so that the good stay few and new ones are looked for; of
 * so many draws from the good the best is proposed. Both as in hyperopt, by the same authors, whose good are
 * half as many. */
enum { MOST_GOOD = 25, DRAWS = 24 };

/* --- Parzen windows ------------------------------------------------------------------------------- */

static int init_list(lince_parzen *p, size_t at, const lince_observation *known, size_t count)
{
    double all = (double)(count + p->count); /* the prior: each was seen once */
    for (size_t k = 0; k < p->count; k++) p->share[k] = 1 / all;
    for (size_t i = 0; i < count; i++) p->share[(size_t)known[i].place[at]] += 1 / all;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Gaussians, cut off at the ends of the range; each as wide as the way to its farther neighbour, the prior in
 * the middle as wide as the range. */
static int init_range(lince_parzen *p, size_t at, const lince_observation *known, size_t count)
{
    double least = 1 / fmin(100, (double)p->count);
    for (size_t i = 0; i < count; i++) p->mean[i] = known[i].place[at];
    p->mean[count] = 0.5;
    qsort(p->mean, p->count, sizeof *p->mean, ascending);
    bool prior = false;
    for (size_t i = 0; i < p->count; i++) {
        double left = p->mean[i] - (i ? p->mean[i - 1] : 0),
               right = (i + 1 < p->count ? p->mean[i + 1] : 1) - p->mean[i];
        p->width[i] = fmin(fmax(fmax(left, right), least), 1);
        if (!prior && p->mean[i] == 0.5) p->width[i] = 1, prior = true;
        p->share[i] = 1 / (double)p->count;
    }
    return 0;
}

int lince_parzen_init(lince_parzen *p, const lince_space *space, size_t at, const lince_observation *known,
                      size_t count)
{
    const lince_dimension *d = &space->dims[at];
    *p = (lince_parzen){.dimension = d, .count = d->count ? d->count : count + 1};
    p->mean = lince_alloc(p->count, sizeof(double));
    p->width = lince_alloc(p->count, sizeof(double));
    p->share = lince_alloc(p->count, sizeof(double));
    if (!p->mean || !p->width || !p->share) return LINCE_ENOMEM;
    return d->count ? init_list(p, at, known, count) : init_range(p, at, known, count);
}

void lince_parzen_release(lince_parzen *p)
{
    lince_free(p->mean);
    lince_free(p->width);
    lince_free(p->share);
    *p = (lince_parzen){0};
}

/* The normal distribution's integral from a to b. */
static double mass(double a, double b)
{
    return 0.5 * (erf(b / sqrt(2)) - erf(a / sqrt(2)));
}

double lince_parzen_density(const lince_parzen *p, double place)
{
    double sum = 0;
    if (p->dimension->count) return p->share[(size_t)place];
    for (size_t i = 0; i < p->count; i++) {
        double z = (place - p->mean[i]) / p->width[i],
               inside = mass(-p->mean[i] / p->width[i], (1 - p->mean[i]) / p->width[i]);
        sum += p->share[i] * exp(-0.5 * z * z) / (p->width[i] * 2.5066282746310002 * inside);
    }
    return sum;
}

static size_t draw_share(const lince_parzen *p, lince_random *random)
{
    double at = (double)lince_random_uniform(random), sum = 0;
    for (size_t i = 0; i + 1 < p->count; i++)
        if (at < (sum += p->share[i])) return i;
    return p->count - 1;
}

double lince_parzen_draw(const lince_parzen *p, lince_random *random)
{
    enum { TRIES = 100 };
    size_t i = draw_share(p, random);
    if (p->dimension->count) return (double)i;
    for (int k = 0; k < TRIES; k++) {
        double place = p->mean[i] + p->width[i] * (double)lince_random_normal(random);
        if (place >= 0 && place <= 1) return place;
    }
    return p->mean[i];
}

/* --- proposals ------------------------------------------------------------------------------------ */

static lince_random random_for(uint64_t seed, size_t number, size_t attempt)
{
    return lince_random_at(lince_key(seed, LINCE_STREAM_TUNE, number, attempt));
}

void lince_propose_random(const lince_space *space, uint64_t seed, size_t number, size_t attempt,
                          double *place)
{
    lince_random random = random_for(seed, number, attempt);
    for (size_t i = 0; i < space->count; i++) {
        size_t choices = space->dims[i].count;
        place[i] = choices ? (double)lince_random_below(&random, (uint32_t)choices)
                           : (double)lince_random_uniform(&random);
    }
}

/* Of the draws from the good's density the one that is most likelier among the good than among the others. */
static double best_draw(const lince_parzen *good, const lince_parzen *others, lince_random *random)
{
    double best = 0, highest = -INFINITY;
    for (int k = 0; k < DRAWS; k++) {
        double place = lince_parzen_draw(good, random),
               ratio = log(lince_parzen_density(good, place)) - log(lince_parzen_density(others, place));
        if (ratio > highest) highest = ratio, best = place;
    }
    return best;
}

int lince_propose_tpe(const lince_space *space, const lince_observation *known, size_t count, uint64_t seed,
                      size_t number, size_t attempt, double *place)
{
    lince_random random = random_for(seed, number, attempt);
    size_t split = (size_t)ceil(sqrt((double)count) / 2);
    if (split > MOST_GOOD) split = MOST_GOOD;
    int code = 0;
    for (size_t i = 0; !code && i < space->count; i++) {
        lince_parzen good = {0}, others = {0};
        code = lince_parzen_init(&good, space, i, known, split);
        if (!code) code = lince_parzen_init(&others, space, i, known + split, count - split);
        if (!code) place[i] = best_draw(&good, &others, &random);
        lince_parzen_release(&good);
        lince_parzen_release(&others);
    }
    return code;
}
