/* Drawing the classes of a training part evenly: rare ones come several times, frequent ones not at all. */
#ifndef LINCE_DATA_SAMPLER_H
#define LINCE_DATA_SAMPLER_H

#include "data/dataset.h"

typedef struct lince_sampler {
    uint32_t *
        index; /* of the samples, class by class; of several labels one stands in each of its classes, and those
                        without any in one behind all */
    size_t *end;  /* [classes] where each class ends there */
    int classes;  /* that have samples */
    size_t count; /* samples that an epoch draws */
} lince_sampler;

/* Of the samples good[count] of a part; NULL: its first `count`. LINCE_ENOMEM. Release in any case. */
int lince_sampler_init(lince_sampler *sampler, const lince_dataset *dataset, lince_part part,
                       const uint32_t *good, size_t count);
void lince_sampler_release(lince_sampler *sampler);

/* `count` samples into `order`, each of a class drawn evenly and then of its samples, with replacement: draw
 * i of an epoch is a function of (seed, epoch, i). As torch.utils.data.WeightedRandomSampler with weights 1 /
 * n_c. */
void lince_sampler_draw(const lince_sampler *sampler, uint64_t seed, int epoch, uint32_t *order);

#endif
