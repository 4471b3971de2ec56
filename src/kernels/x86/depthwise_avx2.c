#define DEPTHWISE_SIMD lince_depthwise_simd_avx2
#include "kernels/x86/depthwise_simd.h"
