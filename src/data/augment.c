#include "data/augment.h"
#include "core/random.h"

#include <math.h>
#include <string.h>

static float uniform(lince_random *r, float low, float high)
{
    return low + (high - low) * lince_random_uniform(r);
}

/* torchvision.transforms.RandomErasing: ten tries at a rectangle that fits. */
static void draw_erasing(const lince_transform *t, lince_random *r, lince_draw *d)
{
    if (lince_random_uniform(r) >= t->augment.erase) return;
    for (int attempt = 0; attempt < 10; attempt++) {
        float area = uniform(r, 0.02f, 0.33f) * (float)(t->width * t->height),
              ratio = expf(uniform(r, logf(0.3f), logf(3.3f)));
        int height = (int)lrintf(sqrtf(area * ratio)), width = (int)lrintf(sqrtf(area / ratio));
        if (height >= t->height || width >= t->width || !width || !height) continue;
        d->erase_height = height;
        d->erase_width = width;
        d->erase_y = (int)lince_random_below(r, (uint32_t)(t->height - height + 1));
        d->erase_x = (int)lince_random_below(r, (uint32_t)(t->width - width + 1));
        return;
    }
}

static void draw_colour(const lince_transform *t, lince_random *r, lince_draw *d)
{
    for (int i = 0; i < 3; i++)
        d->factor[i] = uniform(r, fmaxf(0, 1 - t->augment.jitter), 1 + t->augment.jitter);
    for (int i = 2; i > 0; i--) {
        int j = (int)lince_random_below(r, (uint32_t)i + 1), other = d->order[j];
        d->order[j] = d->order[i];
        d->order[i] = other;
    }
}

void lince_draw_parameters(const lince_transform *t, uint64_t key, lince_draw *d)
{
    const lince_augment *a = &t->augment;
    lince_random r = lince_random_at(key);
    *d = (lince_draw){.factor = {1, 1, 1}, .order = {0, 1, 2}};
    if (a->crop) {
        d->shift_y = (int)lince_random_below(&r, 2 * (uint32_t)a->crop + 1) - a->crop;
        d->shift_x = (int)lince_random_below(&r, 2 * (uint32_t)a->crop + 1) - a->crop;
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

void lince_apply_geometry(const lince_transform *t, const lince_draw *d, const uint8_t *in, uint8_t *out)
{
    size_t row = (size_t)t->width * 3;
    memset(out, 0, row * (size_t)t->height);
    for (int y = 0; y < t->height; y++) {
        int from_y = y - d->move_y + d->shift_y, inside_y = y - d->move_y;
        if (from_y < 0 || from_y >= t->height || inside_y < 0 || inside_y >= t->height) continue;
        for (int x = 0; x < t->width; x++) {
            int inside = x - d->move_x, from = (d->flip ? t->width - 1 - inside : inside) + d->shift_x;
            if (inside < 0 || inside >= t->width || from < 0 || from >= t->width) continue;
            const uint8_t *p = in + (size_t)from_y * row + (size_t)from * 3;
            uint8_t *q = out + (size_t)y * row + (size_t)x * 3;
            q[0] = p[0], q[1] = p[1], q[2] = p[2];
        }
    }
}

/* Pillow's RGB -> L: ITU-R 601-2 luma in 16-bit fixed point. */
static int luma(const uint8_t *p)
{
    return (p[0] * 19595 + p[1] * 38470 + p[2] * 7471 + 0x8000) >> 16;
}

/* Image.blend(a, b, factor): from a towards, or past, b; truncated. */
static uint8_t blend(int a, int b, float factor)
{
    float value = (float)a + factor * (float)(b - a);
    return value <= 0 ? 0 : value >= 255 ? 255 : (uint8_t)value;
}

void lince_apply_colour(const lince_transform *t, const lince_draw *d, uint8_t *pixels)
{
    size_t count = (size_t)t->width * (size_t)t->height;
    for (int k = 0; k < 3; k++) {
        int what = d->order[k], grey = 0; /* brightness: blended with black */
        float factor = d->factor[what];
        if (what == 1) { /* contrast: with the mean grey */
            uint64_t sum = 0;
            for (size_t i = 0; i < count; i++) sum += (uint64_t)luma(pixels + 3 * i);
            grey = (int)((double)sum / (double)count + 0.5);
        }
        for (size_t i = 0; i < count; i++) {
            uint8_t *p = pixels + 3 * i;
            if (what == 2) grey = luma(p); /* saturation: with the pixel's own */
            for (int c = 0; c < 3; c++) p[c] = blend(grey, p[c], factor);
        }
    }
}
