/* Jacobi's method (1846; Golub & Van Loan 2013, section 8.5): rotations of two axes at a time, each of which
 * makes one pair of entries beside the diagonal zero. The sum of squares beside the diagonal falls
 * quadratically in the end; some six to ten sweeps over all pairs are enough for any size met here. */
#include "kernels/eigen.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { SWEEPS = 60 /* never needed */ };

typedef struct rotation {
    double cosine, sine;
} rotation;

/* The one that makes a[p][q] zero; of the two the smaller angle, by which the method converges. */
static rotation rotation_for(const double *a, int n, int p, int q)
{
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]),
           tangent = copysign(1, theta) / (fabs(theta) + hypot(theta, 1)), cosine = 1 / hypot(tangent, 1);
    return (rotation){cosine, tangent * cosine};
}

/* Two vectors of n numbers that lie `step` apart, turned in their plane. */
static void turn(rotation r, double *x, double *y, int n, int step)
{
    for (int i = 0; i < n; i++) {
        double u = x[i * step], v = y[i * step];
        x[i * step] = r.cosine * u - r.sine * v;
        y[i * step] = r.sine * u + r.cosine * v;
    }
}

/* Whether an entry changes nothing of what it stands beside. */
static int is_nothing(const double *a, int n, int p, int q)
{
    return fabs(a[p * n + q]) <= DBL_EPSILON * 0.5 * sqrt(fabs(a[p * n + p]) * fabs(a[q * n + q])) ||
           fabs(a[p * n + q]) < DBL_MIN;
}

/* Over all pairs; how many rotations it took. */
static int sweep(double *a, int n, double *vectors)
{
    int rotations = 0;
    for (int p = 0; p < n; p++)
        for (int q = p + 1; q < n; q++) {
            if (is_nothing(a, n, p, q)) continue;
            rotation r = rotation_for(a, n, p, q);
            turn(r, a + p, a + q, n, n);
            turn(r, a + p * n, a + q * n, n, 1);
            a[p * n + q] = a[q * n + p] = 0;
            turn(r, vectors + p * n, vectors + q * n, n, 1);
            rotations++;
        }
    return rotations;
}

static void swap_rows(double *vectors, int n, int i, int j)
{
    for (int k = 0; k < n; k++) {
        double last = vectors[i * n + k];
        vectors[i * n + k] = vectors[j * n + k];
        vectors[j * n + k] = last;
    }
}

static void sort(int n, double *values, double *vectors)
{
    for (int i = 0; i < n; i++) {
        int largest = i;
        for (int j = i + 1; j < n; j++)
            if (values[j] > values[largest]) largest = j;
        double last = values[i];
        values[i] = values[largest];
        values[largest] = last;
        swap_rows(vectors, n, i, largest);
    }
}

static void choose_sign(int n, double *vector)
{
    int largest = 0;
    for (int k = 1; k < n; k++)
        if (fabs(vector[k]) > fabs(vector[largest])) largest = k;
    if (vector[largest] > 0) return;
    for (int k = 0; k < n; k++) vector[k] = -vector[k];
}

void lince_eigen(double *a, int n, double *values, double *vectors)
{
    memset(vectors, 0, (size_t)n * (size_t)n * sizeof *vectors);
    for (int i = 0; i < n; i++) vectors[i * n + i] = 1;
    for (int i = 0; i < SWEEPS && sweep(a, n, vectors); i++) continue;
    for (int i = 0; i < n; i++) values[i] = a[i * n + i];
    sort(n, values, vectors);
    for (int i = 0; i < n; i++) choose_sign(n, vectors + i * n);
}
