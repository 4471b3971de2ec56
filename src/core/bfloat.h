/* bfloat16: a float's upper 16 bits, a sign, 8 bits of exponent and 7 of the fraction. */
#ifndef LINCE_CORE_BFLOAT_H
#define LINCE_CORE_BFLOAT_H

#include <stdint.h>
#include <string.h>

/* The nearest one, of two as near the even one: a relative error of 2^-8 at most. What is no number stays so. */
static inline uint16_t lince_to_bfloat(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    return (uint16_t)((bits & 0x7fffffff) > 0x7f800000 ? bits >> 16 | 0x40 : rounded);
}

static inline float lince_from_bfloat(uint16_t b)
{
    uint32_t bits = (uint32_t)b << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline float lince_round_to_bfloat(float x)
{
    return lince_from_bfloat(lince_to_bfloat(x));
}

#endif
