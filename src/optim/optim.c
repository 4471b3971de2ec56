#include "optim/optim.h"
#include "core/error.h"
#include "core/parallel.h"

#include <string.h>

enum { PIECE = 1 << 16, /* floats in one task */ BATCH = 64 /* pieces whose sums are held at a time */ };

static const lince_optimizer *const optimizers[] = {&lince_sgd, &lince_adam, &lince_adamw, &lince_rmsprop};

const lince_optimizer *lince_optimizer_named(const char *name)
{
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++)
        if (!strcmp(optimizers[i]->name, name)) return optimizers[i];
    lince_fail(LINCE_EUSAGE, "--optimizer %s: expected sgd, adam, adamw or rmsprop", name);
    return NULL;
}

typedef struct stepping {
    const lince_optimizer *optimizer;
    const lince_hyper *hyper;
    float *value;
    const float *grad;
    float *const *state;
} stepping;

static void step_piece(void *context, size_t begin, size_t end)
{
    const stepping *s = context;
    s->optimizer->update(s->hyper, s->value + begin, s->grad + begin,
                         s->state[0] ? s->state[0] + begin : NULL, s->state[1] ? s->state[1] + begin : NULL,
                         end - begin);
}

void lince_optimizer_step(const lince_optimizer *optimizer, int threads, const lince_hyper *hyper,
                          float *value, const float *grad, float *const state[LINCE_OPTIM_STATES], size_t n)
{
    lince_parallel_ranges(threads, n, PIECE, step_piece, &(stepping){optimizer, hyper, value, grad, state});
}

/* 16 partial sums, so that the loop vectorises without changing the order of additions between variants. */
LINCE_CLONES static double squares(const float *x, size_t n)
{
    double sum[16] = {0}, total = 0;
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (int k = 0; k < 16; k++) sum[k] += (double)x[i + (size_t)k] * (double)x[i + (size_t)k];
    for (; i < n; i++) total += (double)x[i] * (double)x[i];
    for (int k = 0; k < 16; k++) total += sum[k];
    return total;
}

typedef struct summing {
    const float *x;
    double *sum;
} summing;

static void sum_piece(void *context, size_t begin, size_t end)
{
    const summing *s = context;
    s->sum[begin / PIECE] = squares(s->x + begin, end - begin);
}

double lince_sum_of_squares(int threads, const float *x, size_t n)
{
    double total = 0, sum[BATCH];
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

LINCE_CLONES static void average(float decay, float *restrict a, const float *restrict v, size_t n)
{
    for (size_t i = 0; i < n; i++) a[i] = decay * a[i] + (1 - decay) * v[i];
}

static void average_piece(void *context, size_t begin, size_t end)
{
    const averaging *a = context;
    average(a->decay, a->average + begin, a->value + begin, end - begin);
}

void lince_ema(int threads, float decay, float *ema, const float *value, size_t n)
{
    lince_parallel_ranges(threads, n, PIECE, average_piece, &(averaging){decay, ema, value});
}
