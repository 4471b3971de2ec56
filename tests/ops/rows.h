/* The rows of an operation, each tried by itself. */
#ifndef LINCE_TESTS_ROWS_H
#define LINCE_TESTS_ROWS_H

#include "core/cpu.h"
#include "kernels/op.h"

#include <string.h>

/* A context of the host on so many threads. */
#define ON(count) (&(lince_exec){.device = &lince_host, .threads = (count)})

/* Each row of the host for an operation that this level has, from the best to the truth. */
#define EACH_ROW(row, op)                                                                          \
    for (const lince_op_row *const *row##_at = lince_host.rows[op], *row = *row##_at; row != NULL; \
         row = *++row##_at)                                                                        \
        if (row->needs > lince_cpu_level() || !lince_cpu_has(row->also)) {                         \
        } else

static inline bool is_ref(const lince_op_row *row)
{
    return strcmp(row->name, "ref") == 0;
}

/* The number of a row among those of its operation, of which none has more than MOST_ROWS. */
enum { MOST_ROWS = 16 };
static inline size_t number_of(const lince_op_row *row)
{
    size_t i = 0;
    while (lince_host.rows[row->op][i] != row) i++;
    return i;
}

/* Runs a row that has no plan; false where it declines. */
static inline bool run_row(const lince_op_row *row, int threads, const void *args)
{
    lince_kernel kernel;
    if (lince_kernel_init_as(&kernel, ON(threads), row, args)) return false;
    lince_kernel_run(&kernel, args);
    lince_kernel_release(&kernel);
    return true;
}

#endif
