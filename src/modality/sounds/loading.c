#include "modality/sounds/loading.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "data/loader/content.h"
#include "modality/sounds/cache.h"
#include "picture/augment/mix.h"
#include "sound/augment/augment.h"

#include <math.h>
#include <string.h>

typedef struct content {
    lince_clips clips;
    const lince_sound_encoder *encoder; /* whose means are known once the training part was measured */
    lince_sound_augment augment;
    lince_mixing mixing;
    uint64_t disk_bytes; /* of maps that later runs find again */
} content;

static int allocate_sequence(const lince_loader *l, lince_slot *s)
{
    const content *own = l->state;
    size_t batch = (size_t)l->options.batch_size, frames = lince_sound_frames(own->encoder);
    s->steps = (int)frames;
    s->token = lince_alloc(batch * frames, sizeof *s->token);
    s->length = lince_alloc(batch, sizeof *s->length);
    if (!s->token || !s->length) return LINCE_ENOMEM;
    return 0;
}

static int allocate(const lince_loader *l, lince_slot *s)
{
    size_t floats;
    const content *own = l->state;
    s->row = lince_sound_floats(own->encoder);
    if (!lince_mul((size_t)l->options.batch_size, s->row, &floats)) floats = SIZE_MAX;
    s->x = lince_alloc(floats, sizeof *s->x);
    if (!s->x) return LINCE_ENOMEM;
    return own->encoder->sequence ? allocate_sequence(l, s) : 0;
}

/* Within a piece of the batch; with one sample there is nobody to mix it with. */
static void mix(const lince_loader *l, lince_slot *s, float *spare)
{
    const content *own = l->state;
    const lince_sound_encoder *e = own->encoder;
    int frames = (int)lince_sound_frames(e), bands = lince_feature_bands(&e->spec);
    if (!l->options.train || s->whole < 2) return;
    lince_mix m = lince_mix_draw(&own->mixing, l->options.seed, l->epoch, s->number, frames, bands);
    s->own = m.own;
    for (size_t i = 0; i < lince_loader_pieces(l); i++) {
        lince_share part = lince_loader_piece_of(l, s->whole, i);
        lince_mix_pixels(&m, part.count, 1, frames, bands, s->x + part.begin * s->row, spare);
        lince_mix_labels(part.count, s->y + part.begin, s->partner + part.begin);
    }
}

/* What a worker has for itself. */
typedef struct room {
    float *kept;       /* a clip or a map, where it is not in the cache */
    float *clip, *map; /* augmented, and of that */
    float *seen;       /* a map, normalised and masked */
    void *scratch;     /* of reading, and of maps */
} room;

enum { FLOATS = 4 };

static void sizes_of(const content *own, size_t size[FLOATS])
{
    const lince_sound_encoder *e = own->encoder;
    const size_t floats[FLOATS] = {own->clips.size, e->samples, lince_sound_floats(e), lince_sound_floats(e)};
    for (int i = 0; i < FLOATS; i++) size[i] = lince_align(floats[i] * sizeof(float));
}

static room room_of(const content *own, void *scratch)
{
    size_t size[FLOATS];
    uint8_t *at[FLOATS + 1] = {scratch};
    sizes_of(own, size);
    for (int i = 0; i < FLOATS; i++) at[i + 1] = at[i] + size[i];
    return (room){(void *)at[0], (void *)at[1], (void *)at[2], (void *)at[3], at[4]};
}

static size_t room_size(const content *own)
{
    size_t size[FLOATS], all = lince_clips_scratch(own->encoder);
    sizes_of(own, size);
    for (int i = 0; i < FLOATS; i++)
        if (!lince_add(all, size[i], &all)) return SIZE_MAX;
    return all;
}

static void augment_clip(const content *own, const lince_occasion *occasion, const float *clip, const room *r)
{
    const lince_sound_encoder *e = own->encoder;
    memcpy(r->clip, clip, e->samples * sizeof *clip);
    lince_sound_augment_wave(&own->augment, occasion, r->clip, e->samples);
    lince_sound_features_compute(e->features, r->clip, e->samples, r->scratch, r->map);
}

