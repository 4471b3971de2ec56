#define GROUPED_SIMD lince_grouped_simd_avx512
#include "kernels/x86/grouped_simd.h"
