/* Batches of one part of a data set, in an order and with augmentations that are functions of (seed, epoch,
 * index) only; decoded and prepared ahead by worker threads. */
#ifndef LINCE_DATA_LOADER_H
#define LINCE_DATA_LOADER_H

#include "core/watch.h"
#include "data/dataset.h"
#include "data/loader/tokens.h"
#include "group/group.h"
#include "picture/augment/mix.h"
#include "picture/transform.h"

typedef struct lince_batch {
    int n; /* samples in this batch: batch_size, or fewer in an epoch's last */
    int begin,
        whole;      /* of a member's share (options.group): its place in the batch of all, and that one's n */
    const float *x; /* [batch_size][3][height][width]; samples beyond n are zero; NULL for texts */
    const int32_t
        *tokens; /* [batch_size][steps] of texts, <pad> = 0 behind each one's end; NULL for pictures */
    const int32_t *length;  /* [n] tokens of each text, at least 1 */
    int steps;              /* of the longest text of this batch */
    const int32_t *y;       /* [n] labels */
    const int32_t *partner; /* [n] labels of the samples that these are mixed with; NULL: they are not */
    float own;              /* share of y in the target, the rest is partner's */
    const uint32_t *index;  /* [n] of the sample in its part */
    const uint64_t *key;    /* [n] lince_occasion_key: decides what is random for it */
} lince_batch;

typedef struct lince_loader_options {
    int batch_size;
    bool train; /* shuffle and augment */
    bool
        balanced; /* while training: epochs draw each class as often, with replacement (data/loader/sampler.h) */
    uint64_t seed;
    int workers;        /* threads that prepare batches; 0: prepared by the caller's own thread */
    size_t cache_bytes; /* for fitted pictures; those beyond are decoded again each epoch */
    bool skip_bad;      /* lince_dataset_leave_out what cannot be read, instead of failing */
    float word_dropout; /* while training: the share of a text's words that are <unk>, others in each epoch */
    lince_mixing mixing;      /* while training: of pictures */
    lince_watch watch;        /* of the decoding in lince_loader_new */
    const lince_group *group; /* of each batch this member prepares its share; NULL: all of it */
} lince_loader_options;

typedef struct lince_loader lince_loader;

/* Decodes the whole part once, on all processors, to find bad pictures and to fill the cache. The data set
 * must outlive it. Without skip_bad: the error of the first bad picture in sample order. LINCE_EDATA where
 * none is good; an empty part makes a loader of no batches. Batches do not depend on `workers` nor on
 * `cache_bytes`; memory: workers + 2 batches (one without workers) and the cache. */
int lince_loader_new(lince_loader **loader, lince_dataset *dataset, lince_part part,
                     const lince_transform *transform, const lince_loader_options *options);

/* The same for texts: all are encoded at once, by the caller's thread. While training the texts of a batch
 * are about as long as each other; otherwise the shortest come first, and outcomes are told apart by their
 * index. Of the options only batch_size, train, balanced, seed, workers and word_dropout matter. */
int lince_loader_new_texts(lince_loader **loader, lince_dataset *dataset, lince_part part,
                           lince_encoder *encoder, const lince_loader_options *options);
void lince_loader_free(lince_loader *loader);

/* The texts as encoded; NULL: the samples are pictures. */
const lince_tokens *lince_loader_tokens(const lince_loader *loader);

size_t lince_loader_samples(const lince_loader *loader); /* without the bad ones, all members' */
int lince_loader_batch_size(const lince_loader *loader); /* of all members */
const lince_group *lince_loader_group(const lince_loader *loader);
size_t lince_loader_batches(const lince_loader *loader); /* an epoch's; the last may be short */

/* Begins epoch `epoch` (0-based) at batch `first` (0 unless resuming), also in the middle of another.
 * LINCE_EDATA where the epoch has fewer batches. */
int lince_loader_start(lince_loader *loader, int epoch, size_t first);

/* Begins an epoch that has each sample once, whatever epochs draw while training. */
int lince_loader_start_whole(lince_loader *loader);

/* The sample, by its index in the part, at place `i` of the epoch that was begun. */
uint32_t lince_loader_drawn(const lince_loader *loader, size_t i);

/* 1 and the next batch, which stays valid until the next call; 0 at the end of the epoch; negative where a
 * picture of this batch can no longer be read, which ends the epoch. Allocates nothing where all pictures are
 * cached. */
int lince_loader_next(lince_loader *loader, lince_batch *batch);

/* From the next start on batches hold rows[index] (`row` floats each, not owned) as their x, in place of
 * pictures or texts; NULL: those again. Order, labels and keys stay the same. */
int lince_loader_serve(lince_loader *loader, const float *rows, size_t row);

/* The fitted picture of a sample ([height][width][3]), for figures; decoded again where it is not cached. */
int lince_loader_picture(lince_loader *loader, uint32_t index, lince_image *image);

/* Seconds spent in lince_loader_next, since the loader was made: what the caller lost to waiting for data. */
double lince_loader_waited(const lince_loader *loader);

/* Sets Normalize's numbers after the loader was made (they may have been measured with it); before
 * lince_loader_start. */
void lince_loader_normalize(lince_loader *loader, const float mean[3], const float std[3]);

/* Mean and (population) standard deviation of each channel, in 0..1, over all pixels of the part's good
 * pictures: what normalisation is measured by. The deviation is at least 1/255, so that a constant channel
 * stays finite. LINCE_EDATA where there are no pictures. */
int lince_loader_measure(lince_loader *loader, float mean[3], float std[3]);

#endif
