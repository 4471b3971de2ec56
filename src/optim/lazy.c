#include "optim/lazy.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"

#include <assert.h>
#include <math.h>

int lince_lazy_init(lince_lazy *lazy, const lince_device *device, size_t rows, size_t n)
{
    *lazy = (lince_lazy){.rows = rows, .n = n};
    LINCE_TRY(lince_store_init(&lazy->store, device, lince_align(rows * sizeof *lazy->seen)));
    lazy->seen = lince_store_take(&lazy->store, rows * sizeof *lazy->seen);
    lazy->rates = lince_alloc(LINCE_LAZY_WINDOW + 1, sizeof *lazy->rates);
    lazy->steps = lince_alloc(LINCE_LAZY_WINDOW, sizeof *lazy->steps);
    lazy->missed = lince_alloc(LINCE_LAZY_WINDOW + 1, sizeof *lazy->missed);
    return lazy->rates && lazy->steps && lazy->missed ? 0 : LINCE_ENOMEM;
}

void lince_lazy_release(lince_lazy *lazy)
{
    lince_store_release(&lazy->store);
    lince_free(lazy->rates);
    lince_free(lazy->steps);
    lince_free(lazy->missed);
    *lazy = (lince_lazy){0};
}

static int steps_of(const lince_lazy *lazy)
{
    return (int)lazy->rates[0];
}

static int check_seen(const lince_lazy *lazy)
{
    lince_access a;
    LINCE_TRY(lince_access_read(&a, lazy->store.device, lazy->seen, lazy->rows * sizeof *lazy->seen));
    const float *seen = a.host;
    bool sound = lazy->rates[0] >= 0 && lazy->rates[0] < LINCE_LAZY_WINDOW;
    for (size_t i = 0; i < lazy->rows; i++) sound &= seen[i] >= 0 && seen[i] <= lazy->rates[0];
    lince_access_end(&a);
    return sound ? 0 : lince_fail(LINCE_EFORMAT, "the steps that rows have missed are not plausible");
}

int lince_lazy_restore(lince_lazy *lazy, const lince_optimizer *optimizer, const lince_hyper *hyper, int step)
{
    lince_hyper then = *hyper;
    LINCE_TRY(check_seen(lazy));
    for (int i = 0; i < steps_of(lazy); i++) {
        then.lr = lazy->rates[1 + i];
        then.step = step - steps_of(lazy) + 1 + i;
        lazy->steps[i] = lince_optimizer_rest(optimizer, &then);
    }
    return 0;
}

/* --- the sums -------------------------------------------------------------------------------------- */

/* Takes one more step, before those in the sum: their r^l and q^(-l/2) grow by one factor each. */
static void extend(lince_movement *m, const lince_rest *step, double weight)
{
    double added = weight * step->rate, factor = step->m_decay;
    if (!step->divided) {
        m->raw[0] = factor * (added + m->raw[0]);
        return;
    }
    for (int i = 0; i < LINCE_MOMENTS; i++) {
        added *= step->correction;
        factor *= step->v_growth;
        m->raw[i] = factor * (added + m->raw[i]);
    }
}

static void centre(lince_movement *m, bool divided)
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
    lince_missed s = {
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
        lazy->missed[i] = s;
    }
}

/* --- rows ------------------------------------------------------------------------------------------ */

static lince_lazy_rows rows_of(const lince_lazy *lazy, const lince_lazy_table *t, const lince_rule *rule)
{
    return (lince_lazy_rows){.rule = rule,
                             .hyper = t->hyper,
                             .memory = t->memory,
                             .n = lazy->n,
                             .seen = lazy->seen,
                             .steps = steps_of(lazy)};
}

static void begin_window(lince_lazy *lazy, const lince_exec *exec)
{
    lazy->rates[0] = 0;
    lince_fill(exec, lazy->seen, 0, lazy->rows);
}

void lince_lazy_catch_up(lince_lazy *lazy, const lince_exec *exec, const lince_lazy_table *t,
                         const int32_t *row, size_t count)
{
    const lince_rule rule = lince_optimizer_rule(t->optimizer);
    const lince_lazy_rows rows = rows_of(lazy, t, &rule);
    if (!rows.steps) return;
    sum_steps(lazy, t->decay);
    lince_rest_rows(exec, &rows, lazy->missed, lazy->steps, lazy->rates + 1, row, row ? count : lazy->rows);
    if (!row) begin_window(lazy, exec);
}

void lince_lazy_step(lince_lazy *lazy, const lince_exec *exec, const lince_lazy_table *t, const float *grad,
                     const int32_t *row, size_t count)
{
    const lince_rule rule = lince_optimizer_rule(t->optimizer);
    int step = steps_of(lazy);
    assert(step < LINCE_LAZY_WINDOW);
    lazy->rates[1 + step] = t->hyper->lr;
    lazy->rates[0] = (float)(step + 1);
    lazy->steps[step] = lince_optimizer_rest(t->optimizer, t->hyper);
    const lince_lazy_rows rows = rows_of(lazy, t, &rule);
    lince_step_rows(exec, &rows, grad, row, count);
    if (step + 1 == LINCE_LAZY_WINDOW) lince_lazy_catch_up(lazy, exec, t, NULL, 0);
}
