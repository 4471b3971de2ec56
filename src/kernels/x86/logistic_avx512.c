#define LOGISTIC_SIMD lince_logistic_simd_avx512
#include "kernels/x86/logistic_simd.h"
