/* What becomes of a picture's values: Pillow's ImageEnhance, ImageOps and colour conversions, in its
 * arithmetic. */
#include "picture/augment/canvas.h"

#include <math.h>
#include <string.h>

static size_t count_of(const lince_canvas *c)
{
    return (size_t)c->width * (size_t)c->height;
}

/* --- one table for all values, or one a channel ----------------------------------------------------- */

static void look_up(lince_canvas *c, const uint8_t table[256])
{
    uint8_t *p = c->pixels, *end = p + lince_canvas_size(c);
    for (; p < end; p++) *p = table[*p];
}

static void look_up_channels(lince_canvas *c, uint8_t table[3][256])
{
    uint8_t *p = c->pixels, *end = p + lince_canvas_size(c);
    for (; p < end; p += 3) p[0] = table[0][p[0]], p[1] = table[1][p[1]], p[2] = table[2][p[2]];
}

/* ~(2^(8 - bits) - 1) */
void lince_canvas_posterize(lince_canvas *c, const double *bits)
{
    uint8_t table[256];
    for (int v = 0; v < 256; v++) table[v] = (uint8_t)(v & ~((1 << (8 - (int)*bits)) - 1));
    look_up(c, table);
}

void lince_canvas_solarize(lince_canvas *c, const double *threshold)
{
    uint8_t table[256];
    for (int v = 0; v < 256; v++) table[v] = (uint8_t)(v < *threshold ? v : 255 - v);
    look_up(c, table);
}

void lince_canvas_invert(lince_canvas *c, const double *none)
{
    (void)none;
    lince_canvas_solarize(c, &(double){0});
}

typedef struct histogram {
    uint32_t of[3][256];
} histogram;

static void count(const lince_canvas *c, histogram *h)
{
    *h = (histogram){0};
    const uint8_t *p = c->pixels, *end = p + lince_canvas_size(c);
    for (; p < end; p += 3) h->of[0][p[0]]++, h->of[1][p[1]]++, h->of[2][p[2]]++;
}

/* Least and greatest value of a channel. */
static void find_range(const uint32_t counts[256], int *low, int *high)
{
    *low = 0, *high = 255;
    while (*low < 255 && !counts[*low]) ++*low;
    while (*high > 0 && !counts[*high]) --*high;
}

static uint8_t clip(double v)
{
    return v <= 0 ? 0 : v >= 255 ? 255 : (uint8_t)v;
}

/* ImageOps.autocontrast: each channel's least and greatest values become 0 and 255. */
void lince_canvas_autocontrast(lince_canvas *c, const double *none)
{
    (void)none;
    histogram h;
    uint8_t table[3][256];
    count(c, &h);
    for (int k = 0; k < 3; k++) {
        int low, high;
        find_range(h.of[k], &low, &high);
        double factor = high > low ? 255.0 / (high - low) : 1, offset = high > low ? -low * factor : 0;
        for (int v = 0; v < 256; v++) table[k][v] = clip(v * factor + offset);
    }
    look_up_channels(c, table);
}

/* ImageOps.equalize: each channel's cumulative histogram becomes a straight line, in whole numbers. */
void lince_canvas_equalize(lince_canvas *c, const double *none)
{
    (void)none;
    histogram h;
    uint8_t table[3][256];
    count(c, &h);
    for (int k = 0; k < 3; k++) {
        int low, high;
        find_range(h.of[k], &low, &high);
        uint32_t step = low < high ? ((uint32_t)count_of(c) - h.of[k][high]) / 255 : 0, sum = step / 2;
        for (int v = 0; v < 256; v++) {
            uint32_t level = step ? sum / step : (uint32_t)v;
            table[k][v] = (uint8_t)(level < 255 ? level : 255);
            sum += h.of[k][v];
        }
    }
    look_up_channels(c, table);
}

/* --- blends: ImageEnhance --------------------------------------------------------------------------- */

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
static void blend_all(lince_canvas *c, int base, float factor)
{
    uint8_t table[256];
    for (int v = 0; v < 256; v++) table[v] = blend(base, v, factor);
    look_up(c, table);
}

void lince_canvas_brightness(lince_canvas *c, const double *factor)
{
    blend_all(c, 0, (float)*factor);
}

void lince_canvas_contrast(lince_canvas *c, const double *factor)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count_of(c); i++) sum += (uint64_t)luma(c->pixels + 3 * i);
    blend_all(c, (int)((double)sum / (double)count_of(c) + 0.5), (float)*factor);
}

void lince_canvas_saturation(lince_canvas *c, const double *factor)
{
    float f = (float)*factor;
    for (uint8_t *p = c->pixels; p < c->pixels + lince_canvas_size(c); p += 3) {
        int grey = luma(p);
        for (int k = 0; k < 3; k++) p[k] = blend(grey, p[k], f);
    }
}

void lince_canvas_grey(lince_canvas *c, const double *none)
{
    (void)none;
    for (uint8_t *p = c->pixels; p < c->pixels + lince_canvas_size(c); p += 3)
        p[0] = p[1] = p[2] = (uint8_t)luma(p);
}

/* ImageFilter.SMOOTH at byte `at` of a row of `row` bytes: (5 v + the eight around it) / 13, rounded. */
static int smoothed(const uint8_t *p, size_t row)
{
    int sum = 4 * p[0];
    for (const uint8_t *line = p - row; line <= p + row; line += row) sum += line[-3] + line[0] + line[3];
    return (2 * sum + 13) / 26;
}

/* Between the smoothed picture (0) and the picture (1), or past it. The border stays as it is: it is not
 * smoothed. */
