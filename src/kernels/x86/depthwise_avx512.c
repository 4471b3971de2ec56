#define DEPTHWISE_SIMD lince_depthwise_simd_avx512
#include "kernels/x86/depthwise_simd.h"
