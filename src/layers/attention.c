#include "layers/attention.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/attention.h"
#include "kernels/kernels.h"

#include <stdio.h>

typedef struct plan {
    lince_attention attention;
    lince_windows windows;
} plan;

/* --- shapes --------------------------------------------------------------------------------------------------- */

/* torchvision's relative_position_index, [tokens][tokens]: the row of the table for each two of a window. */
static int64_t difference_at(const void *layout, size_t element)
{
    const lince_windows *w = &((const plan *)layout)->windows;
    size_t i = element / w->tokens, j = element % w->tokens, width = (size_t)w->window[1];
    return (int64_t)lince_window_difference(w,
                                            lince_window_token_at(w, 0, (int)(i / width), (int)(i % width)),
                                            lince_window_token_at(w, 0, (int)(j / width), (int)(j % width)));
}

static void add_table(lince_layer *l, const plan *p)
{
    int rows = (int)lince_attention_differences(&p->attention),
        pairs = (int)(p->windows.tokens * p->windows.tokens);
    lince_param *table =
        lince_layer_param(l, "relative_position_bias_table", 2, (int[]){rows, p->attention.heads});
    table->init = LINCE_INIT_NORMAL;
    table->init_scale = 0.02f;
    lince_param *index = lince_layer_param(l, "relative_position_index", 1, &pairs);
    index->buffer = true;
    index->trainable = false;
    index->size = 0;
    index->layout = p;
    index->constant = difference_at;
}

static int check(const lince_layer *l)
{
    const lince_attention_layer_args *a = l->own;
    lince_shape in = l->in[0];
    int side = a->window ? a->window : 1;
    if (a->heads < 1 || in.channels % (3 * a->heads))
        return lince_fail(LINCE_ESHAPE, "%s: %d channels are not q, k and v of %d heads", l->name,
                          in.channels, a->heads);
    if (in.height % side || in.width % side)
        return lince_fail(LINCE_ESHAPE, "%s: a map of %dx%d does not divide into windows of %dx%d", l->name,
                          in.height, in.width, side, side);
    return 0;
}

static int infer(lince_layer *l)
{
    const lince_attention_layer_args *a = l->own;
    LINCE_TRY(check(l));
    l->out = l->in[0];
    l->out.channels /= 3;
    plan *p = l->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    int map[] = {l->out.height, l->out.width};
    p->attention.heads = a->heads;
    for (int i = 0; i < 2; i++) {
        p->attention.window[i] = a->window;
        p->attention.shift[i] = map[i] > a->window ? a->shift : 0;
    }
    p->windows = lince_windows_of(&p->attention, l->out);
    if (a->window) add_table(l, p);
    size_t area = (size_t)l->out.height * (size_t)l->out.width;
    if (!l->inference) l->saved = (size_t)l->batch * (size_t)a->heads * area * sizeof(float);
    l->macs = 2 * (double)l->out.channels * (double)area * (double)p->windows.tokens;
    return 0;
}

/* Each sample's part of the table's gradient. */
static int prepare(lince_layer *l)
{
    if (l->param_count && !l->inference) l->scratch = (size_t)l->batch * l->params[0].size * sizeof(float);
    return 0;
}

static void release(lince_layer *l)
{
    lince_free(l->plan);
}

/* --- passes --------------------------------------------------------------------------------------------------- */

static lince_attention attention_of(const lince_layer *l, const lince_pass *p)
{
    lince_attention a = ((const plan *)l->plan)->attention;
    a.table = l->param_count ? l->params[0].value : NULL;
    a.log_sum = p->saved;
    return a;
}

static void forward(lince_layer *l, const lince_pass *p)
{
    lince_attention a = attention_of(l, p);
    lince_attention_forward(l->exec, &a, l->out, (size_t)p->n, p->in[0], p->out);
}

static void backward(lince_layer *l, const lince_pass *p)
{
    lince_attention a = attention_of(l, p);
    float *parts = l->param_count && l->params[0].trainable ? p->scratch : NULL;
    if (p->din[0] || parts)
        lince_attention_backward(l->exec, &a, l->out, (size_t)p->n, p->in[0], p->out, p->dout, p->din[0],
                                 parts);
    if (parts) lince_sum_rows(l->exec, parts, l->params[0].grad, (size_t)p->n, l->params[0].size);
}

static void describe(const lince_layer *l, char *out, size_t size)
{
    const lince_attention_layer_args *a = l->own;
    int n = snprintf(out, size, "%d × %d", a->heads, l->out.channels / a->heads);
    if (a->window && (size_t)n < size)
        snprintf(out + n, size - (size_t)n, ", %d×%d, +%d", a->window, a->window,
                 ((const plan *)l->plan)->attention.shift[0]);
}

/* --- ONNX ----------------------------------------------------------------------------------------------------- */

static lince_onnx_value reshape(lince_onnx *g, lince_onnx_value x, size_t count, const int64_t *sizes)
{
    return LINCE_ONNX(g, "Reshape", x, lince_onnx_longs(g, count, sizes));
}

/* x, beginning `by` pixels further on one axis of `size`, and going round its end. */
static lince_onnx_value roll(lince_onnx *g, lince_onnx_value x, int64_t axis, int64_t by, int64_t size)
{
    if (!by) return x;
    lince_onnx_value y = LINCE_ONNX(g, "Concat", lince_onnx_slice(g, x, axis, by, size, 1),
                                    lince_onnx_slice(g, x, axis, 0, by, 1));
    lince_onnx_int(g, "axis", axis);
    return y;
}

/* Whole numbers that shapes are made of: a map's of windows (`down` x `across` of them) with heads. */
typedef struct sizes {
    int64_t heads, d, height, width, down, across, rows, columns, windows, tokens;
} sizes;