static int fill_one(const lince_loader *l, const lince_slot *s, size_t i, const room *r, float *x)
{
    const content *own = l->state;
    const lince_sound_encoder *e = own->encoder;
    lince_occasion occasion = lince_loader_occasion(l, s, i);
    const float *kept;
    LINCE_TRY(lince_clips_get(&own->clips, s->index[i], r->kept, r->scratch, &kept));
    if (own->clips.raw) augment_clip(own, &occasion, kept, r);
    lince_sound_normalise(e, own->clips.raw ? r->map : kept, r->seen);
    lince_sound_augment_map(&own->augment, &occasion, (size_t)lince_feature_bands(&e->spec),
                            lince_sound_frames(e), r->seen);
    lince_sound_lay(e, r->seen, x);
    if (s->length) s->length[i] = own->clips.length[s->index[i]];
    return 0;
}

/* The frames of each piece's x are numbered through: each is its own token. */
static void number_frames(const lince_loader *l, lince_slot *s)
{
    size_t frames = (size_t)s->steps;
    for (size_t i = 0; i < lince_loader_pieces(l); i++) {
        lince_share part = lince_loader_piece_of(l, s->whole, i);
        for (size_t k = 0; k < part.count * frames; k++) s->token[part.begin * frames + k] = (int32_t)k;
    }
}

static int fill(const lince_loader *l, lince_slot *s, void *scratch)
{
    const content *own = l->state;
    room r = room_of(own, scratch);
    size_t n = (size_t)s->n, left = (size_t)l->options.batch_size - n;
    for (size_t i = 0; i < n; i++) LINCE_TRY(fill_one(l, s, i, &r, s->x + i * s->row));
    if (s->token) number_frames(l, s);
    mix(l, s, r.seen);
    memset(s->x + n * s->row, 0, left * s->row * sizeof *s->x);
    return 0;
}

static void release(lince_loader *l)
{
    content *own = l->state;
    if (own) lince_clips_release(&own->clips);
    lince_free(own);
}

static int open_part(lince_loader *l, const void *how)
{
    content *own = l->state = lince_alloc(1, sizeof *own);
    if (!own) return LINCE_ENOMEM;
    *own = *(const content *)how;
    return lince_clips_init(&own->clips, l->dataset, l->part, own->encoder,
                            lince_sound_augments_wave(&own->augment), &l->division, l->options.cache_bytes,
                            own->disk_bytes, l->options.skip_bad, lince_processors(), &l->options.watch,
                            &l->findings);
}

static int share(lince_loader *l)
{
    content *own = l->state;
    LINCE_TRY(lince_clips_share(&own->clips, &l->division, l->options.skip_bad, &l->findings));
    l->count = own->clips.count;
    l->good = own->clips.good;
    l->scratch = room_size(own);
    return 0;
}

static int again(const lince_loader *l, uint32_t index, void *scratch)
{
    const content *own = l->state;
    room r = room_of(own, scratch);
    const float *values;
    return lince_clips_get(&own->clips, index, r.kept, r.scratch, &values);
}

static uint64_t digest(const lince_loader *l)
{
    return lince_clips_digest(&((const content *)l->state)->clips);
}

static uint64_t holds(const lince_loader *l, uint32_t index)
{
    return ((const content *)l->state)->clips.originals[index];
}

static const lince_content sounds = {.open = open_part,
                                     .share = share,
                                     .again = again,
                                     .allocate = allocate,
                                     .fill = fill,
                                     .digest = digest,
                                     .holds = holds,
                                     .release = release};

int lince_loader_new_sounds(lince_loader **loader, lince_dataset *dataset, lince_part part,
                            const lince_sound_encoder *encoder, const lince_settings *settings,
                            const lince_loader_options *options)
{
    content wanted = {.encoder = encoder, .disk_bytes = (uint64_t)settings->feature_cache_mb << 20};
    if (options->train) {
        LINCE_TRY(lince_sound_augment_parse(&wanted.augment, settings->sound_augment));
        wanted.mixing = (lince_mixing){settings->mixup, settings->cutmix};
    }
    return lince_loader_new(loader, dataset, part, &sounds, &wanted, options);
}

void lince_loader_measure_sounds(const lince_loader *l, float *mean, float *deviation)
{
    const content *own = l->state;
    const lince_clips *c = &own->clips;
    int bands = lince_feature_bands(&own->encoder->spec);
    double n = (double)c->count * (double)lince_sound_frames(own->encoder);
    for (int b = 0; b < bands; b++) {
        double m = c->sums[b] / n, variance = c->sums[bands + b] / n - m * m;
        mean[b] = (float)m;
        deviation[b] = (float)sqrt(fmax(variance, 1e-6));
    }
}
