/* Any bytes as an ONNX file, beside which there is another, "data", that its tensors may say their numbers are in. Seeds:
 * tests/weights/test_onnx.c. */
#include "weights.h"
#include "weights/formats/format.h"

#include <stdio.h>
#include <unistd.h>

static char folder[] = "/tmp/fuzz_onnx_XXXXXX", beside[64], model[64];

static void clear(void)
{
    remove(beside);
    remove(folder);
}

/* Once. */
static void make_beside(void)
{
    static const char zeros[1024];
    if (*model) return;
    if (!mkdtemp(folder)) abort();
    snprintf(beside, sizeof beside, "%s/data", folder);
    snprintf(model, sizeof model, "%s/fuzz.onnx", folder);
    FILE *f = fopen(beside, "wb");
    if (!f || fwrite(zeros, 1, sizeof zeros, f) != sizeof zeros || fclose(f) || atexit(clear)) abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_weights *weights;
    make_beside();
    int code = lince_weights_parse_as(&lince_onnx_format, &weights, bytes, size, model);
    check_weights(code, weights);
    return 0;
}
