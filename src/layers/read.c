/* One vector for a text from its sequence of states:
 *     last   the last step's; of a second direction its own last, which is the text's first step
 *     mean   y = 1/length sum over steps
 *     max    y = the largest over steps, feature by feature */
#include "layers/read.h"
#include "core/error.h"
#include "kernels/sequence.h"

#include <float.h>
#include <stdio.h>

static int infer(lince_layer *l)
{
    const lince_read_layer_args *a = l->own;
    lince_shape in = l->in[0];
    if (l->in_rows[0] != LINCE_STEPS)
        return lince_fail(LINCE_ESHAPE, "%s: expects the states of a sequence", l->name);
    l->out = (lince_shape){in.channels, 1, 1, 1};
    if (a->what == LINCE_READ_MAX) l->saved = (size_t)l->batch * (size_t)in.channels * sizeof(int32_t);
    return 0;
}

/* Features that are read from the last step; the others from the first. */
static size_t from_last(const lince_layer *l)
{
    const lince_read_layer_args *a = l->own;
    return (size_t)l->in[0].channels / (a->bidirectional ? 2 : 1);
}

static void forward(lince_layer *l, const lince_pass *p)
{
    const lince_read_layer_args *a = l->own;
    size_t n = (size_t)l->in[0].channels;
    switch (a->what) {
    case LINCE_READ_LAST: lince_read_last(l->exec, p->text, p->in[0], n, from_last(l), p->out); break;
    case LINCE_READ_MEAN: lince_read_mean(l->exec, p->text, p->in[0], n, p->out); break;
    case LINCE_READ_MAX: lince_read_max(l->exec, p->text, p->in[0], n, p->out, p->saved); break;
    }
}

static void backward(lince_layer *l, const lince_pass *p)
{
    const lince_read_layer_args *a = l->own;
    size_t n = (size_t)l->in[0].channels;
    if (!p->din[0]) return;
    switch (a->what) {
    case LINCE_READ_LAST:
        lince_read_last_backward(l->exec, p->text, p->dout, n, from_last(l), p->din[0]);
        break;
    case LINCE_READ_MEAN: lince_read_mean_backward(l->exec, p->text, p->dout, n, p->din[0]); break;
    case LINCE_READ_MAX: lince_read_max_backward(l->exec, p->text, p->dout, n, p->saved, p->din[0]); break;
    }
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_read_layer_args *a = l->own;
    static const char *const names[] = {"last", "mean", "max"};
    snprintf(out, size, "%s", names[a->what]);
}

/* --- as ONNX: states [steps][n][features], and a length each ------------------------------------------ */

static const int64_t FIRST_AXIS = 0, SECOND_AXIS = 1, LAST_AXIS = 2;

/* Numbers of the steps, [steps][1]. */
static lince_onnx_value steps(lince_onnx *g, lince_onnx_value states)
{
    lince_onnx_value zero = lince_onnx_longs(g, 0, &(int64_t){0}),
                     one = lince_onnx_longs(g, 0, &(int64_t){1}),
                     count = LINCE_ONNX(g, "Gather", LINCE_ONNX(g, "Shape", states), zero);
    return LINCE_ONNX(g, "Unsqueeze", LINCE_ONNX(g, "Range", zero, count, one),
                      lince_onnx_longs(g, 1, &SECOND_AXIS));
}

/* States where `which` [steps][n] holds, and another number elsewhere. */
static lince_onnx_value where(lince_onnx *g, lince_onnx_value which, lince_onnx_value states, float elsewhere)
{
    lince_onnx_value each = LINCE_ONNX(g, "Unsqueeze", which, lince_onnx_longs(g, 1, &LAST_AXIS));
    return LINCE_ONNX(g, "Where", each, states, lince_onnx_scalar(g, elsewhere));
}

static lince_onnx_value sum_where(lince_onnx *g, lince_onnx_value which, lince_onnx_value states)
{
    lince_onnx_value y =
        LINCE_ONNX(g, "ReduceSum", where(g, which, states, 0), lince_onnx_longs(g, 1, &FIRST_AXIS));
    lince_onnx_int(g, "keepdims", 0);
    return y;
}

static lince_onnx_value first_step(lince_onnx *g, lince_onnx_value states)
{
    lince_onnx_value y = LINCE_ONNX(g, "Gather", states, lince_onnx_longs(g, 0, &(int64_t){0}));
    lince_onnx_int(g, "axis", 0);
    return y;
}

static lince_onnx_value join(lince_onnx *g, lince_onnx_value a, lince_onnx_value b)
{
    lince_onnx_value y = LINCE_ONNX(g, "Concat", a, b);
    lince_onnx_int(g, "axis", 1);
    return y;
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const lince_read_layer_args *a = l->own;
    lince_onnx_value length = lince_onnx_lengths(g), step = steps(g, in[0]);
    int64_t half = (int64_t)from_last(l), whole = l->in[0].channels;
    if (a->what == LINCE_READ_LAST) {
        lince_onnx_value last =
            LINCE_ONNX(g, "Equal", step, LINCE_ONNX(g, "Sub", length, lince_onnx_longs(g, 0, &(int64_t){1})));
        lince_onnx_value y =
            sum_where(g, last, half < whole ? lince_onnx_slice(g, in[0], 2, 0, half, 1) : in[0]);
        return half < whole ? join(g, y, first_step(g, lince_onnx_slice(g, in[0], 2, half, whole, 1))) : y;
    }
    lince_onnx_value read = LINCE_ONNX(g, "Less", step, length);
    if (a->what == LINCE_READ_MEAN) {
        lince_onnx_value floats = LINCE_ONNX(g, "Cast", length);
        lince_onnx_int(g, "to", LINCE_ONNX_FLOAT);
        return LINCE_ONNX(g, "Div", sum_where(g, read, in[0]),
                          LINCE_ONNX(g, "Unsqueeze", floats, lince_onnx_longs(g, 1, &(int64_t){1})));
    }
    lince_onnx_value y = LINCE_ONNX(g, "ReduceMax", where(g, read, in[0], -FLT_MAX));
    lince_onnx_ints(g, "axes", 1, (int64_t[]){0});
    lince_onnx_int(g, "keepdims", 0);
    return y;
}

const lince_layer_type lince_read_layer = {.name = "read",
                                           .args_size = sizeof(lince_read_layer_args),
                                           .inputs = 1,
                                           .infer = infer,
                                           .forward = forward,
                                           .backward = backward,
                                           .describe = describe,
                                           .express = express};
