#include "train/loop/update.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

bool lince_update_folds(const lince_optimizer *optimizer, const lince_hyper *hyper)
{
    return optimizer->proportional_decay || hyper->weight_decay == 0;
}

bool lince_update_sums(const lince_update *u)
{
    return u->accumulate > 1 || u->pieces > 1 || u->rounded;
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
    return lince_store_init(&u->scratch, lince_net_exec(net)->device, lince_align(scratch * sizeof(float)));
}

static bool has_state(const lince_update *u, const lince_net *net, size_t i, int k)
{
    return lince_net_param(net, i)->grad &&
           k < (u->group[i].matrix ? u->optimizer->matrix_states : u->optimizer->states);
}

/* Each parameter's states, as many as it has. */
static int new_states(lince_update *u, const lince_net *net)
{
    size_t count = lince_net_params(net), bytes = 0;
    for (int k = 0; k < u->optimizer->states; k++) {
        if (!(u->state[k] = lince_alloc(count + 1, sizeof *u->state[k]))) return LINCE_ENOMEM;
        for (size_t i = 0; i < count; i++)
            if (has_state(u, net, i, k)) bytes += lince_align(lince_net_param(net, i)->size * sizeof(float));
    }
    LINCE_TRY(lince_store_init(&u->states, lince_net_exec(net)->device, bytes));
    for (int k = 0; k < u->optimizer->states; k++)
        for (size_t i = 0; i < count; i++)
            if (has_state(u, net, i, k))
                u->state[k][i] = lince_store_take(&u->states, lince_net_param(net, i)->size * sizeof(float));
    return 0;
}

static int new_average(lince_update *u, const lince_net *net)
{
    size_t count = lince_net_params(net), bytes = 0;
    if (!(u->average = lince_alloc(count + 1, sizeof *u->average))) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++) bytes += lince_align(lince_net_param(net, i)->size * sizeof(float));
    LINCE_TRY(lince_store_init(&u->averages, lince_net_exec(net)->device, bytes));
    for (size_t i = 0; i < count; i++)
        u->average[i] = lince_store_take(&u->averages, lince_net_param(net, i)->size * sizeof(float));
    lince_update_average(u, net);
    return 0;
}

static int new_lazy_tables(lince_update *u, const lince_net *net)
{
    if (!(u->lazy = lince_alloc(lince_net_params(net) + 1, sizeof *u->lazy))) return LINCE_ENOMEM;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->sparse_rows)
            LINCE_TRY(lince_lazy_init(&u->lazy[i], p->device, (size_t)p->dims[0], (size_t)p->dims[1]));
    }
    return 0;
}

int lince_update_init(lince_update *u, lince_net *net)
{
    if (!u->members) u->members = &lince_alone;
    if (!u->pieces) u->pieces = (size_t)u->members->size;
    LINCE_TRY(new_groups(u, net));
    LINCE_TRY(new_states(u, net));
    LINCE_TRY(new_lazy_tables(u, net));
    if (lince_update_sums(u))
        LINCE_TRY(
            lince_gradient_sum_init(&u->sum, net, (size_t)u->accumulate, u->pieces, u->rounded, u->members));
    return u->decay > 0 || u->lookahead || u->swa ? new_average(u, net) : 0;
}

static void follow(const lince_update *u, const lince_net *net, size_t i)
{
    const lince_param *p = lince_net_param(net, i);
    lince_copy(lince_net_exec(net), p->value, u->average[i], p->size);
}

void lince_update_average(lince_update *u, const lince_net *net)
{
    for (size_t i = 0; u->average && i < lince_net_params(net); i++) follow(u, net, i);
}

void lince_update_settle(lince_update *u, const lince_net *net)
{
    for (size_t i = 0; u->average && i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (!p->grad && !p->buffer) follow(u, net, i);
    }
}

void lince_update_release(lince_update *u, const lince_net *net)
{
    for (int k = 0; k < LINCE_OPTIM_STATES; k++) lince_free(u->state[k]);
    lince_free(u->average);
    for (size_t i = 0; u->lazy && i < lince_net_params(net); i++) lince_lazy_release(&u->lazy[i]);
    lince_gradient_sum_release(&u->sum);
    lince_store_release(&u->states);
    lince_store_release(&u->averages);
    lince_store_release(&u->scratch);
    lince_free(u->lazy);
    lince_free(u->since);
    lince_free(u->group);
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

static double squares(const lince_net *net, const lince_param *p, gradient g)
{
    return (p->copies > 1 ? p->copies : 1) * lince_sum_of_squares(lince_net_exec(net), g.value, g.size);
}

double lince_update_norm(const lince_net *net)
{
    double sum = 0;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad) sum += squares(net, p, of_pass(p));
    }
    return sqrt(sum);
}

void lince_update_begin(lince_update *u, bool last)
{
    if (lince_update_sums(u)) lince_gradient_sum_begin(&u->sum, last);
}

void lince_update_pass(lince_update *u, lince_net *net, size_t piece, double weight)
{
    if (!lince_update_sums(u)) {
        lince_net_backward(net);
        return;
    }
    lince_gradient_sum_piece(&u->sum, piece, weight, false);
    lince_net_backward_telling(net, lince_gradient_sum_add, &u->sum);
}

static void add_turn(void *sum, int piece, size_t node)
{
    lince_gradient_sum_turn(sum, (size_t)piece);
    lince_gradient_sum_add(sum, node);
}

