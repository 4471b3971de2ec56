#define POOL_SIMD lince_pool_avx512
#include "kernels/x86/pool_simd.h"
