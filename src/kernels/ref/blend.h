#ifndef LINCE_KERNELS_REF_BLEND_H
#define LINCE_KERNELS_REF_BLEND_H

#include "core/cpu.h"

/* y = keep y + rate x */
LINCE_EACH_LEVEL(blend_range, (float keep, float rate, float *y, const float *x, size_t n),
                 (keep, rate, y, x, n))
{
    for (size_t i = 0; i < n; i++) y[i] = keep * y[i] + rate * x[i];
}

#endif
