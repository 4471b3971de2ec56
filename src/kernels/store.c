#include "kernels/store.h"
#include "core/error.h"
#include "core/memory.h"

int lince_store_init(lince_store *s, const lince_device *device, size_t size)
{
    *s = (lince_store){.device = device, .size = size};
    if (size && !(s->memory = device->alloc(device, size))) return LINCE_ENOMEM;
    return 0;
}

void lince_store_release(lince_store *s)
{
    if (s->memory) s->device->free(s->device, s->memory, s->size);
    *s = (lince_store){0};
}

void *lince_store_take(lince_store *s, size_t size)
{
    size_t aligned = lince_align(size);
    if (aligned < size || aligned > s->size - s->used) return NULL;
    void *taken = s->memory + s->used;
    s->used += aligned;
    return taken;
}

static int begin(lince_access *a)
{
    if (a->device->host) {
        a->host = a->memory;
        return 0;
    }
    if (!(a->host = lince_alloc(1, a->size))) return LINCE_ENOMEM;
    a->device->download(a->device, a->host, a->memory, a->size);
    return 0;
}

int lince_access_read(lince_access *a, const lince_device *device, const void *memory, size_t size)
{
    *a = (lince_access){.device = device, .memory = (void *)memory, .size = size};
    return begin(a);
}

int lince_access_change(lince_access *a, const lince_device *device, void *memory, size_t size)
{
    *a = (lince_access){.device = device, .memory = memory, .size = size, .changes = true};
    return begin(a);
}

void lince_access_end(lince_access *a)
{
    if (a->host && !a->device->host) {
        if (a->changes) a->device->upload(a->device, a->memory, a->host, a->size);
        lince_free(a->host);
    }
    *a = (lince_access){0};
}
