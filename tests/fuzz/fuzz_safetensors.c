/* Any bytes as a safetensors file: refused with a message, or read with every tensor inside the bytes. */
#include "weights/safetensors.h"

#include <lince/error.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_weights *weights;
    if (lince_safetensors_parse(&weights, bytes, size, "fuzz")) {
        if (!*lince_error()) abort();
        return 0;
    }
    for (size_t i = 0; i < lince_weights_count(weights); i++) {
        const lince_tensor *t = lince_weights_at(weights, i);
        float *values = malloc(lince_tensor_elements(t) * sizeof *values + 1);
        if (!values) abort();
        lince_tensor_floats(t, values);
        free(values);
    }
    lince_weights_free(weights);
    return 0;
}
