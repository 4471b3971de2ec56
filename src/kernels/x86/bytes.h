/* Floats become bytes, and back (kernels/bytes.h): what the driver (bytes.c) and the vector code (bytes_simd.h, compiled once for each
 * instruction set) say to each other. */
#ifndef LINCE_KERNELS_X86_BYTES_H
#define LINCE_KERNELS_X86_BYTES_H

#include <stddef.h>
#include <stdint.h>

/* A block of channels of a map: x [area][lanes], and as many bytes from pixel to pixel. Of the floats the first `channels` are some,
 * `width` bytes are of this block. */
typedef struct lince_bytes_plane {
    float *x;
    uint8_t *bytes;
    size_t area, pixel, channels, width;
    float scale, zero;
} lince_bytes_plane;

typedef void lince_bytes_plane_function(const lince_bytes_plane *plane);

extern lince_bytes_plane_function lince_to_bytes_plane_avx512, lince_to_bytes_plane_avx2,
    lince_from_bytes_plane_avx512, lince_from_bytes_plane_avx2;

#endif
