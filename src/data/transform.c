#include "data/transform.h"
#include "core/error.h"
#include "core/memory.h"
#include "data/augment.h"
#include "data/resize.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- reading --augment ---------------------------------------------------------------------------- */

static void set_crop(lince_augment *a, double v)
{
    a->crop = (int)v;
}
static void set_flip(lince_augment *a, double v)
{
    a->flip = v != 0;
}
static void set_translate(lince_augment *a, double v)
{
    a->translate = (float)v;
}
static void set_jitter(lince_augment *a, double v)
{
    a->jitter = (float)v;
}
static void set_erase(lince_augment *a, double v)
{
    a->erase = (float)v;
}

static const struct {
    const char *name;
    double most, usual;
    void (*set)(lince_augment *a, double value);
} augmentations[] = {
    {"crop", 256, 4, set_crop},     {"flip", 1, 1, set_flip},      {"translate", 1, 0.1, set_translate},
    {"jitter", 1, 0.2, set_jitter}, {"erase", 1, 0.25, set_erase},
};

static int parse_one(lince_augment *a, const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof augmentations / sizeof *augmentations; i++) {
        size_t n = strlen(augmentations[i].name);
        if (length < n || strncmp(word, augmentations[i].name, n) != 0 || (length > n && word[n] != '='))
            continue;
        char *end = NULL;
        double value = length > n ? strtod(word + n + 1, &end) : augmentations[i].usual;
        if ((length > n && end != word + length) || !(value >= 0) || value > augmentations[i].most)
            return lince_fail(LINCE_EUSAGE, "--augment %.*s: expected a value from 0 to %g", (int)length,
                              word, augmentations[i].most);
        augmentations[i].set(a, value);
        return 0;
    }
    return lince_fail(
        LINCE_EUSAGE,
        "--augment: '%.*s' is not one of none, standard, crop=N, flip, translate=X, jitter=X, erase=X",
        (int)length, word);
}

int lince_augment_parse(lince_augment *augment, const char *text)
{
    *augment = (lince_augment){0};
    if (!text || !strcmp(text, "none")) return 0;
    if (!strcmp(text, "standard")) text = "crop=4,flip";
    for (const char *word = text; word; word = strchr(word, ',') ? strchr(word, ',') + 1 : NULL)
        LINCE_TRY(parse_one(augment, word, strcspn(word, ",")));
    return 0;
}

/* --- the fixed part ------------------------------------------------------------------------------- */

/* CenterCrop: the offset is rounded half to even, as Python's round. */
static void crop_center(const lince_image *in, lince_image *out)
{
    int left = (int)nearbyint((in->width - out->width) / 2.0),
        top = (int)nearbyint((in->height - out->height) / 2.0);
    for (int y = 0; y < out->height; y++)
        memcpy(out->pixels + (size_t)y * (size_t)out->width * 3,
               in->pixels + ((size_t)(y + top) * (size_t)in->width + (size_t)left) * 3,
               (size_t)out->width * 3);
}

int lince_transform_fit(const lince_transform *t, const lince_image *in, lince_image *out)
{
    double across = (double)t->width / in->width, down = (double)t->height / in->height;
    int width = across >= down ? t->width : (int)((double)t->height * in->width / in->height);
    int height = across >= down ? (int)((double)t->width * in->height / in->width) : t->height;
    if (width < t->width) width = t->width;
    if (height < t->height) height = t->height;
    *out = (lince_image){0};
    lince_image resized = {0};
    bool same = width == in->width && height == in->height;
    if (!same) LINCE_TRY(lince_resize(in, width, height, &resized));
    int code = lince_image_init(out, t->width, t->height);
    if (!code) crop_center(same ? in : &resized, out);
    lince_image_release(&resized);
    return code;
}

/* --- each time ------------------------------------------------------------------------------------ */

/* ToTensor and Normalize through a table of the 256 values a byte can have. */
static void normalise(const lince_transform *t, const uint8_t *pixels, float *out)
{
    size_t area = (size_t)t->width * (size_t)t->height;
    for (size_t c = 0; c < 3; c++) {
        float table[256];
        for (int v = 0; v < 256; v++) table[v] = ((float)v / 255.0f - t->mean[c]) / t->std[c];
        for (size_t i = 0; i < area; i++) out[c * area + i] = table[pixels[3 * i + c]];
    }
}

static void erase(const lince_transform *t, const lince_draw *d, float *out)
{
    for (int c = 0; c < 3; c++)
        for (int y = d->erase_y; y < d->erase_y + d->erase_height; y++)
            memset(out + ((size_t)c * (size_t)t->height + (size_t)y) * (size_t)t->width + d->erase_x, 0,
                   (size_t)d->erase_width * sizeof *out);
}

void lince_transform_apply(const lince_transform *t, const uint8_t *pixels, bool train, uint64_t key,
                           uint8_t *scratch, float *out)
{
    if (!train) {
        normalise(t, pixels, out);
        return;
    }
    lince_draw d;
    lince_draw_parameters(t, key, &d);
    lince_apply_geometry(t, &d, pixels, scratch);
    if (t->augment.jitter > 0) lince_apply_colour(t, &d, scratch);
    normalise(t, scratch, out);
    if (d.erase_width) erase(t, &d, out);
}
