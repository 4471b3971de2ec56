#include "kernels/sequence.h"
#include "core/cpu.h"
#include "core/parallel.h"
#include "core/random.h"
#include "kernels/kernels.h"

#include <string.h>

enum { ROWS = 32 /* in one task */ };

/* --- tables ---------------------------------------------------------------------------------------- */

typedef struct table {
    const lince_packed *packed;
    const float *x;
    const int32_t *index;
    size_t ld, n;
    float *out;
} table;

static void gather_task(void *context, size_t begin, size_t end)
{
    const table *t = context;
    for (size_t i = begin; i < end; i++)
        memcpy(t->out + i * t->n, t->x + (size_t)t->index[i] * t->n, t->n * sizeof(float));
}

void lince_gather_rows(int threads, const float *x, const int32_t *index, size_t count, size_t n, float *out)
{
    lince_parallel_ranges(threads, count, ROWS, gather_task, &(table){NULL, x, index, n, n, out});
}

LINCE_EACH_LEVEL(add, (float *restrict sum, const float *restrict x, size_t n), (sum, x, n))
{
    for (size_t i = 0; i < n; i++) sum[i] += x[i];
}

static void sum_task(void *context, size_t begin, size_t end)
{
    const table *t = context;
    const lince_packed *p = t->packed;
    for (size_t d = begin; d < end; d++) {
        float *sum = t->out + d * t->n;
        const int32_t *use = p->use + p->use_first[d], *last = p->use + p->use_first[d + 1];
        memcpy(sum, t->x + (size_t)*use * t->ld, t->n * sizeof *sum);
        for (use++; use < last; use++) add(sum, t->x + (size_t)*use * t->ld, t->n);
    }
}

void lince_sum_uses(int threads, const lince_packed *packed, const float *x, size_t ld, size_t n, float *sum)
{
    lince_parallel_ranges(threads, (size_t)packed->distinct, ROWS, sum_task,
                          &(table){packed, x, NULL, ld, n, sum});
}

void lince_unpack(const lince_packed *p, const float *x, bool distinct, size_t n, float *plain)
{
    memset(plain, 0, (size_t)p->n * (size_t)p->max_steps * n * sizeof *plain);
    for (int g = 0; g < p->groups; g++)
        for (int t = 0; t < p->steps; t++)
            for (int r = 0; r < lince_active(p, g, t); r++) {
                size_t row = (size_t)(lince_row(p, g, t) + r), text = (size_t)lince_text(p, g, r);
                if (distinct) row = (size_t)p->slot[row];
                memcpy(plain + (text * (size_t)p->max_steps + (size_t)t) * n, x + row * n, n * sizeof *plain);
            }
}

/* --- dropout --------------------------------------------------------------------------------------- */

typedef struct dropping {
    const lince_packed *packed;
    const float *x;
    const int32_t *slot;
    size_t n;
    float p;
    const uint64_t *key;
    uint64_t layer;
    float *y;
} dropping;

static void drop_row(const dropping *d, size_t row, uint64_t key, size_t step)
{
    const float *x = d->x + (d->slot ? (size_t)d->slot[row] : row) * d->n;
    size_t blocks = (d->n + 3) / 4; /* of four features, a step */
    lince_drop(key, step * blocks, x, d->y + row * d->n, d->n, d->p);
}

static void copy_row(const dropping *d, size_t row)
{
    const float *x = d->x + (d->slot ? (size_t)d->slot[row] : row) * d->n;
    float *y = d->y + row * d->n;
    if (x != y) memcpy(y, x, d->n * sizeof *y);
}

static void drop_group(void *context, size_t index)
{
    const dropping *d = context;
    int group = (int)index;
    for (int r = 0; r < lince_group_texts(d->packed, group); r++) {
        int text = lince_text(d->packed, group, r);
        uint64_t key = d->p > 0 ? lince_key(d->key[text], LINCE_STREAM_DROPOUT, d->layer, 0) : 0;
        for (int t = 0; t < d->packed->length[text]; t++) {
            size_t row = (size_t)(lince_row(d->packed, group, t) + r);
            if (d->p > 0)
                drop_row(d, row, key, (size_t)t);
            else
                copy_row(d, row);
        }
    }
}

void lince_drop_steps(int threads, const lince_packed *packed, const float *x, const int32_t *slot, size_t n,
                      float p, const uint64_t *key, uint64_t layer, float *y)
{
    lince_parallel(threads, (size_t)packed->groups, drop_group,
                   &(dropping){packed, x, slot, n, p, key, layer, y});
}

