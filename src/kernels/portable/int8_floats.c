/* Convolution of bytes by products of floats, where there are none of bytes (kernels/bytes.h). Sums of whole numbers that floats hold exactly
 * are the same in any order: by the weights' pairs, of
 *     255 * 128 * (n / 2) <= 2^24,   n <= 1024
 * terms; of more there are several sums, which are added as whole numbers. A task is some pixels and some outputs: what the pixels'
 * windows see becomes rows of a matrix, the weights its columns. */
#include "core/memory.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/bytes.h"
#include "kernels/op.h"

#include <string.h>

enum { PIXELS = 256, OUTPUTS = 128, TERMS = 1024, PANEL = LINCE_INT8_PANEL };

typedef struct work {
    const lince_kernel *kernel;
    const lince_conv_int8_args *a;
    size_t workers;
} work;

/* Of a thread. */
typedef struct room {
    float x[PIXELS * TERMS], w[TERMS * OUTPUTS], products[PIXELS * OUTPUTS];
    int32_t sums[PIXELS * OUTPUTS];
} room;

/* Pixels of the batch, outputs, and terms. */
typedef struct part {
    size_t pixel, pixels, output, outputs, term, terms;
} part;

static const lince_conv *conv_of(const work *w)
{
    return w->kernel->geometry;
}

static size_t terms_of(const lince_conv *c)
{
    return (size_t)c->kernel[0] * (size_t)c->kernel[1] * lince_bytes_pixel(c->in);
}

/* What lies at a tap of a pixel's window; NULL: outside. */
static const uint8_t *seen_at(const work *w, size_t pixel, size_t tap)
{
    const lince_conv *c = conv_of(w);
    size_t area = (size_t)c->out.height * (size_t)c->out.width, in_map = pixel % area;
    int y = (int)(in_map / (size_t)c->out.width) * c->stride[0] - c->padding[0] + (int)tap / c->kernel[1],
        x = (int)(in_map % (size_t)c->out.width) * c->stride[1] - c->padding[1] + (int)tap % c->kernel[1];
    if (y < 0 || y >= c->in.height || x < 0 || x >= c->in.width) return NULL;
    return w->a->x + pixel / area * lince_bytes_size(c->in) +
           ((size_t)y * (size_t)c->in.width + (size_t)x) * lince_bytes_pixel(c->in);
}

static void put_row(const work *w, const part *p, size_t pixel, float *row)
{
    size_t channels = lince_bytes_pixel(conv_of(w)->in);
    for (size_t k = p->term, some; k < p->term + p->terms; k += some, row += some) {
        const uint8_t *seen = seen_at(w, pixel, k / channels);
        some = lince_smaller(channels - k % channels, p->term + p->terms - k);
        for (size_t i = 0; i < some; i++) row[i] = seen ? seen[k % channels + i] : w->a->pad;
    }
}

/* Weights lie by fours of terms, each of 16 outputs. */
static void put_columns(const work *w, const part *p, float *to)
{
    size_t all = terms_of(conv_of(w));
    for (size_t o = 0; o < p->outputs; o += PANEL)
        for (size_t k = 0; k < p->terms; k++) {
            size_t term = p->term + k;
            const int8_t *from = w->a->w + (p->output + o) * all + term / 4 * PANEL * 4 + term % 4;
            float *row = to + k * p->outputs + o;
            for (size_t lane = 0; lane < PANEL; lane++) row[lane] = from[lane * 4];
        }
}

static void add_terms(const work *w, const part *p, room *r)
{
    lince_exec alone = w->kernel->exec;
    alone.threads = 1;
    for (size_t i = 0; i < p->pixels; i++) put_row(w, p, p->pixel + i, r->x + i * p->terms);
    put_columns(w, p, r->w);
    lince_gemm(&alone, false, false, p->pixels, p->outputs, p->terms, r->x, p->terms, r->w, p->outputs, 0,
               r->products, p->outputs);
    for (size_t i = 0; i < p->pixels * p->outputs; i++) r->sums[i] += (int32_t)r->products[i];
}

static void finish_pixel(const work *w, const part *p, size_t pixel, const int32_t *sums)
{
    const lince_conv_int8_args *a = w->a;
    size_t outs = (size_t)conv_of(w)->out.channels, y_pixel = lince_bytes_pixel(conv_of(w)->out);
    for (size_t o = p->output; o < lince_smaller(p->output + p->outputs, outs); o++) {
        float t = lince_int8_result(a, sums[o - p->output], o, pixel * y_pixel + o);
        if (a->y)
            a->y[pixel * y_pixel + o] = lince_to_byte(t);
        else
            a->floats[pixel * outs + o] = t;
    }
    if (a->y && p->output + p->outputs >= outs) memset(a->y + pixel * y_pixel + outs, 0, y_pixel - outs);
}

static void worker(void *context, size_t index)
{
    const work *w = context;
    const lince_conv *c = conv_of(w);
    room *r = (room *)w->a->scratch + index;
    size_t pixels = (size_t)c->batch * (size_t)c->out.height * (size_t)c->out.width,
           outputs = (size_t)lince_round_up(c->out.channels, PANEL),
           across = lince_divide_up(outputs, OUTPUTS), tasks = lince_divide_up(pixels, PIXELS) * across;
    for (size_t i = index * tasks / w->workers; i < (index + 1) * tasks / w->workers; i++) {
        part p = {.pixel = i / across * PIXELS, .output = i % across * OUTPUTS};
        p.pixels = lince_smaller(PIXELS, pixels - p.pixel);
        p.outputs = lince_smaller(OUTPUTS, outputs - p.output);
        memset(r->sums, 0, p.pixels * p.outputs * sizeof *r->sums);
        for (; p.term < terms_of(c); p.term += TERMS) {
            p.terms = lince_smaller(TERMS, terms_of(c) - p.term);
            add_terms(w, &p, r);
        }
        for (size_t k = 0; k < p.pixels; k++) finish_pixel(w, &p, p.pixel + k, r->sums + k * p.outputs);
    }
}

static void run(const lince_kernel *k, const void *args)
{
    size_t workers = (size_t)k->exec.threads;
    lince_parallel(k->exec.threads, workers, worker, &(work){k, args, workers});
}

static bool supports(const void *geometry)
{
    return ((const lince_conv *)geometry)->groups == 1;
}

static int create(lince_kernel *k)
{
    k->scratch = (size_t)k->exec.threads * sizeof(room);
    return 0;
}

const lince_op_row lince_conv_int8_floats = {.op = LINCE_OP_CONV_INT8,
                                             .name = "floats",
                                             .same_bits = true,
                                             .supports = supports,
                                             .create = create,
                                             .run = run};
