#include "data/loader/division.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"

#include <string.h>

/* --- what a piece has of an epoch --------------------------------------------------------------------- */

/* All batches but the last are whole. */
static lince_share share_of(const lince_division *d, size_t piece)
{
    size_t whole = d->total / d->batch;
    lince_share each = lince_piece(d->batch, d->pieces, piece),
                last = lince_piece(d->total % d->batch, d->pieces, piece);
    return (lince_share){whole * each.begin + last.begin, whole * each.count + last.count};
}

lince_share lince_division_of(const lince_division *d, int rank)
{
    lince_share pieces = lince_piece(d->pieces, (size_t)d->group->size, (size_t)rank);
    size_t begin = share_of(d, pieces.begin).begin;
    return (lince_share){begin, share_of(d, pieces.begin + pieces.count).begin - begin};
}

/* The places in an epoch that the piece has, into place[share_of(piece).count]. */
static void list_places(const lince_division *d, size_t piece, uint32_t *place)
{
    for (size_t first = 0; first < d->total; first += d->batch) {
        size_t left = d->total - first;
        lince_share part = lince_piece(left < d->batch ? left : d->batch, d->pieces, piece);
        for (size_t i = 0; i < part.count; i++) *place++ = (uint32_t)(first + part.begin + i);
    }
}

/* --- who has what --------------------------------------------------------------------------------------- */

static int allocate(lince_division *d)
{
    uint32_t **arrays[] = {&d->sample, &d->place, &d->piece, &d->own, &d->spare};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        if (!(*arrays[i] = lince_alloc(d->total, sizeof **arrays[i]))) return LINCE_ENOMEM;
    return 0;
}

static void divide(lince_division *d, const uint64_t *drawn)
{
    for (size_t p = 0; p < d->pieces; p++) list_places(d, p, d->place + share_of(d, p).begin);
    if (drawn && d->pieces > 1)
        lince_random_permutation(*drawn, d->sample, d->total);
    else
        memcpy(d->sample, d->place, d->total * sizeof *d->sample);
    for (size_t p = 0; p < d->pieces; p++) {
        lince_share part = share_of(d, p);
        for (size_t i = 0; i < part.count; i++) d->piece[d->sample[part.begin + i]] = (uint32_t)p;
    }
}

/* Ascending, so that what is read is read as it lies. */
static void list_own(lince_division *d)
{
    lince_share pieces = lince_group_share(d->group, d->pieces);
    for (size_t i = 0; i < d->total; i++)
        if (d->piece[i] - pieces.begin < pieces.count) d->own[d->owns++] = (uint32_t)i;
}

int lince_division_init(lince_division *d, const lince_group *group, size_t total, size_t batch,
                        size_t pieces, const uint64_t *drawn)
{
    *d = (lince_division){.group = group, .total = total, .batch = batch, .pieces = pieces, .drawn = drawn};
    LINCE_TRY(allocate(d));
    divide(d, drawn);
    list_own(d);
    return 0;
}

void lince_division_release(lince_division *d)
{
    lince_free(d->sample);
    lince_free(d->place);
    lince_free(d->piece);
    lince_free(d->spare);
    lince_free(d->own);
    *d = (lince_division){0};
}

/* --- what each has found -------------------------------------------------------------------------------- */

/* Items of a member's samples lie together while they travel. */
static void pack(const lince_division *d, const char *items, size_t item, char *packed)
{
    lince_share own = lince_division_of(d, d->group->rank);
    for (size_t i = own.begin; i < own.begin + own.count; i++)
        memcpy(packed + i * item, items + d->sample[i] * item, item);
}

static int spread(const lince_division *d, size_t item, char *packed)
{
    for (int rank = 0; rank < d->group->size; rank++) {
        lince_share part = lince_division_of(d, rank);
        LINCE_TRY(lince_group_broadcast(d->group, rank, packed + part.begin * item, part.count * item));
    }
    return 0;
}

int lince_division_gather(const lince_division *d, void *items, size_t item)
{
    if (d->group->size == 1) return 0;
    char *packed = lince_alloc(d->total, item), *at = items;
    int code = lince_group_all(d->group, packed ? 0 : LINCE_ENOMEM);
    if (!code) {
        pack(d, items, item, packed);
        code = spread(d, item, packed);
    }
    for (size_t i = 0; i < d->total && !code; i++) memcpy(at + d->sample[i] * item, packed + i * item, item);
    lince_free(packed);
    return code;
}

/* --- epochs --------------------------------------------------------------------------------------------- */

void lince_division_keep(lince_division *d, const uint32_t *good, size_t count)
{
    size_t kept = 0;
    memset(d->spare, 0, d->total * sizeof *d->spare);
    for (size_t i = 0; i < count; i++) d->spare[good[i]] = 1;
    for (size_t i = 0; i < d->total; i++)
        if (d->spare[d->sample[i]]) d->sample[kept++] = d->sample[i];
    d->total = count;
    for (size_t p = 0; p < d->pieces; p++) list_places(d, p, d->place + share_of(d, p).begin);
}

void lince_division_deal(const lince_division *d, uint64_t seed, int epoch, uint32_t *order)
{
    for (size_t p = 0; p < d->pieces; p++) {
        lince_share part = share_of(d, p);
        const uint32_t *sample = d->sample + part.begin, *place = d->place + part.begin;
        uint64_t key = lince_key(seed, LINCE_STREAM_SHUFFLE, (uint64_t)epoch, p);
        lince_random_permutation(key, d->spare, part.count);
        for (size_t i = 0; i < part.count; i++) order[place[i]] = sample[d->spare[i]];
    }
}
