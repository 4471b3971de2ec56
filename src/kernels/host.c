#include "core/memory.h"
#include "kernels/exec.h"

#include <string.h>

static void *host_alloc(const lince_device *device, size_t size)
{
    (void)device;
    return lince_pages(size);
}

static void host_free(const lince_device *device, void *memory, size_t size)
{
    (void)device;
    lince_pages_free(memory, size);
}

static void host_copy(const lince_device *device, void *to, const void *from, size_t size)
{
    (void)device;
    memcpy(to, from, size);
}

/* A row has done its work when it returns. */
static void host_sync(const lince_device *device)
{
    (void)device;
}

const lince_device lince_host = {.name = "host",
                                 .host = true,
                                 .alloc = host_alloc,
                                 .free = host_free,
                                 .upload = host_copy,
                                 .download = host_copy,
                                 .sync = host_sync};
