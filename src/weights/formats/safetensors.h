/* The safetensors format: 8 bytes of header size (little-endian), a JSON header, then the tensors' bytes.
 * https://github.com/huggingface/safetensors (section "Format") */
#ifndef LINCE_WEIGHTS_SAFETENSORS_H
#define LINCE_WEIGHTS_SAFETENSORS_H

#include "weights/weights.h"

/* Reads a file whole; tensors point into that. LINCE_EIO, LINCE_EFORMAT (rule and place in the
 * message). */
int lince_safetensors_open(lince_weights **weights, const char *path);

/* Writes a file, whole or not at all (fsync before and after the rename). Same input, same bytes. */
int lince_safetensors_write(const char *path, const lince_tensor *tensors, size_t count,
                            const lince_metadata *metadata, size_t metadata_count);

/* The same below a folder (core/folder.h). */
int lince_safetensors_write_in(const char *folder, const char *name, const lince_tensor *tensors,
                               size_t count, const lince_metadata *metadata, size_t metadata_count);

#endif
