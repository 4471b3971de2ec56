enum { ROWS_3 = 8, ROWS_4 = 6 }; /* 24 sums of 32 registers */
#define RECURRENT_SIMD lince_recurrent_simd_avx512
#include "kernels/x86/recurrent_simd.h"
