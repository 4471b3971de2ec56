#include "optim/lazy.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MOMENTS = 5, ROWS = 16 /* in one task */ };

/* sum over l of weight_l c_l r^l m_0 / (sqrt(q^l v_0) / b_l + eps), as a function of m_0 and v_0. With
 * h_l = b_l q^(-l/2), g_l = weight_l c_l r^l h_l, H the mean of h weighted by g, D_l = h_l - H and
 * y = 1 / (sqrt(v_0) + eps H):
 *     m_0 sum g_l / (sqrt(v_0) + eps h_l) = m_0 y sum g_l (1 - eps y D_l + (eps y D_l)^2 - ...)
 * whose first-order term is 0. |eps y D_l| is at most |D_l| / H, whatever v_0 is. */
typedef struct movement {
    double raw[MOMENTS];          /* sum g_l h_l^i */
    float mean, central[MOMENTS]; /* H; sum g_l D_l^i */
    bool exact;                   /* the h differ so little that five moments do */
} movement;

struct lazy_sum {
    double keep, average_keep, average_value; /* K_k, d^k, R */
    double weight, average_weight;            /* K_k / K_l and R_l / K_l of the first step missed */
    double m_decay, v_decay;                  /* r^k, q^k */
    movement value, average;
};

int lince_lazy_init(lince_lazy *lazy, size_t rows, size_t n)
{
    *lazy = (lince_lazy){.rows = rows, .n = n};
    lazy->seen = lince_alloc(rows, sizeof *lazy->seen);
    lazy->rates = lince_alloc(LINCE_LAZY_WINDOW + 1, sizeof *lazy->rates);
    lazy->steps = lince_alloc(LINCE_LAZY_WINDOW, sizeof *lazy->steps);
    lazy->sum = lince_alloc(LINCE_LAZY_WINDOW + 1, sizeof *lazy->sum);
    return lazy->seen && lazy->rates && lazy->steps && lazy->sum ? 0 : LINCE_ENOMEM;
}

void lince_lazy_release(lince_lazy *lazy)
{
    lince_free(lazy->seen);
    lince_free(lazy->rates);
    lince_free(lazy->steps);
    lince_free(lazy->sum);
    *lazy = (lince_lazy){0};
}

static int steps_of(const lince_lazy *lazy)
{
    return (int)lazy->rates[0];
}

int lince_lazy_restore(lince_lazy *lazy, const lince_optimizer *optimizer, const lince_hyper *hyper, int step)
{
    lince_hyper then = *hyper;
    bool sound = lazy->rates[0] >= 0 && lazy->rates[0] < LINCE_LAZY_WINDOW;
    for (size_t i = 0; i < lazy->rows; i++) sound &= lazy->seen[i] >= 0 && lazy->seen[i] <= lazy->rates[0];
    if (!sound) return lince_fail(LINCE_EFORMAT, "the steps that rows have missed are not plausible");
    for (int i = 0; i < steps_of(lazy); i++) {
        then.lr = lazy->rates[1 + i];
        then.step = step - steps_of(lazy) + 1 + i;
        optimizer->rest(&then, &lazy->steps[i]);
    }
    return 0;
}

/* --- the sums -------------------------------------------------------------------------------------- */

/* Takes one more step, before those in the sum: their r^l and q^(-l/2) grow by one factor each. */
static void extend(movement *m, const lince_rest *step, double weight)
{
    double added = weight * step->rate, factor = step->m_decay;
    if (!step->divided) {
        m->raw[0] = factor * (added + m->raw[0]);
        return;
    }
    for (int i = 0; i < MOMENTS; i++) {
        added *= step->correction;
        factor *= step->v_growth;
        m->raw[i] = factor * (added + m->raw[i]);
    }
}

