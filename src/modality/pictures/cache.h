/* The fitted pictures of one part of a data set: of a member's own as many as memory is given for are kept, the others are
 * decoded again each time. */
#ifndef LINCE_MODALITY_PICTURES_CACHE_H
#define LINCE_MODALITY_PICTURES_CACHE_H

#include "core/watch.h"
#include "data/dataset.h"
#include "data/loader/division.h"
#include "data/loader/findings.h"
#include "picture/transform.h"

typedef struct lince_pictures {
    lince_dataset *dataset; /* not owned */
    lince_part part;
    lince_transform transform;
    size_t size;    /* bytes of one: height * width * 3 */
    uint32_t *good; /* [count] indices in the part of those that can be decoded, ascending */
    size_t count;
    uint8_t *cache; /* [cached][size]: the first of the member's own */
    size_t cached;
    uint32_t *kept;              /* [of the part] place in the cache + 1; 0: it is not there */
    uint64_t *contents;          /* [of the part] of good ones: lince_hash_content of the bytes */
    uint64_t *originals;         /* [of the part] likewise: lince_image_content before it was fitted */
    uint64_t sum[3], squares[3]; /* over all pixels of the good ones */
} lince_pictures;

/* Decodes this member's own pictures once, on `threads` threads, to fill the cache, to find the bad ones and to add up. What
 * another member does not see of it: whatever fails. Incomplete and, with `skip_bad`, bad ones are noted in `findings`; without
 * it the first bad one ends it. `watch` (or NULL) is called from the caller's thread. Release in any case. */
int lince_pictures_init(lince_pictures *pictures, lince_dataset *dataset, lince_part part,
                        const lince_transform *transform, const lince_division *division, size_t cache_bytes,
                        bool skip_bad, int threads, const lince_watch *watch, lince_findings *findings);
void lince_pictures_release(lince_pictures *pictures);

/* What all members have found, in each of them. The error of the first bad picture in sample order, whatever the threads' timing, where
 * bad ones are not skipped; LINCE_EDATA where none is good. */
int lince_pictures_share(lince_pictures *pictures, const lince_division *division, bool skip_bad,
                         lince_findings *findings);

/* A good picture's [height][width][3] bytes: in the cache, or decoded into `spare` (of `size` bytes). Safe to
 * call from several threads at a time. LINCE_EDATA where it is another picture than when it was first read. */
int lince_pictures_get(const lince_pictures *pictures, uint32_t index, uint8_t *spare,
                       const uint8_t **pixels);

/* One number of the bytes of all good ones: what a network is given of the part. */
uint64_t lince_pictures_digest(const lince_pictures *pictures);

#endif
