/* Recordings: alike exactly are those with the same samples, whatever file they lie in; nearly those that a change of loudness,
 * rate or format, or silence in front, has made of one. Of each is kept what it has below 1 kHz in its first second from
 * where it sets in. Candidates are those whose loudness rises and falls in the same blocks, but for a few (near_hashes.h);
 * each is compared by the correlation of the two, at the lag where that is greatest. Two recordings of one word by one
 * voice are far from that. A recording takes 2 KiB here. */
#include "core/error.h"
#include "core/memory.h"
#include "data/index/layout.h"
#include "data/likeness/leak.h"
#include "data/likeness/likeness.h"
#include "data/likeness/near_hashes.h"
#include "sound/wave.h"

#include <math.h>
#include <string.h>

enum {
    RATE = 2000,         /* Hz */
    KEPT = 2048,         /* samples of it */
    BLOCK = 31,          /* samples: 65 blocks, whose 64 steps are a hash */
    SHORTEST = 256,      /* samples, of what is compared */
    LAG = 64,            /* samples to either side */
    MOST_COMPARED = 256, /* candidates of one recording */
    MOST_VISITED = 1 << 16
};

typedef struct heard {
    uint64_t *hashes;   /* [count] */
    int8_t *starts;     /* [count][KEPT] */
    bool *recognisable; /* [count] long enough, and no silence */
    lince_near_hashes near;
} heard;

/* --- opening -------------------------------------------------------------------------------------- */

static float peak_of(const lince_wave *w)
{
    float peak = 0;
    for (size_t i = 0; i < w->count; i++) peak = fmaxf(peak, fabsf(w->samples[i]));
    return peak;
}

/* From the first sample above a fiftieth of the loudest, as bytes; false where there is little. */
static bool keep_start(const lince_wave *w, int8_t *start)
{
    float peak = peak_of(w);
    size_t at = 0;
    while (at < w->count && fabsf(w->samples[at]) < peak / 50) at++;
    if (!(peak > 0) || w->count - at < SHORTEST) return false;
    for (size_t i = 0; i < KEPT && at + i < w->count; i++)
        start[i] = (int8_t)lrintf(127 * w->samples[at + i] / peak);
    return true;
}

/* Bit i: block i is louder than the one behind it, by more than what is next to silence. */
static uint64_t hash_start(const int8_t *start)
{
    double power[65] = {0}, most = 0;
    uint64_t hash = 0;
    for (int b = 0; b < 65; b++) {
        for (int i = 0; i < BLOCK; i++) power[b] += (double)start[b * BLOCK + i] * start[b * BLOCK + i];
        most = fmax(most, power[b]);
    }
    for (int b = 0; b < 64; b++) hash |= (uint64_t)(power[b] > power[b + 1] + most / 1000) << b;
    return hash;
}

/* What cannot be read is like nothing: the loader will tell of it. */
static void listen(lince_likeness *l, const void *context, size_t i)
{
    (void)context;
    heard *s = l->state;
    lince_source *source = &l->dataset->source;
    const lince_entry *entry = &source->entries[l->dataset->parts[l->part].at[i].entry];
    lince_bytes bytes;
    lince_wave wave;
    if (lince_source_read(source, entry, &bytes)) return;
    if (!lince_wave_decode(&wave, bytes.data, bytes.size, entry->name)) {
        l->content[i] = lince_hash_content(wave.samples, wave.count * sizeof *wave.samples) | 1;
        s->recognisable[i] =
            !lince_wave_resample(&wave, RATE, entry->name) && keep_start(&wave, s->starts + i * KEPT);
        if (s->recognisable[i]) s->hashes[i] = hash_start(s->starts + i * KEPT);
        lince_wave_release(&wave);
    }
    lince_bytes_release(&bytes);
}

static int begin(lince_likeness *l)
{
    heard *s = l->state = lince_alloc(1, sizeof *s);
    if (!s) return LINCE_ENOMEM;
    s->hashes = lince_alloc(l->count, sizeof *s->hashes);
    s->starts = lince_alloc(l->count, KEPT);
    s->recognisable = lince_alloc(l->count, sizeof *s->recognisable);
    return s->hashes && s->starts && s->recognisable ? 0 : LINCE_ENOMEM;
}

