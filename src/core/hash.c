#include "core/hash.h"
#include "core/memory.h"

#include <string.h>
#include <xxhash.h>

/* http://www.isthe.com/chongo/tech/comp/fnv; the mix is MurmurHash3's fmix64, which is in the public
 * domain. */
uint64_t lince_hash(uint64_t seed, const void *bytes, size_t size)
{
    uint64_t h = seed ^ 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++) h = (h ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
    h = (h ^ h >> 33) * 0xff51afd7ed558ccdu;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 33;
}

uint64_t lince_hash_content(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}

/* Where a key is or would be; at most three quarters are taken, so that there is an end. */
static size_t place_of(const lince_map *map, uint64_t key)
{
    size_t mask = map->capacity - 1, i = (size_t)key & mask;
    while (map->keys[i] && map->keys[i] != key) i = (i + 1) & mask;
    return i;
}

static bool grow(lince_map *map)
{
    lince_map larger = {.capacity = map->capacity ? 2 * map->capacity : 64, .count = map->count};
    larger.keys = lince_alloc(larger.capacity, sizeof *larger.keys);
    larger.values = lince_alloc(larger.capacity, sizeof *larger.values);
    if (!larger.keys || !larger.values) {
        lince_map_release(&larger);
        return false;
    }
    for (size_t i = 0; i < map->capacity; i++) {
        if (!map->keys[i]) continue;
        size_t at = place_of(&larger, map->keys[i]);
        larger.keys[at] = map->keys[i];
        larger.values[at] = map->values[i];
    }
    lince_map_release(map);
    *map = larger;
    return true;
}

uint32_t *lince_map_at(lince_map *map, uint64_t key, bool *is_new)
{
    if (!key) key = 1; /* zero means vacant */
    if (4 * (map->count + 1) > 3 * map->capacity && !grow(map)) return NULL;
    size_t at = place_of(map, key);
    *is_new = !map->keys[at];
    if (*is_new) {
        map->keys[at] = key;
        map->values[at] = 0;
        map->count++;
    }
    return &map->values[at];
}

const uint32_t *lince_map_find(const lince_map *map, uint64_t key)
{
    if (!key) key = 1;
    if (!map->capacity) return NULL;
    size_t at = place_of(map, key);
    return map->keys[at] ? &map->values[at] : NULL;
}

void lince_map_clear(lince_map *map)
{
    if (map->capacity) memset(map->keys, 0, map->capacity * sizeof *map->keys);
    map->count = 0;
}

void lince_map_release(lince_map *map)
{
    lince_free(map->keys);
    lince_free(map->values);
    *map = (lince_map){0};
}
