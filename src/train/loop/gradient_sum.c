#include "train/loop/gradient_sum.h"
#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "kernels/update.h"

#include <string.h>

enum { STRAIGHT = -1 };

/* --- which sums there are --------------------------------------------------------------------------- */

/* A piece's sum lies at its place on the stack of those that are not added yet; where pieces wait, each has one of its own.
 * A piece that is added at once to the one below it needs none, unless it is rounded before. */
static void plan_joins(lince_gradient_sum *g)
{
    lince_tree_stack s = {.pieces = g->tree.pieces};
    int at[LINCE_TREE_DEPTH];
    size_t joins = 0;
    g->sums = g->waits && g->tree.own.count ? g->tree.own.count : 1;
    for (size_t i = 0; i < g->tree.own.count; i++) {
        size_t top = s.count;
        bool straight = !g->waits && !g->rounded;
        lince_tree_push(&s, g->tree.own.begin + i);
        g->first_join[i] = joins;
        g->sum_of[i] = at[top] = (int)(g->waits ? i : top);
        for (; lince_tree_joins(&s); straight = false)
            g->join[joins++] = (lince_sum_join){at[s.count - 1], straight ? STRAIGHT : at[s.count]};
        straight = joins > g->first_join[i] && g->join[g->first_join[i]].from == STRAIGHT;
        if (!straight && top >= g->sums) g->sums = top + 1;
    }
    g->first_join[g->tree.own.count] = joins;
    for (size_t k = 0; k < s.count; k++) g->root_of[k] = at[k];
}

/* --- memory ----------------------------------------------------------------------------------------- */

static lince_param_sum *of_sum(const lince_gradient_sum *g, int sum, size_t param)
{
    return &g->of[(size_t)sum * g->params + param];
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
    s->at = lince_alloc(capacity, sizeof *s->at);
    if (!s->row || !s->slot || !s->at) return LINCE_ENOMEM;
    for (size_t i = 0; i < table; i++) s->slot[i] = -1;
    return 0;
}

static size_t sparse_bytes(const lince_param *p, size_t passes)
{
    return lince_align(capacity_of(p, passes) * (size_t)p->dims[1] * sizeof(float));
}

/* Places of the dense parameters, from the last node to the first; their floats. */
static size_t plan_vector(lince_gradient_sum *g, lince_net *net)
{
    size_t end = 0, nodes = lince_net_nodes(net);
    for (size_t n = 1; n < nodes; n++)
        g->first_param[n + 1] = g->first_param[n] + lince_net_layer(net, n)->param_count;
    for (size_t n = nodes - 1; n >= 1; n--) {
        for (int i = g->first_param[n]; i < g->first_param[n + 1]; i++) {
            const lince_param *p = lince_net_param(net, (size_t)i);
            g->offset[i] = end;
            if (p->grad && !p->sparse_rows) end += lince_align(p->size * sizeof(float)) / sizeof(float);
        }
        g->end[n] = end;
    }
    return end;
}

/* Of a group of several the rows of all are merged in memory of their own. */
static int take_sums(lince_gradient_sum *g, size_t passes, size_t floats)
{
    size_t bytes = floats * sizeof(float), listed = 0;
    int copies = g->group->size > 1 ? 2 : 1;
    for (size_t i = 0; i < g->params; i++) {
        const lince_param *p = lince_net_param(g->net, i);
        if (!p->grad || !p->sparse_rows) continue;
        bytes += sparse_bytes(p, passes) * (size_t)copies;
        size_t rows = capacity_of(p, passes) * g->tree.nodes;
        if (rows > listed) listed = rows;
        for (size_t s = 0; s < g->sums; s++)
            LINCE_TRY(init_sparse(of_sum(g, (int)s, i), p, capacity_of(p, passes)));
    }
    if (!lince_mul(bytes, g->sums, &bytes)) return LINCE_ENOMEM;
    LINCE_TRY(lince_store_init(&g->store, lince_net_exec(g->net)->device, bytes));
    if (copies > 1 && listed && !(g->listed = lince_alloc(listed, sizeof *g->listed))) return LINCE_ENOMEM;
    for (size_t s = 0; s < g->sums; s++) {
        g->vector[s] = floats ? lince_store_take(&g->store, floats * sizeof(float)) : NULL;
        for (size_t i = 0; i < g->params; i++) {
            const lince_param *p = lince_net_param(g->net, i);
            lince_param_sum *of = of_sum(g, (int)s, i);
            if (!p->grad) continue;
            of->sum = p->sparse_rows ? lince_store_take(&g->store, sparse_bytes(p, passes))
                                     : g->vector[s] + g->offset[i];
            if (p->sparse_rows && copies > 1)
                of->merged = lince_store_take(&g->store, sparse_bytes(p, passes));
        }
    }
    return 0;
}

