#include "picture/look.h"
#include "core/error.h"
#include "picture/transform.h"

#include <math.h>
#include <string.h>

enum { SIDE = LINCE_LOOK_SIDE, LOW = 8, UNIT = 4096, LEAST = 16 };

void lince_look_basis_init(lince_look_basis *basis)
{
    for (int u = 1; u <= LOW; u++)
        for (int x = 0; x < SIDE; x++)
            basis->at[u - 1][x] = (int32_t)lrint(UNIT * cos(M_PI * (2 * x + 1) * u / (2 * SIDE)));
}

/* ITU-R BT.601, as in JFIF; the colour differences around 128. */
static void convert(const lince_image *image, uint8_t luma[SIDE][SIDE], uint8_t blue[SIDE][SIDE],
                    uint8_t red[SIDE][SIDE])
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const uint8_t *p = image->pixels + 3 * (y * SIDE + x);
            int r = p[0], g = p[1], b = p[2];
            luma[y][x] = (uint8_t)((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
            blue[y][x] = (uint8_t)((-11056 * r - 21712 * g + 32768 * b + (128 << 16) + 32767) >> 16);
            red[y][x] = (uint8_t)((32768 * r - 27440 * g - 5328 * b + (128 << 16) + 32767) >> 16);
        }
}

/* Means of squares of `step` x `step` pixels. */
static void shrink(uint8_t plane[SIDE][SIDE], int step, uint8_t *out)
{
    for (int y = 0; y < SIDE; y += step)
        for (int x = 0; x < SIDE; x += step) {
            int sum = step * step / 2;
            for (int i = 0; i < step * step; i++) sum += plane[y + i / step][x + i % step];
            *out++ = (uint8_t)(sum / (step * step));
        }
}

/* out[v][u] = sum of luma[y][x] basis[v][y] basis[u][x] over y, x */
static void transform(const lince_look_basis *basis, uint8_t luma[SIDE][SIDE], int64_t out[LOW * LOW])
{
    int32_t rows[SIDE][LOW];
    for (int y = 0; y < SIDE; y++)
        for (int u = 0; u < LOW; u++) {
            int32_t sum = 0;
            for (int x = 0; x < SIDE; x++) sum += luma[y][x] * basis->at[u][x];
            rows[y][u] = sum;
        }
    memset(out, 0, LOW * LOW * sizeof *out);
    for (int v = 0; v < LOW; v++)
        for (int y = 0; y < SIDE; y++)
            for (int u = 0; u < LOW; u++) out[v * LOW + u] += (int64_t)rows[y][u] * basis->at[v][y];
}

/* The upper one of the two in the middle. */
static int64_t median(const int64_t values[LOW * LOW])
{
    int64_t sorted[LOW * LOW];
    for (int i = 0; i < LOW * LOW; i++) {
        int k = i;
        for (; k > 0 && sorted[k - 1] > values[i]; k--) sorted[k] = sorted[k - 1];
        sorted[k] = values[i];
    }
    return sorted[LOW * LOW / 2];
}

static uint64_t hash_of(const lince_look_basis *basis, uint8_t luma[SIDE][SIDE])
{
    int64_t low[LOW * LOW];
    uint64_t hash = 0;
    transform(basis, luma, low);
    int64_t middle = median(low);
    for (int i = 0; i < LOW * LOW; i++) hash |= (uint64_t)(low[i] >= middle) << i;
    return hash;
}

/* n^2 times the variance, n^2 times the covariance. */
static int64_t covary(const uint8_t *a, const uint8_t *b, int n)
{
    int32_t products = 0, sum_a = 0, sum_b = 0;
    for (int i = 0; i < n; i++) {
        products += a[i] * b[i];
        sum_a += a[i];
        sum_b += b[i];
    }
    return (int64_t)n * products - (int64_t)sum_a * sum_b;
}

static bool is_empty(const uint8_t luma[LINCE_LOOK_LUMA])
{
    enum { NEIGHBOURS = 5 };
    int histogram[256 + NEIGHBOURS] = {0}, most = 0, sum = 0;
    for (int i = 0; i < LINCE_LOOK_LUMA; i++) histogram[luma[i] + NEIGHBOURS]++;
    for (int v = NEIGHBOURS; v < 256 + NEIGHBOURS; v++) {
        sum += histogram[v] - histogram[v - NEIGHBOURS];
        if (sum > most) most = sum;
    }
    return 5 * most >= 2 * LINCE_LOOK_LUMA;
}

int lince_look_at(lince_look *look, const lince_look_basis *basis, const lince_image *image)
{
    static const lince_transform square = {.width = SIDE, .height = SIDE, .fit = LINCE_FIT_SQUASH};
    uint8_t luma[SIDE][SIDE], blue[SIDE][SIDE], red[SIDE][SIDE];
    lince_image small;
    LINCE_TRY(lince_transform_fit(&square, image, &small));
    convert(&small, luma, blue, red);
    lince_image_release(&small);
    shrink(luma, 2, look->planes);
    shrink(blue, 4, look->planes + LINCE_LOOK_LUMA);
    shrink(red, 4, look->planes + LINCE_LOOK_LUMA + LINCE_LOOK_CHROMA);
    look->hash = hash_of(basis, luma);
    int64_t least = LINCE_LOOK_CONTRAST * LINCE_LOOK_LUMA;
    look->scant = image->width < LEAST || image->height < LEAST || is_empty(look->planes);
    look->flat = covary(look->planes, look->planes, LINCE_LOOK_LUMA) < least * least;
    return 0;
}

/* Of all three planes, each around its own mean; the sums of the luma weigh by its four times more values. */
static double covary_planes(const uint8_t *a, const uint8_t *b)
{
    static const int sizes[] = {LINCE_LOOK_LUMA, LINCE_LOOK_CHROMA, LINCE_LOOK_CHROMA};
    double sum = 0;
    for (int p = 0; p < 3; a += sizes[p], b += sizes[p], p++)
        sum += (double)covary(a, b, sizes[p]) / sizes[p];
    return sum;
}

double lince_look_correlation(const uint8_t a[LINCE_LOOK_BYTES], const uint8_t b[LINCE_LOOK_BYTES])
{
    double norms = sqrt(covary_planes(a, a) * covary_planes(b, b));
    return norms > 0 ? covary_planes(a, b) / norms : 0;
}
