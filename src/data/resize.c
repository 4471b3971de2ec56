#include "data/resize.h"
#include "core/error.h"
#include "core/memory.h"

#include <math.h>

/* Weights are fixed-point numbers with 22 fractional bits, as in Pillow's Resample.c: 32 bits less 8 of the
 * pixel and 2 for the sum. */
enum { BITS = 22 };

/* For each output position: the first input position, how many, and their weights. */
typedef struct filter {
    int *first, *count, *weight, width; /* width: of a row of weights */
} filter;

static void release(filter *f)
{
    lince_free(f->first);
    lince_free(f->count);
    lince_free(f->weight);
}

static double triangle(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

static void fill_position(filter *f, int out, int in, double scale)
{
    double stretch = scale > 1 ? scale : 1, center = (out + 0.5) * scale, sum = 0, w[2];
    int first = (int)(center - stretch + 0.5), last = (int)(center + stretch + 0.5);
    if (first < 0) first = 0;
    if (last > in) last = in;
    for (int i = first; i < last; i++) sum += triangle((i - center + 0.5) / stretch);
    for (int i = first; i < last; i++) {
        w[0] = triangle((i - center + 0.5) * (1 / stretch));
        w[1] = sum != 0 ? w[0] / sum : w[0];
        f->weight[out * f->width + i - first] = (int)(0.5 + w[1] * (1 << BITS));
    }
    f->first[out] = first;
    f->count[out] = last - first;
}

static int make_filter(filter *f, int in, int out)
{
    double scale = (double)in / out, stretch = scale > 1 ? scale : 1;
    size_t weights;
    f->width = (int)ceil(stretch) * 2 + 1;
    if (!lince_mul((size_t)out, (size_t)f->width, &weights))
        return lince_fail(LINCE_ENOMEM, "a picture is too large to resize");
    f->first = lince_alloc((size_t)out, sizeof(int));
    f->count = lince_alloc((size_t)out, sizeof(int));
    f->weight = lince_alloc(weights, sizeof(int));
    if (!f->first || !f->count || !f->weight) return LINCE_ENOMEM;
    for (int i = 0; i < out; i++) fill_position(f, i, in, scale);
    return 0;
}

static uint8_t rounded(int sum)
{
    int value = sum >> BITS;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

/* One pass along an axis: `step` bytes between neighbours on it. */
static void filter_line(const filter *f, const uint8_t *in, size_t step, uint8_t *out, size_t out_step,
                        int length)
{
    for (int i = 0; i < length; i++) {
        const int *w = f->weight + i * f->width;
        for (int c = 0; c < 3; c++) {
            const uint8_t *from = in + (size_t)f->first[i] * step + c;
            int sum = 1 << (BITS - 1);
            for (int k = 0; k < f->count[i]; k++) sum += from[(size_t)k * step] * w[k];
            out[(size_t)i * out_step + (size_t)c] = rounded(sum);
        }
    }
}

int lince_resize(const lince_image *in, int width, int height, lince_image *out)
{
    filter horizontal = {0}, vertical = {0};
    lince_image middle = {0};
    *out = (lince_image){0};
    int code = make_filter(&horizontal, in->width, width);
    if (!code) code = make_filter(&vertical, in->height, height);
    if (!code) code = lince_image_init(&middle, width, in->height);
    if (!code) code = lince_image_init(out, width, height);
    size_t wide = (size_t)width * 3;
    for (int y = 0; !code && y < in->height; y++)
        filter_line(&horizontal, in->pixels + (size_t)y * (size_t)in->width * 3, 3,
                    middle.pixels + (size_t)y * wide, 3, width);
    for (int x = 0; !code && x < width; x++)
        filter_line(&vertical, middle.pixels + (size_t)x * 3, wide, out->pixels + (size_t)x * 3, wide,
                    height);
    lince_image_release(&middle);
    release(&horizontal);
    release(&vertical);
    return code;
}
