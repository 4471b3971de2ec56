#include "kernels/peak.h"
#include "core/clock.h"
#include "core/cpu.h"
#include "core/parallel.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

enum { STEPS = 1 << 17, ROUNDS = 40, MOST_THREADS = 256 };

/* A chain waits four cycles for each of its multiply-adds, and two begin a cycle: eight chains at least.
 * Twelve fit into the registers of every level. */
enum { CHAINS = 12 };

/* STEPS multiply-adds in each chain; their sum, so that nothing is left out. */
#define CHAINS_OF(name, attributes, vector, all, multiply_add, first)          \
    attributes static float name(void)                                         \
    {                                                                          \
        vector sum[CHAINS], factor = all(0.5f), term = all(1e-3f);             \
        for (int i = 0; i < CHAINS; i++) sum[i] = all((float)i);               \
        for (int n = 0; n < STEPS; n++) {                                      \
            _Pragma("GCC unroll 12") for (int i = 0; i < CHAINS; i++) sum[i] = \
                multiply_add(sum[i], factor, term);                            \
        }                                                                      \
        float total = 0;                                                       \
        for (int i = 0; i < CHAINS; i++) total += first(sum[i]);               \
        return total;                                                          \
    }

#ifdef __x86_64__
#define MULTIPLY_ADD_128(a, b, c) _mm_add_ps(_mm_mul_ps(a, b), c)
CHAINS_OF(chains_avx512, __attribute__((target("avx512f"))), __m512, _mm512_set1_ps, _mm512_fmadd_ps,
          _mm512_cvtss_f32)
CHAINS_OF(chains_avx2, __attribute__((target("avx2,fma"))), __m256, _mm256_set1_ps, _mm256_fmadd_ps,
          _mm256_cvtss_f32)
CHAINS_OF(chains_plain, , __m128, _mm_set1_ps, MULTIPLY_ADD_128, _mm_cvtss_f32)
static const int plain_lanes = 4;
#else
#define SELF(x)                 (x)
#define MULTIPLY_ADD_1(a, b, c) ((a) * (b) + (c))
CHAINS_OF(chains_plain, , float, SELF, MULTIPLY_ADD_1, SELF)
static const int plain_lanes = 1;
#endif

static float chains(void)
{
#ifdef __x86_64__
    if (lince_cpu_level() >= LINCE_AVX512) return chains_avx512();
    if (lince_cpu_level() == LINCE_AVX2) return chains_avx2();
#endif
    return chains_plain();
}

static void task(void *context, size_t index)
{
    float *sums = context;
    sums[index] += chains();
}

double lince_peak(int threads)
{
    float sums[MOST_THREADS] = {0};
    int lanes = lince_cpu_level() == LINCE_PLAIN ? plain_lanes : lince_cpu_lanes();
    double best = 1e9;
    if (threads > MOST_THREADS) threads = MOST_THREADS;
    for (int round = 0; round < ROUNDS; round++) {
        double start = lince_now();
        lince_parallel(threads, (size_t)threads, task, sums);
        double took = lince_now() - start;
        if (took < best) best = took;
    }
    return 2.0 * STEPS * CHAINS * lanes * threads / best;
}
