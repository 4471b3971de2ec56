#include "modality/sounds/loading.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "data/loader/content.h"
#include "modality/sounds/cache.h"

#include <math.h>
#include <string.h>

typedef struct content {
    lince_clips clips;
    const lince_sound_encoder *encoder; /* whose means are known once the training part was measured */
} content;

static int allocate(const lince_loader *l, lince_slot *s)
{
    size_t floats;
    const content *own = l->state;
    if (!lince_mul((size_t)l->options.batch_size, lince_sound_floats(own->encoder), &floats))
        floats = SIZE_MAX;
    s->x = lince_alloc(floats, sizeof *s->x);
    return s->x ? 0 : LINCE_ENOMEM;
}

/* Scratch is what reading needs, and a map or clip to read into. */
static int fill(const lince_loader *l, lince_slot *s, void *scratch)
{
    const content *own = l->state;
    const lince_sound_encoder *e = own->encoder;
    size_t n = (size_t)s->n, left = (size_t)l->options.batch_size - n, size = lince_sound_floats(e);
    float *spare = (void *)((uint8_t *)scratch + lince_align(lince_clips_scratch(e)));
    for (size_t i = 0; i < n; i++) {
        const float *map;
        LINCE_TRY(lince_clips_get(&own->clips, s->index[i], spare, scratch, &map));
        lince_sound_normalise(e, map, s->x + i * size);
    }
    memset(s->x + n * size, 0, left * size * sizeof *s->x);
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
    own->encoder = how;
    LINCE_TRY(lince_clips_init(&own->clips, l->dataset, l->part, own->encoder, false, l->options.cache_bytes,
                               l->options.skip_bad, lince_processors(), &l->options.watch));
    l->count = own->clips.count;
    l->good = own->clips.good;
    l->scratch = lince_align(lince_clips_scratch(own->encoder)) + own->clips.size * sizeof(float);
    return 0;
}

static uint64_t digest(const lince_loader *l)
{
    return lince_clips_digest(&((const content *)l->state)->clips);
}

static const lince_content sounds = {
    .open = open_part, .allocate = allocate, .fill = fill, .digest = digest, .release = release};

int lince_loader_new_sounds(lince_loader **loader, lince_dataset *dataset, lince_part part,
                            const lince_sound_encoder *encoder, const lince_settings *settings,
                            const lince_loader_options *options)
{
    (void)settings;
    return lince_loader_new(loader, dataset, part, &sounds, encoder, options);
}

void lince_loader_measure_sounds(const lince_loader *l, float *mean, float *deviation)
{
    const content *own = l->state;
    const lince_clips *c = &own->clips;
    int bands = lince_feature_bands(&own->encoder->spec);
    double n = (double)c->count * (double)lince_sound_frames(own->encoder);
    for (int b = 0; b < bands; b++) {
        double m = c->sum[b] / n, variance = c->squares[b] / n - m * m;
        mean[b] = (float)m;
        deviation[b] = (float)sqrt(fmax(variance, 1e-6));
    }
}
