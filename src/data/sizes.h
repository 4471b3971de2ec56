/* The sizes of a data set's pictures, from their headers: nothing is decoded. */
#ifndef LINCE_DATA_SIZES_H
#define LINCE_DATA_SIZES_H

#include "data/dataset.h"
#include "group/group.h"

typedef struct lince_sizes {
    size_t pictures;               /* that say their size */
    size_t unknown;                /* that do not: they are damaged, or cannot be read */
    size_t unread;                 /* of these, the files that the system could not read, */
    char why[512];                 /* and what it said of the first; "" */
    size_t deep;                   /* of deep grey (range.h) */
    int least_width, least_height; /* over all of them: of no one picture, perhaps */
    int greatest_width, greatest_height;
} lince_sizes;

/* Adds a part's pictures to sizes that are zero at first, by all members of a group, each of which reads its share of the headers; a
 * failure is that of all. LINCE_ENOMEM; LINCE_EINTERRUPTED, where `watch` (or NULL) asks for it. */
int lince_sizes_add(lince_sizes *sizes, const lince_group *group, lince_dataset *dataset, lince_part part,
                    const lince_watch *watch);

/* Whether all have one and the same size. */
bool lince_sizes_agree(const lince_sizes *sizes);

#endif