static int gather(lince_likeness *l)
{
    const heard *s = l->state;
    LINCE_TRY(lince_likeness_gather(l, s->hashes, sizeof *s->hashes));
    LINCE_TRY(lince_likeness_gather(l, s->starts, KEPT));
    return lince_likeness_gather(l, s->recognisable, sizeof *s->recognisable);
}

static int open_heard(lince_likeness *l, int threads, const lince_watch *watch)
{
    heard *s = l->state;
    LINCE_TRY(lince_likeness_sign(l, threads, watch, listen, NULL));
    LINCE_TRY(lince_likeness_index(l));
    bool *indexed = lince_alloc(l->count, sizeof *indexed);
    if (!indexed) return LINCE_ENOMEM;
    for (size_t i = 0; i < l->count; i++) indexed[i] = s->recognisable[i] && lince_likeness_is_first(l, i);
    int code = lince_near_hashes_init(&s->near, s->hashes, indexed, l->count);
    lince_free(indexed);
    return code;
}

static void close_heard(lince_likeness *l)
{
    heard *s = l->state;
    lince_near_hashes_release(&s->near);
    lince_free(s->hashes);
    lince_free(s->starts);
    lince_free(s->recognisable);
    lince_free(s);
}

/* --- finding -------------------------------------------------------------------------------------- */

/* Of a[lag ...] and b. */
static double correlation_at(const int8_t *a, const int8_t *b, int lag)
{
    int first = lag < 0 ? -lag : 0, end = lag < 0 ? KEPT : KEPT - lag;
    long both = 0, ours = 0, theirs = 0;
    for (int i = first; i < end; i++) {
        both += a[i + lag] * b[i];
        ours += a[i + lag] * a[i + lag];
        theirs += b[i] * b[i];
    }
    return ours && theirs ? (double)both / sqrt((double)ours * (double)theirs) : 0;
}

/* At the best lag, between samples: the top of the parabola through the three values about it. */
static double correlation(const int8_t *a, const int8_t *b)
{
    double at[2 * LAG + 1], most = 0;
    int best = 0;
    for (int lag = -LAG; lag <= LAG; lag++) {
        at[lag + LAG] = correlation_at(a, b, lag);
        if (at[lag + LAG] > most) most = at[best = lag + LAG];
    }
    if (best == 0 || best == 2 * LAG) return most;
    double before = at[best - 1], behind = at[best + 1], bend = 2 * most - before - behind;
    return bend > 0 ? fmin(1, most + (before - behind) * (before - behind) / (8 * bend)) : most;
}

typedef struct comparing {
    const lince_likeness *in, *of;
    bool relabelled;
    size_t index;
    lince_match *best;
    int compared, visited;
} comparing;

static bool compare(void *context, uint32_t candidate)
{
    comparing *c = context;
    const heard *there = c->in->state, *here = c->of->state;
    if (c->visited++ == MOST_VISITED) return false;
    if (!lince_likeness_counts(c->in, c->of, c->relabelled, c->index, candidate)) return true;
    double alike = correlation(there->starts + (size_t)candidate * KEPT, here->starts + c->index * KEPT);
    if (alike >= LINCE_NEAR_SOUND && alike > c->best->similarity)
        *c->best = (lince_match){candidate, false, alike};
    return ++c->compared < MOST_COMPARED;
}

static int find(const lince_likeness *in, const lince_likeness *of, bool relabelled, size_t begin, size_t end,
                lince_match *matches)
{
    const heard *there = in->state, *here = of->state;
    for (size_t i = begin; i < end; i++) {
        comparing c = {.in = in, .of = of, .relabelled = relabelled, .index = i, .best = &matches[i]};
        if (!here->recognisable[i] || matches[i].index != LINCE_UNLIKE) continue;
        lince_near_hashes_visit(&there->near, here->hashes[i], compare, &c);
    }
    return 0;
}

const lince_likeness_kind lince_likeness_sounds = {
    .begin = begin, .gather = gather, .open = open_heard, .find = find, .close = close_heard};
