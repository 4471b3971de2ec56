enum { ROWS = 8, DOT_ROWS = 4, DOT_COLUMNS = 6 }; /* 24 sums each, of 32 registers */
#define GEMM_SIMD lince_gemm_avx512
#include "kernels/x86/gemm_simd.h"