int lince_update_pass_together(lince_update *u, lince_net *net, const lince_net_together *t)
{
    u->sum.holds = true;
    for (int k = 0; k < t->passes; k++)
        lince_gradient_sum_piece(&u->sum, (size_t)k, t->weight[k], t->n[k] == 0);
    return lince_net_backward_together(net, t, add_turn, &u->sum);
}

void lince_update_skip(lince_update *u, size_t piece)
{
    if (lince_update_sums(u)) lince_gradient_sum_skip(&u->sum, piece);
}

double lince_update_sum_norm(const lince_update *u, const lince_net *net)
{
    double sum = 0;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad) sum += squares(net, p, of_sum(u, p, i));
    }
    return sqrt(sum) / *u->sum.weight;
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

static lince_weights_memory memory_of(const lince_update *u, const lince_param *p, size_t i)
{
    return (lince_weights_memory){.value = p->value,
                                  .state = {u->state[0] ? u->state[0][i] : NULL,
                                            u->state[1] ? u->state[1][i] : NULL},
                                  .average = u->decay > 0 ? u->average[i] : NULL};
}

static lince_lazy_table table_of(const lince_update *u, const lince_param *p, size_t i,
                                 const lince_hyper *hyper)
{
    return (lince_lazy_table){
        .optimizer = u->optimizer, .hyper = hyper, .memory = memory_of(u, p, i), .decay = u->decay};
}

static void average_param(const lince_exec *exec, double decay, float *average, const lince_param *p)
{
    lince_blend(exec, (float)decay, 1 - (float)decay, average, p->value, p->size);
}

static int update_matrix(const lince_update *u, const lince_exec *exec, const lince_param *p, size_t i,
                         const lince_hyper *hyper, const float *grad)
{
    LINCE_TRY(u->optimizer->update_matrix(exec, hyper, p, grad, u->state[0][i],
                                          (float *)(void *)u->scratch.memory));
    if (u->decay > 0) average_param(exec, u->decay, u->average[i], p);
    return 0;
}

static int update_param(lince_update *u, const lince_net *net, size_t i, const lince_hyper *hyper)
{
    const lince_param *p = lince_net_param(net, i);
    const lince_exec *exec = lince_net_exec(net);
    if (!p->grad) {
        if (u->average && p->buffer) follow(u, net, i); /* statistics go along */
        return 0;
    }
    gradient g = lince_update_sums(u) ? of_sum(u, p, i) : of_pass(p);
    if (u->group[i].matrix) return update_matrix(u, exec, p, i, hyper, g.value);
    if (p->sparse_rows) {
        lince_lazy_table t = table_of(u, p, i, hyper);
        lince_lazy_step(&u->lazy[i], exec, &t, g.value, g.row, g.rows);
        return 0;
    }
    const lince_rule rule = lince_optimizer_rule(u->optimizer);
    lince_weights_memory memory = memory_of(u, p, i);
    lince_apply_rule(exec, &rule, hyper, &memory, g.value, p->size);
    return 0;
}

static void look_ahead(lince_update *u, lince_net *net, size_t step)
{
    lince_update_finish(u, net, step);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad) lince_lookahead(lince_net_exec(net), (float)u->share, u->average[i], p->value, p->size);
    }
}

int lince_update_apply(lince_update *u, lince_net *net, size_t step, double lr, double norm)
{
    bool clipped = u->clip > 0 && norm > u->clip;
    double scale = clipped ? u->clip / (norm + 1e-6) : 1; /* torch.nn.utils.clip_grad_norm_ */
    u->hyper.grad_scale = (float)(lince_update_sums(u) ? scale / *u->sum.weight : scale);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_hyper hyper = hyper_of(u, i, step, lr);
        LINCE_TRY(update_param(u, net, i, &hyper));
    }
    u->hyper.lr = (float)lr;
    lince_gradient_sum_clear(&u->sum);
    if (u->lookahead && step % (size_t)u->lookahead == 0) look_ahead(u, net, step);
    return 0;
}

/* The parameter's rows; NULL: all. */
static void catch_up(lince_update *u, const lince_net *net, size_t i, size_t step, const int32_t *row,
                     size_t rows)
{
    const lince_param *p = lince_net_param(net, i);
    if (!p->sparse_rows || !p->grad) return;
    lince_hyper hyper = hyper_of(u, i, step, (double)u->hyper.lr);
    lince_lazy_table t = table_of(u, p, i, &hyper);
    lince_lazy_catch_up(&u->lazy[i], lince_net_exec(net), &t, row, rows);
}

int lince_update_merge(lince_update *u, lince_net *net, size_t step)
{
    LINCE_TRY(lince_gradient_sum_merge(&u->sum));
    for (size_t i = 0; i < lince_net_params(net); i++)
        catch_up(u, net, i, step, u->sum.of[i].row, u->sum.of[i].rows);
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
        catch_up(u, net, i, step, p->touched, p->touched_count);
    }
}

void lince_update_finish(lince_update *u, lince_net *net, size_t step)
{
    for (size_t i = 0; i < lince_net_params(net); i++) catch_up(u, net, i, step, NULL, 0);
}

void lince_update_take(lince_update *u, lince_net *net, size_t step, int count)
{
    lince_update_finish(u, net, step);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad && count > 1)
            average_param(lince_net_exec(net), 1 - 1.0 / count, u->average[i], p);
        else
            follow(u, net, i);
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
