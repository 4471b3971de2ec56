/* Any bytes as a safetensors file. Seeds: tests/weights/test_safetensors.c. */
#include "weights.h"
#include "weights/safetensors.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_weights *weights;
    int code = lince_safetensors_parse(&weights, bytes, size, "fuzz");
    check_weights(code, weights);
    return 0;
}
