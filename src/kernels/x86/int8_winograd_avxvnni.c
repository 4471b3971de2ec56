#define SIMD  lince_int8_winograd_avxvnni
#define COSTS 4.5, 42, 350
#include "kernels/x86/int8_winograd_simd.h"
