#include "train/loop/gradient_sum.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"

#include <string.h>

enum { PIECE = 1 << 15 /* floats in one task */, ROWS = 16 /* rows in one task */ };

static int init_sparse(lince_param_sum *s, const lince_param *p, size_t batches, const lince_group *group)
{
    size_t table = (size_t)p->dims[0], members = (size_t)group->size;
    s->listable = (table / batches < p->sparse_rows ? table : batches * p->sparse_rows) * members;
    batches *= members;
    s->capacity = table / batches < p->sparse_rows ? table : batches * p->sparse_rows;
    s->row = lince_alloc(s->capacity, sizeof *s->row);
    s->slot = lince_alloc(table, sizeof *s->slot);
    if (!s->row || !s->slot) return LINCE_ENOMEM;
    for (size_t i = 0; i < table; i++) s->slot[i] = -1;
    s->sum = lince_alloc(s->capacity, (size_t)p->dims[1] * sizeof *s->sum);
    if (!s->sum || members == 1) return s->sum ? 0 : LINCE_ENOMEM;
    s->merged = lince_alloc(s->capacity, (size_t)p->dims[1] * sizeof *s->merged);
    s->listed = lince_alloc(s->listable, sizeof *s->listed);
    return s->merged && s->listed ? 0 : LINCE_ENOMEM;
}

int lince_gradient_sum_init(lince_gradient_sum *g, const lince_net *net, int batches,
                            const lince_group *group)
{
    *g = (lince_gradient_sum){.params = lince_net_params(net)};
    if (!(g->of = lince_alloc(g->params + 1, sizeof *g->of))) return LINCE_ENOMEM;
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        if (!p->grad) continue;
        if (p->sparse_rows)
            LINCE_TRY(init_sparse(&g->of[i], p, (size_t)batches, group));
        else if (!(g->of[i].sum = lince_alloc(p->size, sizeof(float))))
            return LINCE_ENOMEM;
    }
    return 0;
}

void lince_gradient_sum_release(lince_gradient_sum *g)
{
    for (size_t i = 0; i < g->params; i++) {
        lince_free(g->of[i].sum);
        lince_free(g->of[i].row);
        lince_free(g->of[i].slot);
        lince_free(g->of[i].merged);
        lince_free(g->of[i].listed);
    }
    lince_free(g->of);
    *g = (lince_gradient_sum){0};
}

LINCE_EACH_LEVEL(add, (float weight, float *restrict sum, const float *restrict x, size_t n),
                 (weight, sum, x, n))
{
    for (size_t i = 0; i < n; i++) sum[i] += weight * x[i];
}

typedef struct adding {
    float weight;
    lince_param_sum *to;
    const lince_param *param;
} adding;

static void add_piece(void *context, size_t begin, size_t end)
{
    const adding *a = context;
    add(a->weight, a->to->sum + begin, a->param->grad + begin, end - begin);
}

static void add_rows(void *context, size_t begin, size_t end)
{
    const adding *a = context;
    size_t n = (size_t)a->param->dims[1];
    for (size_t i = begin; i < end; i++)
        add(a->weight, a->to->sum + (size_t)a->to->slot[a->param->touched[i]] * n, a->param->grad + i * n, n);
}

/* Gives a row of the sum, of zeros, to each row that has none. */
static void give_slots(lince_param_sum *s, const lince_param *p)
{
    size_t n = (size_t)p->dims[1];
    for (size_t i = 0; i < p->touched_count; i++) {
        int32_t row = p->touched[i];
        if (s->slot[row] >= 0) continue;
        memset(s->sum + s->rows * n, 0, n * sizeof *s->sum);
        s->row[s->rows] = row;
        s->slot[row] = (int32_t)s->rows++;
    }
}

void lince_gradient_sum_add(lince_gradient_sum *g, const lince_net *net, int threads, double weight)
{
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        adding a = {(float)weight, &g->of[i], p};
        if (!p->grad) continue;
        if (p->sparse_rows) {
            give_slots(a.to, p);
            lince_parallel_ranges(threads, p->touched_count, ROWS, add_rows, &a);
            continue;
        }
        if (g->weight == 0) memset(a.to->sum, 0, p->size * sizeof *a.to->sum);
        lince_parallel_ranges(threads, p->size, PIECE, add_piece, &a);
    }
    g->weight += weight;
}

/* --- of a group ------------------------------------------------------------------------------------- */

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
static int merge_rows(lince_param_sum *s, const lince_param *p, const lince_group *group)
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
    memset(s->merged, 0, rows * n * sizeof *s->merged);
    for (size_t i = 0; i < s->rows; i++)
        memcpy(s->merged + (size_t)s->slot[s->row[i]] * n, s->sum + i * n, n * sizeof *s->sum);
    memcpy(s->row, s->listed, rows * sizeof *s->row);
    s->rows = rows;
    float *merged = s->merged;
    s->merged = s->sum;
    s->sum = merged;
    return lince_group_sum(group, (size_t)group->size, s->sum, rows * n);
}

int lince_gradient_sum_merge(lince_gradient_sum *g, const lince_net *net, const lince_group *group)
{
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(net, i);
        lince_param_sum *s = &g->of[i];
        if (!p->grad) continue;
        if (p->sparse_rows) {
            LINCE_TRY(merge_rows(s, p, group));
            continue;
        }
        if (g->weight == 0) memset(s->sum, 0, p->size * sizeof *s->sum);
        LINCE_TRY(lince_group_sum(group, (size_t)group->size, s->sum, p->size));
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
