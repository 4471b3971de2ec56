/* Numbers of a tensor that lie in another file (ONNX's data_location EXTERNAL): in one of the model's own folder and in no other, whatever
 * the model says, and whatever links lead to. */
#ifndef LINCE_WEIGHTS_ONNX_BESIDE_H
#define LINCE_WEIGHTS_ONNX_BESIDE_H

#include "onnx/schema.pb-c.h"

#include <stdbool.h>
#include <stddef.h>

bool lince_onnx_is_beside(const Lince__Onnx__Tensor *tensor);

/* Whether so many bytes are there; `model` is its file. LINCE_EFORMAT; LINCE_EIO with the file that is missing. */
int lince_onnx_beside_holds(const char *model, const Lince__Onnx__Tensor *tensor, size_t bytes);

/* The same, and reads them. */
int lince_onnx_beside_read(const char *model, const Lince__Onnx__Tensor *tensor, size_t bytes, void *out);

#endif
