#define INT8_SIMD lince_int8_simd_avx512
#include "kernels/x86/int8_simd.h"
