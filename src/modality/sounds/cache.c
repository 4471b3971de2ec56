#include "modality/sounds/cache.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"

#include <string.h>

/* --- one ------------------------------------------------------------------------------------------ */

/* Scratch is a clip, and what its map needs. */
size_t lince_clips_scratch(const lince_sound_encoder *e)
{
    size_t clip, all, map = lince_sound_features_scratch(e->features, lince_sound_frames(e));
    return lince_mul(e->samples, sizeof(float), &clip) && lince_add(lince_align(clip), map, &all) ? all
                                                                                                  : SIZE_MAX;
}

static void make_map(const lince_sound_encoder *e, const float *clip, void *scratch, float *map)
{
    uint8_t *room = (uint8_t *)scratch + lince_align(e->samples * sizeof *clip);
    lince_sound_features_compute(e->features, clip, e->samples, room, map);
}

/* A sample's recording while it is looked at. */
typedef struct recording {
    const lince_clips *clips;
    uint32_t index;
    lince_bytes bytes;
    uint64_t content;
    lince_recording_key key;
    bool kept; /* its map was found */
} recording;

/* The clip, into scratch. */
static int decode_clip(const recording *r, void *scratch, int32_t *length)
{
    const lince_clips *c = r->clips;
    char where[LINCE_WHERE_MAX];
    lince_wave wave;
    LINCE_TRY(lince_sound_decode(r->bytes.data, r->bytes.size, c->encoder->spec.rate,
                                 lince_sound_where(c->dataset, c->part, r->index, where), &wave));
    lince_sound_clip(&wave, c->encoder->samples, scratch);
    *length = lince_sound_length(c->encoder, wave.count);
    lince_wave_release(&wave);
    return 0;
}

/* Into clip (or NULL), and map (or NULL). */
static int take_apart(recording *r, void *scratch, float *clip, float *map, int32_t *length)
{
    const lince_clips *c = r->clips;
    if (c->kept.fd >= 0) lince_recording_key_of(&r->key, r->bytes.data, r->bytes.size);
    r->kept = map && lince_kept_maps_find(&c->kept, &r->key, map, length);
    if (clip || !r->kept) LINCE_TRY(decode_clip(r, scratch, length));
    if (clip) memcpy(clip, scratch, c->encoder->samples * sizeof *clip);
    if (map && !r->kept) make_map(c->encoder, scratch, scratch, map);
    return 0;
}

static int make(recording *r, void *scratch, float *clip, float *map, int32_t *length)
{
    const lince_clips *c = r->clips;
    LINCE_TRY(lince_sound_bytes(c->dataset, c->part, r->index, &r->bytes));
    r->content = lince_sound_content(&r->bytes);
    int code = take_apart(r, scratch, clip, map, length);
    lince_bytes_release(&r->bytes);
    return code;
}

int lince_clips_get(const lince_clips *c, uint32_t index, float *spare, void *scratch, const float **values)
{
    bool kept = index < c->cached;
    int32_t length;
    *values = kept ? c->cache + index * c->size : spare;
    if (kept) return 0;
    recording r = {.clips = c, .index = index};
    LINCE_TRY(make(&r, scratch, c->raw ? spare : NULL, c->raw ? NULL : spare, &length));
    if (lince_hash_content(spare, c->size * sizeof *spare) == c->contents[index]) return 0;
    return lince_fail(LINCE_EDATA, "%s: %s: it has changed since it was first read",
                      lince_dataset_path(c->dataset), lince_dataset_name(c->dataset, c->part, index));
}

uint64_t lince_clips_digest(const lince_clips *c)
{
    uint64_t digest = 0;
    for (size_t i = 0; i < c->count; i++) {
        uint64_t pair[2] = {digest, c->contents[c->good[i]]};
        digest = lince_hash_content(pair, sizeof pair);
    }
    return digest;
}

/* --- all of them, once ---------------------------------------------------------------------------- */

/* Samples are read some at a time, several threads' work, and added up in their order, so that sums do not depend on the
 * threads. */
enum { SOME = 64 };

typedef struct one {
    int code;
    char *why;             /* its message; owned */
    float *values;         /* [size] where they are not kept in the cache; owned */
    void *scratch;         /* owned */
    double *sum, *squares; /* [bands] over the map's frames; owned */
    const float *map;
    lince_recording_key key;
    bool kept;
} one;

typedef struct scan {
    lince_clips *clips;
    size_t first;
    one list[SOME];
    lince_voice voice;
} scan;

static void add_up(const lince_sound_encoder *e, const float *map, one *o)
{
    size_t bands = (size_t)lince_feature_bands(&e->spec), frames = lince_sound_frames(e);
    for (size_t b = 0; b < bands; b++) {
        double sum = 0, squares = 0;
        for (size_t t = 0; t < frames; t++) {
            double x = (double)map[b * frames + t];
            sum += x;
            squares += x * x;
        }
        o->sum[b] = sum;
        o->squares[b] = squares;
    }
}

static void look_at(void *context, size_t i)
{
    LINCE_PLAIN_LOCALE;
    scan *s = context;
    one *o = &s->list[i];
    lince_clips *c = s->clips;
    size_t index = s->first + i;
    float *values = index < c->cached ? c->cache + index * c->size : o->values;
    lince_voice_use(s->voice);
    recording r = {.clips = c, .index = (uint32_t)index};
    float *map = c->raw ? o->values + c->size : values;
    o->code = make(&r, o->scratch, c->raw ? values : NULL, map, &c->length[index]);
    if (o->code) {
        o->why = lince_strdup(lince_error());
        return;
    }
    c->contents[index] = lince_hash_content(values, c->size * sizeof *values);
    c->originals[index] = r.content;
    add_up(c->encoder, map, o);
    o->map = map, o->key = r.key, o->kept = r.kept;
}

