#include "net/ranges.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "net/net_internal.h"

#include <math.h>

enum { BINS = 4096 }; /* from -reach to reach, which doubles where a value lies beyond */

typedef struct histogram {
    float low, high; /* 0 is among what is seen */
    float reach;
    uint64_t count[BINS];
} histogram;

struct lince_ranges {
    const lince_quantized *q;
    histogram *of;        /* [scale] */
    const lince_net *net; /* that is counted */
};

static const char *const names[] = {
    [LINCE_RANGE_MINMAX] = "minmax", [LINCE_RANGE_PERCENTILE] = "percentile", [LINCE_RANGE_MSE] = "mse"};

const char *lince_range_method_name(lince_range_method method)
{
    return names[method];
}

int lince_ranges_new(lince_ranges **ranges, const lince_quantized *q)
{
    lince_ranges *r = *ranges = lince_alloc(1, sizeof *r);
    if (!r) return LINCE_ENOMEM;
    r->q = q;
    r->of = lince_alloc(q->scale_count, sizeof *r->of);
    for (size_t i = 0; r->of && i < q->scale_count; i++) r->of[i].reach = 0x1p-20f;
    return r->of ? 0 : LINCE_ENOMEM;
}

void lince_ranges_free(lince_ranges *r)
{
    if (r) lince_free(r->of);
    lince_free(r);
}

/* --- counting ---------------------------------------------------------------------------------------- */

/* Bins become half as many, around the middle. */
static void widen(histogram *h)
{
    uint64_t old[BINS];
    for (int i = 0; i < BINS; i++) old[i] = h->count[i], h->count[i] = 0;
    for (int i = 0; i < BINS; i++) h->count[BINS / 4 + i / 2] += old[i];
    h->reach *= 2;
}

static void count_values(histogram *h, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) continue;
        while (fabsf(x[i]) >= h->reach) widen(h);
        h->low = fminf(h->low, x[i]);
        h->high = fmaxf(h->high, x[i]);
        h->count[(int)(((double)x[i] / (double)h->reach + 1) * (BINS / 2))]++;
    }
}

/* Each scale is one thread's. */
static void count_one(void *context, size_t index)
{
    lince_ranges *r = context;
    const lince_node *n = &r->net->nodes[r->q->scales[index].of];
    count_values(&r->of[index], n->value, lince_net_floats(r->net, n));
}

void lince_ranges_count(lince_ranges *r, const lince_net *net)
{
    r->net = net;
    lince_parallel(net->exec.threads, r->q->scale_count, count_one, r);
}

/* --- scales ------------------------------------------------------------------------------------------- */

typedef struct range {
    double low, high;
} range;

static double middle_of(const histogram *h, int bin)
{
    return ((double)bin + 0.5 - BINS / 2) / (BINS / 2) * (double)h->reach;
}

static double total_of(const histogram *h)
{
    double total = 0;
    for (int i = 0; i < BINS; i++) total += (double)h->count[i];
    return total;
}

static range without_outermost(const histogram *h)
{
    double cut = total_of(h) * 1e-4, below = 0, above = 0;
    int low = 0, high = BINS - 1;
    while (low < high && (below += (double)h->count[low]) <= cut) low++;
    while (high > low && (above += (double)h->count[high]) <= cut) high--;
    return (range){fmax(middle_of(h, low), (double)h->low), fmin(middle_of(h, high), (double)h->high)};
}

/* Sum of squares: of rounding inside, a step's square by 12, and of what is cut off outside. */
static double squared_error(const histogram *h, range r)
{
    double step = (r.high - r.low) / 255, sum = 0;
    for (int i = 0; i < BINS; i++) {
        double x = middle_of(h, i), beyond = x < r.low ? r.low - x : x > r.high ? x - r.high : 0;
        sum += (double)h->count[i] * (beyond > 0 ? beyond * beyond : step * step / 12);
    }
    return sum;
}

static range with_least_error(const histogram *h)
{
    enum { STEPS = 64 };
    range all = {(double)h->low, (double)h->high}, best = all;
    double least = squared_error(h, all);
    for (int i = STEPS - 1; i >= STEPS / 8; i--) {
        range r = {all.low * i / STEPS, all.high * i / STEPS};
        double error = squared_error(h, r);
        if (error < least) least = error, best = r;
    }
    return best;
}

static range range_by(const histogram *h, lince_range_method method)
{
    switch (method) {
    case LINCE_RANGE_PERCENTILE: return without_outermost(h);
    case LINCE_RANGE_MSE: return with_least_error(h);
    default: return (range){(double)h->low, (double)h->high};
    }
}

/* The smallest range that holds those of its group, and 0, which stands for itself. */
lince_byte_scale lince_ranges_scale(const lince_ranges *r, size_t index, lince_range_method method)
{
    range all = {0, 0};
    for (size_t i = 0; i < r->q->scale_count; i++) {
        if (r->q->scales[i].group != r->q->scales[index].group) continue;
        range one = range_by(&r->of[i], method);
        all.low = fmin(all.low, one.low);
        all.high = fmax(all.high, one.high);
    }
    double step = (all.high - all.low) / 255;
    if (!(step > 0)) return (lince_byte_scale){1, 0};
    return (lince_byte_scale){(float)step, (int)lrint(-all.low / step)};
}
