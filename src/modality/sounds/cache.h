/* The clips of one part of a data set, or what networks see of them: as many as memory is given for are kept, the others are
 * read again each time. */
#ifndef LINCE_MODALITY_SOUNDS_CACHE_H
#define LINCE_MODALITY_SOUNDS_CACHE_H

#include "core/watch.h"
#include "modality/sounds/kept_maps.h"
#include "modality/sounds/sounds.h"

typedef struct lince_clips {
    lince_dataset *dataset;             /* not owned */
    const lince_sound_encoder *encoder; /* likewise */
    lince_part part;
    bool raw;       /* clips are kept, as they are to be changed before their maps are made */
    size_t size;    /* floats of one: a clip's samples or a map's values */
    uint32_t *good; /* [count] indices in the part of those that can be decoded, ascending */
    size_t count;
    float *cache; /* [cached][size]: the first of the part */
    size_t cached;
    uint64_t *contents;    /* [of the part] of good ones: lince_hash_content of the floats */
    uint64_t *originals;   /* [of the part] likewise: lince_sound_content */
    int32_t *length;       /* [of the part] frames that a recording has itself */
    lince_kept_maps kept;  /* of earlier runs */
    double *sum, *squares; /* [bands] over all maps of the good ones */
} lince_clips;

/* Decodes the whole part once, on `threads` threads, to fill the cache, to find the bad ones and to add up. With `skip_bad`
 * the data set leaves the bad ones out; where it is not set: the first one's error. LINCE_EDATA where none is good.
 * `watch` (or NULL) is called from the caller's thread. The same bits on any number of threads. `disk_bytes`: of
 * lince_kept_maps_open. */
int lince_clips_init(lince_clips *clips, lince_dataset *dataset, lince_part part,
                     const lince_sound_encoder *encoder, bool raw, size_t cache_bytes, uint64_t disk_bytes,
                     bool skip_bad, int threads, const lince_watch *watch);
void lince_clips_release(lince_clips *clips);

/* Bytes that lince_clips_get needs for itself; SIZE_MAX: more than there can be. */
size_t lince_clips_scratch(const lince_sound_encoder *encoder);

/* A good one's floats: in the cache, or in `spare` [size]. Safe to call from several threads at a time, each with scratch of
 * its own. LINCE_EDATA where it has changed since it was first read. */
int lince_clips_get(const lince_clips *clips, uint32_t index, float *spare, void *scratch,
                    const float **values);

/* One number of all good ones: what a network is given of the part. */
uint64_t lince_clips_digest(const lince_clips *clips);

#endif
