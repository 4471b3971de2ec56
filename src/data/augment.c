#include "data/augment.h"
#include "core/random.h"

#include <math.h>
#include <string.h>

/* --- drawing -------------------------------------------------------------------------------------- */

static float uniform(lince_random *r, float low, float high)
{
    return low + (high - low) * lince_random_uniform(r);
}

static int below(lince_random *r, int bound)
{
    return (int)lince_random_below(r, (uint32_t)bound);
}

/* A uniform order (Fisher-Yates), then a factor for each. */
static void draw_colour(const lince_transform *t, lince_random *r, lince_draw *d)
{
    float jitter = t->augment.jitter;
    for (int i = LINCE_COLOURS - 1; i > 0; i--) {
        int j = below(r, i + 1);
        lince_colour last = d->order[i];
        d->order[i] = d->order[j];
        d->order[j] = last;
    }
    for (int i = 0; i < LINCE_COLOURS; i++) d->factor[i] = uniform(r, fmaxf(0, 1 - jitter), 1 + jitter);
}

/* torchvision.transforms.RandomErasing: ten tries at a rectangle that is smaller than the picture. */
static void draw_erasing(const lince_transform *t, lince_random *r, lince_draw *d)
{
    if (lince_random_uniform(r) >= t->augment.erase) return;
    float whole = (float)t->width * (float)t->height;
    for (int attempt = 0; attempt < 10; attempt++) {
        float area = whole * uniform(r, 0.02f, 0.33f), ratio = expf(uniform(r, logf(0.3f), logf(3.3f)));
        int height = (int)lrintf(sqrtf(area * ratio)), width = (int)lrintf(sqrtf(area / ratio));
        if (height >= t->height || width >= t->width) continue;
        d->erase_height = height;
        d->erase_width = width;
        d->erase_y = below(r, t->height - height + 1);
        d->erase_x = below(r, t->width - width + 1);
        return;
    }
}

void lince_draw_parameters(const lince_transform *t, uint64_t key, lince_draw *d)
{
    const lince_augment *a = &t->augment;
    lince_random r = lince_random_at(key);
    *d = (lince_draw){.order = {LINCE_BRIGHTNESS, LINCE_CONTRAST, LINCE_SATURATION}, .factor = {1, 1, 1}};
    if (a->crop) {
        d->crop_y = below(&r, 2 * a->crop + 1) - a->crop;
        d->crop_x = below(&r, 2 * a->crop + 1) - a->crop;
    }
    if (a->flip) d->flip = lince_random_uniform(&r) < 0.5f;
    if (a->translate > 0) {
        float most_x = a->translate * (float)t->width, most_y = a->translate * (float)t->height;
        d->move_x = (int)lrintf(uniform(&r, -most_x, most_x));
        d->move_y = (int)lrintf(uniform(&r, -most_y, most_y));
    }
    if (a->jitter > 0) draw_colour(t, &r, d);
    if (a->erase > 0) draw_erasing(t, &r, d);
}

/* --- geometry ------------------------------------------------------------------------------------- */

static int largest(int a, int b, int c)
{
    int m = a > b ? a : b;
    return m > c ? m : c;
}

static int smallest(int a, int b, int c)
{
    int m = a < b ? a : b;
    return m < c ? m : c;
}

/* Output positions [begin, end) along an axis show the picture; outside them the crop's padding or what the
 * translation uncovered is black. The crop [crop, crop + size) is moved by `move`. */
typedef struct span {
    int begin, end;
} span;

static span visible(int size, int crop, int move)
{
    span s = {largest(0, move, move - crop), smallest(size, size + move, size + move - crop)};
    if (s.begin > size) s.begin = size;
    if (s.end < s.begin) s.end = s.begin;
    return s;
}

static void mirror(const uint8_t *restrict last, uint8_t *restrict out, int count)
{
    for (int i = 0; i < count; i++, last -= 3, out += 3) out[0] = last[0], out[1] = last[1], out[2] = last[2];
}

/* Crop, flip and translation in one pass: output (x, y) shows the picture's (x - move_x + crop_x, y - move_y
 * + crop_y), or, where flipped, (width - 1 - (x - move_x) + crop_x, ...). */
