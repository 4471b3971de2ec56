/* exp, the logistic function, tanh and the normal distribution function of vectors. Errors, over all floats, against double precision:
 * vec_exp 2e-7 relative (arguments below -87 give exp(-87)), vec_logistic and vec_tanh 1.5e-7 absolute. */
#ifndef LINCE_KERNELS_X86_ACTIVATION_H
#define LINCE_KERNELS_X86_ACTIVATION_H

#include "kernels/x86/vector.h"

#if defined(__AVX512F__)

/* 1 / x: the machine's 14 bits, and a step of Newton's. */
INLINE vec vec_inverse(vec x)
{
    vec y = _mm512_rcp14_ps(x);
    return vec_fma(y, _mm512_fnmadd_ps(x, y, vec_all(1)), y);
}

INLINE vec vec_round(vec x)
{
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* x 2^n for whole n */
INLINE vec vec_scale(vec x, vec n)
{
    return _mm512_scalef_ps(x, n);
}

INLINE vec vec_clamp(vec x, float low, float high)
{
    return _mm512_min_ps(vec_all(high), _mm512_max_ps(vec_all(low), x));
}

INLINE vec vec_abs(vec x)
{
    return _mm512_abs_ps(x);
}

/* The magnitude of x with the sign of s; x is not negative. */
INLINE vec vec_with_sign(vec x, vec s)
{
    __m512i sign = _mm512_and_si512(_mm512_castps_si512(s), _mm512_set1_epi32((int)0x80000000u));
    return _mm512_castsi512_ps(_mm512_or_si512(_mm512_castps_si512(x), sign));
}

/* yes where x has a minus, no elsewhere. */
INLINE vec vec_where_minus(vec x, vec yes, vec no)
{
    return _mm512_mask_blend_ps(_mm512_movepi32_mask(_mm512_castps_si512(x)), no, yes);
}

#elif defined(__AVX2__)

INLINE vec vec_inverse(vec x)
{
    return _mm256_div_ps(vec_all(1), x);
}

INLINE vec vec_round(vec x)
{
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

/* n from -126 to 127 */
INLINE vec vec_scale(vec x, vec n)
{
    __m256i bits = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_mul_ps(x, _mm256_castsi256_ps(_mm256_slli_epi32(bits, 23)));
}

INLINE vec vec_clamp(vec x, float low, float high)
{
    return _mm256_min_ps(vec_all(high), _mm256_max_ps(vec_all(low), x));
}

INLINE vec vec_abs(vec x)
{
    return _mm256_andnot_ps(vec_all(-0.0f), x);
}

INLINE vec vec_with_sign(vec x, vec s)
{
    return _mm256_or_ps(x, _mm256_and_ps(s, vec_all(-0.0f)));
}

INLINE vec vec_where_minus(vec x, vec yes, vec no)
{
    return _mm256_blendv_ps(no, yes, x);
}

#endif

/* exp(x) = 2^n exp(r), n = round(x / log 2), |r| <= log(2) / 2; log 2 in two parts, the first of 15 bits, so
 * that n times it is exact. exp(r) = 1 + r + r^2 q(r), q of degree 4 fitted so that the largest relative
 * error is least: 3.1e-9. */
INLINE vec vec_exp(vec x)
{
    x = vec_clamp(x, -87, 88);
    vec n = vec_round(vec_mul(x, vec_all(1.44269504f)));
    vec r = vec_fma(n, vec_all(-0.693145752f), x);
    r = vec_fma(n, vec_all(-1.42860677e-6f), r);
    vec q = vec_fma(r, vec_all(1.38144637e-3f), vec_all(8.36878084e-3f));
    q = vec_fma(q, r, vec_all(4.16683927e-2f));
    q = vec_fma(q, r, vec_all(0.166665196f));
    q = vec_fma(q, r, vec_all(0.49999994f));
    return vec_scale(vec_add(vec_fma(q, vec_mul(r, r), r), vec_all(1)), n);
}

/* 1 / (1 + exp(-x)) */
INLINE vec vec_logistic(vec x)
{
    return vec_inverse(vec_add(vec_all(1), vec_exp(vec_sub(vec_zero(), x))));
}

/* x / (1 + exp(-x)) */
INLINE vec vec_silu(vec x)
{
    return vec_mul(x, vec_logistic(x));
}

/* min(max(x + 3, 0), 6) / 6 */
INLINE vec vec_hard_logistic(vec x)
{
    return vec_mul(vec_min(vec_all(6), vec_relu(vec_add(x, vec_all(3)))), vec_all(1.0f / 6));
}

/* P(x) of the standard normal distribution: its density without the factor 1 / sqrt(2 pi), which goes to *bell, times the
 * polynomial of kernels/portable/activation.c, which says where it comes from. */
INLINE vec vec_normal(vec x, vec *bell)
{
    vec z = vec_min(vec_all(12.9f), vec_abs(x)), t = vec_inverse(vec_fma(vec_all(0.232f), z, vec_all(1)));
    *bell = vec_exp(vec_mul(vec_all(-0.5f), vec_mul(z, z)));
    vec q = vec_fma(t, vec_all(-0.0702014193f), vec_all(0.245462075f));
    q = vec_fma(q, t, vec_all(-0.198760733f));
    q = vec_fma(q, t, vec_all(0.223316282f));
    q = vec_fma(q, t, vec_all(0.0142828906f));
    q = vec_fma(q, t, vec_all(0.102670401f));
    q = vec_fma(q, t, vec_all(0.0905646831f));
    q = vec_fma(q, t, vec_all(0.0926658660f));
    vec tail = vec_mul(*bell, vec_mul(q, t));
    return vec_where_minus(x, tail, vec_sub(vec_all(1), tail));
}

/* x P(x) */
INLINE vec vec_gelu(vec x)
{
    vec bell;
    return vec_mul(x, vec_normal(x, &bell));
}

/* tanh |x| = (1 - e) / (1 + e), e = exp(-2 |x|) */
INLINE vec vec_tanh(vec x)
{
    vec e = vec_exp(vec_mul(vec_abs(x), vec_all(-2)));
    return vec_with_sign(vec_mul(vec_sub(vec_all(1), e), vec_inverse(vec_add(vec_all(1), e))), x);
}

#endif
