#include "group/tree.h"
#include "core/bfloat.h"
#include "core/error.h"
#include "core/memory.h"

#include <string.h>

/* A vector is added range by range, some ranges at a time; short ones have shorter ranges. */
enum { RANGES = 8, MESSAGE = LINCE_GROUP_BUFFER / RANGES / 2, SHORT = 4096 };

/* --- nodes ------------------------------------------------------------------------------------------ */

/* What has nothing to its right is its parent as well. */
static void rise(const lince_tree_stack *s, lince_tree_node *n)
{
    while (n->width < s->pieces && n->begin / n->width % 2 == 0 && n->begin + n->width >= s->pieces)
        n->width *= 2;
}

void lince_tree_push(lince_tree_stack *s, size_t piece)
{
    lince_tree_node *n = &s->node[s->count++];
    *n = (lince_tree_node){piece, 1};
    rise(s, n);
}

bool lince_tree_joins(lince_tree_stack *s)
{
    if (s->count < 2) return false;
    lince_tree_node *left = &s->node[s->count - 2], *right = left + 1;
    if (left->width != right->width || left->begin / left->width % 2) return false;
    if (left->begin + left->width != right->begin) return false;
    left->width *= 2;
    s->count--;
    rise(s, left);
    return true;
}

/* --- numbers ---------------------------------------------------------------------------------------- */

static void add_floats(void *to, const void *from, size_t count)
{
    float *restrict a = to;
    const float *restrict b = from;
    for (size_t i = 0; i < count; i++) a[i] += b[i];
}

static void add_doubles(void *to, const void *from, size_t count)
{
    double *restrict a = to;
    const double *restrict b = from;
    for (size_t i = 0; i < count; i++) a[i] += b[i];
}

static void pack_rounded(void *message, const void *x, size_t count)
{
    uint16_t *restrict m = message;
    const float *restrict v = x;
    for (size_t i = 0; i < count; i++) m[i] = lince_to_bfloat(v[i]);
}

static void unpack_rounded(void *x, const void *message, size_t count)
{
    float *restrict v = x;
    const uint16_t *restrict m = message;
    for (size_t i = 0; i < count; i++) v[i] = lince_from_bfloat(m[i]);
}

static void add_rounded(void *x, const void *message, size_t count)
{
    float *restrict v = x;
    const uint16_t *restrict m = message;
    for (size_t i = 0; i < count; i++) v[i] = lince_round_to_bfloat(v[i] + lince_from_bfloat(m[i]));
}

static void join_rounded(void *x, const void *y, size_t count)
{
    float *restrict a = x;
    const float *restrict b = y;
    for (size_t i = 0; i < count; i++) a[i] = lince_round_to_bfloat(a[i] + b[i]);
}

const lince_number lince_floats = {sizeof(float), sizeof(float), NULL, NULL, add_floats, add_floats};
const lince_number lince_doubles = {sizeof(double), sizeof(double), NULL, NULL, add_doubles, add_doubles};
const lince_number lince_rounded_floats = {sizeof(float),  sizeof(uint16_t), pack_rounded,
                                           unpack_rounded, add_rounded,      join_rounded};

/* --- who adds what ---------------------------------------------------------------------------------- */

struct lince_tree_join {
    int left, right, level; /* nodes, by their number; of width 2^level */
};

static int level_of(size_t width)
{
    int level = 0;
    while (width >>= 1) level++;
    return level;
}

/* Each member's nodes, and what becomes of them when they lie beside each other. */
static void plan(lince_tree *t, bool count_only)
{
    lince_tree_stack all = {.pieces = t->pieces};
    int number[LINCE_TREE_DEPTH];
    size_t nodes = 0, joins = 0;
    for (int rank = 0; rank < t->group->size; rank++) {
        lince_tree_stack own = {.pieces = t->pieces};
        lince_share share = lince_piece(t->pieces, (size_t)t->group->size, (size_t)rank);
        for (size_t i = 0; i < share.count; i++) {
            lince_tree_push(&own, share.begin + i);
            while (lince_tree_joins(&own)) continue;
        }
        if (rank == t->group->rank) t->first = nodes, t->count = own.count;
        for (size_t i = 0; i < own.count; i++, nodes++) {
            if (count_only) continue;
            t->owner[nodes] = rank;
            number[all.count] = (int)nodes;
            all.node[all.count++] = own.node[i];
            for (;;) {
                int level = level_of(all.node[all.count - 1].width);
                if (!lince_tree_joins(&all)) break;
                t->join[joins++] = (struct lince_tree_join){number[all.count - 1], number[all.count], level};
            }
        }
    }
    t->nodes = nodes;
}

