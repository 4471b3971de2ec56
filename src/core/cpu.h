/* What the processor can do: the one place where the machine is asked. Everything that exists for several
 * instruction sets asks lince_cpu_level() which to take.
 *
 * The environment variable LINCE_CPU (a name that lince_cpu_mask lists) hides what lies above it, so that one machine
 * runs, tests and measures all levels that it has. It is read once, when the level is first asked for; what
 * it says in vain is told by lince_cpu_check. */
#ifndef LINCE_CORE_CPU_H
#define LINCE_CORE_CPU_H

#include <lince/machine.h>
#include <stdbool.h>
#include <stddef.h>

/* Each holds the ones before it. A level stands for exactly the extensions that its files are compiled with
 * (CMakeLists.txt), and that the operating system saves: */
typedef enum lince_level {
    LINCE_PLAIN,  /* what every machine of the architecture has */
    LINCE_AVX2,   /* AVX2, FMA */
    LINCE_AVX512, /* AVX-512 F, DQ and BW */
    LINCE_AMX,    /* AMX-TILE, AMX-BF16; AVX-512 VL and BF16 */
    LINCE_LEVELS
} lince_level;

/* The level to use: the machine's, or a lower one that LINCE_CPU names. */
lince_level lince_cpu_level(void);

/* The machine's own, whatever LINCE_CPU says. */
lince_level lince_cpu_highest(void);

/* "plain", "avx2", "avx512", "amx" */
const char *lince_level_name(lince_level level);

/* Floats in a vector of the level to use, which is also the block that activations should have
 * (core/tensor.h): 16, 8 or 1. */
int lince_cpu_lanes(void);

/* Bytes of data cache `level` (1 to 3) that one core can fill, shared ones whole; a usual size where the
 * machine does not tell. */
size_t lince_cpu_cache(int level);

/* What some machines of a level have besides, and others lack: products of bytes, summed by fours. */
typedef enum lince_feature {
    LINCE_NO_FEATURE = 0,
    LINCE_AVX_VNNI = 1 << 0,    /* of 256 bits, without AVX-512 */
    LINCE_AVX512_VNNI = 1 << 1, /* of 512 bits */
    LINCE_AMX_INT8 = 1 << 2,    /* of matrix tiles */
} lince_feature;

bool lince_cpu_has(unsigned features);

/* What LINCE_CPU may name: a level, and the features that it leaves to be seen, no others, so that a name stands for the same on
 * every machine; but for the highest, which hides nothing. From the lowest on, NULL behind the last. */
typedef struct lince_cpu_mask {
    const char *name; /* "plain", "avx2", "avxvnni", "avx512", "avx512vnni", "amx" */
    lince_level level;
    unsigned features;
} lince_cpu_mask;

const lince_cpu_mask *lince_cpu_mask_at(size_t index);

/* Whether the machine has all of it. */
bool lince_cpu_offers(const lince_cpu_mask *mask);

/* The processor's name, as it tells it by itself; "?" where it does not. */
const char *lince_cpu_name(void);

/* Defines `static void name parameters` for each level, from the one body that follows, and calls the version
 * for the level to use: plain C loops at the speed of the machine. All give the same bits, because products
 * and sums are not contracted (-ffp-contract=off).
 *
 *     LINCE_EACH_LEVEL(scale, (float *y, float factor, size_t n), (y, factor, n))
 *     {
 *         for (size_t i = 0; i < n; i++) y[i] *= factor;
 *     }
 */
#ifdef __x86_64__
#define LINCE_EACH_LEVEL(name, parameters, arguments)                                         \
    static inline __attribute__((always_inline)) void name##_body parameters;                 \
    __attribute__((target("avx512f,avx512dq,avx512bw"))) static void name##_avx512 parameters \
    {                                                                                         \
        name##_body arguments;                                                                \
    }                                                                                         \
    __attribute__((target("avx2"))) static void name##_avx2 parameters                        \
    {                                                                                         \
        name##_body arguments;                                                                \
    }                                                                                         \
    static void name parameters                                                               \
    {                                                                                         \
        switch (lince_cpu_level()) {                                                          \
        case LINCE_AMX:                                                                       \
        case LINCE_AVX512: name##_avx512 arguments; return;                                   \
        case LINCE_AVX2: name##_avx2 arguments; return;                                       \
        default: name##_body arguments;                                                       \
        }                                                                                     \
    }                                                                                         \
    static inline void name##_body parameters
#else
#define LINCE_EACH_LEVEL(name, parameters, arguments) static void name parameters
#endif

#endif