/* Keeps a good one; the data set leaves out the others. */
static int sort_out(scan *s, size_t i, bool skip_bad)
{
    one *o = &s->list[i];
    lince_clips *c = s->clips;
    int bands = lince_feature_bands(&c->encoder->spec), code = 0;
    if (!o->code) {
        c->good[c->count++] = (uint32_t)(s->first + i);
        for (int b = 0; b < bands; b++) c->sum[b] += o->sum[b], c->squares[b] += o->squares[b];
        if (!o->kept) lince_kept_maps_add(&c->kept, &o->key, o->map, c->length[s->first + i]);
    } else if (skip_bad && o->code != LINCE_ENOMEM && o->why)
        code = lince_dataset_leave_out(c->dataset, c->part, s->first + i, o->why);
    else
        code = o->why ? lince_fail(o->code, "%s", o->why) : lince_fail(LINCE_ENOMEM, "out of memory");
    lince_free(o->why);
    o->why = NULL;
    return code;
}

static int scan_all(scan *s, size_t total, bool skip_bad, int threads, const lince_watch *watch)
{
    for (s->first = 0; s->first < total; s->first += SOME) {
        size_t n = total - s->first < SOME ? total - s->first : SOME;
        int code = 0;
        if (watch && watch->stop && *watch->stop) return lince_fail(LINCE_EINTERRUPTED, "interrupted");
        if (watch && watch->progress) watch->progress(watch->context, s->first, total);
        lince_parallel(threads, n, look_at, s);
        for (size_t i = 0; i < n; i++) {
            int this = sort_out(s, i, skip_bad);
            if (!code) code = this;
        }
        if (code) return code;
    }
    if (watch && watch->progress) watch->progress(watch->context, total, total);
    return 0;
}

static int open_scan(scan *s, lince_clips *c)
{
    size_t bands = (size_t)lince_feature_bands(&c->encoder->spec), scratch = lince_clips_scratch(c->encoder),
           values = c->size + (c->raw ? lince_sound_floats(c->encoder) : 0);
    s->clips = c;
    s->voice = lince_voice_now();
    for (size_t i = 0; i < SOME; i++) {
        one *o = &s->list[i];
        o->values = lince_alloc(values, sizeof *o->values);
        o->scratch = lince_alloc(scratch, 1);
        o->sum = lince_alloc(bands, sizeof *o->sum);
        o->squares = lince_alloc(bands, sizeof *o->squares);
        if (!o->values || !o->scratch || !o->sum || !o->squares) return LINCE_ENOMEM;
    }
    return 0;
}

static void close_scan(scan *s)
{
    for (size_t i = 0; i < SOME; i++) {
        lince_free(s->list[i].values);
        lince_free(s->list[i].scratch);
        lince_free(s->list[i].sum);
        lince_free(s->list[i].squares);
    }
}

static int scan_part(lince_clips *c, size_t total, bool skip_bad, int threads, const lince_watch *watch)
{
    scan s = {0};
    int code = open_scan(&s, c);
    if (!code) code = scan_all(&s, total, skip_bad, threads, watch);
    close_scan(&s);
    if (!code && total && !c->count)
        code = lince_fail(LINCE_EDATA, "%s: no recording of the %s part can be read (recordings: %zu)",
                          lince_dataset_path(c->dataset), lince_part_title(c->part), total);
    return code;
}

int lince_clips_init(lince_clips *c, lince_dataset *dataset, lince_part part, const lince_sound_encoder *e,
                     bool raw, size_t cache_bytes, uint64_t disk_bytes, bool skip_bad, int threads,
                     const lince_watch *watch)
{
    size_t total = lince_dataset_count(dataset, part), bands = (size_t)lince_feature_bands(&e->spec);
    *c = (lince_clips){.dataset = dataset, .part = part, .encoder = e, .raw = raw, .kept = {.fd = -1}};
    c->size = raw ? e->samples : lince_sound_floats(e);
    size_t most = cache_bytes / (c->size * sizeof(float));
    c->cached = most < total ? most : total;
    c->good = lince_alloc(total, sizeof *c->good);
    c->contents = lince_alloc(total, sizeof *c->contents);
    c->originals = lince_alloc(total, sizeof *c->originals);
    c->length = lince_alloc(total, sizeof *c->length);
    c->sum = lince_alloc(bands, sizeof *c->sum);
    c->squares = lince_alloc(bands, sizeof *c->squares);
    int code = c->good && c->contents && c->originals && c->length && c->sum && c->squares ? 0 : LINCE_ENOMEM;
    if (!code && !(c->cache = lince_alloc(c->cached * c->size, sizeof *c->cache)))
        code = lince_fail(LINCE_ENOMEM,
                          "out of memory: the recordings take %zu MiB; choose a smaller --cache-mb",
                          c->cached * c->size * sizeof(float) >> 20);
    if (!code) {
        lince_kept_maps_open(&c->kept, e, lince_dataset_fingerprint(dataset), disk_bytes, total);
        code = scan_part(c, total, skip_bad, threads, watch);
        lince_kept_maps_finish(&c->kept);
    }
    if (code) lince_clips_release(c);
    return code;
}

void lince_clips_release(lince_clips *c)
{
    lince_free(c->good);
    lince_free(c->contents);
    lince_free(c->originals);
    lince_free(c->length);
    lince_free(c->cache);
    lince_free(c->sum);
    lince_free(c->squares);
    lince_kept_maps_close(&c->kept);
    *c = (lince_clips){.kept = {.fd = -1}};
}
