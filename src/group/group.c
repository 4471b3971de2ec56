#include "group/group.h"
#include "core/error.h"

#include <stdio.h>
#include <string.h>

/* --- shares ----------------------------------------------------------------------------------------- */

static size_t begin_of(const lince_group *g, size_t total, int rank)
{
    size_t size = (size_t)g->size, r = (size_t)rank;
    return total / size * r + total % size * r / size; /* total r / size, without overflow */
}

static lince_share share_of(const lince_group *g, size_t total, int rank)
{
    size_t begin = begin_of(g, total, rank);
    return (lince_share){begin, begin_of(g, total, rank + 1) - begin};
}

lince_share lince_group_share(const lince_group *g, size_t total)
{
    return share_of(g, total, g->rank);
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

int lince_group_gather(const lince_group *g, void *items, size_t total, size_t item)
{
    char *at = items;
    for (int rank = 1; rank < g->size; rank++) {
        lince_share s = share_of(g, total, rank);
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

int lince_group_all(const lince_group *g, int code)
{
    verdict v = {code, g->rank};
    char message[MESSAGE] = "";
    if (g->size == 1) return code;
    LINCE_TRY(first_verdict(g, &v));
    LINCE_TRY(lince_group_broadcast(g, 0, &v, sizeof v));
    if (!v.code) return 0;
    if (v.rank == g->rank) snprintf(message, sizeof message, "%s", lince_error());
    LINCE_TRY(lince_group_broadcast(g, v.rank, message, sizeof message));
    return v.code < 0 ? lince_error_set(v.code, message) : v.code;
}

/* --- sums ------------------------------------------------------------------------------------------- */

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

/* The member that has a piece: the largest rank r with pieces r / size <= piece. */
static int owner(const lince_group *g, size_t pieces, size_t piece)
{
    int rank = g->size - 1;
    while (begin_of(g, pieces, rank) > piece) rank--;
    return rank;
}

/* Adds what the member sends. */
static int receive_sum(const lince_group *g, int from, char *to, size_t bytes, const number *kind)
{
    for (size_t at = 0, n; at < bytes; at += n) {
        n = bytes - at < LINCE_GROUP_BUFFER ? bytes - at : LINCE_GROUP_BUFFER;
        LINCE_TRY(g->transport->receive(g, from, g->buffer, n));
        kind->add(to + at, g->buffer, n / kind->size);
    }
    return 0;
}

/* One node of the tree: left becomes left + right. Pieces of whom this member is not lie with others. */
static int add_node(const lince_group *g, size_t pieces, size_t left, size_t right, char *values,
                    size_t count, const number *kind)
{
    int l = owner(g, pieces, left), r = owner(g, pieces, right);
    size_t first = lince_group_share(g, pieces).begin, bytes = count * kind->size;
    if (l == g->rank && r == g->rank)
        kind->add(values + (left - first) * bytes, values + (right - first) * bytes, count);
    else if (l == g->rank)
        return receive_sum(g, r, values + (left - first) * bytes, bytes, kind);
    else if (r == g->rank)
        return send_all(g, l, values + (right - first) * bytes, bytes);
    return 0;
}

/* A level after the other, from left to right. Of any two members' exchanges the one that is first is so for
 * both, so that nobody waits for good, also where a message waits for its receiver. */
static int sum(const lince_group *g, size_t pieces, void *values, size_t count, const number *kind)
{
    for (size_t width = 1; width < pieces; width *= 2)
        for (size_t left = 0; left + width < pieces; left += 2 * width)
            LINCE_TRY(add_node(g, pieces, left, left + width, values, count, kind));
    return g->size > 1 ? lince_group_broadcast(g, owner(g, pieces, 0), values, count * kind->size) : 0;
}

int lince_group_sum(const lince_group *g, size_t pieces, float *values, size_t count)
{
    static const number floats = {sizeof(float), add_floats};
    return sum(g, pieces, values, count, &floats);
}

int lince_group_sum_doubles(const lince_group *g, size_t pieces, double *values, size_t count)
{
    static const number doubles = {sizeof(double), add_doubles};
    return sum(g, pieces, values, count, &doubles);
}
