/* What becomes of a convolution's results before they are written, while they are in registers or in the nearest cache:
 *
 *     y = activation(scale y + shift + addend)      scale, shift of each channel
 *
 * A batch norm with given statistics, a shortcut and an activation, each otherwise a walk through memory of its own. The bits
 * are those of the operations one after the other. */
#ifndef LINCE_KERNELS_EPILOGUE_H
#define LINCE_KERNELS_EPILOGUE_H

#include <stdbool.h>
#include <stddef.h>

typedef enum lince_activation {
    LINCE_LINEAR,
    LINCE_RELU,
    LINCE_RELU6,
    LINCE_HARD_SWISH,
    LINCE_HARD_SIGMOID,
    LINCE_SILU,
    LINCE_SIGMOID,
    LINCE_GELU
} lince_activation;

/* Whether f(0) = 0, so that padding channels stay what they are to be (core/tensor.h). */
static inline bool lince_activation_keeps_zero(lince_activation f)
{
    return f != LINCE_HARD_SIGMOID && f != LINCE_SIGMOID;
}

/* Memory is the device's, of an activation's channels rounded up to the block, or laid out as y. */
typedef struct lince_epilogue {
    const float *scale, *shift; /* both or none */
    const float *addend; /* may be NULL, and y: a value is read before its result is written there, once */
    lince_activation activation;
} lince_epilogue;

#endif