void lince_canvas_sharpness(lince_canvas *c, const double *factor)
{
    size_t row = 3 * (size_t)c->width;
    float f = (float)*factor;
    memcpy(c->spare, c->pixels, lince_canvas_size(c));
    for (int y = 1; y < c->height - 1; y++) {
        const uint8_t *in = c->pixels + (size_t)y * row;
        uint8_t *out = c->spare + (size_t)y * row;
        for (size_t i = 3; i + 3 < row; i++) out[i] = blend(smoothed(in + i, row), in[i], f);
    }
    lince_canvas_swap(c);
}

/* --- hue -------------------------------------------------------------------------------------------- */

/* Pillow's convert("HSV"), its hue and saturation in 0..255; the value is the greatest channel. */
static void to_hsv(const uint8_t *p, int *hue, int *saturation, int *value)
{
    int r = p[0], g = p[1], b = p[2], most = r > g ? r : g, least = r < g ? r : g;
    if (b > most) most = b;
    if (b < least) least = b;
    *hue = *saturation = 0;
    *value = most;
    if (most == least) return;
    float range = (float)(most - least), red = (float)(most - r) / range, green = (float)(most - g) / range,
          blue = (float)(most - b) / range;
    float h = r == most   ? blue - green
              : g == most ? (float)(2.0 + (double)red - (double)blue)
                          : (float)(4.0 + (double)green - (double)red);
    h = (float)fmod((double)h / 6.0 + 1.0, 1.0);
    *hue = (int)((double)h * 255.0);
    *saturation = (int)((double)(range / (float)most) * 255.0);
}

/* Pillow's way back. */
static void from_hsv(int hue, int saturation, int value, uint8_t *out)
{
    float turn = (float)((double)(float)hue * 6.0 / 255.0), s = (float)((double)(float)saturation / 255.0),
          v = (float)value;
    int sector = (int)floor((double)turn);
    double f = (double)(float)((double)turn - (double)(float)sector);
    uint8_t p = clip(round((double)v * (1.0 - (double)s))),
            q = clip(round((double)v * (1.0 - (double)s * f))),
            t = clip(round((double)v * (1.0 - (double)s * (1.0 - f)))), most = (uint8_t)value;
    const uint8_t rgb[6][3] = {{most, t, p}, {q, most, p}, {p, most, t},
                               {p, q, most}, {t, p, most}, {most, p, q}};
    memcpy(out, rgb[sector % 6], 3);
}

/* torchvision's adjust_hue: the shift in steps of 1/255 of the circle, truncated. */
void lince_canvas_hue(lince_canvas *c, const double *shift)
{
    int by = (int)(*shift * 255), hue, saturation, value;
    for (uint8_t *p = c->pixels; p < c->pixels + lince_canvas_size(c); p += 3) {
        to_hsv(p, &hue, &saturation, &value);
        from_hsv((hue + by) & 255, saturation, value, p);
    }
}

/* --- blur ------------------------------------------------------------------------------------------- */

enum { BLUR_MOST = 513 }; /* side of the kernel */

/* Mirrored at the borders, which are not repeated: torch's "reflect". */
static int reflected(int i, int size)
{
    if (size == 1) return 0;
    while (i < 0 || i >= size) i = i < 0 ? -i : 2 * (size - 1) - i;
    return i;
}

static void gaussian(float deviation, int side, float *weight)
{
    float sum = 0;
    for (int i = 0; i < side; i++) {
        float x = ((float)i - (float)(side - 1) / 2) / deviation;
        sum += weight[i] = expf(-0.5f * x * x);
    }
    for (int i = 0; i < side; i++) weight[i] /= sum;
}

static void blur_row(const lince_canvas *c, const float *weight, int side, const uint8_t *in, float *out)
{
    for (int x = 0; x < c->width; x++, out += 3) {
        out[0] = out[1] = out[2] = 0;
        for (int k = 0; k < side; k++) {
            const uint8_t *p = in + 3 * (size_t)reflected(x + k - side / 2, c->width);
            for (int i = 0; i < 3; i++) out[i] += weight[k] * (float)p[i];
        }
    }
}

/* A row of bytes from rows of floats, summed in runs short enough to stay in registers. */
static void blur_column(const lince_canvas *c, const float *weight, int side, int y, uint8_t *out)
{
    enum { RUN = 64 };
    size_t row = 3 * (size_t)c->width;
    for (size_t begin = 0; begin < row; begin += RUN) {
        size_t n = row - begin < RUN ? row - begin : RUN;
        float sum[RUN] = {0};
        for (int k = 0; k < side; k++) {
            const float *in = c->floats + (size_t)reflected(y + k - side / 2, c->height) * row + begin;
            for (size_t i = 0; i < n; i++) sum[i] += weight[k] * in[i];
        }
        for (size_t i = 0; i < n; i++) out[begin + i] = clip(nearbyint((double)sum[i]));
    }
}

/* torchvision's gaussian_blur, across and then down; it convolves in both directions at once, so that single
 * values may be rounded the other way. */
void lince_canvas_blur(lince_canvas *c, const double *deviation_and_side)
{
    float weight[BLUR_MOST];
    int side = (int)deviation_and_side[1];
    size_t row = 3 * (size_t)c->width;
    gaussian((float)deviation_and_side[0], side, weight);
    for (int y = 0; y < c->height; y++)
        blur_row(c, weight, side, c->pixels + (size_t)y * row, c->floats + (size_t)y * row);
    for (int y = 0; y < c->height; y++) blur_column(c, weight, side, y, c->pixels + (size_t)y * row);
}
