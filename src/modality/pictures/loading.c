/* Batches of pictures: decoded, fitted, augmented, normalised and mixed. */
#include "modality/pictures/loading.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "data/loader/content.h"
#include "modality/pictures/cache.h"

#include <math.h>
#include <string.h>

typedef struct content {
    lince_pictures pictures;
    lince_transform transform; /* as the batches want them */
    lince_mixing mixing;
} content;

static int allocate(const lince_loader *l, lince_slot *s)
{
    size_t floats;
    const content *own = l->state;
    if (!lince_mul((size_t)l->options.batch_size, own->pictures.size, &floats)) floats = SIZE_MAX;
    s->x = lince_alloc(floats, sizeof *s->x);
    s->row = own->pictures.size;
    return s->x ? 0 : LINCE_ENOMEM;
}

/* Within a piece of the batch; with one sample there is nobody to mix it with. */
static void mix(const lince_loader *l, lince_slot *s, float *spare)
{
    const content *own = l->state;
    const lince_transform *t = &own->transform;
    if (!l->options.train || s->whole < 2) return;
    lince_mix m = lince_mix_draw(&own->mixing, l->options.seed, l->epoch, s->number, t->width, t->height);
    s->own = m.own;
    for (size_t i = 0; i < lince_loader_pieces(l); i++) {
        lince_share part = lince_loader_piece_of(l, s->whole, i);
        lince_mix_pixels(&m, part.count, 3, t->width, t->height, s->x + part.begin * s->row, spare);
        lince_mix_labels(part.count, s->y + part.begin, s->partner + part.begin);
    }
}

/* Scratch is what augmenting needs, three pictures at least, and a picture to decode into: together as many
 * bytes as the floats of one have, which mixing needs. */
static int fill(const lince_loader *l, lince_slot *s, void *scratch)
{
    const content *own = l->state;
    const lince_pictures *p = &own->pictures;
    size_t n = (size_t)s->n, left = (size_t)l->options.batch_size - n;
    uint8_t *decoded = (uint8_t *)scratch + lince_draw_scratch(&own->transform);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *pixels;
        lince_occasion occasion = lince_loader_occasion(l, s, i);
        LINCE_TRY(lince_pictures_get(p, s->index[i], decoded, &pixels));
        lince_transform_apply(&own->transform, pixels, l->options.train ? &occasion : NULL, scratch,
                              s->x + i * p->size);
    }
    mix(l, s, scratch);
    memset(s->x + n * p->size, 0, left * p->size * sizeof *s->x);
    return 0;
}

static void release(lince_loader *l)
{
    content *own = l->state;
    if (own) lince_pictures_release(&own->pictures);
    lince_free(own);
}

static int open_part(lince_loader *l, const void *how)
{
    const content *wanted = how;
    content *own = l->state = lince_alloc(1, sizeof *own);
    if (!own) return LINCE_ENOMEM;
    *own = *wanted;
    return lince_pictures_init(&own->pictures, l->dataset, l->part, &own->transform, &l->division,
                               l->options.cache_bytes, l->options.skip_bad, lince_processors(),
                               &l->options.watch, &l->findings);
}

static int share(lince_loader *l)
{
    content *own = l->state;
    LINCE_TRY(lince_pictures_share(&own->pictures, &l->division, l->options.skip_bad, &l->findings));
    l->count = own->pictures.count;
    l->good = own->pictures.good;
    l->scratch = lince_draw_scratch(&own->transform) + own->pictures.size;
    return 0;
}

static int again(const lince_loader *l, uint32_t index, void *scratch)
{
    const uint8_t *pixels;
    return lince_pictures_get(&((const content *)l->state)->pictures, index, scratch, &pixels);
}

static uint64_t digest(const lince_loader *l)
{
    return lince_pictures_digest(&((const content *)l->state)->pictures);
}

static uint64_t holds(const lince_loader *l, uint32_t index)
{
    return ((const content *)l->state)->pictures.originals[index];
}

static const lince_content pictures = {.open = open_part,
                                       .share = share,
                                       .again = again,
                                       .allocate = allocate,
                                       .fill = fill,
                                       .digest = digest,
                                       .holds = holds,
                                       .release = release};

int lince_loader_new_pictures(lince_loader **loader, lince_dataset *dataset, lince_part part,
                              const lince_transform *transform, const lince_mixing *mixing,
                              const lince_loader_options *options)
{
    content wanted = {.transform = *transform, .mixing = mixing ? *mixing : (lince_mixing){0}};
    return lince_loader_new(loader, dataset, part, &pictures, &wanted, options);
}

void lince_loader_normalize(lince_loader *l, const float mean[3], const float std[3])
{
    content *own = l->state;
    memcpy(own->transform.mean, mean, sizeof own->transform.mean);
    memcpy(own->transform.std, std, sizeof own->transform.std);
}

int lince_loader_picture(lince_loader *l, uint32_t index, lince_image *image)
{
    const content *own = l->state;
    const uint8_t *pixels;
    LINCE_TRY(lince_image_init(image, own->transform.width, own->transform.height));
    int code = lince_pictures_get(&own->pictures, index, image->pixels, &pixels);
    if (code)
        lince_image_release(image);
    else if (pixels != image->pixels)
        memcpy(image->pixels, pixels, own->pictures.size);
    return code;
}

int lince_loader_measure(lince_loader *l, float mean[3], float std[3])
{
    const lince_pictures *p = &((const content *)l->state)->pictures;
    if (!p->count)
        return lince_fail(LINCE_EDATA, "%s: the %s part has no pictures to measure",
                          lince_dataset_path(p->dataset), lince_part_title(p->part));
    double n = (double)p->count * (double)(p->size / 3);
    for (int c = 0; c < 3; c++) {
        double m = (double)p->sum[c] / n, variance = (double)p->squares[c] / n - m * m;
        mean[c] = (float)(m / 255);
        std[c] = (float)(sqrt(fmax(variance, 1)) / 255);
    }
    return 0;
}
