#include "modality/sounds/kept_maps.h"
#include "core/buffer.h"
#include "core/cpu.h"
#include "core/file.h"
#include "core/memory.h"

#include <dirent.h>
#include <fcntl.h>
#include <lince/version.h>
#include <sndfile.h>
#include <soxr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* A record: the head, then the map's floats. A file is records from its first byte on; behind the last whole one may be the
 * half of one that a killed process has left. */
typedef struct head {
    lince_recording_key key;
    uint64_t sum; /* of the floats and the length */
    int32_t length, unused;
} head;

static uint64_t sum_of(const float *map, size_t bytes, int32_t length)
{
    return lince_hash(lince_hash_content(map, bytes), &length, sizeof length);
}

enum { REVISION = 1 /* of what features.c and clip.c compute */ };

static size_t record_size(const lince_kept_maps *k)
{
    return sizeof(head) + k->floats * sizeof(float);
}

static uint64_t place_key(const lince_recording_key *key)
{
    uint64_t word;
    memcpy(&word, key->digest, sizeof word);
    return word ? word : 1; /* 0 is vacant */
}

void lince_recording_key_of(lince_recording_key *key, const void *bytes, size_t size)
{
    SHA256_CTX sum;
    SHA256_Init(&sum);
    SHA256_Update(&sum, bytes, size);
    SHA256_Final(key->digest, &sum);
}

/* --- files ---------------------------------------------------------------------------------------- */

/* All that maps depend on but the recording: last bits are also the processor's and the libraries'. */
static bool name_file(const lince_sound_encoder *e, const char *fingerprint,
                      char name[LINCE_SHA256_DIGITS + 1])
{
    const lince_feature_spec *s = &e->spec;
    lince_buffer text = {0};
    lince_sha256 sum;
    lince_buffer_printf(&text, "%d %s %s %s %s %s %s\n%d %zu %d %d %d %d %d %a %s %s\n", REVISION,
                        LINCE_VERSION, lince_cpu_name(), lince_level_name(lince_cpu_level()),
                        sf_version_string(), soxr_version(), fingerprint, s->rate, e->samples, s->fft, s->hop,
                        s->mels, s->coefficients, s->power, s->top_db, s->scale->name, s->taper->name);
    bool made = !text.error;
    if (made) {
        lince_sha256_begin(&sum);
        lince_sha256_add(&sum, text.data, text.size);
        lince_sha256_end(&sum, name);
    }
    lince_buffer_release(&text);
    return made;
}

typedef struct oldest {
    const char *own; /* is not taken away */
    char name[LINCE_SHA256_DIGITS + 1];
    struct timespec used;
    uint64_t bytes; /* of all but the own one */
} oldest;

static bool is_older(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static int weigh(void *context, int folder, const char *name)
{
    oldest *o = context;
    struct stat info;
    if (strlen(name) != LINCE_SHA256_DIGITS || !strcmp(name, o->own)) return 0;
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) || !S_ISREG(info.st_mode)) return 0;
    o->bytes += (uint64_t)info.st_size;
    if (*o->name && !is_older(&info.st_mtim, &o->used)) return 0;
    memcpy(o->name, name, sizeof o->name);
    o->used = info.st_mtim;
    return 0;
}

/* Whether `bytes` more fit, once older files have made room. */
static bool make_room(const char *folder, const char *own, uint64_t bytes, uint64_t limit)
{
    for (;;) {
        oldest o = {.own = own};
        if (bytes > limit || lince_folder_list(folder, weigh, &o)) return false;
        if (o.bytes <= limit - bytes) return true;
        if (lince_file_remove(folder, o.name)) return false;
    }
}

