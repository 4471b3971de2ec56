/* Pictures that are in memory: pixels as a camera leaves them, and floats. */
#include "core/memory.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/sized.h"
#include "modality/pictures/pictures.h"

#include <stdio.h>
#include <string.h>

static int in_picture(int code, size_t i)
{
    char place[64];
    snprintf(place, sizeof place, _("picture %zu"), i);
    return code ? lince_fail_in(code, place) : 0;
}

/* --- pixels --------------------------------------------------------------------------------------- */

static int check_pixels(const lince_pixels *p)
{
    if (!p->data) return lince_fail(LINCE_EUSAGE, "lince_pixels: there are no data");
    if (p->channels != 1 && p->channels != 3)
        return lince_fail(LINCE_EUSAGE, "lince_pixels: expected 3 channels, or 1, found %d", p->channels);
    if (p->height < 1 || p->width < 1 || p->height > LINCE_IMAGE_MAX_PIXELS / p->width)
        return lince_fail(LINCE_EUSAGE, "lince_pixels: expected 1 to %d pixels, found %d x %d",
                          LINCE_IMAGE_MAX_PIXELS, p->width, p->height);
    return 0;
}

/* Without gaps, as pictures are inside. */
static void pack(const lince_pixels *p, uint8_t *out)
{
    ptrdiff_t channel = p->channel ? p->channel : 1, pixel = p->pixel ? p->pixel : p->channels,
              row = p->row ? p->row : p->width * pixel;
    if (p->channels == 1) channel = 0;
    for (ptrdiff_t y = 0; y < p->height; y++)
        for (ptrdiff_t x = 0; x < p->width; x++)
            for (ptrdiff_t c = 0; c < 3; c++) *out++ = p->data[y * row + x * pixel + c * channel];
}

static int fit(const lince_picture_encoder *e, const lince_pixels *given, lince_image *fitted)
{
    lince_pixels own = LINCE_PIXELS_INIT;
    lince_image image;
    LINCE_TRY(lince_sized_read(&own, given, "lince_pixels"));
    LINCE_TRY(check_pixels(&own));
    LINCE_TRY(lince_image_init(&image, own.width, own.height));
    pack(&own, image.pixels);
    int code = lince_transform_fit(&e->picture, &image, fitted);
    lince_image_release(&image);
    return code;
}

typedef struct answers {
    lince_image *fitted;   /* [batch] */
    lince_prediction *own; /* [batch] */
    int batch;
} answers;

/* Fits and answers pictures first .. first + n - 1, at most a batch. */
static int answer_some(const lince_asking *asking, answers *a, const lince_pixels *pictures, size_t first,
                       int n, lince_prediction *predictions)
{
    int code = 0, ready = 0;
    for (; !code && ready < n; ready += !code) {
        size_t i = first + (size_t)ready;
        code = in_picture(fit(asking->encoder, lince_sized_at(pictures, i), &a->fitted[ready]), i);
    }
    int answered = ready ? lince_pictures_answer(asking, a->fitted, ready, a->batch, a->own) : 0;
    for (int i = 0; i < ready; i++) {
        lince_sized_write(lince_sized_at(predictions, first + (size_t)i), &a->own[i]);
        lince_image_release(&a->fitted[i]);
    }
    return answered ? answered : code;
}

int lince_pictures_answer_pixels(const lince_asking *asking, const lince_pixels *pictures, size_t n,
                                 lince_prediction *predictions)
{
    answers a = {.batch = lince_pictures_batch_for(asking->encoder, n)};
    a.fitted = lince_alloc((size_t)a.batch, sizeof *a.fitted);
    a.own = lince_alloc((size_t)a.batch, sizeof *a.own);
    int code = a.fitted && a.own ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; !code && i < n; i += (size_t)a.batch)
        code = answer_some(asking, &a, pictures, i, n - i < (size_t)a.batch ? (int)(n - i) : a.batch,
                           predictions);
    lince_free(a.fitted);
    lince_free(a.own);
    return code;
}

/* --- floats --------------------------------------------------------------------------------------- */

int lince_pictures_input_size(const void *encoder, int *height, int *width)
{
    const lince_picture_encoder *e = encoder;
    *height = e->picture.height;
    *width = e->picture.width;
    return 0;
}

/* ToTensor was the caller's: Normalize, of inputs [n][3][area]. */
static void normalise(const lince_transform *t, const float *values, size_t n, float *x)
{
    size_t area = (size_t)t->width * (size_t)t->height;
    for (size_t i = 0; i < 3 * n; i++)
        for (size_t k = 0; k < area; k++)
            x[i * area + k] = (values[i * area + k] - t->mean[i % 3]) / t->std[i % 3];
}

int lince_pictures_answer_floats(const lince_asking *asking, const float *values, size_t n,
                                 lince_prediction *predictions)
{
    const lince_picture_encoder *e = asking->encoder;
    size_t batch = (size_t)lince_pictures_batch_for(e, n),
           size = 3 * (size_t)e->picture.width * (size_t)e->picture.height;
    float *x = lince_alloc(batch * size, sizeof *x);
    lince_prediction *own = lince_alloc(batch, sizeof *own);
    int code = x && own ? 0 : LINCE_ENOMEM;
    for (size_t first = 0; !code && first < n; first += batch) {
        size_t some = n - first < batch ? n - first : batch;
        normalise(&e->picture, values + first * size, some, x);
        code = asking->answer(asking->model, &(lince_input){.x = x}, (int)some, (int)batch, own);
        for (size_t i = 0; i < some; i++) lince_sized_write(lince_sized_at(predictions, first + i), &own[i]);
    }
    lince_free(x);
    lince_free(own);
    return code;
}