int lince_gradient_sum_init(lince_gradient_sum *g, lince_net *net, size_t passes, size_t pieces, bool rounded,
                            const lince_group *group)
{
    *g = (lince_gradient_sum){
        .group = group, .net = net, .params = lince_net_params(net), .waits = passes > 1, .rounded = rounded};
    LINCE_TRY(lince_tree_init(&g->tree, group, pieces));
    size_t own = g->tree.own.count + 1, nodes = lince_net_nodes(net) + 1;
    g->weight = lince_alloc(own, sizeof *g->weight);
    g->pass = lince_alloc(own, sizeof *g->pass);
    g->sum_of = lince_alloc(own, sizeof *g->sum_of);
    g->join = lince_alloc(own, sizeof *g->join);
    g->first_join = lince_alloc(own, sizeof *g->first_join);
    g->counts = lince_alloc(g->tree.nodes, sizeof *g->counts);
    g->offset = lince_alloc(g->params + 1, sizeof *g->offset);
    g->end = lince_alloc(nodes, sizeof *g->end);
    g->first_param = lince_alloc(nodes, sizeof *g->first_param);
    if (!g->pass || !g->weight || !g->sum_of || !g->join || !g->first_join || !g->counts || !g->offset ||
        !g->end || !g->first_param)
        return LINCE_ENOMEM;
    plan_joins(g);
    g->of = lince_alloc(g->sums * g->params + 1, sizeof *g->of);
    g->vector = lince_alloc(g->sums, sizeof *g->vector);
    if (!g->of || !g->vector) return LINCE_ENOMEM;
    size_t floats = plan_vector(g, net);
    LINCE_TRY(take_sums(g, passes * pieces, floats));
    for (size_t k = 0; k < LINCE_TREE_DEPTH; k++) g->root[k] = g->vector[g->root_of[k]];
    return lince_travel_init(&g->travel, &g->tree, rounded ? &lince_rounded_floats : &lince_floats,
                             lince_net_exec(net)->device, g->root, floats);
}

void lince_gradient_sum_release(lince_gradient_sum *g)
{
    lince_travel_release(&g->travel);
    for (size_t k = 0; g->of && k < g->sums * g->params; k++) {
        lince_free(g->of[k].row);
        lince_free(g->of[k].slot);
        lince_free(g->of[k].at);
    }
    lince_free(g->of);
    lince_free(g->vector);
    lince_free(g->offset);
    lince_free(g->end);
    lince_free(g->first_param);
    lince_free(g->weight);
    lince_free(g->pass);
    lince_free(g->sum_of);
    lince_free(g->join);
    lince_free(g->first_join);
    lince_free(g->listed);
    lince_free(g->counts);
    lince_store_release(&g->store);
    lince_tree_release(&g->tree);
    *g = (lince_gradient_sum){0};
}

/* --- adding ----------------------------------------------------------------------------------------- */

/* What is added to a sum: a gradient, or another sum. */
typedef struct addend {
    const float *value;
    const int32_t *row; /* of a sparse one */
    size_t rows;
    float factor;
} addend;

/* Gives a row of the sum, of zeros, to each row that has none. */
static void give_slots(lince_param_sum *s, const lince_exec *exec, const addend *a, size_t n)
{
    size_t before = s->rows;
    for (size_t i = 0; i < a->rows; i++) {
        int32_t row = a->row[i];
        if (s->slot[row] < 0) {
            s->row[s->rows] = row;
            s->slot[row] = (int32_t)s->rows++;
        }
        s->at[i] = s->slot[row];
    }
    lince_fill(exec, s->sum + before * n, 0, (s->rows - before) * n);
}

/* `fresh`: to zeros. */
static void add_to(lince_gradient_sum *g, lince_param_sum *s, const lince_param *p, addend a, bool fresh,
                   bool rounded)
{
    const lince_exec *exec = lince_net_exec(g->net);
    size_t n = p->sparse_rows ? (size_t)p->dims[1] : p->size;
    if (p->sparse_rows) {
        give_slots(s, exec, &a, n);
        lince_add_rows(exec, a.factor, a.value, s->at, a.rows, n, s->sum);
        n *= s->rows;
    } else
        lince_blend(exec, fresh ? 0 : 1, a.factor, s->sum, a.value, n);
    if (rounded) lince_round_to_bfloats(exec, s->sum, n);
}

static addend gradient_of(const lince_gradient_sum *g, const lince_param *p)
{
    return (addend){p->grad, p->touched, p->touched_count, g->pass[g->piece].factor};
}

static void clear_rows(lince_param_sum *s)
{
    while (s->rows) s->slot[s->row[--s->rows]] = -1;
}

