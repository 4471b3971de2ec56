/* Depthwise convolution of bytes: what the driver (int8_depthwise.c) and the vector code (int8_depthwise_simd.h, compiled once for
 * each instruction set) say to each other.
 *
 * Products of bytes and their sums are whole numbers that a float holds exactly, as long as there are fewer than 2^24 / (255 * 127)
 * of them: so they are multiplied and added as floats, which need no more instructions than any whole numbers that are wide
 * enough, and are what results are made of. */
#ifndef LINCE_KERNELS_X86_INT8_DEPTHWISE_H
#define LINCE_KERNELS_X86_INT8_DEPTHWISE_H

#include "kernels/x86/int8.h"

enum { LINCE_INT8_DEPTHWISE_TAPS = 512 };

/* A line of `pixels` results, whose row's x_run and x_pixel say how far the taps of a window and neighbouring windows lie apart, and
 * whose channels are a multiple of 4, and 16 at least; columns: taps of a run. w [runs][columns][channels]. */
typedef void lince_int8_depthwise_line(const lince_int8_row *row, const float *w, size_t columns,
                                       size_t pixels);

extern lince_int8_depthwise_line lince_int8_depthwise_line_avx512, lince_int8_depthwise_line_avx2;

#endif
