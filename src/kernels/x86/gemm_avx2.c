/* 12 sums of 16 registers, a tile of C as wide as a line of the caches */
enum { ROWS = 6, FEW_ROWS = 4, VECTORS = 2, DOT_ROWS = 4, DOT_COLUMNS = 3, DOT_EDGE = 16 };
#define GEMM_SIMD lince_gemm_simd_avx2
#include "kernels/x86/gemm_simd.h"
