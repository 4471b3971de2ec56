/* 64-bit hashes of bytes, and a table from such hashes to numbers. Keys that are equal are taken for the same
 * bytes: among n different ones a mistake has a probability of n^2 / 2^65, 1e-10 for 75,000. */
#ifndef LINCE_CORE_HASH_H
#define LINCE_CORE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* FNV-1a with the final mix of MurmurHash3 behind it. Chain by giving the last result as `seed`; begin
 * with 0. The same on every machine. */
uint64_t lince_hash(uint64_t seed, const void *bytes, size_t size);

/* XXH3 (https://xxhash.com), 64 bits: as fast as memory, for large contents and what is kept of them in files. */
uint64_t lince_hash_content(const void *bytes, size_t size);

/* Open addressing; zero is empty. */
typedef struct lince_map {
    uint64_t *keys;   /* [capacity]; 0: vacant */
    uint32_t *values; /* [capacity] */
    size_t count, capacity;
} lince_map;

/* The place of a key's value, which is 0 where the key is new; NULL, with lince_error() set, when out of
 * memory. Valid until the next call. */
uint32_t *lince_map_at(lince_map *map, uint64_t key, bool *is_new);

/* NULL: not there. */
const uint32_t *lince_map_find(const lince_map *map, uint64_t key);

void lince_map_clear(lince_map *map); /* keeps the memory */
void lince_map_release(lince_map *map);

#endif
