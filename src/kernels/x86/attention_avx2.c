#define ATTENTION_SIMD lince_attention_simd_avx2
#define ATTENTION_GEMM lince_gemm_simd_avx2
#include "kernels/x86/attention_simd.h"
