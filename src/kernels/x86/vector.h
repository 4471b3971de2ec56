/* Vectors of floats: 16 with AVX-512, 8 with AVX2, by the flags that the including file is compiled with. A
 * vector holds the channels of one block of an activation (core/tensor.h). */
#ifndef LINCE_KERNELS_X86_VECTOR_H
#define LINCE_KERNELS_X86_VECTOR_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

/* Into the second-level cache; any address will do. */
INLINE void vec_prefetch(const void *p)
{
    _mm_prefetch((const char *)p, _MM_HINT_T1);
}

#if defined(__AVX512F__)

enum { LANES = 16 };
typedef __m512 vec;

INLINE vec vec_zero(void)
{
    return _mm512_setzero_ps();
}

INLINE vec vec_all(float x)
{
    return _mm512_set1_ps(x);
}

/* x[lane[i]] */
INLINE vec vec_permute(vec x, const int32_t *lane)
{
    return _mm512_permutexvar_ps(_mm512_loadu_si512(lane), x);
}

/* Lanes from 16 on are y's. */
INLINE vec vec_permute2(vec x, vec y, const int32_t *lane)
{
    return _mm512_permutex2var_ps(x, _mm512_loadu_si512(lane), y);
}

INLINE vec vec_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

INLINE void vec_store(float *p, vec x)
{
    _mm512_storeu_ps(p, x);
}

INLINE vec vec_add(vec a, vec b)
{
    return _mm512_add_ps(a, b);
}

INLINE vec vec_sub(vec a, vec b)
{
    return _mm512_sub_ps(a, b);
}

INLINE vec vec_mul(vec a, vec b)
{
    return _mm512_mul_ps(a, b);
}

/* a b + c, rounded once */
INLINE vec vec_fma(vec a, vec b, vec c)
{
    return _mm512_fmadd_ps(a, b, c);
}

/* max(x, 0). Of two operands of which one is no number the instruction returns the second: x, to be seen. */
INLINE vec vec_relu(vec x)
{
    return _mm512_max_ps(_mm512_setzero_ps(), x);
}

/* The smaller; x where one is no number. */
INLINE vec vec_min(vec a, vec x)
{
    return _mm512_min_ps(a, x);
}

/* x where gate > 0, else 0 */
INLINE vec vec_where_positive(vec x, vec gate)
{
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(gate, _mm512_setzero_ps(), _CMP_GT_OQ), x);
}

/* a > b, or a is no number; a = b; one of two where a mask is set, or not */
typedef __mmask16 vec_mask;

INLINE vec_mask vec_larger(vec a, vec b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ) | _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q);
}

INLINE vec_mask vec_equal(vec a, vec b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}

INLINE vec vec_select(vec_mask mask, vec set, vec unset)
{
    return _mm512_mask_blend_ps(mask, unset, set);
}

/* Integers in 0..255 */
INLINE vec vec_load_bytes(const uint8_t *p)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(const void *)p)));
}

INLINE void vec_store_bytes(uint8_t *p, vec x)
{
    _mm_storeu_si128((__m128i *)(void *)p, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(x)));
}

/* 16 or 8 whole numbers; loads are of any address. */
typedef __m512i vec_ints;

INLINE vec_ints vec_ints_zero(void)
{
    return _mm512_setzero_si512();
}

INLINE vec_ints vec_ints_all(int32_t x)
{
    return _mm512_set1_epi32(x);
}

INLINE vec_ints vec_ints_load(const void *p)
{
    return _mm512_loadu_si512(p);
}

INLINE void vec_ints_store(void *p, vec_ints x)
{
    _mm512_storeu_si512(p, x);
}

INLINE vec vec_of_ints(vec_ints x)
{
    return _mm512_cvtepi32_ps(x);
}

/* Rows become columns: pairs of floats, pairs of pairs, then quarters of registers change places. */
INLINE void vec_transpose(vec r[16])
{
    vec t[16];
    for (int i = 0; i < 16; i += 4) {
        vec a = _mm512_unpacklo_ps(r[i], r[i + 1]), b = _mm512_unpackhi_ps(r[i], r[i + 1]);
        vec c = _mm512_unpacklo_ps(r[i + 2], r[i + 3]), d = _mm512_unpackhi_ps(r[i + 2], r[i + 3]);
        t[i] = _mm512_shuffle_ps(a, c, 0x44), t[i + 1] = _mm512_shuffle_ps(a, c, 0xEE);
        t[i + 2] = _mm512_shuffle_ps(b, d, 0x44), t[i + 3] = _mm512_shuffle_ps(b, d, 0xEE);
    }
    for (int i = 0; i < 4; i++) {
        vec a = _mm512_shuffle_f32x4(t[i], t[i + 4], 0x88), b = _mm512_shuffle_f32x4(t[i], t[i + 4], 0xDD);
        vec c = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0x88),
            d = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0xDD);
        r[i] = _mm512_shuffle_f32x4(a, c, 0x88), r[i + 8] = _mm512_shuffle_f32x4(a, c, 0xDD);
        r[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88), r[i + 12] = _mm512_shuffle_f32x4(b, d, 0xDD);
    }
}

/* The first n floats of p, n <= LANES, and zeros. */
INLINE vec vec_load_first(const float *p, size_t n)
{
    return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}

INLINE void vec_store_first(float *p, size_t n, vec x)
{
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), x);
}

/* Past the caches, p aligned to the vector: for what is written whole and not read soon. */
INLINE void vec_stream(float *p, vec x)
{
    _mm512_stream_ps(p, x);
}

