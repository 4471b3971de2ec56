#include "core/parallel.h"
#include "kernels/ref/add.h"
#include "kernels/ref/row.h"

static void add_bias_row(void *context, size_t row)
{
    const lince_rows_args *r = context;
    add_to(r->y + row * r->n, r->x, r->n);
}

static void add_bias(const lince_kernel *kernel, const void *args)
{
    lince_rows_args operands = *(const lince_rows_args *)args;
    lince_parallel(kernel->exec.threads, operands.rows, add_bias_row, &operands);
}

static void sum_columns(void *context, size_t begin, size_t end)
{
    const lince_rows_args *r = context;
    for (size_t j = begin; j < end; j++) r->y[j] = 0;
    for (size_t row = 0; row < r->rows; row++) add_to(r->y + begin, r->x + row * r->n + begin, end - begin);
}

static void sum_rows(const lince_kernel *kernel, const void *args)
{
    lince_rows_args operands = *(const lince_rows_args *)args;
    lince_parallel_ranges(kernel->exec.threads, operands.n, 256, sum_columns, &operands);
}

LINCE_REF_ROW(add_bias, ADD_BIAS);
LINCE_REF_ROW(sum_rows, SUM_ROWS);
