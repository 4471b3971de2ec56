#define TO   lince_to_bytes_plane_avx512
#define FROM lince_from_bytes_plane_avx512
#include "kernels/x86/bytes_simd.h"
