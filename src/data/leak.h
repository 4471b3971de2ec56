/* Texts that stand, word for word or nearly so, in two parts of a data set: what is learned from the one is
 * no longer unknown in the other. */
#ifndef LINCE_DATA_LEAK_H
#define LINCE_DATA_LEAK_H

#include "data/dataset.h"

/* From this Jaccard similarity on, of the sets of 3-character shingles of their words, two texts are near
 * duplicates. */
#define LINCE_NEAR 0.7

typedef struct lince_leak_pair {
    size_t index, from; /* samples of the two parts */
    double similarity;  /* 1: word for word */
} lince_leak_pair;

enum { LINCE_LEAK_EXAMPLES = 3 };

typedef struct lince_leak {
    lince_part part, from;
    size_t count; /* texts of `part` */
    size_t exact,
        near;   /* of them, those that stand in `from` too: with the same words, with nearly the same */
    size_t kin; /* of those, the ones found in a text of their own group (lince_dataset_group) */
    lince_leak_pair examples[LINCE_LEAK_EXAMPLES]; /* the near before the exact; the first of each */
    size_t example_count;
} lince_leak;

/* Near duplicates are found by MinHash and locality-sensitive hashing: of those with a similarity of
 * 0.7, 99.6 %; of more similar ones, more. Each is verified, so that none is counted wrongly. 60,000 texts
 * take about a second. A. Z. Broder, "On the resemblance and containment of documents", 1997.
 * known (may be NULL): for each text of `part`, whether it stands in `from` too. LINCE_ENOMEM. */
int lince_leak_find(lince_leak *leak, const lince_dataset *dataset, lince_part part, lince_part from,
                    int threads, bool *known);

#endif
