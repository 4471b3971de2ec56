/* What dropout of samples and of steps share. */
#ifndef LINCE_KERNELS_REF_DROPOUT_H
#define LINCE_KERNELS_REF_DROPOUT_H

#include <stddef.h>
#include <stdint.h>

/* y = x / (1 - p) where kept, else 0: n numbers, dropped by the random blocks of `key` from number `block`
 * on. */
void lince_drop(uint64_t key, uint64_t block, const float *x, float *y, size_t n, float p);

#endif
