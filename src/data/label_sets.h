/* The sets of labels that samples of several labels have: each once, its labels ascending, behind each other in one
 * array. A sample names its set by number. */
#ifndef LINCE_DATA_LABEL_SETS_H
#define LINCE_DATA_LABEL_SETS_H

#include "core/hash.h"

typedef struct lince_label_sets {
    int32_t *label; /* of all sets */
    size_t used, capacity;
    size_t *end; /* [count] where each one's end there; it begins where the one before it ends */
    size_t count, end_capacity;
    lince_map index; /* by hash: number + 1 */
} lince_label_sets;

/* The number of the set of n labels, in any order, some perhaps twice; it is added where it is new. LINCE_ENOMEM. */
int lince_label_sets_add(lince_label_sets *sets, const int32_t *labels, size_t n, uint32_t *number);

/* How many labels it has, and which. */
size_t lince_label_set(const lince_label_sets *sets, uint32_t number, const int32_t **labels);

void lince_label_sets_release(lince_label_sets *sets);

#endif
