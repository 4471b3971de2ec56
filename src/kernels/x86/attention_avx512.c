#define ATTENTION_SIMD lince_attention_simd_avx512
#define ATTENTION_GEMM lince_gemm_simd_avx512
#include "kernels/x86/attention_simd.h"
