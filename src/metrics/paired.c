#include "metrics/paired.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* log C(n, k) */
static double log_choose(double n, double k)
{
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1);
}

double lince_mcnemar_exact(size_t only_a, size_t only_b)
{
    size_t n = only_a + only_b, least = only_a < only_b ? only_a : only_b;
    double tail = 0;
    for (size_t k = 0; k <= least; k++)
        tail += exp(log_choose((double)n, (double)k) - (double)n * 0.69314718055994530942);
    return fmin(1, 2 * tail);
}

/* The i-th smallest p is multiplied by the number of tests that are left, and is no smaller than those
 * before. */
void lince_holm(double *p, size_t count)
{
    double floor = 0, last = -1;
    for (size_t done = 0; done < count;) {
        double least = INFINITY;
        for (size_t i = 0; i < count; i++)
            if (p[i] >= 0 && p[i] < least) least = p[i];
        last = least;
        floor = fmax(floor, fmin(1, last * (double)(count - done)));
        for (size_t i = 0; i < count; i++)
            if (p[i] == last) p[i] = -1 - floor, done++; /* marked as done: negative */
    }
    for (size_t i = 0; i < count; i++) p[i] = -1 - p[i];
}

/* (p + z^2/2n +- z sqrt(p (1 - p)/n + z^2/4n^2)) / (1 + z^2/n) */
lince_interval lince_wilson(size_t hits, size_t n)
{
    const double z = 1.959963984540054, count = (double)n;
    if (!n) return (lince_interval){0, 0, 1};
    double p = (double)hits / count, square = z * z / count, scale = 1 / (1 + square),
           half = z * sqrt(p * (1 - p) / count + square / (4 * count));
    return (lince_interval){p, fmax(0, scale * (p + square / 2 - half)),
                            fmin(1, scale * (p + square / 2 + half))};
}

