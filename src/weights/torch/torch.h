/* PyTorch's files (.pt, .pth, .th): the zip form that torch.save writes since 1.6, and the one before it.
 * https://github.com/pytorch/pytorch/blob/main/torch/serialization.py
 *
 * Both are a pickle of the saved object, in which each storage is named by a persistent id, and the storages'
 * bytes beside it. Found in it: the state dict, alone or as a part of a checkpoint (torch_state.h). */
#ifndef LINCE_WEIGHTS_TORCH_H
#define LINCE_WEIGHTS_TORCH_H

#include "weights/weights_internal.h"

/* What wraps a module (DataParallel, torch.compile) puts its own name before all others, and torchvision's
 * oldest files and EfficientNet-PyTorch's have other names: all are mended, and noted. `file` is for messages. */
int lince_torch_rename(lince_weights *weights, const char *file);

/* Metadata: the architecture that names are those of. */
#define LINCE_ARCHITECTURE_KEY "architecture"

/* EfficientNet-PyTorch's names alone, where all are of it; whether any was changed, so that an index is due. */
bool lince_torch_rename_efficientnet(lince_weights *weights);

/* Writes the zip form, whole or not at all: an OrderedDict of tensors, as torch.load(weights_only=True) reads
 * it. Metadata go to a record of their own, extra/lince.json, which PyTorch does not look at. Same input,
 * same bytes. */
int lince_torch_write(const char *path, const lince_tensor *tensors, size_t count,
                      const lince_metadata *metadata, size_t metadata_count);

#endif