/* --- reading --------------------------------------------------------------------------------------- */

/* Calls `each` for every text, with its group and rank. */
typedef struct reading {
    const lince_packed *packed;
    const float *x; /* rows forward, y backward */
    size_t n, from_last;
    float *y;
    int32_t *taken;
} reading;

typedef void read_text(const reading *r, int group, int rank, int text);

static void for_each_text(const reading *r, read_text *each)
{
    for (int g = 0; g < r->packed->groups; g++)
        for (int i = 0; i < lince_group_texts(r->packed, g); i++) each(r, g, i, lince_text(r->packed, g, i));
}

static size_t row_of(const reading *r, int group, int rank, int step)
{
    return (size_t)(lince_row(r->packed, group, step) + rank);
}

static void take_last(const reading *r, int group, int rank, int text)
{
    size_t last = row_of(r, group, rank, r->packed->length[text] - 1), first = row_of(r, group, rank, 0);
    float *y = r->y + (size_t)text * r->n;
    memcpy(y, r->x + last * r->n, r->from_last * sizeof *y);
    memcpy(y + r->from_last, r->x + first * r->n + r->from_last, (r->n - r->from_last) * sizeof *y);
}

void lince_read_last(const lince_packed *packed, const float *x, size_t n, size_t from_last, float *y)
{
    for_each_text(&(reading){packed, x, n, from_last, y, NULL}, take_last);
}

static void give_last(const reading *r, int group, int rank, int text)
{
    size_t last = row_of(r, group, rank, r->packed->length[text] - 1), first = row_of(r, group, rank, 0);
    const float *dy = r->x + (size_t)text * r->n;
    memcpy(r->y + last * r->n, dy, r->from_last * sizeof *dy);
    memcpy(r->y + first * r->n + r->from_last, dy + r->from_last, (r->n - r->from_last) * sizeof *dy);
}

static void clear(const lince_packed *packed, size_t n, float *dx)
{
    memset(dx, 0, (size_t)packed->rows * n * sizeof *dx);
}

void lince_read_last_backward(const lince_packed *packed, const float *dy, size_t n, size_t from_last,
                              float *dx)
{
    clear(packed, n, dx);
    for_each_text(&(reading){packed, dy, n, from_last, dx, NULL}, give_last);
}

static void take_mean(const reading *r, int group, int rank, int text)
{
    float *y = r->y + (size_t)text * r->n, scale = 1 / (float)r->packed->length[text];
    memset(y, 0, r->n * sizeof *y);
    for (int t = 0; t < r->packed->length[text]; t++) add(y, r->x + row_of(r, group, rank, t) * r->n, r->n);
    for (size_t j = 0; j < r->n; j++) y[j] *= scale;
}

void lince_read_mean(const lince_packed *packed, const float *x, size_t n, float *y)
{
    for_each_text(&(reading){packed, x, n, 0, y, NULL}, take_mean);
}

static void give_mean(const reading *r, int group, int rank, int text)
{
    const float *dy = r->x + (size_t)text * r->n;
    float scale = 1 / (float)r->packed->length[text];
    for (int t = 0; t < r->packed->length[text]; t++) {
        float *dx = r->y + row_of(r, group, rank, t) * r->n;
        for (size_t j = 0; j < r->n; j++) dx[j] = dy[j] * scale;
    }
}

void lince_read_mean_backward(const lince_packed *packed, const float *dy, size_t n, float *dx)
{
    for_each_text(&(reading){packed, dy, n, 0, dx, NULL}, give_mean);
}

static void take_max(const reading *r, int group, int rank, int text)
{
    float *y = r->y + (size_t)text * r->n;
    int32_t *taken = r->taken + (size_t)text * r->n;
    for (int t = 0; t < r->packed->length[text]; t++) {
        size_t row = row_of(r, group, rank, t);
        for (size_t j = 0; j < r->n; j++)
            if (t == 0 || r->x[row * r->n + j] > y[j]) y[j] = r->x[row * r->n + j], taken[j] = (int32_t)row;
    }
}

void lince_read_max(const lince_packed *packed, const float *x, size_t n, float *y, int32_t *taken)
{
    for_each_text(&(reading){packed, x, n, 0, y, taken}, take_max);
}

void lince_read_max_backward(const lince_packed *packed, const float *dy, size_t n, const int32_t *taken,
                             float *dx)
{
    clear(packed, n, dx);
    for (size_t i = 0; i < (size_t)packed->n; i++)
        for (size_t j = 0; j < n; j++) dx[(size_t)taken[i * n + j] * n + j] = dy[i * n + j];
}
