/* The logistic function, x times it, and x times the normal distribution function, of many numbers. */
#include "kernels/x86/logistic.h"
#include "core/parallel.h"
#include "kernels/x86/row.h"

enum { GRAIN = 1 << 14 };

typedef struct work {
    lince_logistic_range *range;
    lince_logistic_gradient *gradient;
    const lince_map_args *args;
} work;

static void task(void *context, size_t begin, size_t end)
{
    const work *w = context;
    w->range(w->args->a + begin, w->args->y + begin, end - begin);
}

static void run(lince_logistic_range *range, const lince_kernel *kernel, const lince_map_args *a)
{
    work w = {.range = range, .args = a};
    lince_parallel_ranges(kernel->exec.threads, a->n, GRAIN, task, &w);
}

static void gradient_task(void *context, size_t begin, size_t end)
{
    const work *w = context;
    const lince_map_args *a = w->args;
    w->gradient(a->a + begin, a->b + begin, a->y + begin, end - begin);
}

static void sigmoid(const lince_logistic_simd *simd, const lince_kernel *kernel, const void *args)
{
    run(simd->sigmoid, kernel, args);
}

static void silu(const lince_logistic_simd *simd, const lince_kernel *kernel, const void *args)
{
    run(simd->silu, kernel, args);
}

static void gelu(const lince_logistic_simd *simd, const lince_kernel *kernel, const void *args)
{
    run(simd->gelu, kernel, args);
}

static void run_gradient(lince_logistic_gradient *gradient, const lince_kernel *kernel,
                         const lince_map_args *a)
{
    work w = {.gradient = gradient, .args = a};
    lince_parallel_ranges(kernel->exec.threads, a->n, GRAIN, gradient_task, &w);
}

static void silu_backward(const lince_logistic_simd *simd, const lince_kernel *kernel, const void *args)
{
    run_gradient(simd->silu_backward, kernel, args);
}

static void gelu_backward(const lince_logistic_simd *simd, const lince_kernel *kernel, const void *args)
{
    run_gradient(simd->gelu_backward, kernel, args);
}

LINCE_X86_ROW(sigmoid, SIGMOID, avx512, AVX512, lince_logistic_simd_avx512, NULL, sigmoid);
LINCE_X86_ROW(sigmoid, SIGMOID, avx2, AVX2, lince_logistic_simd_avx2, NULL, sigmoid);
LINCE_X86_ROW(silu, SILU, avx512, AVX512, lince_logistic_simd_avx512, NULL, silu);
LINCE_X86_ROW(silu, SILU, avx2, AVX2, lince_logistic_simd_avx2, NULL, silu);
LINCE_X86_ROW(gelu, GELU, avx512, AVX512, lince_logistic_simd_avx512, NULL, gelu);
LINCE_X86_ROW(gelu, GELU, avx2, AVX2, lince_logistic_simd_avx2, NULL, gelu);
LINCE_X86_ROW(gelu_backward, GELU_BACKWARD, avx512, AVX512, lince_logistic_simd_avx512, NULL, gelu_backward);
LINCE_X86_ROW(gelu_backward, GELU_BACKWARD, avx2, AVX2, lince_logistic_simd_avx2, NULL, gelu_backward);
LINCE_X86_ROW(silu_backward, SILU_BACKWARD, avx512, AVX512, lince_logistic_simd_avx512, NULL, silu_backward);
LINCE_X86_ROW(silu_backward, SILU_BACKWARD, avx2, AVX2, lince_logistic_simd_avx2, NULL, silu_backward);
