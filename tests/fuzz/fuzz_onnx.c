/* Any bytes as an ONNX file. Seeds: tests/weights/test_onnx.c. */
#include "weights.h"
#include "weights/formats/format.h"

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_weights *weights;
    int code = lince_weights_parse_as(&lince_onnx_format, &weights, bytes, size, "fuzz");
    check_weights(code, weights);
    return 0;
}
