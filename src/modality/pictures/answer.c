/* Pictures through a model's net. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/tell.h"
#include "modality/pictures/pictures.h"

int lince_pictures_answer(const lince_asking *asking, const lince_image *fitted, int n, int batch,
                          lince_prediction *predictions)
{
    const lince_transform *t = &lince_picture_encoder_of(asking->encoder)->picture;
    size_t size = 3 * (size_t)t->width * (size_t)t->height;
    for (int i = 0; i < n; i++) predictions[i] = (lince_prediction)LINCE_PREDICTION_INIT;
    float *x = lince_alloc((size_t)n * size, sizeof *x);
    if (!x) return LINCE_ENOMEM;
    for (size_t i = 0; i < (size_t)n; i++) lince_transform_normalise(t, fitted[i].pixels, x + i * size);
    int code = asking->answer(asking->model, &(lince_input){.x = x}, n, batch, predictions);
    lince_free(x);
    return code;
}

int lince_pictures_batch_for(const lince_picture_encoder *e, size_t count)
{
    enum { MANY = 64, BATCH = 32, PIXELS = 1 << 19 };
    const lince_transform *t = &e->transform;
    int fit = PIXELS / t->width / t->height;
    return count < MANY || fit < 1 ? 1 : fit < BATCH ? fit : BATCH;
}

void lince_pictures_tell_incomplete(const lince_asking *asking, const char *name)
{
    lince_warn(asking->observer, _("%s: its data end before the picture is complete; the rest is grey"),
               name);
}

static int answer_image(const lince_asking *asking, const char *name, const lince_image *image,
                        lince_prediction *prediction)
{
    lince_image fitted;
    if (image->incomplete) lince_pictures_tell_incomplete(asking, name);
    LINCE_TRY(lince_transform_fit(&lince_picture_encoder_of(asking->encoder)->picture, image, &fitted));
    int code = lince_pictures_answer(asking, &fitted, 1, 1, prediction);
    lince_image_release(&fitted);
    return code;
}

int lince_pictures_answer_bytes(const lince_asking *asking, const void *bytes, size_t size, const char *name,
                                lince_prediction *prediction)
{
    lince_image image;
    lince_decoding how = lince_pictures_asked(asking);
    LINCE_TRY(lince_image_decode(&image, bytes, size, &how, name));
    int code = answer_image(asking, name, &image, prediction);
    lince_image_release(&image);
    return code;
}

int lince_pictures_answer_path(const lince_asking *asking, const char *path, lince_prediction *prediction)
{
    lince_image image;
    lince_decoding how = lince_pictures_asked(asking);
    LINCE_TRY(lince_image_load(&image, path, &how));
    int code = answer_image(asking, path, &image, prediction);
    lince_image_release(&image);
    return code;
}

int lince_pictures_see(const lince_asking *asking, const void *bytes, size_t size, const char *name,
                       lince_image *seen, float *input)
{
    lince_image image;
    const lince_transform *t = &lince_picture_encoder_of(asking->encoder)->picture;
    lince_decoding how = lince_pictures_asked(asking);
    LINCE_TRY(lince_image_decode(&image, bytes, size, &how, name));
    int code = lince_transform_fit(t, &image, seen);
    lince_image_release(&image);
    if (!code) lince_transform_normalise(t, seen->pixels, input);
    return code;
}
