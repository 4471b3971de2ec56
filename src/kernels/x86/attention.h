/* Attention on x86: what the driver (attention.c) and the vector code (attention_simd.h, compiled once for each
 * instruction set) say to each other. Tokens of a head are gathered into rows [token][d]; products are those of gemm.h. */
#ifndef LINCE_KERNELS_X86_ATTENTION_H
#define LINCE_KERNELS_X86_ATTENTION_H

#include "kernels/x86/gemm.h"

#include <stdint.h>

/* Tokens of a map, whose channels lie in blocks, `plane` floats from one to the next. */
typedef struct lince_attention_tokens {
    const uint32_t *pixel; /* [count] */
    size_t count, d, plane;
} lince_attention_tokens;

/* What is added to a row of scores: a bias [n], and the mask where a token's part is not `own`; NULL: nothing. */
typedef struct lince_attention_bias {
    const float *bias, *part;
    float own;
} lince_attention_bias;

typedef struct lince_attention_simd {
    const lince_gemm_simd *gemm;
    int lanes;

    /* rows [count][d] = factor x; and back, in its place or added to it */
    void (*gather)(const lince_attention_tokens *tokens, const float *x, float factor, float *rows);
    void (*scatter)(const lince_attention_tokens *tokens, const float *rows, float factor, bool add,
                    float *x);

    /* Scores s [n] of a token become exp(s + b - m), m the largest of the token's so far, and are added to *sum; what is
     * there of earlier ones is too large by the factor returned. */
    float (*weigh)(float *s, size_t n, const lince_attention_bias *b, float *largest, float *sum);

    /* s = exp(s + b - log_sum), dp = s (dp - own) */
    void (*weigh_back)(float *s, float *dp, size_t n, const lince_attention_bias *b, float log_sum,
                       float own);

    void (*scale)(float *x, size_t n, float factor);        /* n: whole vectors */
    float (*dot)(const float *x, const float *y, size_t n); /* likewise */
    void (*add)(float *sum, const float *x, size_t n);      /* sum += x */
} lince_attention_simd;

extern const lince_attention_simd lince_attention_simd_avx512, lince_attention_simd_avx2;

#endif
