/* Which values a net's bytes have to stand for: what is measured while samples go through the net of floats, and the scales
 * that methods make of it. */
#ifndef LINCE_NET_RANGES_H
#define LINCE_NET_RANGES_H

#include "kernels/bytes.h"
#include "net/quantize.h"

typedef enum lince_range_method {
    LINCE_RANGE_MINMAX,     /* all that was seen */
    LINCE_RANGE_PERCENTILE, /* without the outermost ten-thousandth at either end */
    LINCE_RANGE_MSE,        /* the part of it with the least squared error */
    LINCE_RANGE_METHODS
} lince_range_method;

const char *lince_range_method_name(lince_range_method method); /* "minmax" */

typedef struct lince_ranges lince_ranges;

/* For the scales of `quantized`, of the values of the net that it was made of, which keeps all of them (options.keep). */
int lince_ranges_new(lince_ranges **ranges, const lince_quantized *quantized);
void lince_ranges_free(lince_ranges *ranges);

/* Counts what is in the net after a forward pass. */
void lince_ranges_count(lince_ranges *ranges, const lince_net *net);

/* The scale of number `index`, the same for all of a group. */
lince_byte_scale lince_ranges_scale(const lince_ranges *ranges, size_t index, lince_range_method method);

#endif
