/* What lince's files on oneDNN share: one engine and stream per kernel, errors as text, memory descriptors.
 */
#ifndef LINCE_KERNELS_ONEDNN_H
#define LINCE_KERNELS_ONEDNN_H

#include "core/tensor.h"

#include <oneapi/dnnl/dnnl.h>

/* Hides from the library what LINCE_CPU hides from us. Before its first work: it listens only then. */
void lince_onednn_mask(void);

/* lince_fail with oneDNN's reason; LINCE_EUNSUPPORTED for unimplemented. */
int lince_onednn_fail(const char *doing, dnnl_status_t status);

/* The descriptor of a batch of activations. */
int lince_onednn_activation(dnnl_memory_desc_t *md, int batch, lince_shape shape);

#endif
