#include "picture/resize.h"
#include "core/error.h"
#include "core/memory.h"

#include <math.h>

/* Weights are fixed-point numbers with 22 fractional bits, as in Pillow's Resample.c: 32 bits, less 8 of the
 * pixel and 2 for the sum. */
enum { BITS = 22, HALF = 1 << (BITS - 1) };

/* Along one axis: output i is the weighted sum of inputs first[i] .. first[i] + count[i] - 1. */
typedef struct filter {
    int length;   /* outputs */
    size_t width; /* of a row of weights */
    int32_t *first, *count;
    int32_t *weight; /* [length][width] */
} filter;

static double triangle(double x)
{
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

/* Keys 1981 with a = -1/2, as Pillow (OpenCV and PyTorch's tensors take -3/4). */
static double cubic(double x)
{
    const double a = -0.5;
    x = fabs(x);
    return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/* A curve that is 0 from `reach` on, in input pixels or, shrinking, output pixels. */
typedef struct curve {
    double (*at)(double x);
    double reach;
} curve;

static const curve curves[] = {[LINCE_BILINEAR] = {triangle, 1}, [LINCE_BICUBIC] = {cubic, 2}};

/* Position `at` of the resized axis, whose pixels are `scale` input pixels wide: the curve about its centre.
 * Pillow's order of operations, for the same roundings. */
static void fill_position(filter *f, const curve *c, int i, int64_t at, int in, double scale)
{
    double wide = fmax(scale, 1), support = c->reach * wide, shrink = 1 / wide,
           center = ((double)at + 0.5) * scale, sum = 0;
    int first = (int)fmax(center - support + 0.5, 0), last = (int)fmin(center + support + 0.5, in);
    for (int x = first; x < last; x++) sum += c->at((x - center + 0.5) * shrink);
    for (int x = first; x < last; x++) {
        double weight = c->at((x - center + 0.5) * shrink) / sum * (1 << BITS);
        f->weight[(size_t)i * f->width + (size_t)(x - first)] =
            (int32_t)(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    f->first[i] = first;
    f->count[i] = last - first;
}

/* Of an axis of `in` pixels resized to `out`. */
static size_t filter_width(const curve *c, int in, int64_t out)
{
    return 2 * (size_t)ceil(c->reach * fmax((double)in / (double)out, 1)) + 1;
}

/* For positions [begin, begin + length) of an axis of `in` pixels resized to `out`; in `space`, behind which
 * the next thing may lie: returned. */
static int32_t *filter_init(filter *f, int32_t *space, const curve *c, int in, int64_t out, int64_t begin,
                            int length)
{
    size_t n = (size_t)length;
    *f = (filter){.length = length, .width = filter_width(c, in, out), .first = space, .count = space + n};
    f->weight = f->count + n;
    for (int i = 0; i < length; i++) fill_position(f, c, i, begin + i, in, (double)in / (double)out);
    return f->weight + n * f->width;
}

/* Rounded weights may add up to a little more than 1; a cubic's are negative at its sides. The sum of their
 * amounts is below 2, as 32 bits need. */
static uint8_t rounded(int32_t sum)
{
    int32_t value = sum < 0 ? 0 : sum >> BITS;
    return (uint8_t)(value < 255 ? value : 255);
}

/* A row of RGB pixels along the axis. */
static void filter_row(const filter *f, const uint8_t *in, uint8_t *out)
{
    for (int i = 0; i < f->length; i++, out += 3) {
        const uint8_t *p = in + 3 * (size_t)f->first[i];
        const int32_t *weight = f->weight + (size_t)i * f->width;
        int32_t r = HALF, g = HALF, b = HALF;
        for (int k = 0; k < f->count[i]; k++, p += 3) {
            r += p[0] * weight[k];
            g += p[1] * weight[k];
            b += p[2] * weight[k];
        }
        out[0] = rounded(r), out[1] = rounded(g), out[2] = rounded(b);
    }
}

/* Output row i from rows of `size` bytes, the first of which is `in`. */
static void filter_column(const filter *f, int i, const uint8_t *in, size_t size, int32_t *sum, uint8_t *out)
{
    const int32_t *weight = f->weight + (size_t)i * f->width;
    for (size_t x = 0; x < size; x++) sum[x] = HALF;
    for (int k = 0; k < f->count[i]; k++, in += size)
        for (size_t x = 0; x < size; x++) sum[x] += in[x] * weight[k];
    for (size_t x = 0; x < size; x++) out[x] = rounded(sum[x]);
}

/* Input rows that `length` output rows need at most. */
static size_t rows_needed(const curve *c, int in, int64_t out, int length)
{
    double span = ceil((double)length * in / (double)out);
    size_t width = filter_width(c, in, out);
    return span + (double)width < in ? (size_t)span + width : (size_t)in;
}

size_t lince_resize_space(const lince_image *in, const lince_resized *whole,
                          lince_interpolation interpolation, const lince_image *out)
{
    const curve *c = &curves[interpolation];
    size_t across, down, numbers, middle, row = 3 * (size_t)out->width, bytes;
    bool fits = lince_mul((size_t)out->width, 2 + filter_width(c, in->width, whole->width), &across) &&
                lince_mul((size_t)out->height, 2 + filter_width(c, in->height, whole->height), &down) &&
                lince_mul(row + across + down, sizeof(int32_t), &numbers) &&
                lince_mul(rows_needed(c, in->height, whole->height, out->height), row, &middle) &&
                lince_add(numbers, middle, &bytes);
    return fits ? bytes : SIZE_MAX;
}

void lince_resize_in(void *space, const lince_image *in, const lince_resized *whole,
                     lince_interpolation interpolation, lince_image *out)
{
    const curve *c = &curves[interpolation];
    filter across, down;
    size_t size = 3 * (size_t)out->width;
    int32_t *sum = space, *next = sum + size;
    next = filter_init(&across, next, c, in->width, whole->width, whole->left, out->width);
    next = filter_init(&down, next, c, in->height, whole->height, whole->top, out->height);
    /* [rows][out->width][3]: the rows that the window needs, resized across */
    uint8_t *middle = (uint8_t *)next;
    int first = down.first[0], rows = down.first[out->height - 1] + down.count[out->height - 1] - first;
    for (int y = 0; y < rows; y++)
        filter_row(&across, in->pixels + (size_t)(first + y) * 3 * (size_t)in->width,
                   middle + (size_t)y * size);
    for (int y = 0; y < out->height; y++)
        filter_column(&down, y, middle + (size_t)(down.first[y] - first) * size, size, sum,
                      out->pixels + (size_t)y * size);
}

int lince_resize(const lince_image *in, const lince_resized *whole, lince_interpolation interpolation,
                 lince_image *out)
{
    void *space = lince_alloc(lince_resize_space(in, whole, interpolation, out), 1);
    if (!space) return LINCE_ENOMEM;
    lince_resize_in(space, in, whole, interpolation, out);
    lince_free(space);
    return 0;
}
