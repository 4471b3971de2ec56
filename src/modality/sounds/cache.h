/* The clips of one part of a data set, or what networks see of them: of a member's own as many as memory is given for are kept, the
 * others are read again each time. */
#ifndef LINCE_MODALITY_SOUNDS_CACHE_H
#define LINCE_MODALITY_SOUNDS_CACHE_H

#include "core/watch.h"
#include "data/loader/division.h"
#include "data/loader/findings.h"
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
    float *cache; /* [cached][size]: the first of the member's own */
    size_t cached;
    uint32_t *stands;     /* [of the part] place in the cache + 1; 0: it is not there */
    uint64_t *contents;   /* [of the part] of good ones: lince_hash_content of the floats */
    uint64_t *originals;  /* [of the part] likewise: lince_sound_content */
    int32_t *length;      /* [of the part] frames that a recording has itself */
    lince_kept_maps kept; /* of earlier runs */
    double *sums;         /* [pieces][2][bands] over all maps of the good ones: values, and squares */
} lince_clips;

/* Decodes this member's own recordings once, on `threads` threads, to fill the cache, to find the bad ones and to add up. What another
 * member does not see of it: whatever fails. With `skip_bad` bad ones are noted in `findings`; without it the first bad one ends it.
 * `watch` (or NULL) is called from the caller's thread. The same bits on any number of threads. `disk_bytes`: of
 * lince_kept_maps_open. Release in any case. */
int lince_clips_init(lince_clips *clips, lince_dataset *dataset, lince_part part,
                     const lince_sound_encoder *encoder, bool raw, const lince_division *division,
                     size_t cache_bytes, uint64_t disk_bytes, bool skip_bad, int threads,
                     const lince_watch *watch, lince_findings *findings);
void lince_clips_release(lince_clips *clips);

/* What all members have found, in each of them; sums are added up by the pieces' numbers. The error of the first bad one in sample order
 * where they are not skipped; LINCE_EDATA where none is good. */
int lince_clips_share(lince_clips *clips, const lince_division *division, bool skip_bad,
                      lince_findings *findings);

/* Bytes that lince_clips_get needs for itself; SIZE_MAX: more than there can be. */
size_t lince_clips_scratch(const lince_sound_encoder *encoder);

/* A good one's floats: in the cache, or in `spare` [size]. Safe to call from several threads at a time, each with scratch of
 * its own. LINCE_EDATA where it has changed since it was first read. */
int lince_clips_get(const lince_clips *clips, uint32_t index, float *spare, void *scratch,
                    const float **values);

/* One number of all good ones: what a network is given of the part. */
uint64_t lince_clips_digest(const lince_clips *clips);

#endif
