#include "train/loop/update.h"
#include "core/error.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

bool lince_update_folds(const lince_optimizer *optimizer, const lince_hyper *hyper)
{
    return optimizer->proportional_decay || hyper->weight_decay == 0;
}

bool lince_update_sums(const lince_update *u)
{
    return u->accumulate > 1 || u->members->size > 1;
}

/* Whether the last layer with parameters is another. */
static bool is_hidden(const lince_net *net, const lince_param *p)
{
    const lince_param *last = lince_net_param(net, lince_net_params(net) - 1);
    size_t layer = (size_t)(strrchr(last->name, '.') - last->name) + 1;
    return strncmp(p->name, last->name, layer) != 0;
}

static int new_groups(lince_update *u, const lince_net *net)
{
    size_t count = lince_net_params(net), scratch = 0;
    u->since = lince_alloc(count + 1, sizeof *u->since);
    u->group = lince_alloc(count + 1, sizeof *u->group);
    if (!u->since || !u->group) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const lince_param *p = lince_net_param(net, i);
        bool matrix = u->optimizer->update_matrix && p->ndim > 1 && !p->sparse_rows && is_hidden(net, p);
        u->group[i] = (lince_param_group){.rate = 1, .decay = 1, .matrix = matrix};
        if (matrix && p->grad && u->optimizer->scratch(p) > scratch) scratch = u->optimizer->scratch(p);
    }
    if (scratch && !(u->scratch = lince_alloc(scratch, sizeof *u->scratch))) return LINCE_ENOMEM;
    return 0;
}

/* The k-th state of each parameter that has one. */
static int new_states(lince_update *u, const lince_net *net, int k)
{
    size_t count = lince_net_params(net);
    if (!(u->state[k] = lince_alloc(count + 1, sizeof *u->state[k]))) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const lince_param *p = lince_net_param(net, i);
        int states = u->group[i].matrix ? u->optimizer->matrix_states : u->optimizer->states;
        if (p->grad && k < states && !(u->state[k][i] = lince_alloc(p->size, sizeof(float))))
            return LINCE_ENOMEM;
    }
    return 0;
}

static int new_average(lince_update *u, const lince_net *net)
{
    size_t count = lince_net_params(net);
    if (!(u->average = lince_alloc(count + 1, sizeof *u->average))) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (!(u->average[i] = lince_alloc(lince_net_param(net, i)->size, sizeof(float)))) return LINCE_ENOMEM;
    lince_update_average(u, net);
    return 0;
}

static int new_lazy_tables(lince_update *u, const lince_net *net)
{
    if (!(u->lazy = lince_alloc(lince_net_params(net) + 1, sizeof *u->lazy))) return LINCE_ENOMEM;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->sparse_rows) LINCE_TRY(lince_lazy_init(&u->lazy[i], (size_t)p->dims[0], (size_t)p->dims[1]));
    }
    return 0;
}

int lince_update_init(lince_update *u, const lince_net *net)
{
    if (!u->members) u->members = &lince_alone;
    LINCE_TRY(new_groups(u, net));
    for (int k = 0; k < u->optimizer->states; k++) LINCE_TRY(new_states(u, net, k));
    LINCE_TRY(new_lazy_tables(u, net));
    if (lince_update_sums(u)) LINCE_TRY(lince_gradient_sum_init(&u->sum, net, u->accumulate, u->members));
    return u->decay > 0 || u->lookahead || u->swa ? new_average(u, net) : 0;
}

void lince_update_average(lince_update *u, const lince_net *net)
{
    for (size_t i = 0; u->average && i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        memcpy(u->average[i], p->value, p->size * sizeof(float));
    }
}

void lince_update_settle(lince_update *u, const lince_net *net)
{
    for (size_t i = 0; u->average && i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (!p->grad && !p->buffer) memcpy(u->average[i], p->value, p->size * sizeof(float));
    }
}

static void free_arrays(const lince_net *net, float **arrays)
{
    for (size_t i = 0; arrays && i < lince_net_params(net); i++) lince_free(arrays[i]);
    lince_free(arrays);
}

void lince_update_release(lince_update *u, const lince_net *net)
{
    for (int k = 0; k < LINCE_OPTIM_STATES; k++) free_arrays(net, u->state[k]);
    free_arrays(net, u->average);
    for (size_t i = 0; u->lazy && i < lince_net_params(net); i++) lince_lazy_release(&u->lazy[i]);
    lince_gradient_sum_release(&u->sum);
    lince_free(u->lazy);
    lince_free(u->since);
    lince_free(u->group);
    lince_free(u->scratch);
    *u = (lince_update){0};
}

/* What a parameter's update is made of: `rows` of a sparse one, and which of the table's they are. */
typedef struct gradient {
    const float *value;
    size_t size, rows;
    const int32_t *row;
} gradient;

static gradient of_pass(const lince_param *p)
{
    return (gradient){p->grad, lince_param_grad_size(p), p->touched_count, p->touched};
}

static gradient of_sum(const lince_update *u, const lince_param *p, size_t i)
{
    const lince_param_sum *s = &u->sum.of[i];
    return (gradient){s->sum, p->sparse_rows ? s->rows * (size_t)p->dims[1] : p->size, s->rows, s->row};
}

static double squares(const lince_update *u, const lince_param *p, gradient g)
{
    return (p->copies > 1 ? p->copies : 1) * lince_sum_of_squares(u->threads, g.value, g.size);
}

double lince_update_norm(const lince_update *u, const lince_net *net)
{
    double sum = 0;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad) sum += squares(u, p, of_pass(p));
    }
    return sqrt(sum);
}

