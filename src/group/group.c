#include "group/group.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/parallel.h"

#include <lince/version.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

int lince_group_neighbours(const lince_group *g)
{
    int here = 0;
    for (int r = 0; g->names && r < g->size; r++) here += !strcmp(g->names[r], g->names[g->rank]);
    return here ? here : 1;
}

int lince_group_threads(const lince_group *g)
{
    int own = lince_processors(), all = (int)sysconf(_SC_NPROCESSORS_ONLN), here = lince_group_neighbours(g);
    if (here < 2 || own * here <= all) return own; /* each has processors of its own */
    return all / here > 1 ? all / here : 1;
}

/* --- messages --------------------------------------------------------------------------------------- */

static int exchange(const lince_group *g, const lince_message *messages, size_t count)
{
    return count ? g->transport->exchange(g, messages, count) : 0;
}

/* One message, long or short. */
static int pass(const lince_group *g, lince_message whole)
{
    for (size_t at = 0; at < whole.size;) {
        lince_message part = whole;
        size_t left = whole.size - at;
        part.bytes = (char *)whole.bytes + at;
        part.size = left < LINCE_GROUP_BUFFER ? left : LINCE_GROUP_BUFFER;
        LINCE_TRY(exchange(g, &part, 1));
        at += part.size;
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
        LINCE_TRY(pass(g, (lince_message){rank, place >= have, bytes, size}));
    }
    return 0;
}

int lince_group_gather(const lince_group *g, void *items, size_t total, size_t pieces, size_t item)
{
    char *at = items;
    for (int rank = 1; rank < g->size; rank++) {
        lince_share s = part_of(g, total, pieces, rank);
        lince_message share = {g->rank ? 0 : rank, !g->rank, at + s.begin * item, s.count * item};
        if (g->rank == 0 || g->rank == rank) LINCE_TRY(pass(g, share));
    }
    return g->size > 1 ? lince_group_broadcast(g, 0, items, total * item) : 0;
}

/* --- agreement -------------------------------------------------------------------------------------- */

enum { MESSAGE = 2048 };

typedef struct verdict {
    int code, rank;
} verdict;

/* The verdict of the lowest rank that has one, at rank 0, which hears several at a time. */
static int first_verdict(const lince_group *g, verdict *v)
{
    verdict other[LINCE_GROUP_MESSAGES];
    lince_message heard[LINCE_GROUP_MESSAGES];
    if (g->rank) return exchange(g, &(lince_message){0, false, v, sizeof *v}, 1);
    for (int rank = 1, n; rank < g->size; rank += n) {
        for (n = 0; n < LINCE_GROUP_MESSAGES && rank + n < g->size; n++)
            heard[n] = (lince_message){rank + n, true, &other[n], sizeof *other};
        LINCE_TRY(exchange(g, heard, (size_t)n));
        for (int i = 0; i < n; i++)
            if (!v->code) *v = other[i];
    }
    return 0;
}

/* The message of the one that failed, and whose it is. */
static void put_message(const lince_group *g, int rank, const char *text, char message[MESSAGE])
{
    if (!rank || !g->names)
        snprintf(message, MESSAGE, "%s", text);
    else
        snprintf(message, MESSAGE, _("process %d on %s: %s"), rank, g->names[rank], text);
}

int lince_group_fail(const lince_group *g, int rank, int code, const char *text)
{
    char message[MESSAGE];
    put_message(g, rank, text, message);
    return lince_error_set(code, message);
}

int lince_group_all(const lince_group *g, int code)
{
    verdict v = {code, g->rank};
    char message[MESSAGE] = "";
    if (g->size == 1) return code;
    LINCE_TRY(first_verdict(g, &v));
    LINCE_TRY(lince_group_broadcast(g, 0, &v, sizeof v));
    if (!v.code) return 0;
    if (v.rank == g->rank) put_message(g, g->rank, lince_error(), message);
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

int lince_group_alike(const lince_group *g)
{
    LINCE_TRY(lince_group_same(g, "lince", lince_version()));
    return lince_group_same(g, "LINCE_CPU", lince_level_name(lince_cpu_level()));
}
