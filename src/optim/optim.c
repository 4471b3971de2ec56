#include "optim/optim.h"
#include "core/choice.h"
#include "core/cpu.h"
#include "core/parallel.h"

#include <math.h>
#include <string.h>

enum { PIECE = 1 << 15, /* floats in one task */ BATCH = 64 /* pieces whose sums are held at a time */ };

static const lince_optimizer *const optimizers[] = {
#define OPTIMIZER(row) &row,
#include "optim/list.def"
};

const lince_optimizer *lince_optimizer_at(size_t index)
{
    return index < sizeof optimizers / sizeof *optimizers ? optimizers[index] : NULL;
}

const char *lince_optimizer_name_at(const void *context, size_t index)
{
    (void)context;
    const lince_optimizer *optimizer = lince_optimizer_at(index);
    return optimizer ? optimizer->name : NULL;
}

const lince_optimizer *lince_optimizer_named(const char *name)
{
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++)
        if (!strcmp(optimizers[i]->name, name)) return optimizers[i];
    lince_choice_check("optimizer", name, lince_optimizer_name_at, NULL);
    return NULL;
}

LINCE_EACH_LEVEL(mix, (float decay, float *restrict a, const float *restrict v, size_t n), (decay, a, v, n))
{
    for (size_t i = 0; i < n; i++) a[i] = decay * a[i] + (1 - decay) * v[i];
}

typedef struct stepping {
    const lince_optimizer *optimizer;
    const lince_hyper *hyper;
    float *value;
    const float *grad;
    float *const *state, *average;
} stepping;

static void step_piece(void *context, size_t begin, size_t end)
{
    const stepping *s = context;
    s->optimizer->update(s->hyper, s->value + begin, s->grad + begin,
                         s->state[0] ? s->state[0] + begin : NULL, s->state[1] ? s->state[1] + begin : NULL,
                         end - begin);
    if (s->average) mix(s->hyper->average, s->average + begin, s->value + begin, end - begin);
}

void lince_optimizer_step(const lince_optimizer *optimizer, int threads, const lince_hyper *hyper,
                          float *value, const float *grad, float *const state[LINCE_OPTIM_STATES],
                          float *average, size_t n)
{
    lince_parallel_ranges(threads, n, PIECE, step_piece,
                          &(stepping){optimizer, hyper, value, grad, state, average});
}

typedef float floats __attribute__((vector_size(8 * sizeof(float))));
typedef double doubles __attribute__((vector_size(8 * sizeof(double))));

static inline void add_squares(doubles *sum, const float *x)
{
    floats narrow;
    memcpy(&narrow, x, sizeof narrow);
    doubles wide = __builtin_convertvector(narrow, doubles);
    *sum += wide * wide;
}

/* 32 partial sums, written as vectors: the order of additions is the same in every variant, and four
 * chains hide an addition's latency. A float's square cannot overflow a double: the sum is finite where
 * all of x is. */
LINCE_EACH_LEVEL(squares, (const float *x, size_t n, double *result), (x, n, result))
{
    doubles a = {0}, b = {0}, c = {0}, d = {0};
    double total = 0;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        add_squares(&a, x + i);
        add_squares(&b, x + i + 8);
        add_squares(&c, x + i + 16);
        add_squares(&d, x + i + 24);
    }
    for (; i < n; i++) total += (double)x[i] * (double)x[i];
    a += b + (c + d);
    for (int k = 0; k < 8; k++) total += a[k];
    *result = total;
}

typedef struct summing {
    const float *x;
    double *sum;
} summing;

static void sum_piece(void *context, size_t begin, size_t end)
{
    const summing *s = context;
    squares(s->x + begin, end - begin, &s->sum[begin / PIECE]);
}

double lince_sum_of_squares(int threads, const float *x, size_t n)
{
    double total = 0, sum[BATCH] = {0};
    for (size_t done = 0; done < n; done += (size_t)BATCH * PIECE) {
        size_t left = n - done < (size_t)BATCH * PIECE ? n - done : (size_t)BATCH * PIECE;
        lince_parallel_ranges(threads, left, PIECE, sum_piece, &(summing){x + done, sum});
        for (size_t i = 0; i < (left + PIECE - 1) / PIECE; i++) total += sum[i];
    }
    return total;
}

typedef struct averaging {
    float decay, *average;
    const float *value;
} averaging;

static void average_piece(void *context, size_t begin, size_t end)
{
    const averaging *a = context;
    mix(a->decay, a->average + begin, a->value + begin, end - begin);
}

void lince_ema(int threads, float decay, float *average, const float *value, size_t n)
{
    lince_parallel_ranges(threads, n, PIECE, average_piece, &(averaging){decay, average, value});
}

LINCE_EACH_LEVEL(draw_near, (float share, float *restrict slow, float *restrict fast, size_t n),
                 (share, slow, fast, n))
{
    for (size_t i = 0; i < n; i++) fast[i] = slow[i] += share * (fast[i] - slow[i]);
}

typedef struct looking {
    float share, *slow, *fast;
} looking;

static void lookahead_piece(void *context, size_t begin, size_t end)
{
    const looking *l = context;
    draw_near(l->share, l->slow + begin, l->fast + begin, end - begin);
}

double lince_lookahead_share(double alpha, double power, double progress)
{
    return power > 0 ? 1 - (1 - alpha) * pow(progress, power) : alpha;
}

void lince_lookahead(int threads, float share, float *slow, float *fast, size_t n)
{
    lince_parallel_ranges(threads, n, PIECE, lookahead_piece, &(looking){share, slow, fast});
}
