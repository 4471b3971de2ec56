/* How threads share a matrix of products, of which each thread prepares the operands that it multiplies for itself, another
 * share's perhaps once more: what another core has prepared would be slow to come. */
#ifndef LINCE_KERNELS_X86_SHARE_H
#define LINCE_KERNELS_X86_SHARE_H

#include <stddef.h>
#include <stdint.h>

/* `rows` of operands from `row` on, and `columns`; some shares of few operands are empty. */
typedef struct lince_share {
    size_t row, rows, column, columns;
} lince_share;

/* The index-th of `threads` shares, in `parts` of which rows are cut. */
static inline lince_share lince_share_of(size_t index, size_t threads, size_t parts, size_t rows,
                                         size_t columns)
{
    size_t across = threads / parts, i = index / across, k = index % across;
    lince_share s = {.row = i * rows / parts, .column = k * columns / across};
    s.rows = (i + 1) * rows / parts - s.row;
    s.columns = (k + 1) * columns / across - s.column;
    return s;
}

/* The parts, a divisor of `threads`, with which the largest share takes least, where a product takes `product` and an operand
 * `operand`; *largest: that share's. */
static inline size_t lince_share_parts(size_t threads, size_t rows, size_t columns, size_t product,
                                       size_t operand, lince_share *largest)
{
    size_t best = 1, least = SIZE_MAX;
    *largest = (lince_share){.rows = rows, .columns = columns};
    for (size_t parts = 1; parts <= threads; parts++) {
        size_t across = threads / parts, r = (rows + parts - 1) / parts, c = (columns + across - 1) / across,
               takes = product * r * c + operand * (r + c);
        if (threads % parts || takes >= least) continue;
        best = parts, least = takes;
        *largest = (lince_share){.rows = r, .columns = c};
    }
    return best;
}

#endif
