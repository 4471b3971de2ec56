#define PIXELS_SIMD lince_pixels_avx2
#include "kernels/x86/pixels_simd.h"
