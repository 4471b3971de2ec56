/* A net of bytes made of one of floats: convolutions with what follows them, linear layers, max pooling and concatenation are
 * computed in 8 bits, everything else as it was, with layers between that make bytes of floats and floats of bytes
 * (docs/quantize.md). */
#ifndef LINCE_NET_QUANTIZE_H
#define LINCE_NET_QUANTIZE_H

#include "net/net.h"

/* Where bytes are made: node `node` of the new net says what they stand for, which are the values of node `of` of the old one.
 * Those of one group stand for the same. */
typedef struct lince_quantized_scale {
    int node, of, group;
    bool rectified; /* the values are those behind a relu: never below 0 */
} lince_quantized_scale;

enum { LINCE_QUANTIZED_CHAIN = 6 };

/* Products in bytes: node `node` of the new net is node `layer` of the old one, with batch norm `norm` (0: none) in its weights. */
typedef struct lince_quantized_part {
    int node, layer, norm;
    int stands_for[LINCE_QUANTIZED_CHAIN], count; /* of the old net: all nodes that it computes */
} lince_quantized_part;

typedef struct lince_quantized {
    lince_net *net; /* not prepared */
    lince_quantized_scale *scales;
    lince_quantized_part *parts;
    size_t scale_count, part_count;
} lince_quantized;

/* `floats`: names of layers that stay as they are, with blanks between, or "". The old net need not be prepared. LINCE_EUNSUPPORTED
 * where it is none of pictures, or has no layer to be computed in 8 bits. Release it also after a failure. */
int lince_net_quantize(const lince_net *net, const char *floats, lince_quantized *quantized);
void lince_quantized_release(lince_quantized *quantized);

/* Fills the prepared new net's parameters from the old one's, for inference on the host, but for scales. */
int lince_quantized_weights(const lince_net *net, lince_quantized *quantized);

#endif
