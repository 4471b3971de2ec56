#define SIMD  lince_int8_winograd_avx512vnni
#define COSTS 4.5, 50, 700
#include "kernels/x86/int8_winograd_simd.h"
