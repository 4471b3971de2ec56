#include "kernels/pixels.h"
#include "kernels/x86/row.h"

static bool supports_avx512(const void *geometry)
{
    return ((const lince_batch_norm_args *)geometry)->shape.block == 16;
}

static bool supports_avx2(const void *geometry)
{
    return ((const lince_batch_norm_args *)geometry)->shape.block == 8;
}

LINCE_X86_ROW(batch_norm, BATCH_NORM, avx512, AVX512, lince_pixels_avx512, supports_avx512,
              lince_pixels_forward);
LINCE_X86_ROW(batch_norm, BATCH_NORM, avx2, AVX2, lince_pixels_avx2, supports_avx2, lince_pixels_forward);
LINCE_X86_ROW(batch_norm_backward, BATCH_NORM_BACKWARD, avx512, AVX512, lince_pixels_avx512, supports_avx512,
              lince_pixels_backward);
LINCE_X86_ROW(batch_norm_backward, BATCH_NORM_BACKWARD, avx2, AVX2, lince_pixels_avx2, supports_avx2,
              lince_pixels_backward);
