#define WINOGRAD_SIMD lince_winograd_simd_avx2
#include "kernels/x86/winograd_simd.h"
