#ifndef LINCE_KERNELS_REF_ADD_H
#define LINCE_KERNELS_REF_ADD_H

#include "core/cpu.h"

/* sum += x */
LINCE_EACH_LEVEL(add_to, (float *restrict sum, const float *restrict x, size_t n), (sum, x, n))
{
    for (size_t i = 0; i < n; i++) sum[i] += x[i];
}

#endif
