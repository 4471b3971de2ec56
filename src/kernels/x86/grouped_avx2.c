#define GROUPED_SIMD lince_grouped_simd_avx2
#include "kernels/x86/grouped_simd.h"
