/* Rows of operations that take each value by itself: a loop over a range, made for each level, in pieces that
 * are small enough to share out and large enough to pay for it. */
#ifndef LINCE_KERNELS_REF_MAP_H
#define LINCE_KERNELS_REF_MAP_H

#include "core/parallel.h"
#include "kernels/ref/row.h"

/* In `range`, o is the operands, from element `at` on `count` of them. */
#define LINCE_PLAIN_MAP(name, id, kind, grain, range)                                           \
    static void name##_task(void *context, size_t at, size_t end)                               \
    {                                                                                           \
        const lince_map_args *o = context;                                                      \
        size_t count = end - at;                                                                \
        range;                                                                                  \
    }                                                                                           \
    static void name(const lince_kernel *kernel, const void *args)                              \
    {                                                                                           \
        lince_map_args operands = *(const lince_map_args *)args;                                \
        lince_parallel_ranges(kernel->exec.threads, operands.n, grain, name##_task, &operands); \
    }                                                                                           \
    LINCE_PLAIN_ROW(name, id, kind)
#define LINCE_REF_MAP(name, id, grain, range) LINCE_PLAIN_MAP(name, id, ref, grain, range)

#endif
