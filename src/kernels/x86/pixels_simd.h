/* The vector code of pixels.h for the instruction set that the including file is compiled with: b = LANES.
 *
 * A sum is four chains, pixel by pixel in turn, because a single one would wait for its own additions; the chains of a segment
 * are added in pairs. Planes of one block lie far apart, which no processor sees coming: each fetches the next one. */
#include "core/minmax.h"
#include "kernels/pixels.h"
#include "kernels/x86/vector.h"

enum { CHAINS = 4 };

#define UNROLL _Pragma("GCC unroll 4")

INLINE void add_to(double *sum, const vec chain[CHAINS])
{
    float part[LANES];
    vec_store(part, vec_add(vec_add(chain[0], chain[1]), vec_add(chain[2], chain[3])));
    for (int c = 0; c < LANES; c++) sum[c] += (double)part[c];
}

/* Floats from a pixel to the one that is fetched meanwhile: of the next plane, or of large ones a page ahead. */
INLINE size_t ahead_of(const lince_planes *p)
{
    enum { LARGE = 512, PAGE = 1024 };
    return p->pixels > LARGE ? PAGE : p->pitch;
}

INLINE void add_moments(const float *x, vec from, vec *s, vec *q)
{
    vec u = vec_sub(vec_load(x), from);
    *s = vec_add(*s, u);
    *q = vec_fma(u, u, *q);
}

/* Of `n` pixels of a plane. */
INLINE void plane_moments(const float *x, size_t n, size_t ahead, vec from, vec s[CHAINS], vec q[CHAINS])
{
    size_t i = 0;
    for (; i + CHAINS <= n; i += CHAINS, x += CHAINS * LANES) UNROLL for (size_t k = 0; k < CHAINS; k++)
        {
            vec_prefetch(x + ahead + k * LANES);
            add_moments(x + k * LANES, from, &s[k], &q[k]);
        }
    for (; i < n; i++, x += LANES) {
        vec_prefetch(x + ahead);
        add_moments(x, from, &s[0], &q[0]);
    }
}

static void moments(const lince_planes *p, const float *x, const float *origin, double *sum, double *squares)
{
    vec from = vec_load(origin);
    size_t planes = lince_planes_in_segment(p), ahead = ahead_of(p);
    for (size_t n = 0; n < p->count; n += planes)
        for (size_t i = 0; i < p->pixels; i += LINCE_PIXELS_SEGMENT) {
            size_t last = lince_smaller(n + planes, p->count),
                   pixels = lince_smaller(LINCE_PIXELS_SEGMENT, p->pixels - i);
            vec s[CHAINS] = {vec_zero(), vec_zero(), vec_zero(), vec_zero()},
                q[CHAINS] = {vec_zero(), vec_zero(), vec_zero(), vec_zero()};
            for (size_t k = n; k < last; k++)
                plane_moments(x + k * p->pitch + i * LANES, pixels, ahead, from, s, q);
            add_to(sum, s);
            add_to(squares, q);
        }
}

static void affine(const lince_planes *p, const float *x, const float *scale, const float *shift, bool relu,
                   float *y)
{
    vec a = vec_load(scale), c = vec_load(shift);
    size_t ahead = ahead_of(p);
    for (size_t n = 0; n < p->count; n++, x += p->pitch, y += p->pitch)
        for (size_t i = 0; i < p->pixels * LANES; i += LANES) {
            vec_prefetch(x + i + ahead);
            vec_prefetch(y + i + ahead);
            vec r = vec_fma(a, vec_load(x + i), c);
            vec_store(y + i, relu ? vec_relu(r) : r);
        }
}

INLINE void add_products(const float *x, const float *dy, vec mean, vec *s, vec *q)
{
    vec g = vec_load(dy);
    *s = vec_add(*s, g);
    *q = vec_fma(vec_sub(vec_load(x), mean), g, *q);
}

INLINE void plane_products(const float *x, const float *dy, size_t n, size_t ahead, vec mean, vec s[CHAINS],
                           vec q[CHAINS])
{
    size_t i = 0;
    for (; i + CHAINS <= n; i += CHAINS, x += CHAINS * LANES, dy += CHAINS * LANES)
        UNROLL for (size_t k = 0; k < CHAINS; k++)
        {
            vec_prefetch(x + ahead + k * LANES);
            vec_prefetch(dy + ahead + k * LANES);
            add_products(x + k * LANES, dy + k * LANES, mean, &s[k], &q[k]);
        }
    for (; i < n; i++, x += LANES, dy += LANES) {
        vec_prefetch(x + ahead);
        vec_prefetch(dy + ahead);
        add_products(x, dy, mean, &s[0], &q[0]);
    }
}

static void products(const lince_planes *p, const float *x, const float *dy, const float *mean, double *sum,
                     double *product)
{
    vec m = vec_load(mean);
    size_t planes = lince_planes_in_segment(p), ahead = ahead_of(p);
    for (size_t n = 0; n < p->count; n += planes)
        for (size_t i = 0; i < p->pixels; i += LINCE_PIXELS_SEGMENT) {
            size_t last = lince_smaller(n + planes, p->count),
                   pixels = lince_smaller(LINCE_PIXELS_SEGMENT, p->pixels - i);
            vec s[CHAINS] = {vec_zero(), vec_zero(), vec_zero(), vec_zero()},
                q[CHAINS] = {vec_zero(), vec_zero(), vec_zero(), vec_zero()};
            for (size_t k = n; k < last; k++) {
                size_t at = k * p->pitch + i * LANES;
                plane_products(x + at, dy + at, pixels, ahead, m, s, q);
            }
            add_to(sum, s);
            add_to(product, q);
        }
}

static void combine(const lince_planes *p, const float *x, const float *dy, const float *mean, const float *k,
                    bool add, float *dx)
{
    vec m = vec_load(mean), k0 = vec_load(k), k1 = vec_load(k + LANES), k2 = vec_load(k + 2 * LANES);
    size_t ahead = ahead_of(p);
    for (size_t n = 0; n < p->count; n++, x += p->pitch, dy += p->pitch, dx += p->pitch)
        for (size_t i = 0; i < p->pixels * LANES; i += LANES) {
            vec_prefetch(x + i + ahead);
            vec_prefetch(dy + i + ahead);
            vec_prefetch(dx + i + ahead);
            vec u = vec_sub(vec_load(x + i), m);
            vec r = vec_fma(k0, vec_load(dy + i), vec_fma(k1, u, k2));
            vec_store(dx + i, add ? vec_add(vec_load(dx + i), r) : r);
        }
}

const lince_pixels PIXELS_SIMD = {moments, affine, products, combine};
