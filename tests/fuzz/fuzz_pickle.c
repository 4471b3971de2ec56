/* Any bytes as a pickle. Seeds: tests/weights/test_pickle.c. */
#include "weights/torch/torch_state.h"

#include <lince/error.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_pickle pickle;
    if (lince_pickle_read(&pickle, "fuzz", bytes, size, 0, lince_torch_globals)) {
        if (!*lince_error() || pickle.blocks) abort();
        return 0;
    }
    if (!pickle.root || !pickle.size || pickle.size > size) abort();
    for (size_t i = 0; i < pickle.outside_count; i++) {
        lince_torch_storage storage;
        if (lince_torch_storage_read(&storage, pickle.outside[i], "fuzz", 0)) continue;
        if (storage.view_begin > storage.elements ||
            storage.view_elements > storage.elements - storage.view_begin)
            abort();
    }
    lince_pickle_release(&pickle);
    return 0;
}
