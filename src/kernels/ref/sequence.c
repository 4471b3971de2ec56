#include "core/parallel.h"
#include "core/random.h"
#include "kernels/ref/add.h"
#include "kernels/ref/dropout.h"
#include "kernels/ref/row.h"

#include <math.h>
#include <string.h>

enum { ROWS = 32 /* in one task */ };

/* --- tables ---------------------------------------------------------------------------------------- */

static void gather_task(void *context, size_t begin, size_t end)
{
    const lince_sequence_args *t = context;
    for (size_t i = begin; i < end; i++)
        memcpy(t->y + i * t->n, t->x + (size_t)t->index[i] * t->n, t->n * sizeof(float));
}

static void gather_rows(const lince_kernel *kernel, const void *args)
{
    lince_sequence_args operands = *(const lince_sequence_args *)args;
    lince_parallel_ranges(kernel->exec.threads, operands.count, ROWS, gather_task, &operands);
}

static void sum_task(void *context, size_t begin, size_t end)
{
    const lince_sequence_args *t = context;
    const lince_packed *p = t->packed;
    for (size_t d = begin; d < end; d++) {
        float *sum = t->y + d * t->n;
        const int32_t *use = p->use + p->use_first[d], *last = p->use + p->use_first[d + 1];
        memcpy(sum, t->x + (size_t)*use * t->ld, t->n * sizeof *sum);
        for (use++; use < last; use++) add_to(sum, t->x + (size_t)*use * t->ld, t->n);
    }
}

static void sum_uses(const lince_kernel *kernel, const void *args)
{
    lince_sequence_args operands = *(const lince_sequence_args *)args;
    lince_parallel_ranges(kernel->exec.threads, (size_t)operands.packed->distinct, ROWS, sum_task, &operands);
}

static void unpack(const lince_kernel *kernel, const void *args)
{
    const lince_sequence_args *a = args;
    const lince_packed *p = a->packed;
    size_t n = a->n;
    (void)kernel;
    memset(a->y, 0, (size_t)p->n * (size_t)p->max_steps * n * sizeof *a->y);
    for (int g = 0; g < p->groups; g++)
        for (int t = 0; t < p->steps; t++)
            for (int r = 0; r < lince_active(p, g, t); r++) {
                size_t row = (size_t)(lince_row(p, g, t) + r), text = (size_t)lince_text(p, g, r);
                if (a->distinct) row = (size_t)p->slot[row];
                memcpy(a->y + (text * (size_t)p->max_steps + (size_t)t) * n, a->x + row * n,
                       n * sizeof *a->y);
            }
}

LINCE_REF_ROW(gather_rows, GATHER_ROWS);
LINCE_REF_ROW(sum_uses, SUM_USES);
LINCE_REF_ROW(unpack, UNPACK);

/* --- dropout --------------------------------------------------------------------------------------- */

static void drop_row(const lince_drop_steps_args *d, size_t row, uint64_t key, size_t step)
{
    const float *x = d->x + (d->slot ? (size_t)d->slot[row] : row) * d->n;
    size_t blocks = (d->n + 3) / 4; /* of four features, a step */
    lince_drop(key, step * blocks, x, d->y + row * d->n, d->n, d->p);
}

static void copy_row(const lince_drop_steps_args *d, size_t row)
{
    const float *x = d->x + (d->slot ? (size_t)d->slot[row] : row) * d->n;
    float *y = d->y + row * d->n;
    if (x != y) memcpy(y, x, d->n * sizeof *y);
}

