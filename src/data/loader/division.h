/* Which samples of a part each piece of a batch has, and so which member of a group opens them: those of its pieces. While training
 * pieces may be drawn once, for all epochs, and each is shuffled anew for every epoch: a member then needs no others. */
#ifndef LINCE_DATA_DIVISION_H
#define LINCE_DATA_DIVISION_H

#include "group/group.h"

#include <stdint.h>

typedef struct lince_division {
    const lince_group *group;
    size_t total, batch, pieces;
    bool drawn;
    uint32_t *sample; /* [total] one piece's behind the other's */
    uint32_t *place;  /* [total] in an epoch, likewise */
    uint32_t *piece;  /* [of the part] that a sample was first in */
    uint32_t *own;    /* [owns] samples of this member's pieces, ascending */
    size_t owns;
    uint32_t *spare; /* [total] */
} lince_division;

/* Of `total` samples in batches of `batch`, each cut into `pieces`. `drawn`: the key that pieces are drawn by; NULL: the samples follow
 * each other in the batches as they do in the part. LINCE_ENOMEM. Release in any case. */
int lince_division_init(lince_division *division, const lince_group *group, size_t total, size_t batch,
                        size_t pieces, const uint64_t *drawn);
void lince_division_release(lince_division *division);

/* Where in `sample` those of a member are. */
lince_share lince_division_of(const lince_division *division, int rank);

/* items[total], of which each member has filled those of its own samples, are whole in all of them. LINCE_ENOMEM in all. */
int lince_division_gather(const lince_division *division, void *items, size_t item_size);

/* From now on there are only the samples good[count], ascending. A few may come to another piece, as each has its share of them. */
void lince_division_keep(lince_division *division, const uint32_t *good, size_t count);

/* The order of an epoch, where pieces were drawn, into order[total]: each sample once, in a place of its piece; a function of (seed,
 * epoch). Of one piece: as where none were drawn, a permutation of all. */
void lince_division_deal(const lince_division *division, uint64_t seed, int epoch, uint32_t *order);

#endif
