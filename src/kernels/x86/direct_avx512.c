#define DIRECT_SIMD lince_direct_simd_avx512
#include "kernels/x86/direct_simd.h"