static void apply_geometry(const lince_transform *t, const lince_draw *d, const uint8_t *in, uint8_t *out)
{
    size_t row = (size_t)t->width * 3;
    span rows = visible(t->height, d->crop_y, d->move_y);
    span columns = visible(t->width, d->flip ? -d->crop_x : d->crop_x, d->move_x);
    int across = columns.begin - d->move_x, count = columns.end - columns.begin;
    int from = (d->flip ? t->width - 1 - across : across) + d->crop_x;
    if (rows.begin == rows.end || count == 0) {
        memset(out, 0, row * (size_t)t->height);
        return;
    }
    memset(out, 0, row * (size_t)rows.begin);
    for (int y = rows.begin; y < rows.end; y++) {
        const uint8_t *source = in + (size_t)(y - d->move_y + d->crop_y) * row + 3 * (size_t)from;
        uint8_t *line = out + (size_t)y * row;
        memset(line, 0, 3 * (size_t)columns.begin);
        if (d->flip)
            mirror(source, line + 3 * (size_t)columns.begin, count);
        else
            memcpy(line + 3 * (size_t)columns.begin, source, 3 * (size_t)count);
        memset(line + 3 * (size_t)columns.end, 0, row - 3 * (size_t)columns.end);
    }
    memset(out + (size_t)rows.end * row, 0, row * (size_t)(t->height - rows.end));
}

/* --- colour --------------------------------------------------------------------------------------- */

/* Pillow's convert("L"): ITU-R 601-2 luma in 16-bit fixed point, rounded. */
static int luma(const uint8_t *p)
{
    return (p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000) >> 16;
}

/* Pillow's Image.blend: from `base` towards `value`, or past it; truncated to a byte. */
static uint8_t blend(int base, int value, float factor)
{
    float mixed = (float)base + factor * (float)(value - base);
    return mixed <= 0 ? 0 : mixed >= 255 ? 255 : (uint8_t)mixed;
}

/* Every byte blended with the same one. */
static void blend_all(uint8_t *pixels, size_t count, int base, float factor)
{
    uint8_t table[256];
    for (int v = 0; v < 256; v++) table[v] = blend(base, v, factor);
    for (size_t i = 0; i < 3 * count; i++) pixels[i] = table[pixels[i]];
}

static void brightness(uint8_t *pixels, size_t count, float factor)
{
    blend_all(pixels, count, 0, factor);
}

static void contrast(uint8_t *pixels, size_t count, float factor)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += (uint64_t)luma(pixels + 3 * i);
    blend_all(pixels, count, (int)((double)sum / (double)count + 0.5), factor);
}

static void saturation(uint8_t *pixels, size_t count, float factor)
{
    for (uint8_t *p = pixels; p < pixels + 3 * count; p += 3) {
        int grey = luma(p);
        for (int c = 0; c < 3; c++) p[c] = blend(grey, p[c], factor);
    }
}

static void apply_colour(const lince_transform *t, const lince_draw *d, uint8_t *pixels)
{
    static void (*const change[LINCE_COLOURS])(uint8_t * pixels, size_t count, float factor) = {
        [LINCE_BRIGHTNESS] = brightness, [LINCE_CONTRAST] = contrast, [LINCE_SATURATION] = saturation};
    size_t count = (size_t)t->width * (size_t)t->height;
    for (int i = 0; i < LINCE_COLOURS; i++) change[d->order[i]](pixels, count, d->factor[d->order[i]]);
}

/* --- all of it ------------------------------------------------------------------------------------ */

static void apply_erasing(const lince_transform *t, const lince_draw *d, float *out)
{
    for (int c = 0; c < 3; c++)
        for (int y = d->erase_y; y < d->erase_y + d->erase_height; y++) {
            size_t row = (size_t)c * (size_t)t->height + (size_t)y;
            memset(out + row * (size_t)t->width + d->erase_x, 0, (size_t)d->erase_width * sizeof *out);
        }
}

void lince_draw_apply(const lince_transform *t, const lince_draw *d, const uint8_t *pixels, uint8_t *scratch,
                      float *out)
{
    apply_geometry(t, d, pixels, scratch);
    if (t->augment.jitter > 0) apply_colour(t, d, scratch);
    lince_transform_normalise(t, scratch, out);
    apply_erasing(t, d, out);
}
