#define DIRECT_SIMD lince_direct_simd_avx2
#include "kernels/x86/direct_simd.h"
