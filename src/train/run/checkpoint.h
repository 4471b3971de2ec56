/* The state of a training run at a step boundary, in one safetensors file: arrays of floats by name, and
 * texts. */
#ifndef LINCE_TRAIN_CHECKPOINT_H
#define LINCE_TRAIN_CHECKPOINT_H

#include "kernels/exec.h"
#include "weights/weights.h"

#include <stddef.h>

typedef struct lince_checkpoint_array {
    char name[128];
    const lince_device *device; /* whose memory it is */
    float *data;
    size_t count;
} lince_checkpoint_array;

int lince_checkpoint_write(const char *folder, const char *name, const lince_checkpoint_array *arrays,
                           size_t count, const lince_metadata *texts, size_t text_count);

/* Opens one; copy its arrays back with lince_checkpoint_restore, read its texts with
 * lince_weights_metadata. */
int lince_checkpoint_open(lince_weights **checkpoint, const char *path);

/* Fills every array, which must be there with the same size: else LINCE_EDATA says that model or options
 * differ. */
int lince_checkpoint_restore(const lince_weights *checkpoint, const char *path,
                             const lince_checkpoint_array *arrays, size_t count);

#endif
