#include "data/likeness/near_hashes.h"
#include "core/error.h"
#include "core/memory.h"

enum { BAND_BITS = 64 / LINCE_HASH_BANDS, VALUES = 1 << BAND_BITS };

static uint32_t band_of(uint64_t hash, int band)
{
    return (uint32_t)(hash >> band * BAND_BITS) & (VALUES - 1);
}

/* By counting: at first begin[v] is where the hashes of value v end. */
static int sort_band(lince_near_hashes *n, int band, const bool *takes_part, size_t count)
{
    uint32_t *begin = n->begin[band] = lince_alloc(VALUES + 1, sizeof *begin),
             *sorted = n->sorted[band] = lince_alloc(count, sizeof *sorted);
    if (!begin || !sorted) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++)
        if (!takes_part || takes_part[i]) begin[band_of(n->hashes[i], band)]++;
    for (uint32_t v = 0; v < VALUES; v++) begin[v + 1] += begin[v];
    for (size_t i = count; i-- > 0;)
        if (!takes_part || takes_part[i]) sorted[--begin[band_of(n->hashes[i], band)]] = (uint32_t)i;
    return 0;
}

int lince_near_hashes_init(lince_near_hashes *n, const uint64_t *hashes, const bool *takes_part, size_t count)
{
    *n = (lince_near_hashes){.hashes = hashes};
    int code = 0;
    for (int band = 0; band < LINCE_HASH_BANDS && !code; band++) code = sort_band(n, band, takes_part, count);
    if (code) lince_near_hashes_release(n);
    return code;
}

void lince_near_hashes_release(lince_near_hashes *n)
{
    for (int band = 0; band < LINCE_HASH_BANDS; band++) {
        lince_free(n->begin[band]);
        lince_free(n->sorted[band]);
    }
    *n = (lince_near_hashes){0};
}

static bool near_in(uint64_t difference, int band)
{
    return __builtin_popcount(band_of(difference, band)) <= LINCE_NEAR_BITS / LINCE_HASH_BANDS;
}

/* Whether a band before this one has found it. */
static bool found_before(uint64_t difference, int band)
{
    bool found = false;
    for (int b = 0; b < band; b++) found |= near_in(difference, b);
    return found;
}

static bool visit_value(const lince_near_hashes *n, int band, uint32_t value, uint64_t hash,
                        bool (*visit)(void *context, uint32_t index), void *context)
{
    for (uint32_t i = n->begin[band][value]; i < n->begin[band][value + 1]; i++) {
        uint32_t index = n->sorted[band][i];
        uint64_t difference = n->hashes[index] ^ hash;
        if (__builtin_popcountll(difference) > LINCE_NEAR_BITS || found_before(difference, band)) continue;
        if (!visit(context, index)) return false;
    }
    return true;
}

/* The value itself, and with one or two of its bits flipped: bit BAND_BITS is none. */
void lince_near_hashes_visit(const lince_near_hashes *n, uint64_t hash,
                             bool (*visit)(void *context, uint32_t index), void *context)
{
    for (int band = 0; band < LINCE_HASH_BANDS; band++)
        for (int first = 0; first <= BAND_BITS; first++)
            for (int second = first < BAND_BITS ? first + 1 : BAND_BITS; second <= BAND_BITS; second++) {
                uint32_t flipped = (1u << first | 1u << second) & (VALUES - 1);
                if (!visit_value(n, band, band_of(hash, band) ^ flipped, hash, visit, context)) return;
            }
}
