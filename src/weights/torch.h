/* PyTorch's files (.pt, .pth, .th): the zip form that torch.save writes since 1.6, and the one before it.
 * https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
 *
 * Both are a pickle of the saved object, in which each storage is named by a persistent id, and the storages'
 * bytes beside it. Found in it: the state dict, alone or as a part of a checkpoint (torch_state.h). */
#ifndef LINCE_WEIGHTS_TORCH_H
#define LINCE_WEIGHTS_TORCH_H

#include "weights/stored_zip.h"
#include "weights/weights.h"

/* From bytes that the caller keeps; `name` is for messages. LINCE_EFORMAT with the rule and the place. */
int lince_torch_zip_parse(lince_weights **weights, const void *bytes, size_t size, const char *name);
int lince_torch_legacy_parse(lince_weights **weights, const void *bytes, size_t size, const char *name);

/* The pickle of a zip file of PyTorch's, <folder>/data.pkl; NULL where it is another zip file. */
const lince_zip_entry *lince_torch_zip_object(const lince_stored_zip *zip);

/* Writes the zip form, whole or not at all: an OrderedDict of tensors, as torch.load(weights_only=True) reads
 * it. Metadata go to a record of their own, extra/lince.json, which PyTorch does not look at. Same input,
 * same bytes. */
int lince_torch_write(const char *path, const lince_tensor *tensors, size_t count,
                      const lince_metadata *metadata, size_t metadata_count);

#endif
