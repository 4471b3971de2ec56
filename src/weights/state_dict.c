#include "weights/state_dict.h"
#include "core/error.h"
#include "core/memory.h"
#include "weights/safetensors.h"

#include <stdio.h>
#include <string.h>

/* A parameter as a tensor. Data in PyTorch's order already are borrowed; others are copied into *copy. */
static int as_tensor(const lince_param *p, lince_tensor *t, void **copy)
{
    size_t elements = lince_param_elements(p);
    *t =
        (lince_tensor){.name = p->name, .ndim = p->ndim, .data = p->value, .bytes = elements * sizeof(float)};
    for (int i = 0; i < p->ndim; i++) t->dims[i] = p->dims[i];
    *copy = NULL;
    if (p->counter) {
        int64_t *count = *copy = lince_alloc(1, sizeof *count);
        if (!count) return LINCE_ENOMEM;
        *count = (int64_t)p->value[0];
        t->dtype = LINCE_I64;
        t->bytes = sizeof *count;
    } else if (p->place || p->copies > 1) {
        if (!(*copy = lince_alloc(elements, sizeof(float)))) return LINCE_ENOMEM;
        lince_param_export(p, p->value, *copy);
    }
    if (*copy) t->data = *copy;
    return 0;
}

int lince_state_dict_save(const lince_net *net, const char *path, const lince_metadata *metadata,
                          size_t metadata_count)
{
    size_t count = lince_net_params(net);
    lince_tensor *tensors = lince_alloc(count + 1, sizeof *tensors);
    void **copies = lince_alloc(count + 1, sizeof *copies);
    int code = tensors && copies ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < count && !code; i++)
        code = as_tensor(lince_net_param(net, i), &tensors[i], &copies[i]);
    if (!code) code = lince_safetensors_write(path, tensors, count, metadata, metadata_count);
    for (size_t i = 0; copies && i < count; i++) lince_free(copies[i]);
    lince_free(copies);
    lince_free(tensors);
    return code;
}

static void put_shape(lince_buffer *out, const lince_tensor *t)
{
    lince_buffer_puts(out, "[");
    for (int i = 0; i < t->ndim; i++)
        lince_buffer_printf(out, "%s%lld", i ? ", " : "", (long long)t->dims[i]);
    lince_buffer_puts(out, "]");
}

static bool same_shape(const lince_param *p, const lince_tensor *t)
{
    bool same = p->ndim == t->ndim;
    for (int i = 0; same && i < p->ndim; i++) same = p->dims[i] == t->dims[i];
    return same;
}

static int load_param(lince_param *p, const lince_tensor *t, lince_load_result *result)
{
    float *plain = lince_alloc(lince_param_elements(p), sizeof *plain);
    if (!plain) return LINCE_ENOMEM;
    lince_tensor_floats(t, plain);
    lince_param_import(p, plain, p->value);
    lince_free(plain);
    p->loaded = true;
    result->loaded++;
    return 0;
}

int lince_state_dict_load(lince_net *net, const lince_weights *weights, lince_load_result *result)
{
    *result = (lince_load_result){0};
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        const lince_tensor *t = lince_weights_find(weights, p->name);
        if (t && same_shape(p, t)) {
            LINCE_TRY(load_param(p, t, result));
            continue;
        }
        result->different++;
        lince_buffer_printf(&result->notes, "%s: %s", p->name,
                            t ? "other shape in the file, " : "not in the file");
        if (t) put_shape(&result->notes, t);
        lince_buffer_puts(&result->notes, "\n");
    }
    for (size_t i = 0; i < lince_weights_count(weights); i++) {
        const char *name = lince_weights_at(weights, i)->name;
        if (lince_net_param_named(net, name)) continue;
        result->different++;
        lince_buffer_printf(&result->notes, "%s: not part of the model\n", name);
    }
    if (result->notes.error) return result->notes.error;
    return result->loaded ? 0
                          : lince_fail(LINCE_EDATA, "none of the file's %zu tensors fits the model",
                                       lince_weights_count(weights));
}
