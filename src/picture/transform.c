#include "picture/transform.h"

#include "core/cpu.h"
#include "core/error.h"
#include "picture/augment/canvas.h"
#include "picture/resize.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- what is asked for ---------------------------------------------------------------------------- */

static const char *const fits[] = {
    [LINCE_FIT_CROP] = "crop", [LINCE_FIT_SQUASH] = "squash", [LINCE_FIT_PAD] = "pad"};
static const char *const interpolations[] = {[LINCE_BILINEAR] = "bilinear", [LINCE_BICUBIC] = "bicubic"};

const char *lince_fit_name(lince_fit fit)
{
    return fits[fit];
}

const char *lince_interpolation_name(lince_interpolation interpolation)
{
    return interpolations[interpolation];
}

int lince_image_size_parse(const char *text, int *height, int *width)
{
    int end = 0, n = sscanf(text, "%4d%n", height, &end);
    *width = *height;
    if (n == 1 && (text[end] == 'x' || text[end] == 'X')) {
        int rest = 0;
        n = sscanf(text + end + 1, "%4d%n", width, &rest);
        end += 1 + rest;
        if (*height < 1 || *width < 1) n = 0;
    }
    bool digits = text[strspn(text, "0123456789xX")] == '\0';
    if (n == 1 && !text[end] && digits && *height <= LINCE_INPUT_MAX && *width <= LINCE_INPUT_MAX) return 0;
    return lince_fail(LINCE_EUSAGE,
                      "--image-size %s: expected pixels up to %d, as 224 or as HEIGHTxWIDTH: 160x224", text,
                      LINCE_INPUT_MAX);
}

/* The index of a name in a list. */
static int index_of(const char *option, const char *name, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (!strcmp(names[i], name)) return i;
    return lince_fail(LINCE_EUSAGE, "--%s %s: expected one of %s", option, name,
                      names == fits ? "crop|squash|pad" : "bilinear|bicubic");
}

int lince_transform_set(lince_transform *t, const char *fit, int resize, const char *interpolation)
{
    int as_fit = fit ? index_of("fit", fit, fits, 3) : (int)t->fit,
        as_curve = interpolation ? index_of("interpolation", interpolation, interpolations, 2)
                                 : (int)t->interpolation;
    if (as_fit < 0 || as_curve < 0) return LINCE_EUSAGE;
    t->fit = (lince_fit)as_fit;
    t->interpolation = (lince_interpolation)as_curve;
    if (resize) t->resize = resize;
    return 0;
}

int lince_transform_check(const lince_transform *t)
{
    int longer = t->width > t->height ? t->width : t->height;
    if (t->resize && t->fit != LINCE_FIT_CROP)
        return lince_fail(LINCE_EUSAGE, "--resize %d: goes before a crop, and --fit %s has none", t->resize,
                          fits[t->fit]);
    if (t->resize && t->resize < longer)
        return lince_fail(
            LINCE_EUSAGE,
            "--resize %d: smaller than the input of %d x %d pixels that is cut out of it; choose "
            "%d or more",
            t->resize, t->width, t->height, longer);
    return 0;
}

/* --- fitting -------------------------------------------------------------------------------------- */

/* torchvision's center_crop and PIL's pad: the offset is rounded half to even, as Python's round. */
static int64_t center(int64_t whole, int64_t part)
{
    return (int64_t)nearbyint((double)(whole - part) / 2);
}

/* A size of the picture's proportions whose width, or height, is the one given; the other is rounded down. */
static lince_resized by_width(const lince_image *in, int64_t width)
{
    return (lince_resized){.width = width, .height = width * in->height / in->width};
}

static lince_resized by_height(const lince_image *in, int64_t height)
{
    return (lince_resized){.width = height * in->width / in->height, .height = height};
}

/* The size that the shorter side asks for or, without one, the smallest that covers the network's input. */
static lince_resized cover(const lince_transform *t, const lince_image *in)
{
    bool across = t->resize ? in->width <= in->height
                            : (int64_t)t->width * in->height >= (int64_t)t->height * in->width;
    lince_resized whole = across ? by_width(in, t->resize ? t->resize : t->width)
                                 : by_height(in, t->resize ? t->resize : t->height);
    whole.left = center(whole.width, t->width);
    whole.top = center(whole.height, t->height);
    return whole;
}

/* The largest size of the picture's proportions that the network's input holds, rounded to the nearest: PIL's
 * ImageOps.contain, in its order of operations. */