/* The records that are there; what is behind the last whole one goes. */
static bool read_places(lince_kept_maps *k)
{
    struct stat info;
    size_t size = record_size(k);
    if (fstat(k->fd, &info) || !S_ISREG(info.st_mode)) return false;
    uint64_t whole = (uint64_t)info.st_size / size;
    if (k->writes && (uint64_t)info.st_size % size && ftruncate(k->fd, (off_t)(whole * size))) return false;
    for (; k->count < whole && k->count < UINT32_MAX - 1; k->count++) {
        head h;
        bool is_new;
        if (pread(k->fd, &h, sizeof h, (off_t)(k->count * size)) != (ssize_t)sizeof h) return false;
        uint32_t *place = lince_map_at(&k->places, place_key(&h.key), &is_new);
        if (!place) return false;
        *place = (uint32_t)k->count + 1; /* of two the later: the earlier one may be damaged */
    }
    return true;
}

static bool open_file(lince_kept_maps *k, const char *folder, const char *name)
{
    char path[LINCE_PATH_MAX];
    if (lince_make_folder(folder) || lince_path_join(path, folder, name)) return false;
    k->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
    if (k->fd < 0) return false;
    k->writes = !flock(k->fd, LOCK_EX | LOCK_NB);
    if (!read_places(k)) return false;
    futimens(k->fd, NULL); /* used now */
    return true;
}

void lince_kept_maps_open(lince_kept_maps *k, const lince_sound_encoder *e, const char *fingerprint,
                          uint64_t limit, size_t wanted)
{
    char folder[LINCE_PATH_MAX], name[LINCE_SHA256_DIGITS + 1];
    *k = (lince_kept_maps){.fd = -1, .floats = lince_sound_floats(e)};
    if (!limit || !lince_cache_folder(folder, "maps") || !name_file(e, fingerprint, name)) return;
    k->record = lince_alloc(record_size(k), 1);
    if (!k->record || !open_file(k, folder, name)) {
        lince_kept_maps_close(k);
        return;
    }
    k->most = k->count + wanted;
    if (!make_room(folder, name, k->most * record_size(k), limit)) lince_kept_maps_finish(k);
}

void lince_kept_maps_finish(lince_kept_maps *k)
{
    if (k->writes) flock(k->fd, LOCK_UN);
    k->writes = false;
    lince_free(k->record);
    k->record = NULL;
}

void lince_kept_maps_close(lince_kept_maps *k)
{
    if (k->fd >= 0) close(k->fd);
    lince_map_release(&k->places);
    lince_free(k->record);
    *k = (lince_kept_maps){.fd = -1};
}

/* --- maps ----------------------------------------------------------------------------------------- */

bool lince_kept_maps_find(const lince_kept_maps *k, const lince_recording_key *key, float *map,
                          int32_t *length)
{
    head h;
    size_t size = record_size(k), bytes = k->floats * sizeof *map;
    const uint32_t *place = k->fd < 0 ? NULL : lince_map_find(&k->places, place_key(key));
    if (!place || !*place) return false;
    off_t at = (off_t)((*place - 1) * size);
    bool read = pread(k->fd, &h, sizeof h, at) == (ssize_t)sizeof h &&
                pread(k->fd, map, bytes, at + (off_t)sizeof h) == (ssize_t)bytes;
    *length = h.length;
    return read && !memcmp(&h.key, key, sizeof *key) && sum_of(map, bytes, h.length) == h.sum;
}

void lince_kept_maps_add(lince_kept_maps *k, const lince_recording_key *key, const float *map, int32_t length)
{
    size_t size = record_size(k), bytes = k->floats * sizeof *map;
    bool is_new;
    if (k->fd < 0 || !k->writes || k->count >= k->most) return;
    uint32_t *place = lince_map_at(&k->places, place_key(key), &is_new);
    if (!place) return;
    head h = {.key = *key, .sum = sum_of(map, bytes, length), .length = length};
    memcpy(k->record, &h, sizeof h);
    memcpy(k->record + sizeof h, map, bytes);
    k->writes = pwrite(k->fd, k->record, size, (off_t)(k->count * size)) == (ssize_t)size;
    *place = k->writes ? (uint32_t)++k->count : 0;
}
