/* Batches of pictures: decoded, fitted, augmented and normalised. */
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "data/loader/loader_internal.h"

#include <math.h>
#include <string.h>

static int allocate(const lince_loader *l, lince_slot *s)
{
    size_t floats;
    if (!lince_mul((size_t)l->options.batch_size, l->pictures.size, &floats)) floats = SIZE_MAX;
    s->x = lince_alloc(floats, sizeof *s->x);
    return s->x ? 0 : LINCE_ENOMEM;
}

/* With one sample there is nobody to mix it with. */
static void mix(const lince_loader *l, lince_slot *s, float *spare)
{
    const lince_transform *t = &l->transform;
    size_t n = (size_t)s->n;
    if (!l->options.train || n < 2) return;
    lince_mix m =
        lince_mix_draw(&l->options.mixing, l->options.seed, l->epoch, s->number, t->width, t->height);
    s->own = m.own;
    lince_mix_pixels(&m, n, t->width, t->height, s->x, spare);
    lince_mix_labels(n, s->y, s->partner);
}

/* Scratch is what augmenting needs, three pictures at least, and a picture to decode into: together as many
 * bytes as the floats of one have, which mixing needs. */
static int fill(const lince_loader *l, lince_slot *s, void *scratch)
{
    const lince_pictures *p = &l->pictures;
    size_t n = (size_t)s->n, left = (size_t)l->options.batch_size - n;
    uint8_t *decoded = (uint8_t *)scratch + lince_draw_scratch(&l->transform);
    for (size_t i = 0; i < n; i++) {
        const uint8_t *pixels;
        lince_occasion occasion = lince_loader_occasion(l, s, i);
        LINCE_TRY(lince_pictures_get(p, s->index[i], decoded, &pixels));
        lince_transform_apply(&l->transform, pixels, l->options.train ? &occasion : NULL, scratch,
                              s->x + i * p->size);
    }
    mix(l, s, scratch);
    memset(s->x + n * p->size, 0, left * p->size * sizeof *s->x);
    return 0;
}

static void release(lince_loader *l)
{
    lince_pictures_release(&l->pictures);
}

static const lince_content pictures = {.allocate = allocate, .fill = fill, .release = release};

static int open_pictures(lince_loader *l, void *transform)
{
    l->transform = *(const lince_transform *)transform;
    LINCE_TRY(lince_pictures_init(&l->pictures, l->dataset, l->part, transform, l->options.cache_bytes,
                                  l->options.skip_bad, lince_processors(), &l->options.watch));
    l->count = l->pictures.count;
    l->good = l->pictures.good;
    l->scratch = lince_draw_scratch(&l->transform) + l->pictures.size;
    return 0;
}

int lince_loader_new(lince_loader **loader, lince_dataset *dataset, lince_part part,
                     const lince_transform *transform, const lince_loader_options *options)
{
    lince_transform copy = *transform;
    return lince_loader_make(loader, &pictures, dataset, part, options, open_pictures, &copy);
}

void lince_loader_normalize(lince_loader *l, const float mean[3], const float std[3])
{
    memcpy(l->transform.mean, mean, sizeof l->transform.mean);
    memcpy(l->transform.std, std, sizeof l->transform.std);
}

int lince_loader_picture(lince_loader *l, uint32_t index, lince_image *image)
{
    const uint8_t *pixels;
    LINCE_TRY(lince_image_init(image, l->transform.width, l->transform.height));
    int code = lince_pictures_get(&l->pictures, index, image->pixels, &pixels);
    if (code)
        lince_image_release(image);
    else if (pixels != image->pixels)
        memcpy(image->pixels, pixels, l->pictures.size);
    return code;
}

int lince_loader_measure(lince_loader *l, float mean[3], float std[3])
{
    const lince_pictures *p = &l->pictures;
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