static lince_resized contain(const lince_transform *t, const lince_image *in)
{
    double width = in->width, height = in->height, own = width / height,
           target = (double)t->width / t->height;
    lince_resized whole = {.width = t->width, .height = t->height};
    if (own > target) whole.height = (int64_t)fmax(nearbyint(height / width * t->width), 1);
    if (own < target) whole.width = (int64_t)fmax(nearbyint(width / height * t->height), 1);
    return whole;
}

static void copy_window(const lince_image *in, const lince_resized *w, lince_image *out)
{
    for (int y = 0; y < out->height; y++) {
        size_t from = ((size_t)(w->top + y) * (size_t)in->width + (size_t)w->left) * 3,
               row = 3 * (size_t)out->width;
        memcpy(out->pixels + (size_t)y * row, in->pixels + from, row);
    }
}

/* A window of the picture at another size, as `out` is large. */
static int show(const lince_transform *t, const lince_image *in, const lince_resized *whole, lince_image *out)
{
    if (whole->width != in->width || whole->height != in->height)
        return lince_resize(in, whole, t->interpolation, out);
    copy_window(in, whole, out);
    return 0;
}

static int pad(const lince_transform *t, const lince_image *in, lince_image *out)
{
    lince_resized whole = contain(t, in);
    lince_image small;
    LINCE_TRY(lince_image_init(&small, (int)whole.width, (int)whole.height));
    int code = show(t, in, &whole, &small);
    size_t row = 3 * (size_t)small.width, left = 3 * (size_t)center(out->width, small.width);
    for (int y = 0, top = (int)center(out->height, small.height); y < small.height; y++)
        memcpy(out->pixels + (size_t)(top + y) * 3 * (size_t)out->width + left,
               small.pixels + (size_t)y * row, row);
    lince_image_release(&small);
    return code;
}

int lince_transform_fit(const lince_transform *t, const lince_image *in, lince_image *out)
{
    lince_resized whole = {.width = t->width, .height = t->height};
    if (t->fit == LINCE_FIT_CROP) whole = cover(t, in);
    LINCE_TRY(lince_image_init(out, t->width, t->height)); /* black */
    int code = t->fit == LINCE_FIT_PAD ? pad(t, in, out) : show(t, in, &whole, out);
    if (code) lince_image_release(out);
    return code;
}

/* --- numbers -------------------------------------------------------------------------------------- */

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

static void erase(const lince_transform *t, const lince_rectangle *r, float *out)
{
    for (int c = 0; c < 3; c++)
        for (int y = r->y; y < r->y + r->height; y++) {
            size_t row = (size_t)c * (size_t)t->height + (size_t)y;
            memset(out + row * (size_t)t->width + r->x, 0, (size_t)r->width * sizeof *out);
        }
}

/* Three pictures, then what resizing needs: where numbers come first. */
static size_t space_of(const lince_transform *t)
{
    size_t space =
        lince_augments_by(&t->augment, LINCE_RESIZED_CROP) ? lince_canvas_space(t->width, t->height) : 0;
    return (space + 7) / 8 * 8;
}

size_t lince_draw_scratch(const lince_transform *t)
{
    return space_of(t) + 3 * (3 * (size_t)t->width * (size_t)t->height);
}

void lince_draw_apply(const lince_transform *t, const lince_draw *d, const uint8_t *pixels, void *scratch,
                      float *out)
{
    size_t size = 3 * (size_t)t->width * (size_t)t->height;
    uint8_t *first = (uint8_t *)scratch + space_of(t);
    lince_canvas c = {.width = t->width,
                      .height = t->height,
                      .pixels = first,
                      .spare = first + size,
                      .floats = out,
                      .space = scratch};
    lince_canvas_draw(&c, d, pixels, first + 2 * size);
    lince_transform_normalise(t, c.pixels, out);
    erase(t, &d->erased, out);
}

void lince_transform_apply(const lince_transform *t, const uint8_t *pixels, const lince_occasion *occasion,
                           void *scratch, float *out)
{
    if (!occasion) {
        lince_transform_normalise(t, pixels, out);
        return;
    }
    lince_draw draw;
    lince_draw_parameters(&t->augment, t->width, t->height, occasion, &draw);
    lince_draw_apply(t, &draw, pixels, scratch, out);
}

int lince_transform_show(const lince_transform *t, const float *x, lince_image *picture)
{
    size_t area = (size_t)t->width * (size_t)t->height;
    LINCE_TRY(lince_image_init(picture, t->width, t->height));
    for (size_t c = 0; c < 3; c++)
        for (size_t i = 0; i < area; i++) {
            float v = 255 * (x[c * area + i] * t->std[c] + t->mean[c]);
            picture->pixels[3 * i + c] = (uint8_t)lrintf(fminf(fmaxf(v, 0), 255));
        }
    return 0;
}
