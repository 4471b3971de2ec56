/* Attention (kernels/attention.h), token by token: scores are computed again wherever they are needed, so that none is
 * kept. A task is a head of a sample. */
#include "core/parallel.h"
#include "kernels/ref/row.h"

#include <string.h>

/* A head of a sample. */
typedef struct head {
    const lince_attention_args *a;
    lince_windows w;
    size_t sample, number, d, channels, area, block;
    double scale;
    float *log_sum; /* [area] */
} head;

static head head_of(const lince_attention_args *a, size_t index)
{
    size_t heads = (size_t)a->a.heads, channels = (size_t)a->shape.channels,
           area = (size_t)a->shape.height * (size_t)a->shape.width;
    return (head){.a = a,
                  .w = lince_windows_of(&a->a, a->shape),
                  .sample = index / heads,
                  .number = index % heads,
                  .d = channels / heads,
                  .channels = channels,
                  .area = area,
                  .block = (size_t)a->shape.block,
                  .scale = 1 / sqrt((double)(channels / heads)),
                  .log_sum = a->a.log_sum ? a->a.log_sum + index * area : NULL};
}

/* Floats of a sample of y, and of qkv. */
static size_t size_of(const head *h, int times)
{
    lince_shape s = h->a->shape;
    s.channels *= times;
    return lince_shape_size(s);
}

/* Channel c of the head in part 0 (q, y), 1 (k) or 2 (v) of a sample, at a pixel. */
static size_t at(const head *h, size_t part, size_t c, size_t pixel)
{
    size_t channel = part * h->channels + h->number * h->d + c;
    return (channel / h->block * h->area + pixel) * h->block + channel % h->block;
}

static const float *qkv_of(const head *h)
{
    return h->a->qkv + h->sample * size_of(h, 3);
}

static lince_window_token token_at(const head *h, size_t window, size_t t)
{
    return lince_window_token_at(&h->w, window, (int)t / h->w.window[1], (int)t % h->w.window[1]);
}

static double score(const head *h, lince_window_token i, lince_window_token j)
{
    const float *x = qkv_of(h);
    double sum = 0, bias = i.part == j.part ? 0 : (double)LINCE_ATTENTION_MASK;
    for (size_t c = 0; c < h->d; c++)
        sum += (double)x[at(h, 0, c, i.pixel)] * (double)x[at(h, 1, c, j.pixel)];
    if (h->a->a.table)
        bias +=
            (double)h->a->a.table[lince_window_difference(&h->w, i, j) * (size_t)h->a->a.heads + h->number];
    return sum * h->scale + bias;
}

/* --- forward ---------------------------------------------------------------------------------------------- */

/* log sum_j exp(s_j), by the largest s_j up to each. */
static double log_sum_of(const head *h, size_t window, lince_window_token i)
{
    double largest = -INFINITY, sum = 0;
    for (size_t t = 0; t < h->w.tokens; t++) {
        double s = score(h, i, token_at(h, window, t));
        if (s > largest) sum *= exp(largest - s), largest = s;
        sum += exp(s - largest);
    }
    return largest + log(sum);
}

static void attend(const head *h, size_t window, lince_window_token i)
{
    const float *x = qkv_of(h);
    float *y = h->a->y + h->sample * size_of(h, 1);
    double l = log_sum_of(h, window, i);
    if (h->log_sum) h->log_sum[i.pixel] = (float)l;
    for (size_t c = 0; c < h->d; c++) y[at(h, 0, c, i.pixel)] = 0;
    for (size_t t = 0; t < h->w.tokens; t++) {
        lince_window_token j = token_at(h, window, t);
        float p = (float)exp(score(h, i, j) - l);
        for (size_t c = 0; c < h->d; c++) y[at(h, 0, c, i.pixel)] += p * x[at(h, 2, c, j.pixel)];
    }
}

static void attend_head(void *context, size_t index)
{
    head h = head_of(context, index);
    for (size_t window = 0; window < h.w.count; window++)
        for (size_t t = 0; t < h.w.tokens; t++) attend(&h, window, token_at(&h, window, t));
}

