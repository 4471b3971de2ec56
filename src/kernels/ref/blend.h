#ifndef LINCE_KERNELS_REF_BLEND_H
#define LINCE_KERNELS_REF_BLEND_H

#include "core/cpu.h"

/* y = keep y + rate x; where keep is 0, y is not read: 0 + rate x, which is never -0. */
LINCE_EACH_LEVEL(blend_range, (float keep, float rate, float *y, const float *x, size_t n),
                 (keep, rate, y, x, n))
{
    if (keep == 0)
        for (size_t i = 0; i < n; i++) y[i] = 0.0f + rate * x[i];
    else
        for (size_t i = 0; i < n; i++) y[i] = keep * y[i] + rate * x[i];
}

#endif
