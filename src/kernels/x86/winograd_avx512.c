#define WINOGRAD_SIMD lince_winograd_simd_avx512
#include "kernels/x86/winograd_simd.h"