size_t lince_score_count(int classes)
{
    return LINCE_SCORE_CLASSES + 3 * (size_t)classes;
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

/* Scores from a confusion matrix [true][predicted]. The averages are of all classes, as lince_metrics has
 * them; but one that is `met` [classes] among the samples, and that this resample lacks by chance, is left
 * out. */
static void score(const uint32_t *confusion, int classes, const bool *met, double *out)
{
    double hits = 0, n = 0, counted = 0, *average = out + LINCE_SCORE_PRECISION;
    memset(out, 0, lince_score_count(classes) * sizeof *out);
    for (int c = 0; c < classes; c++) {
        double right = confusion[c * classes + c], truly = 0, said = 0;
        for (int k = 0; k < classes; k++)
            truly += confusion[c * classes + k], said += confusion[k * classes + c];
        double *own = out + LINCE_SCORE_CLASSES + 3 * c;
        own[0] = ratio(right, said);
        own[1] = ratio(right, truly);
        own[2] = ratio(2 * right, said + truly);
        hits += right;
        n += truly;
        if (truly + said == 0 && met[c]) continue;
        counted++;
        for (int k = 0; k < 3; k++) average[k] += own[k];
    }
    out[LINCE_SCORE_ACCURACY] = ratio(hits, n);
    for (int k = 0; k < 3; k++) average[k] = ratio(average[k], counted);
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* `drawn` [resamples], sorted here. */
static void set_interval(lince_interval *interval, double value, float *drawn, int resamples)
{
    qsort(drawn, (size_t)resamples, sizeof *drawn, by_value);
    int tail = (int)floor(0.025 * resamples);
    *interval = (lince_interval){value, (double)drawn[tail], (double)drawn[resamples - 1 - tail]};
}

typedef struct bootstrap {
    const lince_paired *paired;
    uint64_t seed;
    size_t count, draws;
    uint32_t *confusion; /* [classes][classes] */
    bool *met;           /* [classes] of the samples themselves: a class is in truth or prediction */
    double *scores;      /* [count] of one resample */
} bootstrap;

/* What is drawn of one classifier. */
typedef struct drawing {
    double *whole; /* [count] on the samples themselves */
    double *drawn; /* [count][draws] */
} drawing;

/* Scores of a classifier on resample `r`, which is the same for all of them; on the samples themselves where r
 * is negative. */
static void resample(bootstrap *b, size_t run, int r)
{
    const lince_paired *p = b->paired;
    size_t cells = (size_t)p->classes * (size_t)p->classes;
    lince_random random = lince_random_at(lince_key(b->seed, LINCE_STREAM_BOOTSTRAP, (uint64_t)r, 0));
    memset(b->confusion, 0, cells * sizeof *b->confusion);
    for (size_t i = 0; i < p->n; i++) {
        size_t at = r < 0 ? i : lince_random_below(&random, (uint32_t)p->n);
        b->confusion[p->label[at] * p->classes + p->predicted[run][at]]++;
    }
    score(b->confusion, p->classes, b->met, b->scores);
}

static void draw(bootstrap *b, size_t run, const drawing *d)
{
    const lince_paired *p = b->paired;
    memset(b->met, 0, (size_t)p->classes * sizeof *b->met);
    for (size_t i = 0; i < p->n; i++) b->met[p->label[i]] = b->met[p->predicted[run][i]] = true;
    resample(b, run, -1);
    memcpy(d->whole, b->scores, b->count * sizeof *d->whole);
    for (size_t r = 0; r < b->draws; r++) {
        resample(b, run, (int)r);
        for (size_t i = 0; i < b->count; i++) d->drawn[i * b->draws + r] = b->scores[i];
    }
}

/* Of every score its interval, and that of the difference to the reference. */
static void set_intervals(const bootstrap *b, const drawing *own, const drawing *reference, float *drawn,
                          lince_interval *scores, lince_interval *differences)
{
    for (size_t i = 0; i < b->count; i++) {
        const double *mine = own->drawn + i * b->draws, *other = reference->drawn + i * b->draws;
        for (size_t r = 0; r < b->draws; r++) drawn[r] = (float)mine[r];
        set_interval(&scores[i], own->whole[i], drawn, (int)b->draws);
        for (size_t r = 0; r < b->draws; r++) drawn[r] = (float)(mine[r] - other[r]);
        set_interval(&differences[i], own->whole[i] - reference->whole[i], drawn, (int)b->draws);
    }
}

static bool allocate(drawing *d, const bootstrap *b)
{
    d->whole = lince_alloc(b->count, sizeof *d->whole);
    d->drawn = lince_alloc(b->count, b->draws * sizeof *d->drawn);
    return d->whole && d->drawn;
}

static void release(drawing *d)
{
    lince_free(d->whole);
    lince_free(d->drawn);
}

/* One classifier after the other, so that memory holds the resamples of two, however many there are. */
int lince_bootstrap(const lince_paired *p, size_t reference, int resamples, uint64_t seed,
                    lince_interval *scores, lince_interval *differences)
{
    size_t classes = (size_t)p->classes;
    bootstrap b = {p,
                   seed,
                   lince_score_count(p->classes),
                   (size_t)resamples,
                   lince_alloc(classes * classes, sizeof *b.confusion),
                   lince_alloc(classes, sizeof *b.met),
                   lince_alloc(lince_score_count(p->classes), sizeof *b.scores)};
    drawing best = {0}, own = {0};
    float *drawn = lince_alloc(b.draws, sizeof *drawn);
    int code = b.confusion && b.met && b.scores && drawn && allocate(&best, &b) && allocate(&own, &b)
                   ? 0
                   : LINCE_ENOMEM;
    if (!code) draw(&b, reference, &best);
    for (size_t run = 0; !code && run < p->runs; run++) {
        if (run != reference) draw(&b, run, &own);
        set_intervals(&b, run != reference ? &own : &best, &best, drawn, scores + run * b.count,
                      differences + run * b.count);
    }
    lince_free(b.confusion);
    lince_free(b.met);
    lince_free(b.scores);
    lince_free(drawn);
    release(&best);
    release(&own);
    return code;
}
