#include "train/loop/gradient_sum.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "kernels/update.h"

#include <string.h>

static int init_sparse(lince_param_sum *s, const lince_param *p, size_t batches, const lince_group *group)
{
    size_t table = (size_t)p->dims[0], members = (size_t)group->size;
    s->listable = (table / batches < p->sparse_rows ? table : batches * p->sparse_rows) * members;
    batches *= members;
    s->capacity = table / batches < p->sparse_rows ? table : batches * p->sparse_rows;
    s->row = lince_alloc(s->capacity, sizeof *s->row);
    s->slot = lince_alloc(table, sizeof *s->slot);
    s->at = lince_alloc(p->sparse_rows, sizeof *s->at);
    if (!s->row || !s->slot || !s->at) return LINCE_ENOMEM;
    for (size_t i = 0; i < table; i++) s->slot[i] = -1;
    if (members > 1 && !(s->listed = lince_alloc(s->listable, sizeof *s->listed))) return LINCE_ENOMEM;
    return 0;
}

static size_t bytes_of(const lince_param_sum *s, const lince_param *p)
{
    return (p->sparse_rows ? s->capacity * (size_t)p->dims[1] : p->size) * sizeof *s->sum;
}

/* Of a table in a group a second time, for the rows of all. */
static size_t copies_of(const lince_param *p, const lince_group *group)
{
    return p->sparse_rows && group->size > 1 ? 2 : 1;
}

int lince_gradient_sum_init(lince_gradient_sum *g, const lince_net *net, int batches,
                            const lince_group *group)
{
    size_t bytes = 0;
    *g = (lince_gradient_sum){.params = lince_net_params(net)};
    if (!(g->of = lince_alloc(g->params + 1, sizeof *g->of))) return LINCE_ENOMEM;
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad && p->sparse_rows) LINCE_TRY(init_sparse(&g->of[i], p, (size_t)batches, group));
        if (p->grad) bytes += copies_of(p, group) * lince_align(bytes_of(&g->of[i], p));
    }
    LINCE_TRY(lince_store_init(&g->store, lince_net_exec(net)->device, bytes));
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        lince_param_sum *s = &g->of[i];
        if (!p->grad) continue;
        s->sum = lince_store_take(&g->store, bytes_of(s, p));
        if (copies_of(p, group) > 1) s->merged = lince_store_take(&g->store, bytes_of(s, p));
    }
    return 0;
}

void lince_gradient_sum_release(lince_gradient_sum *g)
{
    for (size_t i = 0; g->of && i < g->params; i++) {
        lince_free(g->of[i].row);
        lince_free(g->of[i].slot);
        lince_free(g->of[i].at);
        lince_free(g->of[i].listed);
    }
    lince_free(g->of);
    lince_store_release(&g->store);
    *g = (lince_gradient_sum){0};
}

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

void lince_gradient_sum_add(lince_gradient_sum *g, const lince_net *net, double weight)
{
    const lince_exec *exec = lince_net_exec(net);
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        lince_param_sum *s = &g->of[i];
        if (!p->grad) continue;
        if (p->sparse_rows) {
            give_slots(s, exec, p);
            lince_add_rows(exec, (float)weight, p->grad, s->at, p->touched_count, (size_t)p->dims[1], s->sum);
            continue;
        }
        if (g->weight == 0) lince_fill(exec, s->sum, 0, p->size);
        lince_blend(exec, 1, (float)weight, s->sum, p->grad, p->size);
    }
    g->weight += weight;
}

/* --- of a group ------------------------------------------------------------------------------------- */

int lince_sum_of_members(const lince_group *group, const lince_device *device, float *x, size_t n)
{
    lince_access a;
    LINCE_TRY(lince_access_change(&a, device, x, n * sizeof *x));
    int code = lince_group_sum(group, (size_t)group->size, a.host, n);
    lince_access_end(&a);
    return code;
}

/* All members' rows into s->listed; their number. */
static int list_rows(lince_param_sum *s, const lince_group *group, size_t *count)
{
    uint64_t *rows = group->buffer; /* [rank] */
    int code = 0;
    rows[group->rank] = s->rows;
    LINCE_TRY(lince_group_gather(group, rows, (size_t)group->size, sizeof *rows));
    *count = 0;
    for (int rank = 0; rank < group->size && !code; rank++) {
        if (rank == group->rank) memcpy(s->listed + *count, s->row, s->rows * sizeof *s->row);
        code = lince_group_broadcast(group, rank, s->listed + *count, rows[rank] * sizeof *s->listed);
        *count += rows[rank];
    }
    return code;
}

/* The rows that any member has, in the order in which they are listed first, with zeros where others have
 * them. */
static int merge_rows(lince_param_sum *s, const lince_exec *exec, const lince_param *p,
                      const lince_group *group)
{
    size_t n = (size_t)p->dims[1], listed, rows = 0;
    LINCE_TRY(list_rows(s, group, &listed));
    for (size_t i = 0; i < s->rows; i++) s->slot[s->row[i]] = -1;
    for (size_t i = 0; i < listed; i++) {
        int32_t row = s->listed[i];
        if (s->slot[row] >= 0) continue;
        s->slot[row] = (int32_t)rows;
        s->listed[rows++] = row;
    }
    lince_fill(exec, s->merged, 0, rows * n);
    for (size_t i = 0; i < s->rows; i++)
        lince_copy(exec, s->sum + i * n, s->merged + (size_t)s->slot[s->row[i]] * n, n);
    memcpy(s->row, s->listed, rows * sizeof *s->row);
    s->rows = rows;
    float *merged = s->merged;
    s->merged = s->sum;
    s->sum = merged;
    return lince_sum_of_members(group, exec->device, s->sum, rows * n);
}

int lince_gradient_sum_merge(lince_gradient_sum *g, const lince_net *net, const lince_group *group)
{
    const lince_exec *exec = lince_net_exec(net);
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        lince_param_sum *s = &g->of[i];
        if (!p->grad) continue;
        if (p->sparse_rows) {
            LINCE_TRY(merge_rows(s, exec, p, group));
            continue;
        }
        if (g->weight == 0) lince_fill(exec, s->sum, 0, p->size);
        LINCE_TRY(lince_sum_of_members(group, exec->device, s->sum, p->size));
    }
    return lince_group_sum_doubles(group, (size_t)group->size, &g->weight, 1);
}

void lince_gradient_sum_clear(lince_gradient_sum *g)
{
    for (size_t i = 0; i < g->params; i++) {
        lince_param_sum *s = &g->of[i];
        while (s->rows) s->slot[s->row[--s->rows]] = -1;
    }
    g->weight = 0;
}