/* The sums of four vectors' elements. */
INLINE __m128 vec_sum4(vec a, vec b, vec c, vec d)
{
    vec ab = _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
    vec cd = _mm512_add_ps(_mm512_unpacklo_ps(c, d), _mm512_unpackhi_ps(c, d));
    vec abcd = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xEE));
    __m256 half = _mm256_add_ps(_mm512_castps512_ps256(abcd),
                                _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(abcd), 1)));
    return _mm_add_ps(_mm256_castps256_ps128(half), _mm256_extractf128_ps(half, 1));
}

#elif defined(__AVX2__)

enum { LANES = 8 };
typedef __m256 vec;

INLINE vec vec_zero(void)
{
    return _mm256_setzero_ps();
}

INLINE vec vec_all(float x)
{
    return _mm256_set1_ps(x);
}

INLINE vec vec_permute(vec x, const int32_t *lane)
{
    return _mm256_permutevar8x32_ps(x, _mm256_loadu_si256((const __m256i *)lane));
}

/* Lanes from 8 on are y's. */
INLINE vec vec_permute2(vec x, vec y, const int32_t *lane)
{
    __m256i of_y = _mm256_slli_epi32(_mm256_loadu_si256((const __m256i *)lane), 28); /* 8 becomes the sign */
    return _mm256_blendv_ps(vec_permute(x, lane), vec_permute(y, lane), _mm256_castsi256_ps(of_y));
}

INLINE vec vec_load(const float *p)
{
    return _mm256_loadu_ps(p);
}

INLINE void vec_store(float *p, vec x)
{
    _mm256_storeu_ps(p, x);
}

INLINE vec vec_add(vec a, vec b)
{
    return _mm256_add_ps(a, b);
}

INLINE vec vec_sub(vec a, vec b)
{
    return _mm256_sub_ps(a, b);
}

INLINE vec vec_mul(vec a, vec b)
{
    return _mm256_mul_ps(a, b);
}

INLINE vec vec_fma(vec a, vec b, vec c)
{
    return _mm256_fmadd_ps(a, b, c);
}

INLINE vec vec_relu(vec x)
{
    return _mm256_max_ps(_mm256_setzero_ps(), x);
}

INLINE vec vec_min(vec a, vec x)
{
    return _mm256_min_ps(a, x);
}

INLINE vec vec_where_positive(vec x, vec gate)
{
    return _mm256_and_ps(x, _mm256_cmp_ps(gate, _mm256_setzero_ps(), _CMP_GT_OQ));
}

typedef __m256 vec_mask;

INLINE vec_mask vec_larger(vec a, vec b)
{
    return _mm256_or_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ), _mm256_cmp_ps(a, a, _CMP_UNORD_Q));
}

INLINE vec_mask vec_equal(vec a, vec b)
{
    return _mm256_cmp_ps(a, b, _CMP_EQ_OQ);
}

INLINE vec vec_select(vec_mask mask, vec set, vec unset)
{
    return _mm256_blendv_ps(unset, set, mask);
}

INLINE vec vec_load_bytes(const uint8_t *p)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)p)));
}

INLINE void vec_store_bytes(uint8_t *p, vec x)
{
    __m256i wide = _mm256_cvtps_epi32(x);
    __m128i half = _mm_packus_epi32(_mm256_castsi256_si128(wide), _mm256_extracti128_si256(wide, 1));
    _mm_storel_epi64((__m128i *)(void *)p, _mm_packus_epi16(half, half));
}

typedef __m256i vec_ints;

INLINE vec_ints vec_ints_zero(void)
{
    return _mm256_setzero_si256();
}

INLINE vec_ints vec_ints_all(int32_t x)
{
    return _mm256_set1_epi32(x);
}

INLINE vec_ints vec_ints_load(const void *p)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

INLINE void vec_ints_store(void *p, vec_ints x)
{
    _mm256_storeu_si256((__m256i *)p, x);
}

INLINE vec vec_of_ints(vec_ints x)
{
    return _mm256_cvtepi32_ps(x);
}

INLINE void vec_transpose(vec r[8])
{
    vec t[8];
    for (int i = 0; i < 8; i += 4) {
        vec a = _mm256_unpacklo_ps(r[i], r[i + 1]), b = _mm256_unpackhi_ps(r[i], r[i + 1]);
        vec c = _mm256_unpacklo_ps(r[i + 2], r[i + 3]), d = _mm256_unpackhi_ps(r[i + 2], r[i + 3]);
        t[i] = _mm256_shuffle_ps(a, c, 0x44), t[i + 1] = _mm256_shuffle_ps(a, c, 0xEE);
        t[i + 2] = _mm256_shuffle_ps(b, d, 0x44), t[i + 3] = _mm256_shuffle_ps(b, d, 0xEE);
    }
    for (int i = 0; i < 4; i++) {
        r[i] = _mm256_permute2f128_ps(t[i], t[i + 4], 0x20);
        r[i + 4] = _mm256_permute2f128_ps(t[i], t[i + 4], 0x31);
    }
}

INLINE __m256i vec_mask_first(size_t n)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

INLINE vec vec_load_first(const float *p, size_t n)
{
    return _mm256_maskload_ps(p, vec_mask_first(n));
}

INLINE void vec_store_first(float *p, size_t n, vec x)
{
    _mm256_maskstore_ps(p, vec_mask_first(n), x);
}

INLINE void vec_stream(float *p, vec x)
{
    _mm256_stream_ps(p, x);
}

INLINE __m128 vec_sum4(vec a, vec b, vec c, vec d)
{
    vec ab = _mm256_add_ps(_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
    vec cd = _mm256_add_ps(_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
    vec abcd = _mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xEE));
    return _mm_add_ps(_mm256_castps256_ps128(abcd), _mm256_extractf128_ps(abcd, 1));
}

#endif
#endif
