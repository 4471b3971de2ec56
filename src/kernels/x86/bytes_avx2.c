#define TO   lince_to_bytes_plane_avx2
#define FROM lince_from_bytes_plane_avx2
#include "kernels/x86/bytes_simd.h"
