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
INLINE size_t ahead_of(const lince_planes *p, size_t pitch)
{
    enum { LARGE = 512, PAGE = 1024 };
    return p->pixels > LARGE ? PAGE : pitch;
}

/* u = x - from;  sum += g, second += u g, where g is dy, or without a dy u itself. */
INLINE void add_pixel(const float *x, const float *dy, vec from, vec *sum, vec *second)
{
    vec u = vec_sub(vec_load(x), from), g = dy ? vec_load(dy) : u;
    *sum = vec_add(*sum, g);
    *second = vec_fma(u, g, *second);
}

/* Of `n` pixels of a plane. */
INLINE void add_plane(const lince_planes *p, const float *x, const float *dy, size_t n, vec from,
                      vec sum[CHAINS], vec second[CHAINS])
{
    size_t ahead_x = ahead_of(p, p->pitch_x), ahead = ahead_of(p, p->pitch);
    size_t whole = n / CHAINS * CHAINS * LANES;
    for (size_t i = 0; i < whole; i += CHAINS * LANES) UNROLL for (size_t k = 0; k < CHAINS; k++)
        {
            size_t at = i + k * LANES;
            vec_prefetch(x + at + ahead_x);
            if (dy) vec_prefetch(dy + at + ahead);
            add_pixel(x + at, dy ? dy + at : NULL, from, &sum[k], &second[k]);
        }
    for (size_t at = whole; at < n * LANES; at += LANES) {
        vec_prefetch(x + at + ahead_x);
        if (dy) vec_prefetch(dy + at + ahead);
        add_pixel(x + at, dy ? dy + at : NULL, from, &sum[0], &second[0]);
    }
}

INLINE void add_planes(const lince_planes *p, const float *x, const float *dy, const float *origin,
                       double *sum, double *second)
{
    vec from = vec_load(origin);
    size_t planes = lince_planes_in_segment(p);
    for (size_t n = 0; n < p->count; n += planes)
        for (size_t i = 0; i < p->pixels; i += LINCE_PIXELS_SEGMENT) {
            size_t last = lince_smaller(n + planes, p->count),
                   pixels = lince_smaller(LINCE_PIXELS_SEGMENT, p->pixels - i);
            vec s[CHAINS] = {vec_zero(), vec_zero(), vec_zero(), vec_zero()},
                q[CHAINS] = {vec_zero(), vec_zero(), vec_zero(), vec_zero()};
            for (size_t k = n; k < last; k++) {
                const float *of = dy ? dy + k * p->pitch + i * LANES : NULL;
                add_plane(p, x + k * p->pitch_x + i * LANES, of, pixels, from, s, q);
            }
            add_to(sum, s);
            add_to(second, q);
        }
}

static void moments(const lince_planes *p, const float *x, const float *origin, double *sum, double *squares)
{
    add_planes(p, x, NULL, origin, sum, squares);
}

static void products(const lince_planes *p, const float *x, const float *dy, const float *mean, double *sum,
                     double *product)
{
    add_planes(p, x, dy, mean, sum, product);
}

INLINE void put(float *y, vec x, bool far)
{
    if (far)
        vec_stream(y, x);
    else
        vec_store(y, x);
}

static void affine(const lince_planes *p, const float *x, const float *scale, const float *shift, bool relu,
                   float *y)
{
    bool far = p->far && y != x;
    vec a = vec_load(scale), c = vec_load(shift);
    size_t ahead_x = ahead_of(p, p->pitch_x), ahead = ahead_of(p, p->pitch);
    for (size_t n = 0; n < p->count; n++, x += p->pitch_x, y += p->pitch)
        for (size_t i = 0; i < p->pixels * LANES; i += LANES) {
            vec_prefetch(x + i + ahead_x);
            if (!far) vec_prefetch(y + i + ahead);
            vec r = vec_fma(a, vec_load(x + i), c);
            put(y + i, relu ? vec_relu(r) : r, far);
        }
    if (far) _mm_sfence();
}

static void combine(const lince_planes *p, const float *x, const float *dy, const float *mean, const float *k,
                    bool add, float *dx)
{
    bool far = p->far && !add && dx != dy && dx != x;
    vec m = vec_load(mean), k0 = vec_load(k), k1 = vec_load(k + LANES), k2 = vec_load(k + 2 * LANES);
    size_t ahead_x = ahead_of(p, p->pitch_x), ahead = ahead_of(p, p->pitch);
    for (size_t n = 0; n < p->count; n++, x += p->pitch_x, dy += p->pitch, dx += p->pitch_x)
        for (size_t i = 0; i < p->pixels * LANES; i += LANES) {
            vec_prefetch(x + i + ahead_x);
            vec_prefetch(dy + i + ahead);
            if (!far) vec_prefetch(dx + i + ahead_x);
            vec u = vec_sub(vec_load(x + i), m);
            vec r = vec_fma(k0, vec_load(dy + i), vec_fma(k1, u, k2));
            put(dx + i, add ? vec_add(vec_load(dx + i), r) : r, far);
        }
    if (far) _mm_sfence();
}

const lince_pixels PIXELS_SIMD = {moments, affine, products, combine};
