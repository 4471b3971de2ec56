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
    uint32_t stands = c->stands[index];
    int32_t length;
    *values = stands ? c->cache + (stands - 1) * c->size : spare;
    if (stands) return 0;
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

/* --- a member's own, once ------------------------------------------------------------------------- */

/* Samples are read some at a time, several threads' work, and added up in their order, so that sums do not depend on the
 * threads. */
enum { SOME = 64 };

typedef struct one {
    int code;
    float *values;         /* [size] where they are not kept in the cache; owned */
    void *scratch;         /* owned */
    double *sum, *squares; /* [bands] over the map's frames; owned */
    const float *map;
    lince_recording_key key;
    bool kept;
} one;

typedef struct scan {
    lince_clips *clips;
    const lince_division *division;
    lince_findings *findings;
    size_t first; /* of the member's own */
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
    uint32_t index = s->division->own[s->first + i], stands = c->stands[index];
    float *values = stands ? c->cache + (stands - 1) * c->size : o->values;
    lince_voice_use(s->voice);
    recording r = {.clips = c, .index = index};
    float *map = c->raw ? o->values + c->size : values;
    o->code = make(&r, o->scratch, c->raw ? values : NULL, map, &c->length[index]);
    if (o->code) {
        lince_findings_add(s->findings, index, o->code);
        return;
    }
    c->contents[index] = lince_hash_content(values, c->size * sizeof *values);
    c->originals[index] = r.content;
    add_up(c->encoder, map, o);
    o->map = map, o->key = r.key, o->kept = r.kept;
}

/* A good one counts in its piece. */
static void count_in(scan *s, size_t i)
{
    one *o = &s->list[i];
    lince_clips *c = s->clips;
    uint32_t index = s->division->own[s->first + i];
    size_t bands = (size_t)lince_feature_bands(&c->encoder->spec);
    double *sum = c->sums + s->division->piece[index] * 2 * bands, *squares = sum + bands;
    for (size_t b = 0; b < bands; b++) sum[b] += o->sum[b], squares[b] += o->squares[b];
    if (!o->kept) lince_kept_maps_add(&c->kept, &o->key, o->map, c->length[index]);
}

static int scan_all(scan *s, bool skip_bad, int threads, const lince_watch *watch)
{
    size_t total = s->division->owns;
    bool goes_on = true;
    for (s->first = 0; s->first < total && goes_on; s->first += SOME) {
        size_t n = total - s->first < SOME ? total - s->first : SOME;
        if (watch && watch->stop && *watch->stop) return lince_fail(LINCE_EINTERRUPTED, "interrupted");
        if (watch && watch->progress) watch->progress(watch->context, s->first, total);
        lince_parallel(threads, n, look_at, s);
        for (size_t i = 0; i < n; i++) {
            if (!s->list[i].code)
                count_in(s, i);
            else if (!skip_bad || s->list[i].code == LINCE_ENOMEM)
                goes_on = false;
        }
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

static int scan_own(lince_clips *c, const lince_division *division, lince_findings *findings, bool skip_bad,
                    int threads, const lince_watch *watch)
{
    scan s = {.division = division, .findings = findings};
    int code = open_scan(&s, c);
    if (!code) code = scan_all(&s, skip_bad, threads, watch);
    close_scan(&s);
    return code;
}

/* The first of the member's own stand in the cache. */
static int allocate(lince_clips *c, const lince_division *division, size_t cache_bytes)
{
    size_t total = lince_dataset_count(c->dataset, c->part), most = cache_bytes / (c->size * sizeof(float)),
           bands = (size_t)lince_feature_bands(&c->encoder->spec);
    c->cached = most < division->owns ? most : division->owns;
    c->good = lince_alloc(total, sizeof *c->good);
    c->contents = lince_alloc(total, sizeof *c->contents);
    c->originals = lince_alloc(total, sizeof *c->originals);
    c->length = lince_alloc(total, sizeof *c->length);
    c->stands = lince_alloc(total, sizeof *c->stands);
    c->sums = lince_alloc(division->pieces, 2 * bands * sizeof *c->sums);
    if (!c->good || !c->contents || !c->originals || !c->length || !c->stands || !c->sums)
        return LINCE_ENOMEM;
    for (size_t i = 0; i < c->cached; i++) c->stands[division->own[i]] = (uint32_t)i + 1;
    if ((c->cache = lince_alloc(c->cached * c->size, sizeof *c->cache))) return 0;
    return lince_fail(LINCE_ENOMEM, "out of memory: the recordings take %zu MiB; choose a smaller --cache-mb",
                      c->cached * c->size * sizeof(float) >> 20);
}

int lince_clips_init(lince_clips *c, lince_dataset *dataset, lince_part part, const lince_sound_encoder *e,
                     bool raw, const lince_division *division, size_t cache_bytes, uint64_t disk_bytes,
                     bool skip_bad, int threads, const lince_watch *watch, lince_findings *findings)
{
    *c = (lince_clips){.dataset = dataset, .part = part, .encoder = e, .raw = raw, .kept = {.fd = -1}};
    c->size = raw ? e->samples : lince_sound_floats(e);
    LINCE_TRY(allocate(c, division, cache_bytes));
    lince_kept_maps_open(&c->kept, e, lince_dataset_fingerprint(dataset), disk_bytes,
                         lince_dataset_count(dataset, part));
    int code = scan_own(c, division, findings, skip_bad, threads, watch);
    lince_kept_maps_finish(&c->kept);
    return code;
}

/* --- what all have found -------------------------------------------------------------------------- */

/* By the pieces' numbers, into the first one's. */
static int share_sums(lince_clips *c, const lince_division *division)
{
    size_t numbers = 2 * (size_t)lince_feature_bands(&c->encoder->spec), pieces = division->pieces;
    LINCE_TRY(lince_group_gather(division->group, c->sums, pieces, pieces, numbers * sizeof *c->sums));
    for (size_t p = 1; p < pieces; p++)
        for (size_t i = 0; i < numbers; i++) c->sums[i] += c->sums[p * numbers + i];
    return 0;
}

int lince_clips_share(lince_clips *c, const lince_division *division, bool skip_bad, lince_findings *findings)
{
    size_t total = lince_dataset_count(c->dataset, c->part);
    LINCE_TRY(lince_findings_share(findings, division->group));
    LINCE_TRY(share_sums(c, division));
    LINCE_TRY(lince_division_gather(division, c->contents, sizeof *c->contents));
    LINCE_TRY(lince_division_gather(division, c->originals, sizeof *c->originals));
    LINCE_TRY(lince_division_gather(division, c->length, sizeof *c->length));
    LINCE_TRY(lince_findings_sort_out(findings, division->group, c->dataset, c->part, skip_bad, c->good,
                                      &c->count));
    if (c->count || !total) return 0;
    return lince_fail(LINCE_EDATA, "%s: no recording of the %s part can be read (recordings: %zu)",
                      lince_dataset_path(c->dataset), lince_part_title(c->part), total);
}

void lince_clips_release(lince_clips *c)
{
    lince_free(c->good);
    lince_free(c->contents);
    lince_free(c->originals);
    lince_free(c->length);
    lince_free(c->cache);
    lince_free(c->stands);
    lince_free(c->sums);
    lince_kept_maps_close(&c->kept);
    *c = (lince_clips){.kept = {.fd = -1}};
}
