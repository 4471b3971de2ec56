/* 64-bit hashes that differ in few bits, found without comparing all pairs: multi-index hashing (M. Norouzi,
 * A. Punjani, D. Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012). */
#ifndef LINCE_DATA_NEAR_HASHES_H
#define LINCE_DATA_NEAR_HASHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of the four bands of 16 bits of two hashes that differ in eleven bits or fewer, one differs in two bits or
 * fewer: 1 + 16 + 120 places of each band's table hold all that are near. */
enum { LINCE_NEAR_BITS = 11, LINCE_HASH_BANDS = 4 };

typedef struct lince_near_hashes {
    const uint64_t *hashes;             /* not owned */
    uint32_t *begin[LINCE_HASH_BANDS];  /* [65537] where the hashes with a value of this band begin in ... */
    uint32_t *sorted[LINCE_HASH_BANDS]; /* [those that take part] indices */
} lince_near_hashes;

/* Those of the `count` hashes that `takes_part` (or NULL: all). LINCE_ENOMEM. */
int lince_near_hashes_init(lince_near_hashes *near, const uint64_t *hashes, const bool *takes_part,
                           size_t count);
void lince_near_hashes_release(lince_near_hashes *near);

/* Calls visit for each hash within LINCE_NEAR_BITS of `hash`, once, until it returns false. */
void lince_near_hashes_visit(const lince_near_hashes *near, uint64_t hash,
                             bool (*visit)(void *context, uint32_t index), void *context);

#endif
