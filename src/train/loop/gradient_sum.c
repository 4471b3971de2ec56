#include "train/loop/gradient_sum.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "kernels/update.h"

#include <string.h>

/* --- memory ----------------------------------------------------------------------------------------- */

static lince_param_sum *of_piece(const lince_gradient_sum *g, size_t piece, size_t param)
{
    return &g->of[piece * g->params + param];
}

/* Rows of a table that so many passes touch at most. */
static size_t capacity_of(const lince_param *p, size_t passes)
{
    size_t table = (size_t)p->dims[0];
    return table / passes < p->sparse_rows ? table : passes * p->sparse_rows;
}

static int init_sparse(lince_param_sum *s, const lince_param *p, size_t capacity)
{
    size_t table = (size_t)p->dims[0];
    s->row = lince_alloc(capacity, sizeof *s->row);
    s->slot = lince_alloc(table, sizeof *s->slot);
    s->at = lince_alloc(p->sparse_rows, sizeof *s->at);
    if (!s->row || !s->slot || !s->at) return LINCE_ENOMEM;
    for (size_t i = 0; i < table; i++) s->slot[i] = -1;
    return 0;
}

static size_t bytes_of(const lince_param *p, size_t passes)
{
    return (p->sparse_rows ? capacity_of(p, passes) * (size_t)p->dims[1] : p->size) * sizeof(float);
}

static int init_pieces(lince_gradient_sum *g, const lince_net *net, size_t passes)
{
    size_t bytes = 0, listed = 0, all = passes * g->pieces;
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        if (!p->grad) continue;
        bytes += lince_align(bytes_of(p, all)) * (p->sparse_rows && g->pieces > 1 ? 2 : 1);
        if (!p->sparse_rows) continue;
        size_t rows = capacity_of(p, passes) * g->pieces;
        if (rows > listed) listed = rows;
        for (size_t j = 0; j < g->own; j++) LINCE_TRY(init_sparse(of_piece(g, j, i), p, capacity_of(p, all)));
    }
    if (!lince_mul(bytes, g->own, &bytes)) return LINCE_ENOMEM;
    LINCE_TRY(lince_store_init(&g->store, lince_net_exec(net)->device, bytes));
    if (g->pieces > 1 && listed && !(g->listed = lince_alloc(listed, sizeof *g->listed))) return LINCE_ENOMEM;
    for (size_t k = 0; k < g->own * g->params; k++) {
        const lince_param *p = lince_net_param(net, k % g->params);
        if (!p->grad) continue;
        g->of[k].sum = lince_store_take(&g->store, bytes_of(p, all));
        if (p->sparse_rows && g->pieces > 1) g->of[k].merged = lince_store_take(&g->store, bytes_of(p, all));
    }
    return 0;
}

int lince_gradient_sum_init(lince_gradient_sum *g, const lince_net *net, size_t passes, size_t pieces,
                            const lince_group *group)
{
    size_t own = lince_group_share(group, pieces).count;
    *g = (lince_gradient_sum){
        .group = group, .params = lince_net_params(net), .pieces = pieces, .own = own ? own : 1};
    g->of = lince_alloc(g->own * g->params + 1, sizeof *g->of);
    g->weight = lince_alloc(g->own, sizeof *g->weight);
    g->counts = lince_alloc(pieces, sizeof *g->counts);
    g->values = lince_alloc(g->own, sizeof *g->values);
    g->accesses = lince_alloc(g->own, sizeof *g->accesses);
    if (!g->of || !g->weight || !g->counts || !g->values || !g->accesses) return LINCE_ENOMEM;
    return init_pieces(g, net, passes);
}

void lince_gradient_sum_release(lince_gradient_sum *g)
{
    for (size_t k = 0; g->of && k < g->own * g->params; k++) {
        lince_free(g->of[k].row);
        lince_free(g->of[k].slot);
        lince_free(g->of[k].at);
    }
    lince_free(g->of);
    lince_free(g->weight);
    lince_free(g->listed);
    lince_free(g->counts);
    lince_free(g->values);
    lince_free(g->accesses);
    lince_store_release(&g->store);
    *g = (lince_gradient_sum){0};
}

/* --- adding ----------------------------------------------------------------------------------------- */

/* Gives a row of the sum, of zeros, to each row that has none. */
static void give_slots(lince_param_sum *s, const lince_exec *exec, const lince_param *p)
{
    size_t n = (size_t)p->dims[1], before = s->rows;
    for (size_t i = 0; i < p->touched_count; i++) {
        int32_t row = p->touched[i];
        if (s->slot[row] < 0) {
            s->row[s->rows] = row;
            s->slot[row] = (int32_t)s->rows++;
        }
        s->at[i] = s->slot[row];
    }
    lince_fill(exec, s->sum + before * n, 0, (s->rows - before) * n);
}

