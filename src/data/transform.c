#include "data/transform.h"
#include "core/cpu.h"
#include "core/parallel.h"
#include "data/augment.h"
#include "data/resize.h"

#include <math.h>
#include <string.h>

/* torchvision's center_crop: the offset is rounded half to even, as Python's round. */
static int64_t center(int64_t whole, int part)
{
    return (int64_t)nearbyint((double)(whole - part) / 2);
}

/* The smallest size of the picture's proportions that covers the network's input; the long side is rounded
 * down. */
static lince_resized cover(const lince_transform *t, const lince_image *in)
{
    int64_t width = t->width, height = t->height;
    if (width * in->height >= height * in->width)
        height = width * in->height / in->width;
    else
        width = height * in->width / in->height;
    return (lince_resized){width, height, center(width, t->width), center(height, t->height)};
}

static void copy_window(const lince_image *in, const lince_resized *w, lince_image *out)
{
    for (int y = 0; y < out->height; y++) {
        size_t from = ((size_t)(w->top + y) * (size_t)in->width + (size_t)w->left) * 3,
               row = 3 * (size_t)out->width;
        memcpy(out->pixels + (size_t)y * row, in->pixels + from, row);
    }
}

int lince_transform_fit(const lince_transform *t, const lince_image *in, lince_image *out)
{
    lince_resized whole = cover(t, in);
    int code = lince_image_init(out, t->width, t->height);
    if (code) return code;
    if (whole.width == in->width && whole.height == in->height)
        copy_window(in, &whole, out);
    else
        code = lince_resize(in, &whole, out);
    if (code) lince_image_release(out);
    return code;
}

/* In torchvision's order of operations, for the same bits: two divisions a value, which vectors hide. */
LINCE_EACH_LEVEL(normalise_channel,
                 (const uint8_t *restrict in, size_t count, float mean, float std, float *restrict out),
                 (in, count, mean, std, out))
{
    for (size_t i = 0; i < count; i++) out[i] = ((float)in[3 * i] / 255.0f - mean) / std;
}

void lince_transform_normalise(const lince_transform *t, const uint8_t *pixels, float *out)
{
    size_t area = (size_t)t->width * (size_t)t->height;
    for (size_t c = 0; c < 3; c++) normalise_channel(pixels + c, area, t->mean[c], t->std[c], out + c * area);
}

void lince_transform_apply(const lince_transform *t, const uint8_t *pixels, bool train, uint64_t key,
                           uint8_t *scratch, float *out)
{
    if (!train) {
        lince_transform_normalise(t, pixels, out);
        return;
    }
    lince_draw draw;
    lince_draw_parameters(t, key, &draw);
    lince_draw_apply(t, &draw, pixels, scratch, out);
}
