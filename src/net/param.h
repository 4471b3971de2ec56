/* Parameters between compute layout and PyTorch's order, and how they begin. */
#ifndef LINCE_NET_PARAM_H
#define LINCE_NET_PARAM_H

#include "kernels/store.h"
#include "layers/layer.h"

/* Elements as PyTorch counts them, copies included. */
size_t lince_param_elements(const lince_param *param);
size_t lince_param_grad_size(const lince_param *param); /* floats in the last pass's gradient */

/* A parameter (or its gradient, or a moment of it) in PyTorch's order, and back: import is for values only,
 * and begins a run of copies anew. Copies cannot be exported from a net for inference. Both are the host's
 * memory. */
void lince_param_export(const lince_param *param, const float *memory, float *plain);
void lince_param_import(const lince_param *param, const float *plain, float *memory);

/* Its value in PyTorch's order, in the host's memory, and a new one. LINCE_ENOMEM. */
int lince_param_read(const lince_param *param, float *plain);
int lince_param_write(lince_param *param, const float *plain);

/* Only rows begin..end of the first dimension, of which `rows` has the first: different rows may be imported
 * at the same time. */
void lince_param_import_rows(const lince_param *param, const float *rows, float *memory, size_t begin,
                             size_t end);

/* Whether memory has PyTorch's elements in PyTorch's order, and nothing else. */
bool lince_param_is_plain(const lince_param *param);

/* How it begins: numbers drawn from `key`, the same for any number of threads. LINCE_ENOMEM. */
int lince_param_init(lince_param *param, const lince_exec *exec, uint64_t key);

#endif