static void centre(movement *m, bool divided)
{
    const double *r = m->raw;
    double h = divided && r[0] != 0 ? r[1] / r[0] : 0, second = r[2] - h * r[1];
    m->mean = (float)h;
    m->central[0] = (float)r[0];
    m->central[2] = (float)second;
    m->central[3] = (float)(r[3] - 3 * h * r[2] + 2 * h * h * r[1]);
    m->central[4] = (float)(r[4] - 4 * h * r[3] + 6 * h * h * r[2] - 3 * h * h * h * r[1]);
    m->exact = !divided || fabs(second) <= 1e-4 * h * h * fabs(r[0]);
}

/* What rows have missed that have seen s steps, from s = all but one down. */
static void sum_steps(lince_lazy *lazy, double d)
{
    int count = steps_of(lazy);
    struct lazy_sum s = {
        .average.exact = true, .keep = 1, .average_keep = 1, .weight = 1, .m_decay = 1, .v_decay = 1};
    double later = 1, later_average = 0, power = 1 - d; /* K_k / K_l and R_l / K_l of the step behind */
    for (int i = count - 1; i >= 0; i--) {
        const lince_rest *step = &lazy->steps[i];
        s.weight = i == count - 1 ? 1 : later;
        s.average_weight = power + later_average;
        extend(&s.value, step, s.weight);
        if (d > 0) extend(&s.average, step, s.average_weight);
        later = s.keep = s.weight * step->keep;
        later_average = s.average_value = s.average_weight * step->keep;
        power *= d;
        s.average_keep *= d;
        s.m_decay *= step->m_decay;
        s.v_decay *= step->v_decay;
        centre(&s.value, step->divided);
        if (d > 0) centre(&s.average, step->divided);
        lazy->sum[i] = s;
    }
}

/* --- rows ------------------------------------------------------------------------------------------ */

typedef struct job {
    lince_lazy *lazy;
    const lince_optimizer *optimizer;
    const lince_hyper *hyper;
    const lince_lazy_table *table;
    const float *grad;
    const int32_t *row;
} job;

/* m_0 y (g_0 + z^2 (g_2 - z (g_3 - z g_4))), z = eps y */
static inline float moved(const movement *s, float m, float root, float eps, bool divided)
{
    if (!divided) return m * s->central[0];
    float y = 1 / (root + eps * s->mean), z = eps * y;
    return m * y * (s->central[0] + z * z * (s->central[2] - z * (s->central[3] - z * s->central[4])));
}

LINCE_EACH_LEVEL(rest_divided,
                 (const struct lazy_sum *s, float eps, float *restrict w, float *restrict m,
                  float *restrict v, float *restrict average, size_t n),
                 (s, eps, w, m, v, average, n))
{
    float keep = (float)s->keep, old = (float)s->average_keep, from = (float)s->average_value;
    float m_decay = (float)s->m_decay, v_decay = (float)s->v_decay;
    for (size_t i = 0; i < n; i++) {
        float root = sqrtf(v[i]);
        if (average) average[i] = old * average[i] + from * w[i] - moved(&s->average, m[i], root, eps, true);
        w[i] = keep * w[i] - moved(&s->value, m[i], root, eps, true);
        m[i] *= m_decay;
        v[i] *= v_decay;
    }
}

LINCE_EACH_LEVEL(rest_plain,
                 (const struct lazy_sum *s, float *restrict w, float *restrict m, float *restrict average,
                  size_t n),
                 (s, w, m, average, n))
{
    float keep = (float)s->keep, old = (float)s->average_keep, from = (float)s->average_value;
    for (size_t i = 0; i < n; i++) {
        float momentum = m ? m[i] : 0;
        if (average) average[i] = old * average[i] + from * w[i] - momentum * s->average.central[0];
        w[i] = keep * w[i] - momentum * s->value.central[0];
        if (m) m[i] = momentum * (float)s->m_decay;
    }
}

static void scale(float *x, float factor, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] *= factor;
}

static void rest_at_once(const job *j, const struct lazy_sum *s, const lince_rest *step, size_t at)
{
    const lince_lazy_table *t = j->table;
    size_t n = j->lazy->n;
    float *w = t->value + at, *average = t->average ? t->average + at : NULL;
    float *m = step->m >= 0 ? t->state[step->m] + at : NULL,
          *v = step->v >= 0 ? t->state[step->v] + at : NULL;
    if (step->divided) {
        rest_divided(s, (float)step->eps, w, m, v, average, n);
        return;
    }
    rest_plain(s, w, m, average, n);
    if (v) scale(v, (float)s->v_decay, n);
}

