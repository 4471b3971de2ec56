/* A sequence of vectors that are the net's input as they are, [n][T][channels]: the token at place t of sample i is
 * i T + t, the vector's own number, so that each row is looked up once.
 *     y_t = x[token_t]
 * It has no parameters, and nothing learns before it: its backward has nothing to do. */
#include "core/error.h"
#include "kernels/sequence.h"
#include "layers/layer.h"

static int infer(lince_layer *l)
{
    lince_shape in = l->in[0];
    if (l->in_rows[0] != LINCE_STEPS || in.width != 1)
        return lince_fail(LINCE_ESHAPE, "%s: expects the input's frames, found %dx%dx%d", l->name,
                          in.channels, in.height, in.width);
    l->out = in;
    l->out_rows = LINCE_TOKENS;
    return 0;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_gather_rows(l->exec, p->in[0], p->text->vocabulary, (size_t)p->text->distinct,
                      (size_t)l->out.channels, p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    (void)l, (void)p;
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    (void)l;
    return lince_onnx_transpose(g, in[0], 3, (int64_t[]){1, 0, 2});
}

const lince_layer_type lince_frames_layer = {.name = "frames",
                                             .inputs = 1,
                                             .infer = infer,
                                             .forward = forward,
                                             .backward = backward,
                                             .express = express};