int lince_tree_init(lince_tree *t, const lince_group *group, size_t pieces)
{
    *t = (lince_tree){.group = group, .pieces = pieces, .own = lince_group_share(group, pieces)};
    plan(t, true);
    t->owner = lince_alloc(t->nodes, sizeof *t->owner);
    t->place = lince_alloc(t->nodes * RANGES, sizeof *t->place);
    t->join = lince_alloc(t->nodes, sizeof *t->join);
    if (!t->owner || !t->place || !t->join) return LINCE_ENOMEM;
    plan(t, false);
    return 0;
}

void lince_tree_release(lince_tree *t)
{
    lince_free(t->owner);
    lince_free(t->place);
    lince_free(t->join);
    *t = (lince_tree){0};
}

/* --- adding ----------------------------------------------------------------------------------------- */

typedef struct block {
    lince_tree *tree;
    const lince_number *kind;
    void *const *value;
    size_t number; /* of the first range, which decides who adds it */
    size_t ranges, begin[RANGES + 1];
    lince_message message[2 * RANGES];
    size_t messages;
} block;

static size_t length(const block *b, size_t range)
{
    return b->begin[range + 1] - b->begin[range];
}

/* Where the sum of a node's range lies. */
static int *place(const block *b, int node, size_t range)
{
    return &b->tree->place[(size_t)node * RANGES + range];
}

/* Numbers of an own node. */
static void *numbers(const block *b, int node, size_t range)
{
    return (char *)b->value[(size_t)node - b->tree->first] + b->begin[range] * b->kind->size;
}

/* And of the sum, in the end. */
static void *result(const block *b, size_t range)
{
    return (char *)b->value[0] + b->begin[range] * b->kind->size;
}

/* Room for a message of a range, to be sent or received. */
static void *room(const block *b, size_t range, bool receives)
{
    return (char *)b->tree->group->buffer + (range + (receives ? RANGES : 0)) * MESSAGE;
}

static void send(block *b, int to, void *bytes, size_t range)
{
    size_t size = length(b, range) * b->kind->sent;
    b->message[b->messages++] = (lince_message){to, false, bytes, size};
    b->tree->bytes += size;
}

static void receive(block *b, int from, void *bytes, size_t range)
{
    b->message[b->messages++] = (lince_message){from, true, bytes, length(b, range) * b->kind->sent};
}

/* As it travels. */
static void *packed(const block *b, void *x, size_t range)
{
    if (!b->kind->pack) return x;
    b->kind->pack(room(b, range, false), x, length(b, range));
    return room(b, range, false);
}

static int exchange(block *b)
{
    const lince_group *g = b->tree->group;
    size_t count = b->messages;
    b->messages = 0;
    return count ? g->transport->exchange(g, b->message, count) : 0;
}

/* A range of a join: the node to which the other is added, where they lie now. The one member adds every other 2^level
 * ranges, the other those between. */
typedef struct addition {
    int to, from;
} addition;

static addition addition_of(const block *b, const struct lince_tree_join *j, size_t range)
{
    int left = *place(b, j->left, range), right = *place(b, j->right, range);
    return (b->number + range) >> j->level & 1 ? (addition){right, left} : (addition){left, right};
}

static void post(block *b, addition a, size_t range)
{
    int self = b->tree->group->rank, adds = b->tree->owner[a.to], gives = b->tree->owner[a.from];
    if (adds == gives) return;
    if (self == gives) send(b, adds, packed(b, numbers(b, a.from, range), range), range);
    if (self == adds) receive(b, gives, room(b, range, true), range);
}

