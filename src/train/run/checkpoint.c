#include "train/run/checkpoint.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/store.h"
#include "weights/formats/safetensors.h"

#include <string.h>

int lince_checkpoint_write(const char *folder, const char *name, const lince_checkpoint_array *arrays,
                           size_t count, const lince_metadata *texts, size_t text_count)
{
    lince_tensor *tensors = lince_alloc(count + 1, sizeof *tensors);
    lince_access *data = lince_alloc(count + 1, sizeof *data);
    int code = tensors && data ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; !code && i < count; i++) {
        const lince_checkpoint_array *a = &arrays[i];
        code = lince_access_read(&data[i], a->device, a->data, a->count * sizeof *a->data);
        tensors[i] = (lince_tensor){.name = a->name,
                                    .dtype = LINCE_F32,
                                    .ndim = 1,
                                    .dims = {(int64_t)a->count},
                                    .data = data[i].host,
                                    .bytes = data[i].size};
    }
    if (!code) code = lince_safetensors_write_in(folder, name, tensors, count, texts, text_count);
    for (size_t i = 0; data && i < count; i++) lince_access_end(&data[i]);
    lince_free(data);
    lince_free(tensors);
    return code;
}

int lince_checkpoint_open(lince_weights **checkpoint, const char *path)
{
    return lince_safetensors_open(checkpoint, path);
}

int lince_checkpoint_restore(const lince_weights *checkpoint, const char *path,
                             const lince_checkpoint_array *arrays, size_t count)
{
    if (lince_weights_count(checkpoint) != count)
        return lince_fail(
            LINCE_EDATA,
            "%s: %zu arrays, expected %zu: the run was begun with another model, optimizer or machine", path,
            lince_weights_count(checkpoint), count);
    for (size_t i = 0; i < count; i++) {
        const lince_tensor *t = lince_weights_find(checkpoint, arrays[i].name);
        if (!t || t->dtype != LINCE_F32 || t->bytes != arrays[i].count * sizeof(float))
            return lince_fail(LINCE_EDATA,
                              "%s: '%s' is missing or of another size: the run was begun with another model, "
                              "optimizer or machine",
                              path, arrays[i].name);
    }
    for (size_t i = 0; i < count; i++) {
        const lince_tensor *t = lince_weights_find(checkpoint, arrays[i].name);
        arrays[i].device->upload(arrays[i].device, arrays[i].data, t->data, t->bytes);
    }
    return 0;
}