/* Zeros in the padding channels of samples that have `times` the channels of y. */
static void clear_padding(const lince_attention_args *a, int times, const lince_exec *exec, float *x)
{
    lince_shape s = a->shape;
    s.channels *= times;
    if (s.channels % s.block) lince_clear_padding(exec, s, a->n, x);
}

static void attention(const lince_kernel *kernel, const void *args)
{
    lince_attention_args a = *(const lince_attention_args *)args;
    lince_parallel(kernel->exec.threads, a.n * (size_t)a.a.heads, attend_head, &a);
    clear_padding(&a, 1, &kernel->exec, a.y);
}

/* --- backward --------------------------------------------------------------------------------------------- */

/* <dy_i, x_j> */
static double along(const head *h, lince_window_token i, const float *x, size_t part, lince_window_token j)
{
    const float *dy = h->a->dy + h->sample * size_of(h, 1);
    double sum = 0;
    for (size_t c = 0; c < h->d; c++)
        sum += (double)dy[at(h, 0, c, i.pixel)] * (double)x[at(h, part, c, j.pixel)];
    return sum;
}

/* What p_ij and ds_ij add to dq_i, dk_j and dv_j. */
static void add_gradients(const head *h, lince_window_token i, lince_window_token j, double p, double ds)
{
    const float *x = qkv_of(h), *dy = h->a->dy + h->sample * size_of(h, 1);
    float *dx = h->a->dqkv + h->sample * size_of(h, 3);
    for (size_t c = 0; c < h->d; c++) {
        dx[at(h, 0, c, i.pixel)] += (float)(ds * h->scale * (double)x[at(h, 1, c, j.pixel)]);
        dx[at(h, 1, c, j.pixel)] += (float)(ds * h->scale * (double)x[at(h, 0, c, i.pixel)]);
        dx[at(h, 2, c, j.pixel)] += (float)(p * (double)dy[at(h, 0, c, i.pixel)]);
    }
}

/* The head's number in a row of the sample's part of the table's gradient. */
static float *table_at(const head *h, size_t row)
{
    size_t first = h->sample * lince_attention_differences(&h->a->a);
    return h->a->dtable + (first + row) * (size_t)h->a->a.heads + h->number;
}

/* What a token's result sends back: to its own q, and to k and v of all. */
static void send_back(const head *h, size_t window, lince_window_token i)
{
    double own = along(h, i, h->a->y + h->sample * size_of(h, 1), 0, i);
    for (size_t t = 0; t < h->w.tokens; t++) {
        lince_window_token j = token_at(h, window, t);
        double p = exp(score(h, i, j) - (double)h->log_sum[i.pixel]);
        double ds = p * (along(h, i, qkv_of(h), 2, j) - own);
        if (h->a->dqkv) add_gradients(h, i, j, p, ds);
        if (h->a->dtable) *table_at(h, lince_window_difference(&h->w, i, j)) += (float)ds;
    }
}

static void clear_head(const head *h)
{
    size_t rows = h->a->dtable ? lince_attention_differences(&h->a->a) : 0;
    float *dx = h->a->dqkv ? h->a->dqkv + h->sample * size_of(h, 3) : NULL;
    for (size_t part = 0; part < 3 && dx; part++)
        for (size_t c = 0; c < h->d; c++)
            for (size_t pixel = 0; pixel < h->area; pixel++) dx[at(h, part, c, pixel)] = 0;
    for (size_t row = 0; row < rows; row++) *table_at(h, row) = 0;
}

static void send_back_head(void *context, size_t index)
{
    head h = head_of(context, index);
    clear_head(&h);
    for (size_t window = 0; window < h.w.count; window++)
        for (size_t t = 0; t < h.w.tokens; t++) send_back(&h, window, token_at(&h, window, t));
}

static void attention_backward(const lince_kernel *kernel, const void *args)
{
    lince_attention_args a = *(const lince_attention_args *)args;
    lince_parallel(kernel->exec.threads, a.n * (size_t)a.a.heads, send_back_head, &a);
    if (a.dqkv) clear_padding(&a, 3, &kernel->exec, a.dqkv);
}

LINCE_REF_ROW(attention, ATTENTION);
LINCE_REF_ROW(attention_backward, ATTENTION_BACKWARD);