enum { ZEROS = 256 };

static void one_step(const job *j, const lince_hyper *hyper, const float *grad, size_t at, size_t n)
{
    const lince_lazy_table *t = j->table;
    j->optimizer->update(hyper, t->value + at, grad, t->state[0] ? t->state[0] + at : NULL,
                         t->state[1] ? t->state[1] + at : NULL, n);
    if (t->average) lince_ema(1, (float)t->decay, t->average + at, t->value + at, n);
}

static void rest_step_by_step(const job *j, size_t at, int seen)
{
    static const float zeros[ZEROS] = {0};
    lince_hyper then = *j->hyper;
    int count = steps_of(j->lazy);
    for (int i = seen; i < count; i++) {
        then.lr = j->lazy->rates[1 + i];
        then.step = j->hyper->step - count + 1 + i;
        for (size_t k = 0; k < j->lazy->n; k += ZEROS)
            one_step(j, &then, zeros, at + k, j->lazy->n - k < ZEROS ? j->lazy->n - k : ZEROS);
    }
}

static void catch_up(void *context, size_t begin, size_t end)
{
    const job *j = context;
    const lince_lazy *lazy = j->lazy;
    int count = steps_of(lazy);
    for (size_t i = begin; i < end; i++) {
        size_t row = j->row ? (size_t)j->row[i] : i;
        int seen = (int)lazy->seen[row];
        if (seen == count) continue;
        const struct lazy_sum *s = &lazy->sum[seen];
        if (lazy->steps[seen].coupled || !s->value.exact || !s->average.exact)
            rest_step_by_step(j, row * lazy->n, seen);
        else
            rest_at_once(j, s, &lazy->steps[seen], row * lazy->n);
        lazy->seen[row] = (float)count;
    }
}

static void begin_window(lince_lazy *lazy)
{
    lazy->rates[0] = 0;
    memset(lazy->seen, 0, lazy->rows * sizeof *lazy->seen);
}

void lince_lazy_catch_up(lince_lazy *lazy, const lince_optimizer *optimizer, int threads,
                         const lince_hyper *hyper, const lince_lazy_table *table, const int32_t *row,
                         size_t count)
{
    if (!steps_of(lazy)) return;
    sum_steps(lazy, table->decay);
    lince_parallel_ranges(threads, row ? count : lazy->rows, ROWS, catch_up,
                          &(job){lazy, optimizer, hyper, table, NULL, row});
    if (!row) begin_window(lazy);
}

static void step_row(void *context, size_t begin, size_t end)
{
    const job *j = context;
    for (size_t i = begin; i < end; i++) {
        size_t row = (size_t)j->row[i];
        assert((int)j->lazy->seen[row] == steps_of(j->lazy) - 1);
        one_step(j, j->hyper, j->grad + i * j->lazy->n, row * j->lazy->n, j->lazy->n);
        j->lazy->seen[row] = (float)steps_of(j->lazy);
    }
}

void lince_lazy_step(lince_lazy *lazy, const lince_optimizer *optimizer, int threads,
                     const lince_hyper *hyper, const lince_lazy_table *table, const float *grad,
                     const int32_t *row, size_t count)
{
    int step = steps_of(lazy);
    assert(step < LINCE_LAZY_WINDOW);
    lazy->rates[1 + step] = hyper->lr;
    lazy->rates[0] = (float)(step + 1);
    optimizer->rest(hyper, &lazy->steps[step]);
    lince_parallel_ranges(threads, count, ROWS, step_row, &(job){lazy, optimizer, hyper, table, grad, row});
    if (step + 1 == LINCE_LAZY_WINDOW) lince_lazy_catch_up(lazy, optimizer, threads, hyper, table, NULL, 0);
}
