/* Pictures that are in memory: pixels as a camera leaves them, and floats. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/plain_locale.h"
#include "core/sized.h"
#include "train/ask/model_internal.h"

#include <stdio.h>
#include <string.h>

/* Element i of an array of structs that are as large as the caller's compiler made them. */
static void *element(const void *array, size_t i)
{
    size_t size;
    memcpy(&size, array, sizeof size);
    return (char *)array + i * size;
}

static int check_predictions(const lince_prediction *predictions, size_t n)
{
    lince_prediction own = LINCE_PREDICTION_INIT;
    for (size_t i = 0; i < n; i++) {
        const lince_prediction *p = element(predictions, i);
        LINCE_TRY(lince_sized_check(&own, p, "lince_prediction"));
        if (p->size != predictions->size)
            return lince_fail(LINCE_EUSAGE, "lince_prediction: begin each of an array with the macro");
    }
    return 0;
}

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

static int fit(const lince_model *m, const lince_pixels *given, lince_image *fitted)
{
    lince_pixels own = LINCE_PIXELS_INIT;
    lince_image image;
    LINCE_TRY(lince_sized_read(&own, given, "lince_pixels"));
    LINCE_TRY(check_pixels(&own));
    LINCE_TRY(lince_image_init(&image, own.width, own.height));
    pack(&own, image.pixels);
    int code = lince_transform_fit(&m->picture, &image, fitted);
    lince_image_release(&image);
    return code;
}

typedef struct answers {
    lince_image *fitted;   /* [batch] */
    lince_prediction *own; /* [batch] */
    int batch;
} answers;

/* Fits and answers pictures first .. first + n - 1, at most a batch. */
static int answer_some(lince_model *m, answers *a, const lince_pixels *pictures, size_t first, int n,
                       lince_prediction *predictions)
{
    int code = 0, ready = 0;
    for (; !code && ready < n; ready += !code) {
        size_t i = first + (size_t)ready;
        code = in_picture(fit(m, element(pictures, i), &a->fitted[ready]), i);
    }
    int answered = ready ? lince_model_predict_fitted(m, a->fitted, ready, a->batch, a->own) : 0;
    for (int i = 0; i < ready; i++) {
        lince_sized_write(element(predictions, first + (size_t)i), &a->own[i]);
        lince_image_release(&a->fitted[i]);
    }
    return answered ? answered : code;
}

int lince_model_predict_pixels(lince_model *m, const lince_pixels *pictures, size_t n,
                               lince_prediction *predictions)
{
    LINCE_PLAIN_LOCALE;
    LINCE_TRY(check_predictions(predictions, n));
    LINCE_TRY(lince_model_check_kind(m, false));
    answers a = {.batch = lince_model_batch_for(m, n)};
    a.fitted = lince_alloc((size_t)a.batch, sizeof *a.fitted);
    a.own = lince_alloc((size_t)a.batch, sizeof *a.own);
    int code = a.fitted && a.own ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; !code && i < n; i += (size_t)a.batch)
        code = answer_some(m, &a, pictures, i, n - i < (size_t)a.batch ? (int)(n - i) : a.batch, predictions);
    lince_free(a.fitted);
    lince_free(a.own);
    return code;
}

/* --- floats --------------------------------------------------------------------------------------- */

int lince_model_input(const lince_model *m, int *height, int *width)
{
    LINCE_TRY(lince_model_check_kind(m, false));
    *height = m->picture.height;
    *width = m->picture.width;
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

int lince_model_predict_floats(lince_model *m, const float *values, size_t n, lince_prediction *predictions)
{
    LINCE_PLAIN_LOCALE;
    LINCE_TRY(check_predictions(predictions, n));
    LINCE_TRY(lince_model_check_kind(m, false));
    size_t batch = (size_t)lince_model_batch_for(m, n),
           size = 3 * (size_t)m->picture.width * (size_t)m->picture.height;
    float *x = lince_alloc(batch * size, sizeof *x);
    lince_prediction *own = lince_alloc(batch, sizeof *own);
    int code = x && own ? 0 : LINCE_ENOMEM;
    for (size_t first = 0; !code && first < n; first += batch) {
        size_t some = n - first < batch ? n - first : batch;
        normalise(&m->picture, values + first * size, some, x);
        code = lince_model_predict_input(m, x, (int)some, (int)batch, own);
        for (size_t i = 0; i < some; i++) lince_sized_write(element(predictions, first + i), &own[i]);
    }
    lince_free(x);
    lince_free(own);
    return code;
}
