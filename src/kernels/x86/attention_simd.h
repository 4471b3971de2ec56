/* The vector code of attention.h, for the instruction set that the including file is compiled with. */
#include "kernels/attention.h"
#include "kernels/x86/activation.h"
#include "kernels/x86/attention.h"

#if defined(__AVX512F__)

/* The larger; b where either is no number. */
INLINE vec vec_larger_of(vec a, vec b)
{
    return _mm512_max_ps(a, b);
}

INLINE float vec_largest(vec x)
{
    return _mm512_reduce_max_ps(x);
}

INLINE float vec_total(vec x)
{
    return _mm512_reduce_add_ps(x);
}

#else

INLINE vec vec_larger_of(vec a, vec b)
{
    return _mm256_max_ps(a, b);
}

INLINE float vec_largest(vec x)
{
    __m128 half = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_max_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_max_ss(half, _mm_movehdup_ps(half)));
}

INLINE float vec_total(vec x)
{
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
}

#endif

/* --- tokens ------------------------------------------------------------------------------------------------- */

static void gather(const lince_attention_tokens *t, const float *x, float factor, float *rows)
{
    vec f = vec_all(factor);
    for (size_t i = 0; i < t->count; i++)
        for (size_t c = 0; c < t->d; c += LANES, rows += LANES)
            vec_store(rows, vec_mul(f, vec_load(x + c / LANES * t->plane + t->pixel[i] * (size_t)LANES)));
}

static void scatter(const lince_attention_tokens *t, const float *rows, float factor, bool add, float *x)
{
    vec f = vec_all(factor);
    for (size_t i = 0; i < t->count; i++)
        for (size_t c = 0; c < t->d; c += LANES, rows += LANES) {
            float *to = x + c / LANES * t->plane + t->pixel[i] * (size_t)LANES;
            vec_store(to, vec_fma(f, vec_load(rows), add ? vec_load(to) : vec_zero()));
        }
}

/* --- scores ------------------------------------------------------------------------------------------------- */

/* s + b of the vector at i, of which `n` elements are there. */
INLINE vec biased(const float *s, size_t i, size_t n, const lince_attention_bias *b)
{
    vec x = n < LANES ? vec_load_first(s + i, n) : vec_load(s + i);
    if (b->bias) x = vec_add(x, n < LANES ? vec_load_first(b->bias + i, n) : vec_load(b->bias + i));
    if (!b->part) return x;
    vec part = n < LANES ? vec_load_first(b->part + i, n) : vec_load(b->part + i);
    return vec_add(x,
                   vec_select(vec_equal(part, vec_all(b->own)), vec_zero(), vec_all(LINCE_ATTENTION_MASK)));
}

/* What lies behind the last of n elements is the first one again: no larger than the largest. */
INLINE vec largest_of(float *s, size_t n, const lince_attention_bias *b, vec largest)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vec x = biased(s, i, LANES, b);
        if (b->bias || b->part) vec_store(s + i, x);
        largest = vec_larger_of(x, largest);
    }
    if (i == n) return largest;
    float tail[LANES];
    vec_store_first(s + i, n - i, biased(s, i, n - i, b));
    for (size_t k = 0; k < LANES; k++) tail[k] = s[i + (k < n - i ? k : 0)];
    return vec_larger_of(vec_load(tail), largest);
}

static float weigh(float *s, size_t n, const lince_attention_bias *b, float *largest, float *sum)
{
    float before = *largest;
    *largest = vec_largest(largest_of(s, n, b, vec_all(before)));
    vec m = vec_all(*largest), total = vec_zero();
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vec p = vec_exp(vec_sub(vec_load(s + i), m));
        vec_store(s + i, p);
        total = vec_add(total, p);
    }
    if (i < n) {
        vec_store_first(s + i, n - i, vec_exp(vec_sub(vec_load_first(s + i, n - i), m)));
        total = vec_add(total, vec_load_first(s + i, n - i));
    }
    float left[LANES];
    vec_store(left, vec_exp(vec_all(before - *largest)));
    *sum = *sum * left[0] + vec_total(total);
    return left[0];
}

static void weigh_back(float *s, float *dp, size_t n, const lince_attention_bias *b, float log_sum, float own)
{
    vec l = vec_all(log_sum), d = vec_all(own);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vec p = vec_exp(vec_sub(biased(s, i, LANES, b), l));
        vec_store(s + i, p);
        vec_store(dp + i, vec_mul(p, vec_sub(vec_load(dp + i), d)));
    }
    if (i == n) return;
    vec p = vec_exp(vec_sub(biased(s, i, n - i, b), l));
    vec_store_first(s + i, n - i, p);
    vec_store_first(dp + i, n - i, vec_mul(p, vec_sub(vec_load_first(dp + i, n - i), d)));
}

/* --- rows --------------------------------------------------------------------------------------------------- */

static void scale(float *x, size_t n, float factor)
{
    for (size_t i = 0; i < n; i += LANES) vec_store(x + i, vec_mul(vec_load(x + i), vec_all(factor)));
}

static float dot(const float *x, const float *y, size_t n)
{
    vec sum = vec_zero();
    for (size_t i = 0; i < n; i += LANES) sum = vec_fma(vec_load(x + i), vec_load(y + i), sum);
    return vec_total(sum);
}

static void add(float *sum, const float *x, size_t n)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) vec_store(sum + i, vec_add(vec_load(sum + i), vec_load(x + i)));
    for (; i < n; i++) sum[i] += x[i];
}

const lince_attention_simd ATTENTION_SIMD = {.gemm = &ATTENTION_GEMM,
                                             .lanes = LANES,
                                             .gather = gather,
                                             .scatter = scatter,
                                             .weigh = weigh,
                                             .weigh_back = weigh_back,
                                             .scale = scale,
                                             .dot = dot,
                                             .add = add};
