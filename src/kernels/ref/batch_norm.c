#include "kernels/pixels.h"
#include "kernels/ref/row.h"

enum { LANES = 16 }; /* at most, in a block */

static void moments(const float *x, size_t n, size_t b, const float *origin, double *sum, double *squares)
{
    for (size_t i = 0; i < n;) {
        size_t end = n - i < LINCE_PIXELS_SEGMENT ? n : i + LINCE_PIXELS_SEGMENT;
        float s[LANES] = {0}, q[LANES] = {0};
        for (; i < end; i++)
            for (size_t c = 0; c < b; c++) {
                float u = x[i * b + c] - origin[c];
                s[c] += u;
                q[c] += u * u;
            }
        for (size_t c = 0; c < b; c++) sum[c] += (double)s[c], squares[c] += (double)q[c];
    }
}

static void affine(const float *x, size_t n, size_t b, const float *scale, const float *shift, bool relu,
                   float *y)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < b; c++) {
            float r = x[i * b + c] * scale[c] + shift[c];
            y[i * b + c] = relu && r <= 0 ? 0 : r;
        }
}

static void products(const float *x, const float *dy, size_t n, size_t b, const float *mean, double *sum,
                     double *product)
{
    for (size_t i = 0; i < n;) {
        size_t end = n - i < LINCE_PIXELS_SEGMENT ? n : i + LINCE_PIXELS_SEGMENT;
        float s[LANES] = {0}, p[LANES] = {0};
        for (; i < end; i++)
            for (size_t c = 0; c < b; c++) {
                s[c] += dy[i * b + c];
                p[c] += (x[i * b + c] - mean[c]) * dy[i * b + c];
            }
        for (size_t c = 0; c < b; c++) sum[c] += (double)s[c], product[c] += (double)p[c];
    }
}

static void combine(const float *x, const float *dy, size_t n, size_t b, const float *mean, const float *k,
                    float *dx)
{
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < b; c++)
            dx[i * b + c] = k[c] * dy[i * b + c] + k[b + c] * (x[i * b + c] - mean[c]) + k[2 * b + c];
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