static void join(lince_gradient_sum *g, size_t param, const lince_param *p, lince_sum_join j)
{
    lince_param_sum *to = of_sum(g, j.to, param);
    if (j.from == STRAIGHT) {
        add_to(g, to, p, gradient_of(g, p), false, false);
        return;
    }
    lince_param_sum *from = of_sum(g, j.from, param);
    add_to(g, to, p, (addend){from->sum, from->row, from->rows, 1}, false, g->rounded);
    clear_rows(from);
}

static const lince_sum_join *joins_of(const lince_gradient_sum *g, size_t piece, size_t *count)
{
    *count = g->first_join[piece + 1] - g->first_join[piece];
    return g->join + g->first_join[piece];
}

/* The piece's gradient, and with the last pass what it is part of. */
static void add_param(lince_gradient_sum *g, size_t param, const lince_param *p)
{
    size_t joins;
    const lince_sum_join *j = joins_of(g, g->piece, &joins);
    if (!joins || j->from != STRAIGHT)
        add_to(g, of_sum(g, g->sum_of[g->piece], param), p, gradient_of(g, p), g->pass[g->piece].fresh,
               g->rounded && g->is_last);
    for (size_t k = 0; g->is_last && k < joins; k++) join(g, param, p, j[k]);
}

/* Of no samples: zeros. */
static void skip_param(lince_gradient_sum *g, size_t param, const lince_param *p)
{
    size_t joins;
    const lince_sum_join *j = joins_of(g, g->piece, &joins);
    lince_param_sum *s = of_sum(g, g->sum_of[g->piece], param);
    bool straight = joins && j->from == STRAIGHT, fresh = g->pass[g->piece].fresh;
    if (!straight && fresh && !p->sparse_rows) lince_fill(lince_net_exec(g->net), s->sum, 0, p->size);
    if (!straight && !fresh && g->rounded && g->is_last)
        lince_round_to_bfloats(lince_net_exec(g->net), s->sum,
                               p->sparse_rows ? s->rows * (size_t)p->dims[1] : p->size);
    for (size_t k = straight; g->is_last && k < joins; k++) join(g, param, p, j[k]);
}

static bool is_last_piece(const lince_gradient_sum *g)
{
    return g->is_last && g->piece + 1 == g->tree.own.count;
}

static void each_param(lince_gradient_sum *g, size_t node,
                       void (*add)(lince_gradient_sum *g, size_t param, const lince_param *p))
{
    double start = lince_now();
    for (int i = g->first_param[node]; i < g->first_param[node + 1]; i++) {
        const lince_param *p = lince_net_param(g->net, (size_t)i);
        if (p->grad) add(g, (size_t)i, p);
    }
    if (is_last_piece(g) && !g->holds) lince_travel_ready(&g->travel, g->end[node]);
    g->seconds += lince_now() - start;
}

void lince_gradient_sum_begin(lince_gradient_sum *g, bool last)
{
    size_t nodes = lince_net_nodes(g->net), end = 0;
    g->is_last = last;
    if (!last) return;
    for (size_t n = nodes - 1; n >= 1; n--)
        for (int i = g->first_param[n]; i < g->first_param[n + 1]; i++)
            if (lince_net_param(g->net, (size_t)i)->grad) end = g->end[n];
    lince_travel_begin(&g->travel, end);
}

void lince_gradient_sum_piece(lince_gradient_sum *g, size_t piece, double weight, bool empty)
{
    g->piece = piece;
    g->pass[piece] = (struct lince_piece_pass){(float)weight, g->weight[piece] == 0, empty};
    g->weight[piece] += weight;
}

void lince_gradient_sum_turn(lince_gradient_sum *g, size_t piece)
{
    g->piece = piece;
}

void lince_gradient_sum_add(void *sum, size_t node)
{
    lince_gradient_sum *g = sum;
    each_param(g, node, g->pass[g->piece].empty ? skip_param : add_param);
}

void lince_gradient_sum_skip(lince_gradient_sum *g, size_t piece)
{
    lince_gradient_sum_piece(g, piece, 0, true);
    for (size_t n = lince_net_nodes(g->net) - 1; n >= 1; n--) lince_gradient_sum_add(g, n);
}

/* --- merging ---------------------------------------------------------------------------------------- */

/* All members' rows into g->listed; their number. */
static int list_rows(lince_gradient_sum *g, size_t param, size_t *count)
{
    const lince_tree *t = &g->tree;
    for (size_t k = 0; k < t->count; k++) g->counts[t->first + k] = of_sum(g, g->root_of[k], param)->rows;
    *count = 0;
    for (size_t node = 0; node < t->nodes; node++) {
        uint64_t *rows = &g->counts[node];
        LINCE_TRY(lince_group_broadcast(g->group, t->owner[node], rows, sizeof *rows));
        size_t bytes = *rows * sizeof *g->listed;
        if (node - t->first < t->count)
            memcpy(g->listed + *count, of_sum(g, g->root_of[node - t->first], param)->row, bytes);
        LINCE_TRY(lince_group_broadcast(g->group, t->owner[node], g->listed + *count, bytes));
        *count += *rows;
    }
    return 0;
}

