/* Recurrent cells on x86: what the driver (recurrent.c) and the vector code (recurrent_simd.h, compiled once
 * for each instruction set) say to each other.
 *
 * A group of texts walks through time on one core, without waiting for others; the recurrent weights stay in
 * the core's cache, packed in the order in which they are used. Forward, for vectors of units, all gates of a
 * vector side by side (lince_recurrent_order): packed[block of units][k][gate][unit], k: unit of h'. Backward, for
 * W^T da: packed[block of units of h'][gate and unit][unit of h'] */
#ifndef LINCE_KERNELS_X86_RECURRENT_H
#define LINCE_KERNELS_X86_RECURRENT_H

#include "kernels/recurrent.h"

typedef struct lince_recurrent_simd {
    /* Units in a block of forward's and of backward's packed weights. */
    int (*forward_units)(lince_cell cell);
    int backward_units;
    void (*pack_forward)(const lince_recurrent *r, int block, float *packed);
    void (*pack_backward)(const lince_recurrent *r, int block, float *packed);
    void (*forward)(const lince_packed *texts, const lince_recurrent *r, const float *packed, int group);
    /* carry: [2][LINCE_GROUP][hidden, rounded up to a block] */
    void (*backward)(const lince_packed *texts, const lince_recurrent *r, const float *packed, int group,
                     float *carry);
} lince_recurrent_simd;

extern const lince_recurrent_simd lince_recurrent_simd_avx512, lince_recurrent_simd_avx2;

#endif
