/* Any bytes as a zip file of PyTorch's. Seeds: tests/weights/test_torch.c, test_stored_zip.c. */
#include "weights.h"
#include "weights/formats/format.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_weights *weights;
    int code = lince_weights_parse_as(&lince_torch_zip, &weights, bytes, size, "fuzz");
    check_weights(code, weights);
    return 0;
}
