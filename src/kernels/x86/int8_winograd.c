/* Fast 3x3 convolution of bytes (int8_winograd.h): which operand is transformed when, and on which threads.
 *
 *     all tiles fit into the core's own cache   tiles in scratch; a task makes the weights of one panel
 *     more tiles                                weights in scratch; a task makes as many tiles as fit
 * Sums of whole numbers are the same in any order, so that tasks may follow the machine. */
#include "kernels/x86/int8_winograd.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/bytes.h"

#include <string.h>

typedef struct plan {
    lince_conv conv;
    size_t channels, panels; /* of the input, whole; of outputs */
    size_t rows, columns;    /* of tiles of a map */
    size_t tiles, chunk;     /* of the batch; of a task */
    size_t v, u, m;          /* strides from point to point */
    size_t shared, own;      /* bytes of scratch: for all, and for each thread */
} plan;

typedef struct work {
    const plan *p;
    const lince_conv_int8_args *a;
    uint8_t *shared, *own;
} work;

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t divide_up(size_t a, size_t b)
{
    return (a + b - 1) / b;
}

/* --- tasks ------------------------------------------------------------------------------------------------ */

/* The sixteen pixels of a tile; `outside` is one of padding. */
static void find_pixels(const work *w, size_t tile, const uint8_t *outside, const uint8_t *pixel[16])
{
    const plan *p = w->p;
    const lince_conv *c = &p->conv;
    size_t map = p->rows * p->columns, sample = tile / map, row = tile % map / p->columns;
    int top = 2 * (int)row - c->padding[0], left = 2 * (int)(tile % p->columns) - c->padding[1];
    const uint8_t *x = w->a->x + sample * lince_bytes_size(c->in);
    for (int i = 0; i < 16; i++) {
        int iy = top + i / 4, ix = left + i % 4;
        bool inside = iy >= 0 && iy < c->in.height && ix >= 0 && ix < c->in.width;
        pixel[i] = inside ? x + ((size_t)iy * (size_t)c->in.width + (size_t)ix) * p->channels : outside;
    }
}

static void make_tiles(const work *w, size_t first, size_t count, int16_t *v)
{
    const plan *p = w->p;
    uint8_t outside[LINCE_INT8_WINOGRAD_CHANNELS];
    const uint8_t *pixel[16];
    memset(outside, w->a->pad, p->channels);
    for (size_t i = 0; i < count; i++) {
        find_pixels(w, first + i, outside, pixel);
        lince_int8_winograd_input(pixel, p->channels, v + i * p->channels, p->v);
    }
}

static void make_weights(const work *w, size_t panel, int16_t *u)
{
    const plan *p = w->p;
    lince_int8_winograd_weights(w->a->w + panel * 9 * p->channels * LINCE_INT8_PANEL, p->channels / 4, u,
                                p->u);
}

static lince_int8_row row_at(const work *w, size_t panel, size_t pixel)
{
    return lince_int8_results(w->a, w->p->conv.out, panel, 1, pixel);
}

/* Tiles of one line, from `tile` of the batch on. */
static void write_tiles(const work *w, size_t panel, size_t tile, size_t count, const int32_t *m)
{
    const plan *p = w->p;
    size_t height = (size_t)p->conv.out.height, width = (size_t)p->conv.out.width, line = tile / p->columns,
           y = line % p->rows * 2, x = tile % p->columns * 2;
    size_t pixel = (line / p->rows * height + y) * width + x;
    lince_int8_row upper = row_at(w, panel, pixel), lower = row_at(w, panel, pixel + width);
    lince_int8_winograd_results(m, p->m, count, smaller(2 * count, width - x), &upper,
                                y + 1 < height ? &lower : NULL);
}

static void multiply_panel(const work *w, size_t panel, size_t first, size_t count, const int16_t *u,
                           const int16_t *v, int32_t *m)
{
    const plan *p = w->p;
    for (size_t i = 0; i < LINCE_INT8_POINTS; i++)
        lince_int8_winograd_multiply(u + i * p->u, v + i * p->v, p->channels / 4, count, m + i * p->m);
    for (size_t done = 0; done < count;) {
        size_t left = p->columns - (first + done) % p->columns,
               some = smaller(smaller(left, count - done), LINCE_INT8_TILES_IN_RESULTS);
        write_tiles(w, panel, first + done, some, m + done * LINCE_INT8_PANEL);
        done += some;
    }
}

static size_t bytes16(size_t stride)
{
    return lince_align(LINCE_INT8_POINTS * stride * sizeof(int16_t));
}

/* --- the two ways --------------------------------------------------------------------------------------------- */

typedef struct sharing {
    const work *w;
    size_t workers;
} sharing;

/* Own scratch: U of a panel or V of a chunk, and M behind it. */
static int16_t *own_of(const sharing *s, size_t index, int32_t **m)
{
    const plan *p = s->w->p;
    uint8_t *own = s->w->own + index * p->own;
    *m = (int32_t *)(void *)(own + bytes16(p->tiles > p->chunk ? p->v : p->u));
    return (int16_t *)(void *)own;
}

static void tiles_worker(void *context, size_t index)
{
    const sharing *s = context;
    size_t begin = index * s->w->p->tiles / s->workers, end = (index + 1) * s->w->p->tiles / s->workers;
    make_tiles(s->w, begin, end - begin, (int16_t *)(void *)s->w->shared + begin * s->w->p->channels);
}

