/* Milliseconds of each row of each operation, over the cases that are worth timing (tests/ops/harness.h), beside
 * what it reaches: GFLOP/s and their share of the machine's peak (fast convolutions show as more than it has, at most
 * as 400 %: 36 products where the definition has 144), or the GB/s at which its operands pass once.
 *
 *     bench_ops [threads [part of an operation's name [part of a row's name]]] */
#include "core/parallel.h"
#include "ops/harness.h"
#include "timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double bytes_of(const op_case *c)
{
    double bytes = 0;
    for (int i = 0; i < c->operands; i++)
        bytes += (double)op_bytes(&c->operand[i]) * (c->operand[i].role == ADDED_TO ? 2 : 1);
    return bytes;
}

/* False where the row declines. */
static bool time_row(op_case *c, const lince_op_row *row, int threads, double peak)
{
    double took = op_case_time(c, row, threads, 0.2);
    if (took < 0) return false;
    printf("  %-16s %9.3f ms", row->name, took * 1e3);
    if (c->flops > 0)
        printf(" %7.0f GFLOP/s (%.0f %%)\n", c->flops / took * 1e-9, 100 * c->flops / took / peak);
    else
        printf(" %7.1f GB/s\n", bytes_of(c) / took * 1e-9);
    fflush(stdout);
    return true;
}

/* The truth is timed where no other row does the case, or it is asked for: of convolutions it is a thousand times
 * slower. */
static void time_suite(const op_suite *suite, int threads, const char *only, double peak)
{
    op_case c;
    for (size_t k = 0; op_case_open(&c, suite, k, true); k++) {
        bool any = false;
        printf("%s, %s\n", lince_op_types[suite->op].name, c.what);
        for (const lince_op_row *const *row = lince_host.rows[suite->op]; *row; row++) {
            bool last = !row[1];
            if (strstr((*row)->name, only) && !(last && any && !*only))
                any |= time_row(&c, *row, threads, peak);
        }
        op_case_release(&c);
    }
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : lince_processors();
    const char *operation = argc > 2 ? argv[2] : "", *row = argc > 3 ? argv[3] : "";
    const op_suite *suite;
    lince_parallel_use(threads);
    double peak = bench_peak_print(threads);
    for (size_t i = 0; (suite = op_suite_at(i)); i++)
        if (strstr(lince_op_types[suite->op].name, operation)) time_suite(suite, threads, row, peak);
    return 0;
}
