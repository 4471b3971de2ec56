#include "core/minmax.h"
#include "kernels/pixels.h"
#include "kernels/ref/row.h"

enum { LANES = 16 }; /* at most, in a block */

/* Adds floats to doubles. */
static void carry(const float *part, size_t b, double *sum)
{
    for (size_t c = 0; c < b; c++) sum[c] += (double)part[c];
}

/* Pixels begin..end of planes first..last:  u = x - from;  sum += g, second += u g, where g is dy, or without a dy u itself. */
static void add_segment(const lince_planes *p, size_t first, size_t last, size_t begin, size_t end,
                        const float *x, const float *dy, const float *from, double *sum, double *second)
{
    float s[LANES] = {0}, q[LANES] = {0};
    for (size_t n = first; n < last; n++)
        for (size_t i = begin; i < end; i++)
            for (size_t c = 0; c < p->b; c++) {
                size_t at = i * p->b + c;
                float u = x[n * p->pitch_x + at] - from[c], g = dy ? dy[n * p->pitch + at] : u;
                s[c] += g;
                q[c] += u * g;
            }
    carry(s, p->b, sum);
    carry(q, p->b, second);
}

static void add_planes(const lince_planes *p, const float *x, const float *dy, const float *from, double *sum,
                       double *second)
{
    size_t planes = lince_planes_in_segment(p), pixels = LINCE_PIXELS_SEGMENT;
    for (size_t n = 0; n < p->count; n += planes)
        for (size_t i = 0; i < p->pixels; i += pixels)
            add_segment(p, n, lince_smaller(n + planes, p->count), i, lince_smaller(i + pixels, p->pixels), x,
                        dy, from, sum, second);
}

static void moments(const lince_planes *p, const float *x, const float *origin, double *sum, double *squares)
{
    add_planes(p, x, NULL, origin, sum, squares);
}

static void products(const lince_planes *p, const float *x, const float *dy, const float *mean, double *sum,
                     double *product)
{
    add_planes(p, x, dy, mean, sum, product);
}

static void affine(const lince_planes *p, const float *x, const float *scale, const float *shift, bool relu,
                   float *y)
{
    for (size_t n = 0; n < p->count; n++, x += p->pitch_x, y += p->pitch)
        for (size_t i = 0; i < p->pixels * p->b; i++) {
            float r = x[i] * scale[i % p->b] + shift[i % p->b];
            y[i] = relu && r <= 0 ? 0 : r;
        }
}

static void combine(const lince_planes *p, const float *x, const float *dy, const float *mean, const float *k,
                    bool add, float *dx)
{
    size_t b = p->b;
    for (size_t n = 0; n < p->count; n++, x += p->pitch_x, dy += p->pitch, dx += p->pitch_x)
        for (size_t i = 0; i < p->pixels; i++)
            for (size_t c = 0; c < b; c++) {
                float r = k[c] * dy[i * b + c] + k[b + c] * (x[i * b + c] - mean[c]) + k[2 * b + c];
                dx[i * b + c] = add ? dx[i * b + c] + r : r;
            }
}

static const lince_pixels loops = {moments, affine, products, combine};

static void batch_norm(const lince_kernel *kernel, const void *args)
{
    lince_pixels_forward(&loops, kernel, args);
}

static void batch_norm_backward(const lince_kernel *kernel, const void *args)
{
    lince_pixels_backward(&loops, kernel, args);
}

LINCE_REF_ROW(batch_norm, BATCH_NORM);
LINCE_REF_ROW(batch_norm_backward, BATCH_NORM_BACKWARD);
