/* What is left out at random in training, and scaled by 1 / (1 - p) where it stays: values (dropout), features
 * of a text's steps (sequence_dropout), a sample's whole branch (stochastic_depth). */
#ifndef LINCE_LAYERS_DROPOUT_H
#define LINCE_LAYERS_DROPOUT_H

#include "layers/layer.h"

typedef struct lince_dropout_layer_args {
    float p; /* probability of zeroing, 0 to below 1 */
} lince_dropout_layer_args, lince_sequence_dropout_layer_args, lince_stochastic_depth_layer_args;

/* --- dropout.c: for the three of them ---------------------------------------------------------------- */

/* The probability in this pass: none but in training. */
float lince_layer_drop_p(const lince_layer *layer, const lince_pass *pass);

/* infer: the output has the input's shape. */
int lince_layer_drop_infer(lince_layer *layer);

/* describe: "p = 0.5". */
void lince_layer_drop_describe(const lince_layer *layer, char *out, size_t size);

/* `drop` with that probability, or a copy. Linear in x with the same draw for a key, so that it is forward and
 * backward. */
typedef void lince_drop_kernel(const lince_exec *exec, const float *x, float *y, size_t n, size_t size,
                               float p, const uint64_t *key, uint64_t layer);
void lince_layer_drop(const lince_layer *layer, const lince_pass *pass, lince_drop_kernel *drop,
                      const float *from, float *to);

#endif
