/* What the harnesses of weights files have in common. */
#ifndef LINCE_TESTS_FUZZ_WEIGHTS_H
#define LINCE_TESTS_FUZZ_WEIGHTS_H

#include "weights/weights.h"

#include <lince/error.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

/* Refused with a message, or read: then every tensor's bytes are readable, and its name is found. */
static inline void check_weights(int code, lince_weights *weights)
{
    if (code) {
        if (!*lince_error() || weights) abort();
        return;
    }
    for (size_t i = 0; i < lince_weights_count(weights); i++) {
        const lince_tensor *t = lince_weights_at(weights, i);
        float *values = malloc(lince_tensor_elements(t) * sizeof *values + 1);
        if (!values || lince_weights_find(weights, t->name) != t) abort();
        lince_tensor_floats(t, 0, lince_tensor_elements(t), values);
        free(values);
    }
    lince_weights_free(weights);
}

#endif
