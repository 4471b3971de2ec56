#include "models/whitening.h"
#include "kernels/eigen.h"

#include <math.h>

enum { N = LINCE_PATCH_VALUES, SIDE = LINCE_PATCH_SIDE };

/* The patch whose left top corner is `at`, of planes of `area` pixels in rows of `width`. */
static void cut(const float *at, size_t area, size_t width, double *patch)
{
    for (size_t c = 0; c < 3; c++)
        for (size_t y = 0; y < SIDE; y++)
            for (size_t x = 0; x < SIDE; x++) *patch++ = (double)at[c * area + y * width + x];
}

static void add(lince_patches *p, const double *patch)
{
    for (int i = 0; i < N; i++) {
        p->sum[i] += patch[i];
        for (int j = 0; j <= i; j++) p->product[i][j] += patch[i] * patch[j];
    }
    p->count++;
}

void lince_patches_add(lince_patches *p, const float *picture, int height, int width)
{
    double patch[N];
    size_t area = (size_t)height * (size_t)width;
    for (int y = 0; y + SIDE <= height; y++)
        for (int x = 0; x + SIDE <= width; x++) {
            cut(picture + (size_t)y * (size_t)width + (size_t)x, area, (size_t)width, patch);
            add(p, patch);
        }
}

static void covariance(const lince_patches *p, const double *mean, double *c)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j <= i; j++)
            c[i * N + j] = c[j * N + i] = p->product[i][j] / (double)p->count - mean[i] * mean[j];
}

void lince_patches_whitening(const lince_patches *p, double eps, float *filters, float *bias)
{
    double mean[N], c[N * N], values[N], vectors[N * N];
    for (int i = 0; i < N; i++) mean[i] = p->sum[i] / (double)p->count;
    covariance(p, mean, c);
    lince_eigen(c, N, values, vectors);
    for (int k = 0; k < N; k++) {
        double scale = 1 / sqrt(fmax(values[k], 0) + eps), answer = 0;
        for (int i = 0; i < N; i++) {
            double weight = scale * vectors[k * N + i];
            answer += weight * mean[i];
            filters[k * N + i] = (float)weight;
            filters[(N + k) * N + i] = (float)-weight;
        }
        bias[k] = (float)-answer;
        bias[N + k] = (float)answer;
    }
}
