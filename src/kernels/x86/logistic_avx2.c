#define LOGISTIC_SIMD lince_logistic_simd_avx2
#include "kernels/x86/logistic_simd.h"
