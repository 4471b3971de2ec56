/* Floats become bytes, and back (bytes.h): blocks of channels, on any thread. */
#include "kernels/x86/bytes.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/bytes.h"
#include "kernels/op.h"

typedef struct work {
    const lince_bytes_args *a;
    lince_bytes_plane_function *plane;
    size_t blocks;
} work;

static void convert_block(void *context, size_t index)
{
    const work *w = context;
    lince_shape s = w->a->shape;
    size_t sample = index / w->blocks, block = (size_t)s.block, first = index % w->blocks * block,
           pixel = lince_bytes_pixel(s);
    lince_bytes_plane p = {.area = (size_t)s.height * (size_t)s.width,
                           .pixel = pixel,
                           .channels = lince_smaller(block, (size_t)s.channels - first),
                           .width = lince_smaller(block, pixel - first),
                           .scale = w->a->scale.scale,
                           .zero = (float)w->a->scale.zero};
    p.x = w->a->x + sample * lince_shape_size(s) + first * p.area;
    p.bytes = w->a->bytes + sample * lince_bytes_size(s) + first;
    w->plane(&p);
}

static void run(const lince_kernel *k, const void *args, lince_bytes_plane_function *plane)
{
    const lince_bytes_args *a = args;
    size_t block = (size_t)a->shape.block;
    work w = {a, plane, ((size_t)a->shape.channels + block - 1) / block};
    lince_parallel(k->exec.threads, a->n * w.blocks, convert_block, &w);
}

#define ROW(direction, of_op, level, level_needed, lanes)                                               \
    static bool supports_##direction##_##level(const void *geometry)                                    \
    {                                                                                                   \
        return ((const lince_bytes_args *)geometry)->shape.block == (lanes);                            \
    }                                                                                                   \
    static void run_##direction##_##level(const lince_kernel *k, const void *args)                      \
    {                                                                                                   \
        run(k, args, lince_##direction##_bytes_plane_##level);                                          \
    }                                                                                                   \
    const lince_op_row lince_##direction##_bytes_##level = {.op = of_op,                                \
                                                            .name = #level,                             \
                                                            .needs = level_needed,                      \
                                                            .same_bits = true,                          \
                                                            .supports = supports_##direction##_##level, \
                                                            .run = run_##direction##_##level};
ROW(to, LINCE_OP_TO_BYTES, avx512, LINCE_AVX512, 16)
ROW(to, LINCE_OP_TO_BYTES, avx2, LINCE_AVX2, 8)
ROW(from, LINCE_OP_FROM_BYTES, avx512, LINCE_AVX512, 16)
ROW(from, LINCE_OP_FROM_BYTES, avx2, LINCE_AVX2, 8)
