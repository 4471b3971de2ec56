#include "core/cpu.h"
#include "core/parallel.h"
#include "core/random.h"
#include "kernels/kernels.h"

#include <string.h>

enum { GRAIN = 1 << 16 }; /* floats in one task: small enough to share out, large enough to pay for it */

typedef struct operands {
    const float *a, *b;
    float *y, factor;
} operands;

LINCE_EACH_LEVEL(relu_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = x[i] > 0 ? x[i] : 0;
}

LINCE_EACH_LEVEL(mask_range, (const float *y, const float *dy, float *dx, size_t n), (y, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) dx[i] = y[i] > 0 ? dy[i] : 0;
}

LINCE_EACH_LEVEL(relu6_range, (const float *x, float *y, size_t n), (x, y, n))
{
    for (size_t i = 0; i < n; i++) {
        float positive = x[i] > 0 ? x[i] : 0;
        y[i] = positive < 6 ? positive : 6;
    }
}

LINCE_EACH_LEVEL(mask6_range, (const float *y, const float *dy, float *dx, size_t n), (y, dy, dx, n))
{
    for (size_t i = 0; i < n; i++) {
        float below = y[i] < 6 ? dy[i] : 0;
        dx[i] = y[i] > 0 ? below : 0;
    }
}

LINCE_EACH_LEVEL(add_range, (const float *a, const float *b, float *y, size_t n), (a, b, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = a[i] + b[i];
}

LINCE_EACH_LEVEL(scale_range, (float *y, float factor, size_t n), (y, factor, n))
{
    for (size_t i = 0; i < n; i++) y[i] *= factor;
}

LINCE_EACH_LEVEL(add_relu_range, (const float *a, const float *b, float *y, size_t n), (a, b, y, n))
{
    for (size_t i = 0; i < n; i++) y[i] = a[i] + b[i] > 0 ? a[i] + b[i] : 0;
}

static void relu_task(void *context, size_t begin, size_t end)
{
    const operands *o = context;
    relu_range(o->a + begin, o->y + begin, end - begin);
}

static void mask_task(void *context, size_t begin, size_t end)
{
    const operands *o = context;
    mask_range(o->a + begin, o->b + begin, o->y + begin, end - begin);
}

static void relu6_task(void *context, size_t begin, size_t end)
{
    const operands *o = context;
    relu6_range(o->a + begin, o->y + begin, end - begin);
}

static void mask6_task(void *context, size_t begin, size_t end)
{
    const operands *o = context;
    mask6_range(o->a + begin, o->b + begin, o->y + begin, end - begin);
}

static void add_task(void *context, size_t begin, size_t end)
{
    const operands *o = context;
    add_range(o->a + begin, o->b + begin, o->y + begin, end - begin);
}

static void scale_task(void *context, size_t begin, size_t end)
{
    const operands *o = context;
    scale_range(o->y + begin, o->factor, end - begin);
}

static void add_relu_task(void *context, size_t begin, size_t end)
{
    const operands *o = context;
    add_relu_range(o->a + begin, o->b + begin, o->y + begin, end - begin);
}

void lince_relu(int threads, const float *x, float *y, size_t n)
{
    lince_parallel_ranges(threads, n, GRAIN, relu_task, &(operands){.a = x, .y = y});
}

void lince_relu_backward(int threads, const float *y, const float *dy, float *dx, size_t n)
{
    lince_parallel_ranges(threads, n, GRAIN, mask_task, &(operands){.a = y, .b = dy, .y = dx});
}

void lince_relu6(int threads, const float *x, float *y, size_t n)
{
    lince_parallel_ranges(threads, n, GRAIN, relu6_task, &(operands){.a = x, .y = y});
}

void lince_relu6_backward(int threads, const float *y, const float *dy, float *dx, size_t n)
{
    lince_parallel_ranges(threads, n, GRAIN, mask6_task, &(operands){.a = y, .b = dy, .y = dx});
}

void lince_sum(int threads, const float *a, const float *b, bool relu, float *y, size_t n)
{
    lince_parallel_ranges(threads, n, GRAIN, relu ? add_relu_task : add_task,
                          &(operands){.a = a, .b = b, .y = y});
}

void lince_scale(int threads, float *y, float factor, size_t n)
{
    lince_parallel_ranges(threads, n, GRAIN, scale_task, &(operands){.y = y, .factor = factor});
}

void lince_accumulate(int threads, float *y, const float *x, size_t n)
{
    lince_sum(threads, y, x, false, y, n);
}

/* --- bias ----------------------------------------------------------------------------------------- */

typedef struct rows {
    const float *in;
    float *out;
    size_t rows, n;
} rows;

static void add_bias_row(void *context, size_t row)
{
    const rows *r = context;
    add_range(r->out + row * r->n, r->in, r->out + row * r->n, r->n);
}

void lince_add_bias(int threads, float *y, const float *bias, size_t count, size_t n)
{
    lince_parallel(threads, count, add_bias_row, &(rows){bias, y, count, n});
}

static void sum_columns(void *context, size_t begin, size_t end)
{
    const rows *r = context;
    for (size_t j = begin; j < end; j++) r->out[j] = 0;
    for (size_t row = 0; row < r->rows; row++)
        add_range(r->out + begin, r->in + row * r->n + begin, r->out + begin, end - begin);
}

void lince_sum_rows(int threads, const float *dy, float *sum, size_t count, size_t n)
{
    lince_parallel_ranges(threads, n, 256, sum_columns, &(rows){dy, sum, count, n});
}

/* --- dropout -------------------------------------------------------------------------------------- */

typedef struct dropping {
    const float *x;
    float *y, p;
    size_t size;
    const uint64_t *key;
    uint64_t layer;
} dropping;

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
    const dropping *d = context;
    uint64_t key = lince_key(d->key[i], LINCE_STREAM_DROPOUT, d->layer, 0);
    lince_drop(key, 0, d->x + i * d->size, d->y + i * d->size, d->size, d->p);
}

void lince_dropout(int threads, const float *x, float *y, size_t n, size_t size, float p, const uint64_t *key,
                   uint64_t layer)
{
    lince_parallel(threads, n, drop_sample, &(dropping){x, y, p, size, key, layer});
}

static void drop_whole_sample(void *context, size_t i)
{
    const dropping *d = context;
    uint32_t draw[4];
    lince_random4(lince_key(d->key[i], LINCE_STREAM_DROPOUT, d->layer, 0), 0, draw);
    float scale = draw[0] < (uint32_t)((double)d->p * 0x1p32) ? 0 : 1 / (1 - d->p);
    for (size_t j = i * d->size; j < (i + 1) * d->size; j++) d->y[j] = d->x[j] * scale;
}

void lince_drop_samples(int threads, const float *x, float *y, size_t n, size_t size, float p,
                        const uint64_t *key, uint64_t layer)
{
    lince_parallel(threads, n, drop_whole_sample, &(dropping){x, y, p, size, key, layer});
}