void lince_gradient_sum_add(lince_gradient_sum *g, size_t piece, const lince_net *net, double weight)
{
    const lince_exec *exec = lince_net_exec(net);
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        lince_param_sum *s = of_piece(g, piece, i);
        if (!p->grad) continue;
        if (p->sparse_rows) {
            give_slots(s, exec, p);
            lince_add_rows(exec, (float)weight, p->grad, s->at, p->touched_count, (size_t)p->dims[1], s->sum);
            continue;
        }
        if (g->weight[piece] == 0) lince_fill(exec, s->sum, 0, p->size);
        lince_blend(exec, 1, (float)weight, s->sum, p->grad, p->size);
    }
    g->weight[piece] += weight;
}

/* --- merging ---------------------------------------------------------------------------------------- */

/* Of the own pieces' sums of a parameter, n numbers each. */
static int sum_pieces(lince_gradient_sum *g, const lince_device *device, size_t param, size_t n)
{
    size_t opened = 0;
    int code = 0;
    for (; !code && opened < g->own; opened += !code) {
        code = lince_access_change(&g->accesses[opened], device, of_piece(g, opened, param)->sum,
                                   n * sizeof(float));
        if (!code) g->values[opened] = g->accesses[opened].host;
    }
    if (!code) code = lince_group_sum(g->group, g->pieces, g->values, n);
    while (opened) lince_access_end(&g->accesses[--opened]);
    return code;
}

/* All pieces' rows into g->listed; their number. */
static int list_rows(lince_gradient_sum *g, size_t param, size_t *count)
{
    lince_share own = lince_group_share(g->group, g->pieces);
    for (size_t j = 0; j < own.count; j++) g->counts[own.begin + j] = of_piece(g, j, param)->rows;
    LINCE_TRY(lince_group_gather(g->group, g->counts, g->pieces, g->pieces, sizeof *g->counts));
    *count = 0;
    for (size_t piece = 0; piece < g->pieces; piece++) {
        size_t bytes = g->counts[piece] * sizeof *g->listed;
        if (piece - own.begin < own.count)
            memcpy(g->listed + *count, of_piece(g, piece - own.begin, param)->row, bytes);
        LINCE_TRY(lince_group_broadcast(g->group, lince_group_owner(g->group, g->pieces, piece),
                                        g->listed + *count, bytes));
        *count += g->counts[piece];
    }
    return 0;
}

/* The first piece's rows become those that any piece has, in the order in which they are listed first. */
static void unite_rows(lince_gradient_sum *g, size_t param, size_t listed)
{
    lince_param_sum *all = of_piece(g, 0, param);
    for (size_t i = 0; i < all->rows; i++) all->slot[all->row[i]] = -1;
    all->rows = 0;
    for (size_t i = 0; i < listed; i++) {
        int32_t row = g->listed[i];
        if (all->slot[row] >= 0) continue;
        all->slot[row] = (int32_t)all->rows;
        all->row[all->rows++] = row;
    }
}

/* A piece's sum gets the rows of all, with zeros where others have them. `row`: those that it has. */
static void spread(const lince_exec *exec, lince_param_sum *s, const lince_param_sum *all, const int32_t *row,
                   size_t rows, size_t n)
{
    lince_fill(exec, s->merged, 0, all->rows * n);
    for (size_t i = 0; i < rows; i++)
        lince_copy(exec, s->sum + i * n, s->merged + (size_t)all->slot[row[i]] * n, n);
    float *merged = s->merged;
    s->merged = s->sum;
    s->sum = merged;
}

static int merge_rows(lince_gradient_sum *g, const lince_exec *exec, size_t param, const lince_param *p)
{
    lince_share own = lince_group_share(g->group, g->pieces);
    const int32_t *first = g->listed;
    size_t listed, n = (size_t)p->dims[1];
    LINCE_TRY(list_rows(g, param, &listed));
    for (size_t piece = 0; piece < own.begin; piece++) first += g->counts[piece];
    unite_rows(g, param, listed);
    for (size_t j = 0; j < g->own; j++) {
        size_t rows = j < own.count ? g->counts[own.begin + j] : 0;
        spread(exec, of_piece(g, j, param), of_piece(g, 0, param), first, rows, n);
        first += rows;
    }
    return sum_pieces(g, exec->device, param, of_piece(g, 0, param)->rows * n);
}

static int merge(lince_gradient_sum *g, const lince_exec *exec, size_t param, const lince_param *p)
{
    if (p->sparse_rows) return merge_rows(g, exec, param, p);
    for (size_t j = 0; j < g->own; j++)
        if (g->weight[j] == 0) lince_fill(exec, of_piece(g, j, param)->sum, 0, p->size);
    return sum_pieces(g, exec->device, param, p->size);
}

int lince_gradient_sum_merge(lince_gradient_sum *g, const lince_net *net)
{
    if (g->pieces == 1) return 0;
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad) LINCE_TRY(merge(g, lince_net_exec(net), i, p));
    }
    return lince_group_sum_doubles(g->group, g->pieces, g->weight, 1);
}

void lince_gradient_sum_clear(lince_gradient_sum *g)
{
    for (size_t k = 0; k < g->own * g->params; k++) {
        lince_param_sum *s = &g->of[k];
        while (s->rows) s->slot[s->row[--s->rows]] = -1;
    }
    for (size_t j = 0; j < g->own; j++) g->weight[j] = 0;
}
