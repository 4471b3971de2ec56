#include "layers/window.h"
#include "core/error.h"

#include <stdio.h>

lince_window lince_window_of(lince_window w, int kernel, int stride, int padding)
{
    if (!w.kernel[0]) w = (lince_window){{kernel, kernel}, {stride, stride}, {padding, padding}};
    for (int axis = 0; axis < 2; axis++)
        if (!w.stride[axis]) w.stride[axis] = 1;
    return w;
}

int lince_window_places(const lince_window *w, int axis, int in)
{
    return (in + 2 * w->padding[axis] - w->kernel[axis]) / w->stride[axis] + 1;
}

int lince_window_check(const lince_layer *l, const lince_window *w)
{
    lince_shape in = l->in[0];
    if (in.height + 2 * w->padding[0] >= w->kernel[0] && in.width + 2 * w->padding[1] >= w->kernel[1])
        return 0;
    return lince_fail(LINCE_ESHAPE,
                      "%s: a %dx%d input is too small for a %dx%d window; use a larger --image-size", l->name,
                      in.height, in.width, w->kernel[0], w->kernel[1]);
}

/* What snprintf has written of the bytes that it would have. */
static size_t written(int bytes, size_t size)
{
    return (size_t)bytes < size ? (size_t)bytes : size;
}

size_t lince_window_print(const lince_window *w, char *out, size_t size)
{
    return written(snprintf(out, size, "%d×%d", w->kernel[0], w->kernel[1]), size);
}

size_t lince_window_put(char *out, size_t size, const char *name, const int axes[2])
{
    return written(axes[0] == axes[1] ? snprintf(out, size, ", %s=%d", name, axes[0])
                                      : snprintf(out, size, ", %s=%d×%d", name, axes[0], axes[1]),
                   size);
}

void lince_window_express(const lince_window *w, lince_onnx *g)
{
    lince_onnx_ints(g, "kernel_shape", 2, (int64_t[]){w->kernel[0], w->kernel[1]});
    lince_onnx_ints(g, "strides", 2, (int64_t[]){w->stride[0], w->stride[1]});
}
