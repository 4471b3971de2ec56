/* Batches of one part of a data set, in an order and with augmentations that are functions of (seed, epoch,
 * index) only; decoded and prepared ahead by worker threads. */
#ifndef LINCE_DATA_LOADER_H
#define LINCE_DATA_LOADER_H

#include "core/watch.h"
#include "data/dataset.h"
#include "group/group.h"
#include "net/net.h"

typedef struct lince_batch {
    int n; /* samples in this batch: batch_size, or fewer in an epoch's last */
    int begin,
        whole; /* of a member's share (options.group): its place in the batch of all, and that one's n */
    lince_input input;      /* as the kind of samples makes it; of numbers those beyond n are zero */
    size_t row;             /* floats of input.x that a sample has */
    const int32_t *y;       /* [n] lince_dataset_target: labels, or where samples have several their sets */
    const int32_t *partner; /* [n] likewise of the samples that these are mixed with; NULL: they are not */
    float own;              /* share of y in what is asked, the rest is partner's */
    const float *asked;     /* [n][classes] of each class, where samples have several labels; else NULL */
    const uint32_t *index;  /* [n] of the sample in its part */
    const uint64_t *key;    /* [n] lince_occasion_key: decides what is random for it */
} lince_batch;

typedef struct lince_loader_options {
    int batch_size;
    bool train; /* shuffle and augment */
    bool
        balanced; /* while training: epochs draw each class as often, with replacement (data/loader/sampler.h) */
    uint64_t seed;
    int workers;              /* threads that prepare batches; 0: prepared by the caller's own thread */
    size_t cache_bytes;       /* for decoded samples; those beyond are decoded again each epoch */
    bool skip_bad;            /* lince_dataset_leave_out what cannot be read, instead of failing */
    lince_watch watch;        /* of what is decoded while it is made */
    const lince_group *group; /* of each batch this member prepares its share; NULL: all of it */
    size_t
        pieces; /* that a batch is cut into, of which members have their shares, while training in all epochs of the same
                      samples; 0: as many as members, of others in each */
} lince_loader_options;

typedef struct lince_loader lince_loader;

/* What samples are, and how they become a batch's input (content.h). */
typedef struct lince_content lince_content;

/* `how`: what the content must know to open the part. The data set must outlive it; an empty part makes a
 * loader of no batches. Batches do not depend on `workers` nor on `cache_bytes`; memory: workers + 2 batches
 * (one without workers) and the cache. On failure *loader is NULL. */
int lince_loader_new(lince_loader **loader, lince_dataset *dataset, lince_part part,
                     const lince_content *content, const void *how, const lince_loader_options *options);
void lince_loader_free(lince_loader *loader);

size_t lince_loader_samples(const lince_loader *loader); /* without the bad ones, all members' */
int lince_loader_batch_size(const lince_loader *loader); /* of all members */
const lince_group *lince_loader_group(const lince_loader *loader);
const lince_dataset *lince_loader_dataset(const lince_loader *loader);
lince_part lince_loader_part(const lince_loader *loader);
size_t lince_loader_batches(const lince_loader *loader); /* an epoch's; the last may be short */

/* One number of all samples: which they are, their labels, and what they hold where the data set's fingerprint does not say
 * it (of texts it does; of pictures it says names and sizes). */
uint64_t lince_loader_digest(const lince_loader *loader);

/* One number of what a sample of the part holds as it stands in the data, not as the net is given it: of a picture the
 * size and the pixels (lince_image_content), of a text the words, of a recording its file. Whoever reads the data another way finds the same one. */
uint64_t lince_loader_holds(const lince_loader *loader, uint32_t index);

/* One number of a sample's name, its labels and what it holds. Sums of them stand for parts, and do not depend on the order: two
 * divisions of the same samples have the same sum. */
uint64_t lince_loader_identity(const lince_loader *loader, uint32_t index);
uint64_t lince_loader_identities(const lince_loader *loader); /* their sum over all samples of an epoch */

/* Begins epoch `epoch` (0-based) at batch `first` (0 unless resuming), also in the middle of another.
 * LINCE_EDATA where the epoch has fewer batches. */
int lince_loader_start(lince_loader *loader, int epoch, size_t first);

/* Begins an epoch that has each sample once, whatever epochs draw while training. */
int lince_loader_start_whole(lince_loader *loader);

/* The sample, by its index in the part, at place `i` of the epoch that was begun. */
uint32_t lince_loader_drawn(const lince_loader *loader, size_t i);

/* 1 and the next batch, which stays valid until the next call; 0 at the end of the epoch; negative where a
 * sample of this batch can no longer be read, which ends the epoch. Allocates nothing where all that is decoded
 * is cached. */
int lince_loader_next(lince_loader *loader, lince_batch *batch);

/* The pieces that a batch is cut into, those of them that this member has, and the i-th of these of a batch that was
 * handed out: its samples alone, n: 0 where it is empty. */
size_t lince_loader_cut(const lince_loader *loader);
size_t lince_loader_pieces(const lince_loader *loader);
lince_batch lince_loader_piece(const lince_loader *loader, const lince_batch *batch, size_t i);

/* From the next start on batches hold rows[index] (`row` floats each, not owned) as their input's x, in place
 * of the samples; NULL: those again. Order, labels and keys stay the same. */
int lince_loader_serve(lince_loader *loader, const float *rows, size_t row);

/* Seconds spent in lince_loader_next, since the loader was made: what the caller lost to waiting for data. */
double lince_loader_waited(const lince_loader *loader);

#endif
