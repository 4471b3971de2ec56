/* What layers with windows share: convolutions and pools. */
#ifndef LINCE_LAYERS_WINDOW_H
#define LINCE_LAYERS_WINDOW_H

#include "kernels/kernels.h"
#include "layers/layer.h"

/* `window` where it has a kernel, else the square one that the numbers say; a stride of 0 is 1. */
lince_window lince_window_of(lince_window window, int kernel, int stride, int padding);

/* Places of the window along an axis (0: height), which all lie inside what is padded. */
int lince_window_places(const lince_window *window, int axis, int in);

/* LINCE_ESHAPE where the layer's input has not one place. */
int lince_window_check(const lince_layer *layer, const lince_window *window);

/* Its kernel, "1×7"; and numbers of both axes behind that, ", stride=2", ", padding=0×3". The bytes written. */
size_t lince_window_print(const lince_window *window, char *out, size_t size);
size_t lince_window_put(char *out, size_t size, const char *name, const int axes[2]);

/* Attributes of the node that was added last: kernel_shape and strides. */
void lince_window_express(const lince_window *window, lince_onnx *graph);

#endif
