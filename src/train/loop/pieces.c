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

void lince_pieces_begin(lince_pieces *p, lince_net *net, size_t i)
{
    cursor c = statistics_of(net);
    while (follows_pieces(p) && next(&c)) {
        float *before = memory_of(p, 0) + c.at.place;
        if (i)
            lince_copy(c.at.exec, before, c.at.param->value, c.at.param->size);
        else
            lince_copy(c.at.exec, c.at.param->value, before, c.at.param->size);
    }
}

void lince_pieces_end(lince_pieces *p, lince_net *net, size_t i, int n, int whole)
{
    cursor c = statistics_of(net);
    while (follows_pieces(p) && next(&c))
        lince_scale(c.at.exec, c.at.param->value, memory_of(p, 1 + i) + c.at.place,
                    (float)((double)n / whole), c.at.param->size);
}

/* v = sum_i n_i v_i / sum_i n_i */
static int merge(lince_pieces *p, const statistic *s)
{
    const lince_device *device = s->exec->device;
    size_t opened = 0;
    int code = 0;
    for (; !code && opened < p->own; opened += !code) {
        code = lince_access_change(&p->accesses[opened], device, memory_of(p, 1 + opened) + s->place,
                                   s->param->size * sizeof(float));
        if (!code) p->values[opened] = p->accesses[opened].host;
    }
    if (!code) code = lince_group_sum(p->group, p->count, p->values, s->param->size);
    while (opened) lince_access_end(&p->accesses[--opened]);
    if (!code) lince_copy(s->exec, memory_of(p, 1) + s->place, s->param->value, s->param->size);
    return code;
}

int lince_pieces_merge(lince_pieces *p, lince_net *net)
{
    cursor c = statistics_of(net);
    while (follows_pieces(p) && next(&c)) {
        if (!c.at.follows) continue;
        if (c.at.param->counter)
            lince_shift(c.at.exec, memory_of(p, 0) + c.at.place, c.at.param->value, 1, 1);
        else
            LINCE_TRY(merge(p, &c.at));
    }
    return 0;
}

/* --- memory ----------------------------------------------------------------------------------------- */

int lince_pieces_init(lince_pieces *p, lince_net *net, size_t pieces, const lince_group *group)
{
    size_t own = lince_group_share(group, pieces).count, bytes = 0;
    cursor c = statistics_of(net);
    *p = (lince_pieces){.group = group, .count = pieces, .own = own ? own : 1};
    while (next(&c)) p->statistics = c.behind;
    p->sums = lince_alloc(p->own, sizeof *p->sums);
    p->values = lince_alloc(p->own, sizeof *p->values);
    p->accesses = lince_alloc(p->own, sizeof *p->accesses);
    if (!p->sums || !p->values || !p->accesses) return LINCE_ENOMEM;
    if (follows_pieces(p) && !lince_mul(p->own + 1, p->statistics * sizeof(float), &bytes))
        return LINCE_ENOMEM;
    return lince_store_init(&p->norms, lince_net_exec(net)->device, bytes);
}

void lince_pieces_release(lince_pieces *p)
{
    lince_free(p->sums);
    lince_free(p->values);
    lince_free(p->accesses);
    lince_store_release(&p->norms);
    *p = (lince_pieces){0};
}