static void panels_worker(void *context, size_t index)
{
    const sharing *s = context;
    const plan *p = s->w->p;
    int32_t *m;
    int16_t *u = own_of(s, index, &m);
    for (size_t i = index * p->panels / s->workers; i < (index + 1) * p->panels / s->workers; i++) {
        make_weights(s->w, i, u);
        multiply_panel(s->w, i, 0, p->tiles, u, (const int16_t *)(void *)s->w->shared, m);
    }
}

static int16_t *shared_weights(const work *w, size_t panel)
{
    return (int16_t *)(void *)(w->shared + panel * bytes16(w->p->u));
}

static void weights_worker(void *context, size_t panel)
{
    const sharing *s = context;
    make_weights(s->w, panel, shared_weights(s->w, panel));
}

static void chunks_worker(void *context, size_t index)
{
    const sharing *s = context;
    const plan *p = s->w->p;
    int32_t *m;
    int16_t *v = own_of(s, index, &m);
    size_t chunks = divide_up(p->tiles, p->chunk);
    for (size_t i = index * chunks / s->workers; i < (index + 1) * chunks / s->workers; i++) {
        size_t first = i * p->chunk, count = smaller(p->chunk, p->tiles - first);
        make_tiles(s->w, first, count, v);
        for (size_t panel = 0; panel < p->panels; panel++)
            multiply_panel(s->w, panel, first, count, shared_weights(s->w, panel), v, m);
    }
}

static void run(const lince_kernel *k, const void *args)
{
    const lince_conv_int8_args *a = args;
    const plan *p = k->plan;
    int threads = k->exec.threads;
    work w = {p, a, a->scratch, (uint8_t *)a->scratch + p->shared};
    sharing s = {&w, (size_t)threads};
    bool chunked = p->tiles > p->chunk;
    lince_parallel(threads, chunked ? p->panels : s.workers, chunked ? weights_worker : tiles_worker, &s);
    lince_parallel(threads, s.workers, chunked ? chunks_worker : panels_worker, &s);
}

/* --- planning ------------------------------------------------------------------------------------------------- */

/* Lines of the caches that are odd in number: powers of two would crowd into few of their sets. */
static size_t stride_of(size_t numbers, size_t bytes)
{
    enum { LINE = 64 };
    return (divide_up(numbers * bytes, LINE) | 1) * LINE / bytes;
}

static size_t tiles_of(const lince_conv *c)
{
    return (size_t)c->batch * divide_up((size_t)c->out.height, 2) * divide_up((size_t)c->out.width, 2);
}

/* Whether it is worth it, in instructions on 16 weights: a tile takes 16 products and as many additions, the weights' transform 70,
 * and the plain way a multiplication of bytes, one that adds pairs, and an addition for 32 products. What is saved by a
 * tenth may not be. */
static bool pays(const lince_conv *c)
{
    double tile = 32, transform = 70, plain = 9 * 3. / 2,
           pixels = (double)c->batch * c->out.height * c->out.width;
    return (double)tiles_of(c) * tile + transform < 0.9 * plain * pixels;
}

static bool supports(const void *geometry)
{
    const lince_conv *c = geometry;
    return c->groups == 1 && c->kernel[0] == 3 && c->kernel[1] == 3 && c->stride[0] == 1 &&
           c->stride[1] == 1 && c->in.channels % 16 == 0 && c->in.channels <= LINCE_INT8_WINOGRAD_CHANNELS &&
           pays(c);
}

static int create(lince_kernel *k)
{
    enum { LEAST = 32 };
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    const lince_conv *c = k->geometry;
    p->conv = *c;
    p->channels = (size_t)c->in.channels;
    p->panels = divide_up((size_t)c->out.channels, LINCE_INT8_PANEL);
    p->rows = divide_up((size_t)c->out.height, 2);
    p->columns = divide_up((size_t)c->out.width, 2);
    p->tiles = tiles_of(c);
    size_t fit = lince_cpu_cache(2) / 4 / (LINCE_INT8_POINTS * p->channels * sizeof(int16_t));
    p->chunk = smaller(p->tiles, fit > LEAST ? fit : LEAST);
    p->v = stride_of(p->chunk * p->channels, sizeof(int16_t));
    p->u = stride_of(p->channels * LINCE_INT8_PANEL, sizeof(int16_t));
    p->m = stride_of(p->chunk * LINCE_INT8_PANEL, sizeof(int32_t));
    bool chunked = p->tiles > p->chunk;
    p->shared = chunked ? p->panels * bytes16(p->u) : bytes16(p->v);
    p->own = bytes16(chunked ? p->v : p->u) + lince_align(LINCE_INT8_POINTS * p->m * sizeof(int32_t));
    k->scratch = p->shared + (size_t)k->exec.threads * p->own;
    return 0;
}

static void release(lince_kernel *k)
{
    lince_free(k->plan);
    k->plan = NULL;
}

const lince_op_row lince_conv_int8_winograd_avx2 = {.op = LINCE_OP_CONV_INT8,
                                                    .name = "winograd-avx2",
                                                    .needs = LINCE_AVX2,
                                                    .same_bits = true,
                                                    .supports = supports,
                                                    .create = create,
                                                    .run = run,
                                                    .release = release};
