/* What lince's files on oneDNN share: one engine and stream per kernel, errors as text, memory descriptors;
 * and what versions 2 and 3 of the library say in different words. */
#ifndef LINCE_KERNELS_ONEDNN_H
#define LINCE_KERNELS_ONEDNN_H

#include "core/tensor.h"
#include "kernels/conv.h"

#include <oneapi/dnnl/dnnl.h>

/* Hides from the library what LINCE_CPU hides from us. Before its first work: it listens only then. */
void lince_onednn_mask(void);

/* lince_fail with oneDNN's reason; LINCE_EUNSUPPORTED for unimplemented. */
int lince_onednn_fail(const char *doing, dnnl_status_t status);

/* A memory descriptor: the library's object since version 3, a struct before. */
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t lince_onednn_memory;
#else
typedef const dnnl_memory_desc_t *lince_onednn_memory;
#endif

/* fp32 of that format. Release with lince_onednn_memory_free. */
dnnl_status_t lince_onednn_memory_new(lince_onednn_memory *memory, int ndims, const dnnl_dims_t dims,
                                      dnnl_format_tag_t tag);
void lince_onednn_memory_free(lince_onednn_memory memory); /* NULL: nothing */

/* A batch of activations. Release likewise. */
int lince_onednn_activation(lince_onednn_memory *memory, int batch, lince_shape shape);

/* What a convolution is to do. */
typedef struct lince_onednn_convolution {
    lince_direction direction;
    dnnl_alg_kind_t algorithm;
    lince_onednn_memory x, w, b, y;    /* or their gradients; b NULL: no bias */
    dnnl_dims_t stride, before, after; /* padding on either side */
} lince_onednn_convolution;

/* The library's plan for it, which takes its scratch memory from the caller. */
dnnl_status_t lince_onednn_convolution_plan(const lince_onednn_convolution *c, dnnl_engine_t engine,
                                            dnnl_primitive_desc_t *plan);

#endif
