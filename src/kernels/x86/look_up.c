/* A table of 256 bytes in registers.
 *
 * AVX-512 VBMI, which not every processor with AVX-512 has: two look-ups among 128 bytes each, and the one that the highest bit
 * says. AVX2: sixteen among 16 each. Where x - 16 k, as a byte, is below 16, adding 112 leaves its low bits, and the highest one clear;
 * of all others it sets that one (additions stop at 255), for which the instruction gives 0. */
#include "core/parallel.h"
#include "kernels/bytes.h"
#include "kernels/op.h"

#include <immintrin.h>

enum { GRAIN = 1 << 14 };

#define VBMI __attribute__((target("avx512vbmi,avx512bw,avx512f")))

VBMI static void look_up_range_vbmi(void *context, size_t begin, size_t end)
{
    const lince_look_up_args *a = context;
    __m512i t[4];
    for (int k = 0; k < 4; k++) t[k] = _mm512_loadu_si512(a->table + 64 * k);
    size_t i = begin;
    for (; i + 64 <= end; i += 64) {
        __m512i x = _mm512_loadu_si512(a->x + i);
        __m512i low = _mm512_permutex2var_epi8(t[0], x, t[1]), high = _mm512_permutex2var_epi8(t[2], x, t[3]);
        _mm512_storeu_si512(a->y + i, _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high));
    }
    for (; i < end; i++) a->y[i] = a->table[a->x[i]];
}

__attribute__((target("avx2"))) static void look_up_range_avx2(void *context, size_t begin, size_t end)
{
    const lince_look_up_args *a = context;
    const __m256i step = _mm256_set1_epi8(16), most = _mm256_set1_epi8(112);
    size_t i = begin;
    for (; i + 32 <= end; i += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(a->x + i)), y = _mm256_setzero_si256();
        for (int k = 0; k < 16; k++) {
            __m128i part = _mm_loadu_si128((const __m128i *)(const void *)(a->table + 16 * k));
            __m256i found = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(part), _mm256_adds_epu8(x, most));
            y = _mm256_or_si256(y, found);
            x = _mm256_sub_epi8(x, step);
        }
        _mm256_storeu_si256((__m256i *)(void *)(a->y + i), y);
    }
    for (; i < end; i++) a->y[i] = a->table[a->x[i]];
}

static void run(const lince_kernel *kernel, const void *args, lince_range_task *range)
{
    lince_look_up_args operands = *(const lince_look_up_args *)args;
    lince_parallel_ranges(kernel->exec.threads, operands.n, GRAIN, range, &operands);
}

static void run_vbmi(const lince_kernel *kernel, const void *args)
{
    run(kernel, args, look_up_range_vbmi);
}

static void run_avx2(const lince_kernel *kernel, const void *args)
{
    run(kernel, args, look_up_range_avx2);
}

static bool has_vbmi(const void *geometry)
{
    (void)geometry;
    return __builtin_cpu_supports("avx512vbmi");
}

const lince_op_row lince_look_up_vbmi = {.op = LINCE_OP_LOOK_UP_BYTES,
                                         .name = "vbmi",
                                         .needs = LINCE_AVX512,
                                         .same_bits = true,
                                         .supports = has_vbmi,
                                         .run = run_vbmi};

const lince_op_row lince_look_up_avx2 = {
    .op = LINCE_OP_LOOK_UP_BYTES, .name = "avx2", .needs = LINCE_AVX2, .same_bits = true, .run = run_avx2};
