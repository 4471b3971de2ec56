#define LINE lince_int8_depthwise_line_avx512
#include "kernels/x86/int8_depthwise_simd.h"
