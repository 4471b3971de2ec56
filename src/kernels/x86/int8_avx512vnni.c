#define INT8_SIMD lince_int8_simd_avx512vnni
#include "kernels/x86/int8_simd.h"
