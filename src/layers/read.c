/* One vector for a text from its sequence of states:
 *     last   the last step's; of a second direction its own last, which is the text's first step
 *     mean   y = 1/length sum over steps
 *     max    y = the largest over steps, feature by feature */
#include "layers/read.h"
#include "core/error.h"
#include "kernels/sequence.h"

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

const lince_layer_type lince_read_layer = {.name = "read",
                                           .args_size = sizeof(lince_read_layer_args),
                                           .inputs = 1,
                                           .infer = infer,
                                           .forward = forward,
                                           .backward = backward,
                                           .describe = describe};