static void add(const block *b, addition a, size_t range)
{
    int self = b->tree->group->rank, gives = b->tree->owner[a.from];
    if (b->tree->owner[a.to] != self) return;
    if (gives == self)
        b->kind->join(numbers(b, a.to, range), numbers(b, a.from, range), length(b, range));
    else
        b->kind->add(numbers(b, a.to, range), room(b, range, true), length(b, range));
}

static int join(block *b, const struct lince_tree_join *j)
{
    for (size_t r = 0; r < b->ranges; r++) post(b, addition_of(b, j, r), r);
    LINCE_TRY(exchange(b));
    for (size_t r = 0; r < b->ranges; r++) {
        addition a = addition_of(b, j, r);
        add(b, a, r);
        *place(b, j->left, r) = a.to;
    }
    return 0;
}

/* Each range from where it lies to all, along binomial trees: who has it doubles in each round. */
static int spread(block *b)
{
    const lince_group *g = b->tree->group;
    for (int have = 1; have < g->size; have *= 2) {
        for (size_t r = 0; r < b->ranges; r++) {
            int root = b->tree->owner[*place(b, 0, r)], self = (g->rank - root + g->size) % g->size;
            int other = self < have ? self + have : self - have, rank = (other + root) % g->size;
            if (self >= 2 * have || other >= g->size) continue;
            if (self < have)
                send(b, rank, b->kind->pack ? room(b, r, false) : result(b, r), r);
            else
                receive(b, rank, b->kind->pack ? room(b, r, false) : result(b, r), r);
        }
        LINCE_TRY(exchange(b));
    }
    return 0;
}

/* From the node that it was added to. */
static void settle(const block *b, size_t range)
{
    const lince_tree *t = b->tree;
    int node = *place(b, 0, range);
    if (t->owner[node] != t->group->rank) return;
    if (numbers(b, node, range) != result(b, range))
        memcpy(result(b, range), numbers(b, node, range), length(b, range) * b->kind->size);
    if (t->group->size > 1) packed(b, result(b, range), range);
}

static int sum_block(block *b)
{
    lince_tree *t = b->tree;
    for (size_t n = 0; n < t->nodes; n++)
        for (size_t r = 0; r < b->ranges; r++) *place(b, (int)n, r) = (int)n;
    for (size_t i = 0; i + 1 < t->nodes; i++) LINCE_TRY(join(b, &t->join[i]));
    for (size_t r = 0; r < b->ranges; r++) settle(b, r);
    LINCE_TRY(spread(b));
    for (size_t r = 0; b->kind->unpack && r < b->ranges; r++)
        if (t->owner[*place(b, 0, r)] != t->group->rank)
            b->kind->unpack(result(b, r), room(b, r, false), length(b, r));
    return 0;
}

int lince_tree_sum(lince_tree *t, const lince_number *kind, void *const *value, size_t count, size_t turn)
{
    if (t->nodes == 1 && t->group->size == 1) return 0;
    size_t most = MESSAGE / kind->size, even = (count + RANGES - 1) / RANGES,
           range = even > most    ? most
                   : even < SHORT ? SHORT
                                  : even;
    for (size_t at = 0; at < count;) {
        block b = {.tree = t, .kind = kind, .value = value, .number = turn, .begin = {at}};
        for (; b.ranges < RANGES && at < count; b.ranges++) {
            at = count - at < range ? count : at + range;
            b.begin[b.ranges + 1] = at;
        }
        turn += b.ranges;
        LINCE_TRY(sum_block(&b));
    }
    return 0;
}

int lince_tree_sum_pieces(lince_tree *t, const lince_number *kind, void *values, size_t count)
{
    lince_tree_stack s = {.pieces = t->pieces};
    void *value[LINCE_TREE_DEPTH] = {values};
    for (size_t i = 0; i < t->own.count; i++) {
        value[s.count] = (char *)values + i * count * kind->size;
        lince_tree_push(&s, t->own.begin + i);
        while (lince_tree_joins(&s)) kind->join(value[s.count - 1], value[s.count], count);
    }
    return lince_tree_sum(t, kind, value, count, 0);
}
