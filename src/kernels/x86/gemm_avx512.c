/* 24 sums of 32 registers */
enum { ROWS = 8, FEW_ROWS = 4, VECTORS = 3, DOT_ROWS = 4, DOT_COLUMNS = 6, DOT_EDGE = 32 };
#define GEMM_SIMD lince_gemm_simd_avx512
#include "kernels/x86/gemm_simd.h"
