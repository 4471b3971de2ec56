/* The vector code of pixels.h for the instruction set that the including file is compiled with: b = LANES. */
#include "kernels/pixels.h"
#include "kernels/x86/vector.h"

INLINE void add_to(double *sum, vec x)
{
    float part[LANES];
    vec_store(part, x);
    for (int c = 0; c < LANES; c++) sum[c] += (double)part[c];
}

static void moments(const float *x, size_t n, size_t b, const float *origin, double *sum, double *squares)
{
    (void)b;
    vec from = vec_load(origin);
    for (size_t i = 0; i < n;) {
        size_t end = n - i < LINCE_PIXELS_SEGMENT ? n : i + LINCE_PIXELS_SEGMENT;
        vec s = vec_zero(), q = vec_zero();
        for (; i < end; i++) {
            vec u = vec_sub(vec_load(x + i * LANES), from);
            s = vec_add(s, u);
            q = vec_fma(u, u, q);
        }
        add_to(sum, s);
        add_to(squares, q);
    }
}

static void affine(const float *x, size_t n, size_t b, const float *scale, const float *shift, bool relu,
                   float *y)
{
    (void)b;
    vec a = vec_load(scale), c = vec_load(shift);
    for (size_t i = 0; i < n; i++) {
        vec r = vec_fma(a, vec_load(x + i * LANES), c);
        vec_store(y + i * LANES, relu ? vec_relu(r) : r);
    }
}

static void products(const float *x, const float *dy, size_t n, size_t b, const float *mean, double *sum,
                     double *product)
{
    (void)b;
    vec m = vec_load(mean);
    for (size_t i = 0; i < n;) {
        size_t end = n - i < LINCE_PIXELS_SEGMENT ? n : i + LINCE_PIXELS_SEGMENT;
        vec s = vec_zero(), p = vec_zero();
        for (; i < end; i++) {
            vec g = vec_load(dy + i * LANES);
            s = vec_add(s, g);
            p = vec_fma(vec_sub(vec_load(x + i * LANES), m), g, p);
        }
        add_to(sum, s);
        add_to(product, p);
    }
}

static void combine(const float *x, const float *dy, size_t n, size_t b, const float *mean, const float *k,
                    float *dx)
{
    (void)b;
    vec m = vec_load(mean), k0 = vec_load(k), k1 = vec_load(k + LANES), k2 = vec_load(k + 2 * LANES);
    for (size_t i = 0; i < n; i++) {
        vec u = vec_sub(vec_load(x + i * LANES), m);
        vec_store(dx + i * LANES, vec_fma(k0, vec_load(dy + i * LANES), vec_fma(k1, u, k2)));
    }
}

const lince_pixels PIXELS_SIMD = {moments, affine, products, combine};
