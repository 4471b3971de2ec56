#define SIMD  lince_int8_winograd_avx2
#define COSTS 13.5, 86, 600
#include "kernels/x86/int8_winograd_simd.h"