/* The first sum's rows become those that any has, in the order in which they are listed first. */
static void unite_rows(lince_gradient_sum *g, size_t param, size_t listed)
{
    lince_param_sum *all = of_sum(g, 0, param);
    clear_rows(all);
    for (size_t i = 0; i < listed; i++) {
        int32_t row = g->listed[i];
        if (all->slot[row] >= 0) continue;
        all->slot[row] = (int32_t)all->rows;
        all->row[all->rows++] = row;
    }
}

/* A sum gets the rows of all, with zeros where others have them. `row`: those that it has. */
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

static int sum_rows(lince_gradient_sum *g, const lince_device *device, size_t param, size_t count)
{
    lince_access access[LINCE_TREE_DEPTH];
    void *value[LINCE_TREE_DEPTH];
    size_t opened = 0, values = g->tree.count ? g->tree.count : 1;
    int code = 0;
    for (; !code && opened < values; opened += !code) {
        code = lince_access_change(&access[opened], device, of_sum(g, g->root_of[opened], param)->sum,
                                   count * sizeof(float));
        if (!code) value[opened] = access[opened].host;
    }
    if (!code)
        code = lince_tree_sum(&g->tree, g->rounded ? &lince_rounded_floats : &lince_floats, value, count, 0);
    while (opened) lince_access_end(&access[--opened]);
    return code;
}

static int merge_rows(lince_gradient_sum *g, const lince_exec *exec, size_t param, const lince_param *p)
{
    const lince_tree *t = &g->tree;
    const int32_t *first = g->listed;
    size_t listed, n = (size_t)p->dims[1], values = t->count ? t->count : 1;
    LINCE_TRY(list_rows(g, param, &listed));
    for (size_t node = 0; node < t->first; node++) first += g->counts[node];
    unite_rows(g, param, listed);
    for (size_t k = 0; k < values; k++) {
        size_t rows = k < t->count ? g->counts[t->first + k] : 0;
        spread(exec, of_sum(g, g->root_of[k], param), of_sum(g, 0, param), first, rows, n);
        first += rows;
    }
    return sum_rows(g, exec->device, param, of_sum(g, 0, param)->rows * n);
}

int lince_gradient_sum_merge(lince_gradient_sum *g)
{
    lince_travel_ready(&g->travel, SIZE_MAX);
    LINCE_TRY(lince_travel_end(&g->travel));
    size_t sent = g->tree.bytes;
    double start = lince_now();
    for (size_t i = 0; i < g->params && g->group->size > 1; i++) {
        const lince_param *p = lince_net_param(g->net, i);
        if (p->grad && p->sparse_rows) LINCE_TRY(merge_rows(g, lince_net_exec(g->net), i, p));
    }
    g->rows.seconds += lince_now() - start;
    g->rows.waited += lince_now() - start;
    g->rows.bytes += g->tree.bytes - sent;
    return lince_tree_sum_pieces(&g->tree, &lince_doubles, g->weight, 1);
}

void lince_gradient_sum_clear(lince_gradient_sum *g)
{
    for (size_t k = 0; k < g->sums * g->params; k++) clear_rows(&g->of[k]);
    for (size_t j = 0; j < g->tree.own.count; j++) g->weight[j] = 0;
    if (g->weight) g->weight[0] = 0; /* the sum's, also of a member without pieces */
}

/* --- what it has cost ------------------------------------------------------------------------------- */

static void add_time(lince_travel_time *sum, const lince_travel_time *t, double share)
{
    sum->seconds += share * t->seconds;
    sum->waited += share * t->waited;
    sum->bytes += (size_t)(share * (double)t->bytes);
}

static double shared(size_t begin, size_t end, size_t first, size_t last)
{
    size_t from = begin > first ? begin : first, to = end < last ? end : last;
    return from < to ? (double)(to - from) : 0;
}

lince_travel_time lince_gradient_sum_time(const lince_gradient_sum *g, size_t node)
{
    const lince_travel *t = &g->travel;
    lince_travel_time sum = {0};
    if (!t->is_there) return sum;
    size_t nodes = lince_net_nodes(g->net), all = g->end[1], begin = 0, end = all;
    if (!node) add_time(&sum, &g->rows, 1);
    if (node) begin = node + 1 < nodes ? g->end[node + 1] : 0, end = g->end[node];
    for (size_t b = 0; b < t->blocks; b++) {
        size_t first = b * t->block, last = first + t->block < all ? first + t->block : all;
        if (first < last)
            add_time(&sum, &t->time[b], shared(begin, end, first, last) / (double)(last - first));
    }
    return sum;
}
