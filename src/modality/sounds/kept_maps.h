/* Maps of recordings that were computed before, by an earlier run or for another fold: a file of the user's cache
 * ($XDG_CACHE_HOME/lince/maps, or ~/.cache/lince/maps) for each data set and way of computing. A map is found by the SHA-256
 * of its recording's bytes and its file by all that it depends on, so that none is taken for another; what was damaged is
 * computed anew. Where nothing can be kept nothing is lost but time: no function fails. */
#ifndef LINCE_MODALITY_SOUNDS_KEPT_MAPS_H
#define LINCE_MODALITY_SOUNDS_KEPT_MAPS_H

#include "core/hash.h"
#include "core/sha256.h"
#include "modality/sounds/sounds.h"

typedef struct lince_kept_maps {
    int fd;                /* -1: none are kept */
    bool writes;           /* and no other process does meanwhile */
    size_t floats;         /* of a map */
    uint64_t count, most;  /* records; those that there may be */
    lince_map places;      /* by the first bytes of the digest: record + 1; 0: it could not be written */
    unsigned char *record; /* room to put one together */
} lince_kept_maps;

typedef struct lince_recording_key {
    unsigned char digest[SHA256_DIGEST_LENGTH];
} lince_recording_key;

/* `limit`: bytes that all files of the cache may take, 0: nothing is kept; those that were not used for longest make room.
 * `wanted`: maps that there may be. Close in any case. */
void lince_kept_maps_open(lince_kept_maps *kept, const lince_sound_encoder *encoder, const char *fingerprint,
                          uint64_t limit, size_t wanted);
void lince_kept_maps_finish(lince_kept_maps *kept); /* nothing is added any more, but others may */
void lince_kept_maps_close(lince_kept_maps *kept);

void lince_recording_key_of(lince_recording_key *key, const void *bytes, size_t size);

/* The map, and how many frames the recording has. Safe to call from several threads at a time, but not beside `add`. */
bool lince_kept_maps_find(const lince_kept_maps *kept, const lince_recording_key *key, float *map,
                          int32_t *length);
void lince_kept_maps_add(lince_kept_maps *kept, const lince_recording_key *key, const float *map,
                         int32_t length);

#endif
