#include "core/random.h"
#include "core/cpu.h"
#include "core/parallel.h"

#include <math.h>

/* splitmix64's finaliser (S. Vigna): a bijection that spreads every bit. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t lince_key(uint64_t seed, lince_stream stream, uint64_t a, uint64_t b)
{
    return mix(mix(mix(mix(seed) ^ (uint64_t)stream) ^ a) ^ b);
}

void lince_random4(uint64_t key, uint64_t counter, uint32_t out[4])
{
    uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32), c2 = 0, c3 = 0;
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
        uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
        uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c1 = (uint32_t)p1;
        c3 = (uint32_t)p0;
        c0 = n0;
        c2 = n2;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

enum { SIDE_BY_SIDE = 64 }; /* enough for the compiler to leave it a loop, and to make it vectors */

/* lince_random4 for as many counters at once, one in each lane. */
LINCE_EACH_LEVEL(side_by_side, (uint64_t key, uint64_t counter, uint32_t *out), (key, counter, out))
{
    uint32_t c0[SIDE_BY_SIDE], c1[SIDE_BY_SIDE], c2[SIDE_BY_SIDE] = {0}, c3[SIDE_BY_SIDE] = {0};
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int i = 0; i < SIDE_BY_SIDE; i++)
        c0[i] = (uint32_t)(counter + (uint64_t)i), c1[i] = (uint32_t)((counter + (uint64_t)i) >> 32);
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
        for (int i = 0; i < SIDE_BY_SIDE; i++) {
            uint64_t p0 = (uint64_t)0xD2511F53u * c0[i], p1 = (uint64_t)0xCD9E8D57u * c2[i];
            c0[i] = (uint32_t)(p1 >> 32) ^ c1[i] ^ k0;
            c2[i] = (uint32_t)(p0 >> 32) ^ c3[i] ^ k1;
            c1[i] = (uint32_t)p1;
            c3[i] = (uint32_t)p0;
        }
    for (int i = 0; i < SIDE_BY_SIDE; i++)
        out[4 * i] = c0[i], out[4 * i + 1] = c1[i], out[4 * i + 2] = c2[i], out[4 * i + 3] = c3[i];
}

void lince_random_blocks(uint64_t key, uint64_t counter, size_t count, uint32_t *out)
{
    for (; count >= SIDE_BY_SIDE; count -= SIDE_BY_SIDE, counter += SIDE_BY_SIDE, out += 4 * SIDE_BY_SIDE)
        side_by_side(key, counter, out);
    for (; count > 0; count--, counter++, out += 4) lince_random4(key, counter, out);
}

uint32_t lince_random_u32(lince_random *random)
{
    if (random->used == 4) {
        lince_random4(random->key, random->counter++, random->block);
        random->used = 0;
    }
    return random->block[random->used++];
}

float lince_random_uniform(lince_random *random)
{
    return (float)(lince_random_u32(random) >> 8) * 0x1p-24f;
}

/* D. Lemire, "Fast random integer generation in an interval", 2019. */
uint32_t lince_random_below(lince_random *random, uint32_t bound)
{
    uint64_t product = (uint64_t)lince_random_u32(random) * bound;
    if ((uint32_t)product < bound) {
        uint32_t threshold = -bound % bound;
        while ((uint32_t)product < threshold) product = (uint64_t)lince_random_u32(random) * bound;
    }
    return (uint32_t)(product >> 32);
}

float lince_random_normal(lince_random *random)
{
    double u = ((double)lince_random_u32(random) + 0.5) * 0x1p-32;
    double v = (double)lince_random_u32(random) * 0x1p-32;
    return (float)(sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v));
}

void lince_random_permutation(uint64_t key, uint32_t *order, size_t n)
{
    lince_random random = lince_random_at(key);
    for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
    for (size_t i = n; i > 1; i--) {
        uint32_t j = lince_random_below(&random, (uint32_t)i), last = order[i - 1];
        order[i - 1] = order[j];
        order[j] = last;
    }
}

static double open_uniform(lince_random *random)
{
    return ((double)lince_random_u32(random) + 0.5) * 0x1p-32;
}

/* The logarithm of a Gamma(shape, 1) draw, which for small shapes is too small for a double itself.
 * G. Marsaglia, W. W. Tsang, "A simple method for generating gamma variables", 2000; below 1 by
 * Gamma(a) = Gamma(a + 1) U^(1/a). */
static double log_gamma(lince_random *random, double shape)
{
    if (shape < 1) {
        double whole = log_gamma(random, shape + 1);
        return whole + log(open_uniform(random)) / shape;
    }
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = (double)lince_random_normal(random), v = 1 + c * x;
        if (v <= 0) continue;
        v = v * v * v;
        if (log(open_uniform(random)) < 0.5 * x * x + d - d * v + d * log(v)) return log(d) + log(v);
    }
}

double lince_random_beta(lince_random *random, double a, double b)
{
    double x = log_gamma(random, a), y = log_gamma(random, b);
    return 1 / (1 + exp(y - x));
}

uint64_t lince_occasion_key(const lince_occasion *o)
{
    return lince_key(o->seed, LINCE_STREAM_AUGMENT, (uint64_t)o->epoch, (uint64_t)o->turn << 32 | o->index);
}
