#include "group/group.h"
#include "core/error.h"
#include "core/i18n.h"

#include <stdio.h>
#include <string.h>

/* --- shares ----------------------------------------------------------------------------------------- */

static size_t begin_of(size_t total, size_t pieces, size_t piece)
{
    return total / pieces * piece +
           total % pieces * piece / pieces; /* total piece / pieces, without overflow */
}

lince_share lince_piece(size_t total, size_t pieces, size_t piece)
{
    size_t begin = begin_of(total, pieces, piece);
    return (lince_share){begin, begin_of(total, pieces, piece + 1) - begin};
}

lince_share lince_group_share(const lince_group *g, size_t total)
{
    return lince_piece(total, (size_t)g->size, (size_t)g->rank);
}

static lince_share part_of(const lince_group *g, size_t total, size_t pieces, int rank)
{
    lince_share own = lince_piece(pieces, (size_t)g->size, (size_t)rank);
    size_t begin = begin_of(total, pieces, own.begin);
    return (lince_share){begin, begin_of(total, pieces, own.begin + own.count) - begin};
}

lince_share lince_group_part(const lince_group *g, size_t total, size_t pieces)
{
    return part_of(g, total, pieces, g->rank);
}

/* --- long messages ---------------------------------------------------------------------------------- */

static int send_all(const lince_group *g, int to, const void *bytes, size_t size)
{
    for (size_t at = 0, n; at < size; at += n) {
        n = size - at < LINCE_GROUP_BUFFER ? size - at : LINCE_GROUP_BUFFER;
        LINCE_TRY(g->transport->send(g, to, (const char *)bytes + at, n));
    }
    return 0;
}

static int receive_all(const lince_group *g, int from, void *bytes, size_t size)
{
    for (size_t at = 0, n; at < size; at += n) {
        n = size - at < LINCE_GROUP_BUFFER ? size - at : LINCE_GROUP_BUFFER;
        LINCE_TRY(g->transport->receive(g, from, (char *)bytes + at, n));
    }
    return 0;
}

/* --- copies ----------------------------------------------------------------------------------------- */

/* Along a binomial tree: who has the bytes doubles in each round. */
int lince_group_broadcast(const lince_group *g, int root, void *bytes, size_t size)
{
    int place = (g->rank - root + g->size) % g->size;
    for (int have = 1; have < g->size; have *= 2) {
        int partner = place < have ? place + have : place - have;
        if (place >= 2 * have || partner >= g->size) continue;
        int rank = (partner + root) % g->size;
        LINCE_TRY(place < have ? send_all(g, rank, bytes, size) : receive_all(g, rank, bytes, size));
    }
    return 0;
}

int lince_group_gather(const lince_group *g, void *items, size_t total, size_t pieces, size_t item)
{
    char *at = items;
    for (int rank = 1; rank < g->size; rank++) {
        lince_share s = part_of(g, total, pieces, rank);
        if (g->rank == 0) LINCE_TRY(receive_all(g, rank, at + s.begin * item, s.count * item));
        if (g->rank == rank) LINCE_TRY(send_all(g, 0, at + s.begin * item, s.count * item));
    }
    return g->size > 1 ? lince_group_broadcast(g, 0, items, total * item) : 0;
}

/* --- agreement -------------------------------------------------------------------------------------- */

enum { MESSAGE = 2048 };

typedef struct verdict {
    int code, rank;
} verdict;

/* The verdict of the lowest rank that has one, at rank 0. */
static int first_verdict(const lince_group *g, verdict *v)
{
    verdict other;
    if (g->rank) return g->transport->send(g, 0, v, sizeof *v);
    for (int rank = 1; rank < g->size; rank++) {
        LINCE_TRY(g->transport->receive(g, rank, &other, sizeof other));
        if (!v->code) *v = other;
    }
    return 0;
}

/* The message of the one that failed, and whose it is. */
static void put_message(const lince_group *g, char message[MESSAGE])
{
    if (!g->rank || !g->names)
        snprintf(message, MESSAGE, "%s", lince_error());
    else
        snprintf(message, MESSAGE, _("process %d on %s: %s"), g->rank, g->names[g->rank], lince_error());
}

