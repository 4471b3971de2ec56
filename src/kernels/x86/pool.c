#include "kernels/x86/pool.h"
#include "core/parallel.h"
#include "kernels/x86/row.h"

static bool is_halving(const lince_pool_args *a)
{
    lince_window w = a->w;
    return w.kernel[0] == 2 && w.kernel[1] == 2 && w.stride[0] == 2 && w.stride[1] == 2 && !w.padding[0] &&
           !w.padding[1] && 2 * a->out.height <= a->in.height && 2 * a->out.width <= a->in.width;
}

static bool has_block(const void *geometry, int lanes)
{
    return ((const lince_pool_args *)geometry)->in.block == lanes;
}

static bool supports_avx512(const void *geometry)
{
    return has_block(geometry, lince_pool_avx512.lanes);
}

static bool supports_avx2(const void *geometry)
{
    return has_block(geometry, lince_pool_avx2.lanes);
}

static bool halves_avx512(const void *geometry)
{
    return supports_avx512(geometry) && is_halving(geometry);
}

static bool halves_avx2(const void *geometry)
{
    return supports_avx2(geometry) && is_halving(geometry);
}

typedef struct work {
    const lince_pool_simd *simd;
    const lince_pool_args *args;
    size_t planes, in, out; /* one block of channels of one sample; floats of each */
} work;

static work work_of(const lince_pool_simd *simd, const lince_pool_args *a)
{
    size_t block = (size_t)a->in.block, in = (size_t)a->in.height * (size_t)a->in.width * block;
    return (work){.simd = simd,
                  .args = a,
                  .planes = a->n * lince_shape_size(a->in) / in,
                  .in = in,
                  .out = (size_t)a->out.height * (size_t)a->out.width * block};
}

static void plane(void *context, size_t i)
{
    const work *w = context;
    const lince_pool_args *a = w->args;
    const float *x = a->from + i * w->in;
    float *y = a->to + i * w->out;
    uint8_t *taken = a->taken ? a->taken + i * w->out : NULL;
    if (taken && is_halving(a))
        w->simd->max_halves(a->in, a->out, a->gate, x, y, taken);
    else
        w->simd->max(a, x, y, taken);
}

static void plane_backward(void *context, size_t i)
{
    const work *w = context;
    const lince_pool_args *a = w->args;
    w->simd->max_backward(a->in, a->out, a->from + i * w->out, a->taken + i * w->out, a->to + i * w->in);
}

static void run_max_pool(const lince_pool_simd *simd, const lince_kernel *kernel, const lince_pool_args *a)
{
    work w = work_of(simd, a);
    lince_parallel(kernel->exec.threads, w.planes, plane, &w);
}

static void run_max_pool_backward(const lince_pool_simd *simd, const lince_kernel *kernel,
                                  const lince_pool_args *a)
{
    work w = work_of(simd, a);
    lince_parallel(kernel->exec.threads, w.planes, plane_backward, &w);
}

LINCE_X86_ROW(max_pool, MAX_POOL, avx512, AVX512, lince_pool_avx512, supports_avx512, run_max_pool);
LINCE_X86_ROW(max_pool, MAX_POOL, avx2, AVX2, lince_pool_avx2, supports_avx2, run_max_pool);
LINCE_X86_ROW(max_pool_backward, MAX_POOL_BACKWARD, avx512, AVX512, lince_pool_avx512, halves_avx512,
              run_max_pool_backward);
LINCE_X86_ROW(max_pool_backward, MAX_POOL_BACKWARD, avx2, AVX2, lince_pool_avx2, halves_avx2,
              run_max_pool_backward);
