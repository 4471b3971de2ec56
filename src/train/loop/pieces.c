#include "train/loop/pieces.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"

int lince_pieces_most(int batch, size_t pieces)
{
    return (int)(((size_t)batch + pieces - 1) / pieces);
}

/* --- statistics of batch norms ---------------------------------------------------------------------- */

typedef struct statistic {
    const lince_exec *exec;
    lince_param *param;
    size_t place; /* in a piece's memory */
    bool follows; /* batches: its layer is not frozen */
} statistic;

/* The next one behind those of which `at` is the last; false: there is none. */
typedef struct cursor {
    lince_net *net;
    size_t node, behind;
    int param;
    statistic at;
} cursor;

static bool next(cursor *c)
{
    for (; c->node < lince_net_nodes(c->net); c->node++, c->param = 0) {
        lince_layer *l = lince_net_layer(c->net, c->node);
        while (c->param < l->param_count) {
            lince_param *p = &l->params[c->param++];
            if (!p->buffer) continue;
            c->at = (statistic){l->exec, p, c->behind, !l->frozen};
            c->behind += lince_align(p->size * sizeof(float)) / sizeof(float);
            return true;
        }
    }
    return false;
}

static cursor statistics_of(lince_net *net)
{
    return (cursor){.net = net, .node = 1};
}

/* Where a piece's lie; before the first those of before the batch. */
static float *memory_of(const lince_pieces *p, size_t piece)
{
    return (float *)(void *)p->norms.memory + piece * p->statistics;
}

static bool follows_pieces(const lince_pieces *p)
{
    return p->count > 1 && p->statistics;
}

void lince_pieces_start(lince_pieces *p, lince_net *net)
{
    cursor c = statistics_of(net);
    while (follows_pieces(p) && next(&c))
        lince_copy(c.at.exec, c.at.param->value, memory_of(p, 0) + c.at.place, c.at.param->size);
}

void lince_pieces_begin(lince_pieces *p, lince_net *net, size_t i)
{
    cursor c = statistics_of(net);
    while (i && follows_pieces(p) && next(&c))
        lince_copy(c.at.exec, memory_of(p, 0) + c.at.place, c.at.param->value, c.at.param->size);
}

void lince_pieces_end(lince_pieces *p, lince_net *net, size_t i, int n, int whole)
{
    cursor c = statistics_of(net);
    while (follows_pieces(p) && next(&c))
        lince_scale(c.at.exec, c.at.param->value, memory_of(p, 1 + i) + c.at.place,
                    (float)((double)n / whole), c.at.param->size);
}

/* v = sum_i n_i v_i / sum_i n_i, of all at a time. */
static int sum_statistics(lince_pieces *p, const lince_device *device)
{
    lince_access all;
    LINCE_TRY(lince_access_change(&all, device, memory_of(p, 1), p->own * p->statistics * sizeof(float)));
    int code = lince_tree_sum_pieces(&p->tree, &lince_floats, all.host, p->statistics);
    lince_access_end(&all);
    return code;
}

int lince_pieces_merge(lince_pieces *p, lince_net *net)
{
    cursor c = statistics_of(net);
    if (!follows_pieces(p)) return 0;
    LINCE_TRY(sum_statistics(p, lince_net_exec(net)->device));
    while (next(&c)) {
        const lince_param *param = c.at.param;
        if (c.at.follows && param->counter)
            lince_shift(c.at.exec, memory_of(p, 0) + c.at.place, param->value, 1, 1);
        else if (c.at.follows)
            lince_copy(c.at.exec, memory_of(p, 1) + c.at.place, param->value, param->size);
    }
    return 0;
}

int lince_pieces_count(lince_pieces *p)
{
    return lince_tree_sum_pieces(&p->tree, &lince_doubles, p->sums, 2);
}

/* --- memory ----------------------------------------------------------------------------------------- */

int lince_pieces_init(lince_pieces *p, lince_net *net, size_t pieces, const lince_group *group)
{
    size_t own = lince_group_share(group, pieces).count, bytes = 0;
    cursor c = statistics_of(net);
    *p = (lince_pieces){.count = pieces, .own = own ? own : 1};
    LINCE_TRY(lince_tree_init(&p->tree, group, pieces));
    while (next(&c)) p->statistics = c.behind;
    p->sums = lince_alloc(p->own, sizeof *p->sums);
    p->n = lince_alloc(p->own, sizeof *p->n);
    p->key = lince_alloc(p->own, sizeof *p->key);
    p->weight = lince_alloc(p->own, sizeof *p->weight);
    if (!p->sums || !p->n || !p->key || !p->weight) return LINCE_ENOMEM;
    if (follows_pieces(p) && !lince_mul(p->own + 1, p->statistics * sizeof(float), &bytes))
        return LINCE_ENOMEM;
    return lince_store_init(&p->norms, lince_net_exec(net)->device, bytes);
}

void lince_pieces_release(lince_pieces *p)
{
    lince_free(p->sums);
    lince_free(p->n);
    lince_free(p->key);
    lince_free(p->weight);
    lince_tree_release(&p->tree);
    lince_store_release(&p->norms);
    *p = (lince_pieces){0};
}