int lince_group_all(const lince_group *g, int code)
{
    verdict v = {code, g->rank};
    char message[MESSAGE] = "";
    if (g->size == 1) return code;
    LINCE_TRY(first_verdict(g, &v));
    LINCE_TRY(lince_group_broadcast(g, 0, &v, sizeof v));
    if (!v.code) return 0;
    if (v.rank == g->rank) put_message(g, message);
    LINCE_TRY(lince_group_broadcast(g, v.rank, message, sizeof message));
    return v.code < 0 ? lince_error_set(v.code, message) : v.code;
}

int lince_group_same(const lince_group *g, const char *what, const char *text)
{
    char first[MESSAGE] = "";
    if (g->size == 1) return 0;
    snprintf(first, sizeof first, "%s", text);
    LINCE_TRY(lince_group_broadcast(g, 0, first, sizeof first));
    int code = strncmp(first, text, sizeof first - 1) ? lince_fail(LINCE_EDATA,
                                                                   "%s: '%.200s' instead of '%.200s', "
                                                                   "which the first process has",
                                                                   what, text, first)
                                                      : 0;
    return lince_group_all(g, code);
}

/* --- sums ------------------------------------------------------------------------------------------- */

/* Numbers of a kind. */
typedef struct number {
    size_t size;
    void (*add)(void *to, const void *from, size_t count);
} number;

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

static const number floats = {sizeof(float), add_floats}, doubles = {sizeof(double), add_doubles};

/* The largest rank r with pieces r / size <= piece. */
int lince_group_owner(const lince_group *g, size_t pieces, size_t piece)
{
    int rank = g->size - 1;
    while (begin_of(pieces, (size_t)g->size, (size_t)rank) > piece) rank--;
    return rank;
}

/* A range of the vectors that are summed: of piece i of the own ones it lies at own[i], or where they lie behind
 * each other at `first` + i `stride`. */
typedef struct range {
    size_t pieces, count, offset; /* numbers */
    float *const *own;
    double *first;
    size_t stride;
    const number *kind;
} range;

static void *at(const range *r, size_t piece)
{
    return r->own ? (void *)(r->own[piece] + r->offset) : (void *)(r->first + piece * r->stride + r->offset);
}

/* One node of the tree: left becomes left + right. Pieces of whom this member is not lie with others. */
static int add_node(const lince_group *g, const range *r, size_t left, size_t right)
{
    int l = lince_group_owner(g, r->pieces, left), other = lince_group_owner(g, r->pieces, right);
    size_t first = lince_group_share(g, r->pieces).begin, bytes = r->count * r->kind->size;
    if (l == g->rank && other != g->rank) {
        LINCE_TRY(g->transport->receive(g, other, g->buffer, bytes));
        r->kind->add(at(r, left - first), g->buffer, r->count);
    } else if (l == g->rank)
        r->kind->add(at(r, left - first), at(r, right - first), r->count);
    else if (other == g->rank)
        return g->transport->send(g, l, at(r, right - first), bytes);
    return 0;
}

/* A level after the other, from left to right. Of any two members' exchanges the one that is first is so for
 * both, so that nobody waits for good, also where a message waits for its receiver. */
static int sum_range(const lince_group *g, const range *r)
{
    for (size_t width = 1; width < r->pieces; width *= 2)
        for (size_t left = 0; left + width < r->pieces; left += 2 * width)
            LINCE_TRY(add_node(g, r, left, left + width));
    return g->size > 1 ? lince_group_broadcast(g, lince_group_owner(g, r->pieces, 0), at(r, 0),
                                               r->count * r->kind->size)
                       : 0;
}

/* Range by range, of a message's size, so that all of a range's pieces lie in the cache. */
static int sum(const lince_group *g, range r)
{
    size_t count = r.count, most = LINCE_GROUP_BUFFER / r.kind->size;
    for (; r.offset < count; r.offset += r.count) {
        r.count = count - r.offset < most ? count - r.offset : most;
        LINCE_TRY(sum_range(g, &r));
    }
    return 0;
}

int lince_group_sum(const lince_group *g, size_t pieces, float *const *own, size_t count)
{
    return sum(g, (range){.pieces = pieces, .count = count, .own = own, .kind = &floats});
}

int lince_group_sum_doubles(const lince_group *g, size_t pieces, double *own, size_t count)
{
    return sum(g, (range){.pieces = pieces, .count = count, .first = own, .stride = count, .kind = &doubles});
}
