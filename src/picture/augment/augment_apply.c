/* Doing to a picture's bytes what was drawn. */
#include "picture/augment/canvas.h"

#include <string.h>

static void (*const operations[LINCE_OPERATIONS])(lince_canvas *canvas, const double *value) = {
    [LINCE_DO_AFFINE] = lince_canvas_affine,
    [LINCE_DO_AFFINE_BILINEAR] = lince_canvas_affine_bilinear,
    [LINCE_DO_BRIGHTNESS] = lince_canvas_brightness,
    [LINCE_DO_CONTRAST] = lince_canvas_contrast,
    [LINCE_DO_SATURATION] = lince_canvas_saturation,
    [LINCE_DO_HUE] = lince_canvas_hue,
    [LINCE_DO_SHARPNESS] = lince_canvas_sharpness,
    [LINCE_DO_GREY] = lince_canvas_grey,
    [LINCE_DO_BLUR] = lince_canvas_blur,
    [LINCE_DO_POSTERIZE] = lince_canvas_posterize,
    [LINCE_DO_SOLARIZE] = lince_canvas_solarize,
    [LINCE_DO_AUTOCONTRAST] = lince_canvas_autocontrast,
    [LINCE_DO_EQUALIZE] = lince_canvas_equalize,
    [LINCE_DO_INVERT] = lince_canvas_invert,
};

static void take(lince_canvas *c, const lince_step *steps, int count)
{
    for (int i = 0; i < count; i++)
        if (operations[steps[i].what]) operations[steps[i].what](c, steps[i].value);
}

/* In single precision, truncated to bytes, as torchvision. */
static void mix_chains(lince_canvas *c, const lince_mixture *m, uint8_t *base)
{
    size_t size = lince_canvas_size(c);
    float *sum = c->floats;
    memcpy(base, c->pixels, size);
    for (size_t i = 0; i < size; i++) sum[i] = m->kept * (float)base[i];
    for (int k = 0; k < LINCE_CHAINS; k++) {
        memcpy(c->pixels, base, size);
        take(c, m->chain[k], m->length[k]);
        for (size_t i = 0; i < size; i++) sum[i] += m->weight[k] * (float)c->pixels[i];
    }
    for (size_t i = 0; i < size; i++) c->pixels[i] = (uint8_t)(sum[i] < 255 ? sum[i] : 255);
}

void lince_canvas_draw(lince_canvas *c, const lince_draw *d, const uint8_t *pixels, uint8_t *base)
{
    lince_canvas_frame(c, d, pixels);
    take(c, d->step, d->steps);
    if (d->mixture.used) mix_chains(c, &d->mixture, base);
}
