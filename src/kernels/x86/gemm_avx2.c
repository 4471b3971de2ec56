enum { ROWS = 4, DOT_ROWS = 4, DOT_COLUMNS = 2 }; /* 12 and 8 sums, of 16 registers */
#define GEMM_SIMD lince_gemm_avx2
#include "kernels/x86/gemm_simd.h"
