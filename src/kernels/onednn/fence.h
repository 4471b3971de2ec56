/* Calls of oneDNN, whose exceptions end here. */
#ifndef LINCE_KERNELS_ONEDNN_FENCE_H
#define LINCE_KERNELS_ONEDNN_FENCE_H

#include <oneapi/dnnl/dnnl.h>

/* call(context), and dnnl_out_of_memory or dnnl_runtime_error where it ends by an exception; what it had made until then
 * must lie in `context`. */
dnnl_status_t lince_onednn_fenced(dnnl_status_t (*call)(void *context), void *context);

#endif
