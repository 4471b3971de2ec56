#define POOL_SIMD lince_pool_avx2
#include "kernels/x86/pool_simd.h"
