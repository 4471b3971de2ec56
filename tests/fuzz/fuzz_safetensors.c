/* Any bytes as a safetensors file. Seeds: tests/weights/test_safetensors.c. */
#include "weights.h"
#include "weights/safetensors.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_weights *weights;
    check_weights(lince_safetensors_parse(&weights, bytes, size, "fuzz"), weights);
    return 0;
}
