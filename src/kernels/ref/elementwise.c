#include "kernels/ref/map.h"

#include <string.h>

enum { GRAIN = 1 << 16 }; /* floats in one task */

static void fill_range(float *y, float number, size_t n)
{
    if (number == 0)
        memset(y, 0, n * sizeof *y);
    else
        for (size_t i = 0; i < n; i++) y[i] = number;
}

LINCE_EACH_LEVEL(scale_range, (const float *x, float number, float *y, size_t n), (x, number, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] * number;
}

LINCE_EACH_LEVEL(shift_range, (const float *x, float number, float *y, size_t n), (x, number, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] + number;
}

LINCE_EACH_LEVEL(add_range, (const float *a, const float *b, float *y, size_t n), (a, b, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = a[i] + b[i];
}

LINCE_EACH_LEVEL(add_relu_range, (const float *a, const float *b, float *y, size_t n), (a, b, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = a[i] + b[i] <= 0 ? 0 : a[i] + b[i];
}

static void sum_range(const float *a, const float *b, bool relu, float *y, size_t n)
{
    if (relu)
        add_relu_range(a, b, y, n);
    else
        add_range(a, b, y, n);
}

LINCE_EACH_LEVEL(divide_range, (const float *a, const float *b, float *y, size_t n), (a, b, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = a[i] / b[i];
}

LINCE_REF_MAP(fill, FILL, GRAIN, fill_range(o->y + at, o->number, count));
LINCE_REF_MAP(copy, COPY, GRAIN, memcpy(o->y + at, o->a + at, count * sizeof *o->y));
LINCE_REF_MAP(scale, SCALE, GRAIN, scale_range(o->a + at, o->number, o->y + at, count));
LINCE_REF_MAP(shift, SHIFT, GRAIN, shift_range(o->a + at, o->number, o->y + at, count));
LINCE_REF_MAP(sum, SUM, GRAIN, sum_range(o->a + at, o->b + at, o->relu, o->y + at, count));
LINCE_REF_MAP(quotient, QUOTIENT, GRAIN, divide_range(o->a + at, o->b + at, o->y + at, count));
