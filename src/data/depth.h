/* The values of a data set's deep grey (range.h), from which its range is chosen. */
#ifndef LINCE_DATA_DEPTH_H
#define LINCE_DATA_DEPTH_H

#include "core/watch.h"
#include "data/dataset.h"

/* Adds the values of a part's pictures to an extent that is zero at first; what cannot be read is passed
 * over. `watch` (or NULL) is called from the caller's thread. LINCE_EINTERRUPTED, LINCE_ENOMEM. */
int lince_depth_add(lince_extent *extent, lince_dataset *dataset, lince_part part, int threads,
                    const lince_watch *watch);

#endif
