#include "picture/augment/mix.h"

#include <math.h>
#include <string.h>

static int clamp(int v, int most)
{
    return v < 0 ? 0 : v < most ? v : most;
}

/* The rectangle of 1 - own of the area about a point anywhere, as far as it lies in the picture; the share is
 * then what is left of it. */
static void draw_part(lince_random *r, int width, int height, lince_mix *m)
{
    int x = (int)lince_random_below(r, (uint32_t)width), y = (int)lince_random_below(r, (uint32_t)height);
    double half = 0.5 * sqrt(1 - (double)m->own);
    int across = (int)(half * width), down = (int)(half * height);
    int left = clamp(x - across, width), right = clamp(x + across, width), top = clamp(y - down, height),
        bottom = clamp(y + down, height);
    m->part = (lince_rectangle){left, top, right - left, bottom - top};
    m->own = (float)(1 - (double)m->part.width * m->part.height / ((double)width * height));
}

lince_mix lince_mix_draw(const lince_mixing *mixing, uint64_t seed, int epoch, size_t step, int width,
                         int height)
{
    lince_mix m = {.own = 1};
    if (!(mixing->mixup > 0) && !(mixing->cutmix > 0)) return m;
    lince_random r = lince_random_at(lince_key(seed, LINCE_STREAM_MIX, (uint64_t)epoch, step));
    bool cut = mixing->cutmix > 0 && (!(mixing->mixup > 0) || lince_random_below(&r, 2));
    double alpha = cut ? mixing->cutmix : mixing->mixup;
    m.own = (float)lince_random_beta(&r, alpha, alpha);
    if (cut) draw_part(&r, width, height, &m);
    return m;
}

static void average(float own, size_t count, float *restrict x, const float *restrict partner)
{
    for (size_t i = 0; i < count; i++) x[i] = partner[i] * (1 - own) + x[i] * own;
}

static void paste(const lince_rectangle *part, int channels, int width, int height, float *x,
                  const float *partner)
{
    for (int c = 0; c < channels; c++)
        for (int y = part->y; y < part->y + part->height; y++) {
            size_t at = ((size_t)c * (size_t)height + (size_t)y) * (size_t)width + (size_t)part->x;
            memcpy(x + at, partner + at, (size_t)part->width * sizeof *x);
        }
}

/* From the last to the first, so that each finds its partner as it was; the first one's, the last, is
 * kept. */
void lince_mix_pixels(const lince_mix *m, size_t n, int channels, int width, int height, float *x,
                      float *spare)
{
    size_t size = (size_t)channels * (size_t)width * (size_t)height;
    if (m->own == 1 || n < 2) return;
    memcpy(spare, x + (n - 1) * size, size * sizeof *x);
    for (size_t i = n; i-- > 0;) {
        float *own = x + i * size;
        const float *partner = i ? own - size : spare;
        if (m->part.width)
            paste(&m->part, channels, width, height, own, partner);
        else
            average(m->own, size, own, partner);
    }
}

void lince_mix_labels(size_t n, const int32_t *label, int32_t *partner)
{
    for (size_t i = 0; i < n; i++) partner[i] = label[i ? i - 1 : n - 1];
}
