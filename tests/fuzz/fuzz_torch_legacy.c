/* Any bytes as a file of PyTorch's before 1.6. Seeds: tests/weights/test_torch.c. */
#include "weights.h"
#include "weights/formats/format.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_weights *weights;
    int code = lince_weights_parse_as(&lince_torch_legacy, &weights, bytes, size, "fuzz");
    check_weights(code, weights);
    return 0;
}
