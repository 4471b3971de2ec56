enum { ROWS_3 = 4, ROWS_4 = 3 }; /* 12 sums of 16 registers */
#define RECURRENT_SIMD lince_recurrent_simd_avx2
#include "kernels/x86/recurrent_simd.h"
