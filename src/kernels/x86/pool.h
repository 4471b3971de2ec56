/* Max pooling on planes of blocks of `lanes` channels: by halves, 2x2 with stride 2 and no padding, as VGG does it, and
 * forward by any window. */
#ifndef LINCE_KERNELS_X86_POOL_H
#define LINCE_KERNELS_X86_POOL_H

#include "core/tensor.h"
#include "kernels/operands.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct lince_pool_simd {
    int lanes;
    /* As lince_max_pool and its backward (kernels/kernels.h), of one plane; of the arguments' memory nothing is looked at. */
    void (*max)(const lince_pool_args *args, const float *x, float *y, uint8_t *taken);
    void (*max_halves)(lince_shape in, lince_shape out, bool gate, const float *x, float *y, uint8_t *taken);
    void (*max_backward)(lince_shape in, lince_shape out, const float *dy, const uint8_t *taken, float *dx);
} lince_pool_simd;

extern const lince_pool_simd lince_pool_avx512, lince_pool_avx2;

#endif