static void drop_group(void *context, size_t index)
{
    const lince_drop_steps_args *d = context;
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

static void drop_steps(const lince_kernel *kernel, const void *args)
{
    lince_drop_steps_args operands = *(const lince_drop_steps_args *)args;
    lince_parallel(kernel->exec.threads, (size_t)operands.packed->groups, drop_group, &operands);
}

LINCE_REF_ROW(drop_steps, DROP_STEPS);

/* --- reading --------------------------------------------------------------------------------------- */

typedef void read_text(const lince_sequence_args *r, int group, int rank, int text);

static void for_each_text(const lince_sequence_args *r, read_text *each)
{
    for (int g = 0; g < r->packed->groups; g++)
        for (int i = 0; i < lince_group_texts(r->packed, g); i++) each(r, g, i, lince_text(r->packed, g, i));
}

static size_t row_of(const lince_sequence_args *r, int group, int rank, int step)
{
    return (size_t)(lince_row(r->packed, group, step) + rank);
}

static void take_last(const lince_sequence_args *r, int group, int rank, int text)
{
    size_t last = row_of(r, group, rank, r->packed->length[text] - 1), first = row_of(r, group, rank, 0);
    float *y = r->y + (size_t)text * r->n;
    memcpy(y, r->x + last * r->n, r->from_last * sizeof *y);
    memcpy(y + r->from_last, r->x + first * r->n + r->from_last, (r->n - r->from_last) * sizeof *y);
}

static void give_last(const lince_sequence_args *r, int group, int rank, int text)
{
    size_t last = row_of(r, group, rank, r->packed->length[text] - 1), first = row_of(r, group, rank, 0);
    const float *dy = r->x + (size_t)text * r->n;
    memcpy(r->y + last * r->n, dy, r->from_last * sizeof *dy);
    memcpy(r->y + first * r->n + r->from_last, dy + r->from_last, (r->n - r->from_last) * sizeof *dy);
}

static void clear(const lince_sequence_args *r)
{
    memset(r->y, 0, (size_t)r->packed->rows * r->n * sizeof *r->y);
}

static void take_mean(const lince_sequence_args *r, int group, int rank, int text)
{
    float *y = r->y + (size_t)text * r->n, scale = 1 / (float)r->packed->length[text];
    memset(y, 0, r->n * sizeof *y);
    for (int t = 0; t < r->packed->length[text]; t++)
        add_to(y, r->x + row_of(r, group, rank, t) * r->n, r->n);
    for (size_t j = 0; j < r->n; j++) y[j] *= scale;
}

static void give_mean(const lince_sequence_args *r, int group, int rank, int text)
{
    const float *dy = r->x + (size_t)text * r->n;
    float scale = 1 / (float)r->packed->length[text];
    for (int t = 0; t < r->packed->length[text]; t++) {
        float *dx = r->y + row_of(r, group, rank, t) * r->n;
        for (size_t j = 0; j < r->n; j++) dx[j] = dy[j] * scale;
    }
}

static void take_max(const lince_sequence_args *r, int group, int rank, int text)
{
    float *y = r->y + (size_t)text * r->n;
    int32_t *taken = r->taken + (size_t)text * r->n;
    for (int t = 0; t < r->packed->length[text]; t++) {
        size_t row = row_of(r, group, rank, t);
        for (size_t j = 0; j < r->n; j++)
            if (t == 0 || r->x[row * r->n + j] > y[j] || isnan(r->x[row * r->n + j]))
                y[j] = r->x[row * r->n + j], taken[j] = (int32_t)row;
    }
}

static void give_max(const lince_sequence_args *r, int group, int rank, int text)
{
    size_t first = (size_t)text * r->n;
    (void)group, (void)rank;
    for (size_t j = 0; j < r->n; j++) r->y[(size_t)r->taken[first + j] * r->n + j] = r->x[first + j];
}

#define READ(name, id, take)                                       \
    static void name(const lince_kernel *kernel, const void *args) \
    {                                                              \
        (void)kernel;                                              \
        for_each_text(args, take);                                 \
    }                                                              \
    LINCE_REF_ROW(name, id)
#define GIVE(name, id, give)                                       \
    static void name(const lince_kernel *kernel, const void *args) \
    {                                                              \
        (void)kernel;                                              \
        clear(args);                                               \
        for_each_text(args, give);                                 \
    }                                                              \
    LINCE_REF_ROW(name, id)
READ(read_last, READ_LAST, take_last);
GIVE(read_last_backward, READ_LAST_BACKWARD, give_last);
READ(read_mean, READ_MEAN, take_mean);
READ(read_mean_backward, READ_MEAN_BACKWARD, give_mean);
READ(read_max, READ_MAX, take_max);
GIVE(read_max_backward, READ_MAX_BACKWARD, give_max);
