#include "modality/probe.h"
#include "core/memory.h"

#include <assert.h>
#include <string.h>

size_t lince_probe_elements(const lince_probe_feed *f)
{
    size_t count = 1;
    for (size_t i = 0; i < f->ndim; i++) count *= (size_t)f->dims[i];
    return count;
}

size_t lince_probe_size(const lince_probe_feed *f)
{
    switch (f->type) {
    case LINCE_ONNX_UINT8:
    case LINCE_ONNX_INT8: return 1;
    case LINCE_ONNX_INT64: return sizeof(int64_t);
    case LINCE_ONNX_FLOAT:
    case LINCE_ONNX_INT32: break;
    }
    return sizeof(float);
}

void *lince_probe_add(lince_probe *t, const char *name, lince_onnx_type type, size_t ndim,
                      const int64_t *dims)
{
    assert(t->feeds < LINCE_PROBE_FEEDS && ndim <= LINCE_PROBE_DIMS);
    lince_probe_feed *f = &t->feed[t->feeds];
    *f = (lince_probe_feed){.name = name, .type = type, .ndim = ndim};
    memcpy(f->dims, dims, ndim * sizeof *dims);
    f->data = lince_alloc(lince_probe_elements(f), lince_probe_size(f));
    if (f->data) t->feeds++;
    return f->data;
}

void lince_probe_release(lince_probe *t)
{
    for (size_t i = 0; i < t->feeds; i++) lince_free(t->feed[i].data);
    lince_free(t->x);
    lince_free(t->token);
    lince_free(t->length);
    *t = (lince_probe){0};
}
