/* Updates of tables of which a step touches few rows. */
#include "core/parallel.h"
#include "kernels/ref/blend.h"
#include "kernels/ref/row.h"
#include "kernels/update.h"

#include <assert.h>
#include <math.h>

enum { ROWS = 16 /* in one task */ };

static void add_rows_task(void *context, size_t begin, size_t end)
{
    const lince_add_rows_args *a = context;
    for (size_t i = begin; i < end; i++)
        blend_range(1, a->weight, a->y + (size_t)a->at[i] * a->n, a->x + i * a->n, a->n);
}

static void add_rows(const lince_kernel *kernel, const void *args)
{
    lince_add_rows_args a = *(const lince_add_rows_args *)args;
    lince_parallel_ranges(kernel->exec.threads, a.count, ROWS, add_rows_task, &a);
}

/* --- steps without a gradient, all at once ------------------------------------------------------------- */

/* m_0 y (g_0 + z^2 (g_2 - z (g_3 - z g_4))), z = eps y */
static inline float moved(const lince_movement *s, float m, float root, float eps, bool divided)
{
    if (!divided) return m * s->central[0];
    float y = 1 / (root + eps * s->mean), z = eps * y;
    return m * y * (s->central[0] + z * z * (s->central[2] - z * (s->central[3] - z * s->central[4])));
}

LINCE_EACH_LEVEL(rest_divided,
                 (const lince_missed *s, float eps, float *restrict w, float *restrict m, float *restrict v,
                  float *restrict average, size_t n),
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
                 (const lince_missed *s, float *restrict w, float *restrict m, float *restrict average,
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

static void rest_at_once(const lince_lazy_rows *r, const lince_missed *s, const lince_rest *step, size_t at)
{
    const lince_weights_memory *t = &r->memory;
    float *w = t->value + at, *average = t->average ? t->average + at : NULL;
    float *m = step->m >= 0 ? t->state[step->m] + at : NULL,
          *v = step->v >= 0 ? t->state[step->v] + at : NULL;
    if (step->divided) {
        rest_divided(s, (float)step->eps, w, m, v, average, r->n);
        return;
    }
    rest_plain(s, w, m, average, r->n);
    if (v) scale(v, (float)s->v_decay, r->n);
}

/* --- and one by one ------------------------------------------------------------------------------------ */

enum { ZEROS = 256 };

static void one_step(const lince_lazy_rows *r, const lince_hyper *hyper, const float *grad, size_t at,
                     size_t n)
{
    const lince_weights_memory *t = &r->memory;
    r->rule->update(hyper, t->value + at, grad, t->state[0] ? t->state[0] + at : NULL,
                    t->state[1] ? t->state[1] + at : NULL, n);
    if (t->average) blend_range(hyper->average, 1 - hyper->average, t->average + at, t->value + at, n);
}

static void rest_step_by_step(const lince_lazy_rows *r, const float *rates, size_t at, int seen)
{
    static const float zeros[ZEROS] = {0};
    lince_hyper then = *r->hyper;
    for (int i = seen; i < r->steps; i++) {
        then.lr = rates[i];
        then.step = r->hyper->step - r->steps + 1 + i;
        for (size_t k = 0; k < r->n; k += ZEROS)
            one_step(r, &then, zeros, at + k, r->n - k < ZEROS ? r->n - k : ZEROS);
    }
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static void rest_task(void *context, size_t begin, size_t end)
{
    const lince_lazy_args *a = context;
    const lince_lazy_rows *r = &a->rows;
    for (size_t i = begin; i < end; i++) {
        size_t row = a->row ? (size_t)a->row[i] : i;
        int seen = (int)r->seen[row];
        if (seen == r->steps) continue;
        const lince_missed *s = &a->missed[seen];
        if (a->rest[seen].stepwise || !s->value.exact || !s->average.exact)
            rest_step_by_step(r, a->rates, row * r->n, seen);
        else
            rest_at_once(r, s, &a->rest[seen], row * r->n);
        r->seen[row] = (float)r->steps;
    }
}

static void rest_rows(const lince_kernel *kernel, const void *args)
{
    lince_lazy_args a = *(const lince_lazy_args *)args;
    lince_parallel_ranges(kernel->exec.threads, a.count, ROWS, rest_task, &a);
}

static void step_task(void *context, size_t begin, size_t end)
{
    const lince_lazy_args *a = context;
    const lince_lazy_rows *r = &a->rows;
    for (size_t i = begin; i < end; i++) {
        size_t row = (size_t)a->row[i];
        assert((int)r->seen[row] == r->steps - 1);
        one_step(r, r->hyper, a->grad + i * r->n, row * r->n, r->n);
        r->seen[row] = (float)r->steps;
    }
}

static void step_rows(const lince_kernel *kernel, const void *args)
{
    lince_lazy_args a = *(const lince_lazy_args *)args;
    lince_parallel_ranges(kernel->exec.threads, a.count, ROWS, step_task, &a);
}

LINCE_REF_ROW(add_rows, ADD_ROWS);
LINCE_REF_ROW(rest_rows, REST_ROWS);
LINCE_REF_ROW(step_rows, STEP_ROWS);
