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
    uint32_t *confusion; /* [classes][classes] */
    bool *met;           /* [runs][classes] of the samples themselves: a class is in truth or prediction */
    double *scores;      /* [runs][count] of one resample */
    size_t count;
} bootstrap;

/* Scores of all classifiers on resample `r`; on the samples themselves where r is negative. */
static void resample(bootstrap *b, uint64_t seed, int r)
{
    const lince_paired *p = b->paired;
    size_t cells = (size_t)p->classes * (size_t)p->classes;
    for (size_t run = 0; run < p->runs; run++) {
        lince_random random = lince_random_at(lince_key(seed, LINCE_STREAM_BOOTSTRAP, (uint64_t)r, 0));
        memset(b->confusion, 0, cells * sizeof *b->confusion);
        for (size_t i = 0; i < p->n; i++) {
            size_t at = r < 0 ? i : lince_random_below(&random, (uint32_t)p->n);
            b->confusion[p->label[at] * p->classes + p->predicted[run][at]]++;
        }
        score(b->confusion, p->classes, b->met + run * (size_t)p->classes, b->scores + run * b->count);
        for (size_t i = 0; r < 0 && i < p->n; i++)
            b->met[run * (size_t)p->classes + (size_t)p->label[i]] =
                b->met[run * (size_t)p->classes + (size_t)p->predicted[run][i]] = true;
    }
}

int lince_bootstrap(const lince_paired *p, size_t reference, int resamples, uint64_t seed,
                    lince_interval *scores, lince_interval *differences)
{
    size_t count = lince_score_count(p->classes), all = p->runs * count, draws = (size_t)resamples;
    bootstrap b = {p, lince_alloc((size_t)p->classes * (size_t)p->classes, sizeof *b.confusion),
                   lince_alloc(p->runs * (size_t)p->classes, sizeof *b.met),
                   lince_alloc(all, sizeof *b.scores), count};
    double *whole = lince_alloc(all, sizeof *whole);
    float *drawn =
        lince_alloc(2 * all, draws * sizeof *drawn); /* [2: own, difference][runs][count][resamples] */
    int code = b.confusion && b.met && b.scores && whole && drawn ? 0 : LINCE_ENOMEM;
    for (int r = -1; !code && r < resamples; r++) {
        resample(&b, seed, r);
        if (r < 0) {
            memcpy(whole, b.scores, all * sizeof *whole);
            continue;
        }
        for (size_t i = 0; i < all; i++) {
            drawn[i * draws + (size_t)r] = (float)b.scores[i];
            drawn[(all + i) * draws + (size_t)r] =
                (float)(b.scores[i] - b.scores[reference * count + i % count]);
        }
    }
    for (size_t i = 0; !code && i < all; i++) {
        set_interval(&scores[i], whole[i], drawn + i * draws, resamples);
        set_interval(&differences[i], whole[i] - whole[reference * count + i % count],
                     drawn + (all + i) * draws, resamples);
    }
    lince_free(b.confusion);
    lince_free(b.met);
    lince_free(b.scores);
    lince_free(whole);
    lince_free(drawn);
    return code;
}
