#include "core/cpu.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/bytes.h"
#include "kernels/conv.h"
#include "kernels/op.h"

#include <string.h>

/* One behind the other: each operation's rows, and NULL. */
static const lince_op_row *const all[] = {
#define OPERATION(id, name, timing) NULL,
#define HOST(row)                   &row,
#include "kernels/list.def"
    NULL,
};

/* Where an operation's NULL stands, behind which its rows begin. */
enum {
#define OPERATION(id, name, timing) AT_##id,
#define HOST(row)                   AT_##row,
#include "kernels/list.def"
};

static const lince_op_row *const *const rows[LINCE_OPS] = {
#define OPERATION(id, name, timing) [LINCE_OP_##id] = all + AT_##id + 1,
#include "kernels/list.def"
};

const lince_op_type lince_op_types[LINCE_OPS] = {
#define OPERATION(id, name, timing) [LINCE_OP_##id] = {name, timing},
#include "kernels/list.def"
};

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

static int host_block(const lince_device *device)
{
    (void)device;
    return lince_cpu_lanes();
}

/* The level of the processor's instructions that LINCE_CPU asks for. */
static int host_check(const lince_device *device)
{
    (void)device;
    return lince_cpu_check();
}

/* Libraries keep their own number of threads, for each thread that calls them. */
static void host_enter(const lince_device *device, int threads)
{
    (void)device;
    lince_parallel_use(threads);
}

/* A row has done its work when it returns. */
static void host_sync(const lince_device *device)
{
    (void)device;
}

const lince_device lince_host = {.name = "host",
                                 .host = true,
                                 .rows = rows,
                                 .block = host_block,
                                 .alloc = host_alloc,
                                 .free = host_free,
                                 .upload = host_copy,
                                 .download = host_copy,
                                 .check = host_check,
                                 .enter = host_enter,
                                 .sync = host_sync};