void lince_update_add(lince_update *u, const lince_net *net, double weight)
{
    lince_gradient_sum_add(&u->sum, net, u->threads, weight);
}

double lince_update_sum_norm(const lince_update *u, const lince_net *net)
{
    double sum = 0;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad) sum += squares(u, p, of_sum(u, p, i));
    }
    return sqrt(sum) / u->sum.weight;
}

/* The hyperparameters of parameter i at a step. */
static lince_hyper hyper_of(const lince_update *u, size_t i, size_t step, double lr)
{
    lince_hyper hyper = u->hyper;
    hyper.lr = (float)(u->group[i].rate * lr);
    hyper.weight_decay *= (float)u->group[i].decay;
    hyper.step = (int)(step - u->since[i]);
    hyper.average = (float)u->decay;
    return hyper;
}

static lince_lazy_table table_of(const lince_update *u, const lince_param *p, size_t i)
{
    return (
        lince_lazy_table){.value = p->value,
                          .state = {u->state[0] ? u->state[0][i] : NULL, u->state[1] ? u->state[1][i] : NULL},
                          .average = u->decay > 0 ? u->average[i] : NULL,
                          .decay = u->decay};
}

static void update_matrix(const lince_update *u, const lince_param *p, const lince_hyper *hyper,
                          const float *grad, const lince_lazy_table *t)
{
    u->optimizer->update_matrix(hyper, u->threads, p, grad, t->state[0], u->scratch);
    if (t->average) lince_ema(u->threads, hyper->average, t->average, p->value, p->size);
}

static void update_param(lince_update *u, const lince_param *p, size_t i, const lince_hyper *hyper)
{
    lince_lazy_table t = table_of(u, p, i);
    if (!p->grad) {
        if (u->average && p->buffer)
            memcpy(u->average[i], p->value, p->size * sizeof(float)); /* statistics go along */
        return;
    }
    gradient g = u->sum.weight > 0 ? of_sum(u, p, i) : of_pass(p);
    if (p->sparse_rows)
        lince_lazy_step(&u->lazy[i], u->optimizer, u->threads, hyper, &t, g.value, g.row, g.rows);
    else if (u->group[i].matrix)
        update_matrix(u, p, hyper, g.value, &t);
    else
        lince_optimizer_step(u->optimizer, u->threads, hyper, p->value, g.value, t.state, t.average, p->size);
}

static void look_ahead(lince_update *u, lince_net *net, size_t step)
{
    lince_update_finish(u, net, step);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad) lince_lookahead(u->threads, (float)u->share, u->average[i], p->value, p->size);
    }
}

void lince_update_apply(lince_update *u, lince_net *net, size_t step, double lr, double norm)
{
    bool clipped = u->clip > 0 && norm > u->clip;
    double scale = clipped ? u->clip / (norm + 1e-6) : 1; /* torch.nn.utils.clip_grad_norm_ */
    u->hyper.grad_scale = (float)(u->sum.weight > 0 ? scale / u->sum.weight : scale);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        lince_hyper hyper = hyper_of(u, i, step, lr);
        update_param(u, p, i, &hyper);
    }
    u->hyper.lr = (float)lr;
    lince_gradient_sum_clear(&u->sum);
    if (u->lookahead && step % (size_t)u->lookahead == 0) look_ahead(u, net, step);
}

/* The parameter's rows; NULL: all. */
static void catch_up(lince_update *u, const lince_param *p, size_t i, size_t step, const int32_t *row,
                     size_t rows)
{
    if (!p->sparse_rows || !p->grad) return;
    lince_hyper hyper = hyper_of(u, i, step, (double)u->hyper.lr);
    lince_lazy_table t = table_of(u, p, i);
    lince_lazy_catch_up(&u->lazy[i], u->optimizer, u->threads, &hyper, &t, row, rows);
}

int lince_update_merge(lince_update *u, lince_net *net, size_t step)
{
    LINCE_TRY(lince_gradient_sum_merge(&u->sum, net, u->members));
    for (size_t i = 0; i < lince_net_params(net); i++)
        catch_up(u, lince_net_param(net, i), i, step, u->sum.of[i].row, u->sum.of[i].rows);
    return 0;
}

int lince_update_restore(lince_update *u, const lince_net *net, size_t step)
{
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        lince_hyper hyper = hyper_of(u, i, step, 0);
        if (p->sparse_rows) LINCE_TRY(lince_lazy_restore(&u->lazy[i], u->optimizer, &hyper, hyper.step));
    }
    return 0;
}

void lince_update_touch(lince_update *u, lince_net *net, size_t step)
{
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        catch_up(u, p, i, step, p->touched, p->touched_count);
    }
}

void lince_update_finish(lince_update *u, lince_net *net, size_t step)
{
    for (size_t i = 0; i < lince_net_params(net); i++) catch_up(u, lince_net_param(net, i), i, step, NULL, 0);
}

void lince_update_take(lince_update *u, lince_net *net, size_t step, int count)
{
    lince_update_finish(u, net, step);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad && count > 1)
            lince_ema(u->threads, (float)(1 - 1.0 / count), u->average[i], p->value, p->size);
        else
            memcpy(u->average[i], p->value, p->size * sizeof(float));
    }
}

void lince_update_swap(lince_update *u, lince_net *net)
{
    bool shown = u->average && (!u->swa || u->averaged);
    for (size_t i = 0; shown && i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        float *value = p->value;
        p->value = u->average[i];
        u->average[i] = value;
    }
}
