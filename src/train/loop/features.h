/* What the frozen part of a net makes of each sample of a loader, computed once and served in place of the
 * pictures: the epochs of the part that is trained need neither decoding nor the frozen layers. */
#ifndef LINCE_TRAIN_FEATURES_H
#define LINCE_TRAIN_FEATURES_H

#include "data/loader/loader.h"
#include "net/net.h"

#include <lince/observer.h>

typedef struct lince_features {
    float *rows; /* [samples of the part][row], mapped; NULL: none */
    size_t row;  /* floats a sample */
    size_t bytes;
    bool in_file; /* in a file that is gone when it is released, or the process ends */
} lince_features;

/* Memory for `samples` rows: of this process up to `memory` bytes, else of a nameless file in `folder`, which
 * may take half of the space that is free there. LINCE_ENOMEM where that is not enough. */
int lince_features_init(lince_features *features, size_t samples, size_t row, size_t memory,
                        const char *folder);
void lince_features_release(lince_features *features);

/* Runs the loader's first epoch through the layers up to node `last` of `net`. LINCE_EINTERRUPTED when the
 * observer's stop is set. */
int lince_features_compute(lince_features *features, lince_net *net, int last, lince_loader *loader,
                           const lince_observer *observer);

#endif
