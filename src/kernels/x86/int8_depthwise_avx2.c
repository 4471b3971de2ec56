#define LINE lince_int8_depthwise_line_avx2
#include "kernels/x86/int8_depthwise_simd.h"