static sizes sizes_of(const lince_layer *l)
{
    const lince_attention_layer_args *a = l->own;
    const lince_windows *w = &((const plan *)l->plan)->windows;
    int64_t rows = w->window[0], columns = w->window[1], across = (int64_t)w->across,
            windows = (int64_t)w->count;
    return (sizes){a->heads,
                   l->out.channels / a->heads,
                   l->out.height,
                   l->out.width,
                   windows / across,
                   across,
                   rows,
                   columns,
                   windows,
                   rows * columns};
}

/* [n][3 channels][height][width] as [n][3 heads][windows][d][tokens of one]. */
static lince_onnx_value part(const plan *p, lince_onnx *g, lince_onnx_value x, const sizes *s)
{
    for (int i = 0; i < 2; i++) x = roll(g, x, 2 + i, p->attention.shift[i], p->windows.map[i]);
    x = reshape(g, x, 7, (int64_t[]){0, 3 * s->heads, s->d, s->down, s->rows, s->across, s->columns});
    x = lince_onnx_transpose(g, x, 7, (int64_t[]){0, 1, 3, 5, 2, 4, 6});
    return reshape(g, x, 5, (int64_t[]){0, 3 * s->heads, s->windows, s->d, s->tokens});
}

/* The same of the result, back. */
static lince_onnx_value join(const plan *p, lince_onnx *g, lince_onnx_value y, const sizes *s)
{
    y = reshape(g, y, 7, (int64_t[]){0, s->heads, s->down, s->across, s->d, s->rows, s->columns});
    y = lince_onnx_transpose(g, y, 7, (int64_t[]){0, 1, 4, 2, 5, 3, 6});
    y = reshape(g, y, 4, (int64_t[]){0, s->heads * s->d, s->height, s->width});
    for (int i = 0; i < 2; i++)
        y = roll(g, y, 2 + i, p->attention.shift[i] ? p->windows.map[i] - p->attention.shift[i] : 0,
                 p->windows.map[i]);
    return y;
}

/* [1][heads][1][tokens][tokens] */
static lince_onnx_value bias(const lince_layer *l, lince_onnx *g, const sizes *s)
{
    size_t pairs = (size_t)(s->tokens * s->tokens);
    int64_t *index = lince_alloc(pairs, sizeof *index);
    if (!index) {
        lince_onnx_fail(g, LINCE_ENOMEM);
        return NULL;
    }
    for (size_t i = 0; i < pairs; i++) index[i] = difference_at(l->plan, i);
    lince_onnx_value b = LINCE_ONNX(g, "Gather", l->params[0].name, lince_onnx_longs(g, pairs, index));
    lince_onnx_int(g, "axis", 0);
    lince_free(index);
    b = lince_onnx_transpose(g, b, 2, (int64_t[]){1, 0});
    return reshape(g, b, 5, (int64_t[]){1, s->heads, 1, s->tokens, s->tokens});
}

static lince_window_token token_at(const lince_windows *w, size_t window, size_t t)
{
    return lince_window_token_at(w, window, (int)t / w->window[1], (int)t % w->window[1]);
}

/* [1][1][windows][tokens][tokens] */
static lince_onnx_value mask(const lince_windows *w, lince_onnx *g)
{
    size_t tokens = w->tokens;
    float *m = lince_alloc(w->count * tokens * tokens, sizeof *m);
    if (!m) {
        lince_onnx_fail(g, LINCE_ENOMEM);
        return NULL;
    }
    for (size_t window = 0; window < w->count; window++)
        for (size_t i = 0; i < tokens; i++)
            for (size_t j = 0; j < tokens; j++)
                if (token_at(w, window, i).part != token_at(w, window, j).part)
                    m[(window * tokens + i) * tokens + j] = LINCE_ATTENTION_MASK;
    lince_onnx_value value = lince_onnx_floats(g, w->count * tokens * tokens, m);
    lince_free(m);
    return reshape(g, value, 5, (int64_t[]){1, 1, (int64_t)w->count, (int64_t)tokens, (int64_t)tokens});
}

static lince_onnx_value express(const lince_layer *l, lince_onnx *g, const lince_onnx_value *in)
{
    const plan *p = l->plan;
    sizes s = sizes_of(l);
    lince_onnx_value x = part(p, g, in[0], &s), qkv[3];
    for (int i = 0; i < 3; i++) qkv[i] = lince_onnx_slice(g, x, 1, i * s.heads, (i + 1) * s.heads, 1);
    lince_onnx_value q = lince_onnx_transpose(g, qkv[0], 5, (int64_t[]){0, 1, 2, 4, 3}),
                     score = LINCE_ONNX(g, "Mul", LINCE_ONNX(g, "MatMul", q, qkv[1]),
                                        lince_onnx_scalar(g, 1 / sqrtf((float)s.d)));
    if (l->param_count) score = LINCE_ONNX(g, "Add", score, bias(l, g, &s));
    if (p->attention.shift[0] || p->attention.shift[1])
        score = LINCE_ONNX(g, "Add", score, mask(&p->windows, g));
    lince_onnx_value weight = LINCE_ONNX(g, "Softmax", score);
    lince_onnx_int(g, "axis", -1);
    weight = lince_onnx_transpose(g, weight, 5, (int64_t[]){0, 1, 2, 4, 3});
    return join(p, g, LINCE_ONNX(g, "MatMul", qkv[2], weight), &s);
}

const lince_layer_type lince_attention_layer = {.name = "attention",
                                                .args_size = sizeof(lince_attention_layer_args),
                                                .inputs = 1,
                                                .needs_input = true,
                                                .needs_output = true,
                                                .infer = infer,
                                                .prepare = prepare,
                                                .forward = forward,
                                                .backward = backward,
                                                .release = release,
                                                .describe = describe,
                                                .express = express};
