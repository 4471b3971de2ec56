/* A trained model as an ONNX file, which other programs run (https://onnx.ai, docs/onnx.md). */
#ifndef LINCE_ONNX_H
#define LINCE_ONNX_H

#include <lince/model.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes the model, whole or not at all: opset 17, any number of samples at a time, output "logits" [n][classes]; what a
 * weights file of lince's says of itself stands in the metadata (lince.classes, lince.normalize, ...), parameters under PyTorch's
 * names. Pictures are input normalised, [n][3][height][width]; with `preprocessing` as bytes [n][height][width][3], which
 * the graph cuts to the middle, where the model does, and normalises: resizing stays outside. `text`, the caller's
 * (lince_text_free), tells what was written, a line each. LINCE_EUNSUPPORTED where the file would be larger than 2 GB, or samples
 * are of a kind that has no ONNX; LINCE_EUSAGE for the preprocessing of what is no picture. */
LINCE_API int lince_model_export(lince_model *model, const char *path, bool preprocessing, char **text);

/* Has ONNX Runtime run such a file: by python3 of the search path, whose onnxruntime and numpy must be installed
 * (LINCE_EUNSUPPORTED). `difference`: over made-up samples the largest difference of a logit from the model's own, as a share of that
 * sample's largest logit. LINCE_ENUMERIC where it is more than 1e-5, LINCE_EDATA where it cannot be run. */
LINCE_API int lince_model_check_export(lince_model *model, const char *path, bool preprocessing,
                                       double *difference);

#ifdef __cplusplus
}
#endif
#endif
