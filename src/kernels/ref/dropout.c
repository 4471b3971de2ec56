#include "kernels/ref/dropout.h"
#include "core/parallel.h"
#include "core/random.h"
#include "kernels/ref/row.h"

enum { DRAWS = 256 }; /* random numbers at a time */

/* By way of `kept`, because x and y may be the same memory, which would keep the loop from becoming
 * vectors. */
LINCE_EACH_LEVEL(keep_range,
                 (const float *x, const uint32_t *draw, uint32_t threshold, float scale, float *y, size_t n),
                 (x, draw, threshold, scale, y, n))
{
    float kept[DRAWS];
    for (size_t i = 0; i < n; i++) {
        float scaled = x[i] * scale;
        kept[i] = draw[i] < threshold ? 0 : scaled;
    }
    for (size_t i = 0; i < n; i++) y[i] = kept[i];
}

void lince_drop(uint64_t key, uint64_t block, const float *x, float *y, size_t n, float p)
{
    uint32_t threshold = (uint32_t)((double)p * 0x1p32), draw[DRAWS];
    for (size_t i = 0; i < n; i += DRAWS) {
        size_t count = n - i < DRAWS ? n - i : DRAWS;
        lince_random_blocks(key, block + i / 4, (count + 3) / 4, draw);
        keep_range(x + i, draw, threshold, 1 / (1 - p), y + i, count);
    }
}

static void drop_sample(void *context, size_t i)
{
    const lince_dropout_args *d = context;
    uint64_t key = lince_key(d->key[i], LINCE_STREAM_DROPOUT, d->layer, 0);
    lince_drop(key, 0, d->x + i * d->size, d->y + i * d->size, d->size, d->p);
}

static void dropout(const lince_kernel *kernel, const void *args)
{
    lince_dropout_args operands = *(const lince_dropout_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, drop_sample, &operands);
}

static void drop_whole_sample(void *context, size_t i)
{
    const lince_dropout_args *d = context;
    uint32_t draw[4];
    lince_random4(lince_key(d->key[i], LINCE_STREAM_DROPOUT, d->layer, 0), 0, draw);
    float scale = draw[0] < (uint32_t)((double)d->p * 0x1p32) ? 0 : 1 / (1 - d->p);
    for (size_t j = i * d->size; j < (i + 1) * d->size; j++) d->y[j] = d->x[j] * scale;
}

static void drop_samples(const lince_kernel *kernel, const void *args)
{
    lince_dropout_args operands = *(const lince_dropout_args *)args;
    lince_parallel(kernel->exec.threads, operands.n, drop_whole_sample, &operands);
}

LINCE_REF_ROW(dropout, DROPOUT);
LINCE_REF_ROW(drop_samples, DROP_SAMPLES);
