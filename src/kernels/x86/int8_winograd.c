/* Fast 3x3 convolution of bytes (int8_winograd.h): which operand is transformed when, and on which threads.
 *
 *     all tiles fit into the core's own cache   tiles in scratch; a task makes the weights of one group of panels
 *     more tiles                                weights in scratch; a task makes as many tiles as fit
 * Sums of whole numbers are the same in any order, so that tasks may follow the machine. */
#include "kernels/x86/int8_winograd.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/bytes.h"

#include <string.h>

enum { SIDE = LINCE_INT8_SIDE, SEEN = LINCE_INT8_SEEN };

typedef struct plan {
    const lince_int8_winograd_simd *simd;
    lince_conv conv;
    size_t channels, groups; /* of the input, whole; of panels that are computed together */
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

/* Of a thread: U of a group or V of a chunk; products and sums. */
typedef struct room {
    int16_t *operand;
    int32_t *m, *s;
} room;

/* Numbers of a tile's, or a pixel's, sums. */
static size_t outputs_of(const plan *p)
{
    return p->simd->panels * LINCE_INT8_PANEL;
}

/* --- tasks ------------------------------------------------------------------------------------------------ */

/* The pixels that a tile reads; `outside` is one of padding. */
static void find_pixels(const work *w, size_t tile, const uint8_t *outside,
                        const uint8_t *pixel[LINCE_INT8_POINTS])
{
    const plan *p = w->p;
    const lince_conv *c = &p->conv;
    size_t map = p->rows * p->columns, sample = tile / map, row = tile % map / p->columns;
    int top = SIDE * (int)row - c->padding[0], left = SIDE * (int)(tile % p->columns) - c->padding[1];
    const uint8_t *x = w->a->x + sample * lince_bytes_size(c->in);
    for (int i = 0; i < LINCE_INT8_POINTS; i++) {
        int iy = top + i / SEEN, ix = left + i % SEEN;
        bool inside = iy >= 0 && iy < c->in.height && ix >= 0 && ix < c->in.width;
        pixel[i] = inside ? x + ((size_t)iy * (size_t)c->in.width + (size_t)ix) * p->channels : outside;
    }
}

static void make_tiles(const work *w, size_t first, size_t count, int16_t *v)
{
    const plan *p = w->p;
    uint8_t outside[LINCE_INT8_WINOGRAD_CHANNELS];
    const uint8_t *pixel[LINCE_INT8_POINTS];
    memset(outside, w->a->pad, p->channels);
    for (size_t i = 0; i < count; i++) {
        find_pixels(w, first + i, outside, pixel);
        p->simd->input(pixel, p->channels, v + i * p->channels, p->v);
    }
}

/* Behind the last panel there are zeros. */
static void make_weights(const work *w, size_t group, int16_t *u)
{
    const plan *p = w->p;
    size_t panels = lince_divide_up((size_t)p->conv.out.channels, LINCE_INT8_PANEL),
           first = group * p->simd->panels, some = lince_smaller(p->simd->panels, panels - first);
    if (some < p->simd->panels) memset(u, 0, LINCE_INT8_POINTS * p->u * sizeof *u);
    for (size_t i = 0; i < some; i++)
        p->simd->weights(w->a->w + (first + i) * 9 * p->channels * LINCE_INT8_PANEL, p->channels / 4,
                         u + i * LINCE_INT8_PANEL * 2, p->u);
}

/* Of tiles of one line, from `tile` of the batch on, whose sums are s: up to four lines of pixels. */
static void write_tiles(const work *w, size_t group, size_t tile, size_t count, const int32_t *s)
{
    const plan *p = w->p;
    const lince_conv *c = &p->conv;
    size_t height = (size_t)c->out.height, width = (size_t)c->out.width, line = tile / p->columns,
           y = line % p->rows * SIDE, x = tile % p->columns * SIDE,
           pixel = (line / p->rows * height + y) * width + x;
    for (size_t i = 0; i < SIDE && y + i < height;
         i++, pixel += width, s += p->chunk * SIDE * outputs_of(p)) {
        lince_int8_row row =
            lince_int8_results(w->a, c->out, group * p->simd->panels, p->simd->panels, pixel);
        p->simd->finish(&row, s, lince_smaller(SIDE * count, width - x));
    }
}

/* So many channels at a time as their sums are exact. */
static void sum_group(const work *w, size_t count, const int16_t *u, const int16_t *v, const room *r)
{
    const plan *p = w->p;
    size_t parts = lince_divide_up(p->channels, LINCE_INT8_EXACT_CHANNELS), pairs = p->channels / 2,
           outputs = outputs_of(p);
    for (size_t k = 0; k < parts; k++) {
        size_t begin = k * pairs / parts, end = (k + 1) * pairs / parts;
        for (size_t i = 0; i < LINCE_INT8_POINTS; i++)
            p->simd->multiply(u + i * p->u + begin * outputs * 2, v + i * p->v + begin * 2, p->channels,
                              end - begin, count, r->m + i * p->m);
        for (size_t t = 0; t < count; t++)
            p->simd->sums(r->m + t * outputs, p->m, k > 0, r->s + t * SIDE * outputs,
                          p->chunk * SIDE * outputs);
    }
}

static void compute_group(const work *w, size_t group, size_t first, size_t count, const int16_t *u,
                          const int16_t *v, const room *r)
{
    const plan *p = w->p;
    sum_group(w, count, u, v, r);
    for (size_t done = 0; done < count;) {
        size_t left = p->columns - (first + done) % p->columns, some = lince_smaller(left, count - done);
        write_tiles(w, group, first + done, some, r->s + done * SIDE * outputs_of(p));
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

static size_t products_size(const plan *p)
{
    return lince_align(LINCE_INT8_POINTS * p->m * sizeof(int32_t));
}

static room room_of(const sharing *s, size_t index)
{
    const plan *p = s->w->p;
    uint8_t *own = s->w->own + index * p->own, *m = own + bytes16(p->tiles > p->chunk ? p->v : p->u);
    return (room){(int16_t *)(void *)own, (int32_t *)(void *)m, (int32_t *)(void *)(m + products_size(p))};
}

static void tiles_worker(void *context, size_t index)
{
    const sharing *s = context;
    size_t begin = index * s->w->p->tiles / s->workers, end = (index + 1) * s->w->p->tiles / s->workers;
    make_tiles(s->w, begin, end - begin, (int16_t *)(void *)s->w->shared + begin * s->w->p->channels);
}

static void groups_worker(void *context, size_t index)
{
    const sharing *s = context;
    const plan *p = s->w->p;
    room r = room_of(s, index);
    for (size_t i = index * p->groups / s->workers; i < (index + 1) * p->groups / s->workers; i++) {
        make_weights(s->w, i, r.operand);
        compute_group(s->w, i, 0, p->tiles, r.operand, (const int16_t *)(void *)s->w->shared, &r);
    }
}

static int16_t *shared_weights(const work *w, size_t group)
{
    return (int16_t *)(void *)(w->shared + group * bytes16(w->p->u));
}

static void weights_worker(void *context, size_t group)
{
    const sharing *s = context;
    make_weights(s->w, group, shared_weights(s->w, group));
}

static void chunks_worker(void *context, size_t index)
{
    const sharing *s = context;
    const plan *p = s->w->p;
    room r = room_of(s, index);
    size_t chunks = lince_divide_up(p->tiles, p->chunk);
    for (size_t i = index * chunks / s->workers; i < (index + 1) * chunks / s->workers; i++) {
        size_t first = i * p->chunk, count = lince_smaller(p->chunk, p->tiles - first);
        make_tiles(s->w, first, count, r.operand);
        for (size_t group = 0; group < p->groups; group++)
            compute_group(s->w, group, first, count, shared_weights(s->w, group), r.operand, &r);
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
    lince_parallel(threads, chunked ? p->groups : s.workers, chunked ? weights_worker : tiles_worker, &s);
    lince_parallel(threads, s.workers, chunked ? chunks_worker : groups_worker, &s);
}

/* --- planning ------------------------------------------------------------------------------------------------- */

/* Lines of the caches that are odd in number: powers of two would crowd into few of their sets. */
static size_t stride_of(size_t numbers, size_t bytes)
{
    enum { LINE = 64 };
    return (lince_divide_up(numbers * bytes, LINE) | 1) * LINE / bytes;
}

static size_t tiles_of(const lince_conv *c)
{
    return (size_t)c->batch * lince_divide_up((size_t)c->out.height, SIDE) *
           lince_divide_up((size_t)c->out.width, SIDE);
}

static bool supports(const lince_int8_winograd_simd *simd, const lince_conv *c)
{
    return c->groups == 1 && c->kernel[0] == 3 && c->kernel[1] == 3 && c->stride[0] == 1 &&
           c->stride[1] == 1 && (size_t)c->in.channels % simd->channels == 0 &&
           c->in.channels <= LINCE_INT8_WINOGRAD_CHANNELS;
}

/* Whether it is worth it. Besides what grows with the channels a tile's sums take 200 instructions, and its input 350 for 32 channels
 * and all outputs. */
static bool pays(const lince_int8_winograd_simd *simd, const lince_conv *c)
{
    const lince_int8_winograd_costs *costs = &simd->costs;
    double tiles = (double)tiles_of(c), pixels = (double)c->batch * c->out.height * c->out.width,
           tile = costs->tile + 400. / c->in.channels + 350. / c->out.channels;
    return supports(simd, c) && tiles * tile + costs->weights < costs->pixel * pixels;
}

/* As many tiles as fill half of the core's cache, or fewer, so that all threads have some. */
static size_t chunk_of(const plan *p, size_t threads)
{
    enum { LEAST = 24, LEAST_OF_A_THREAD = 8 };
    size_t numbers16 = LINCE_INT8_POINTS * p->channels,
           numbers32 = (LINCE_INT8_POINTS + SIDE * SIDE) * outputs_of(p),
           fit = lince_cpu_cache(2) / 2 / (numbers16 * sizeof(int16_t) + numbers32 * sizeof(int32_t)),
           share = lince_divide_up(p->tiles, threads), most = fit > LEAST ? fit : LEAST;
    most = lince_smaller(most, share > LEAST_OF_A_THREAD ? share : LEAST_OF_A_THREAD);
    return lince_divide_up(p->tiles, lince_divide_up(p->tiles, most));
}

static int create(lince_kernel *k, const lince_int8_winograd_simd *simd)
{
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    const lince_conv *c = k->geometry;
    p->simd = simd;
    p->conv = *c;
    p->channels = (size_t)c->in.channels;
    p->groups = lince_divide_up((size_t)c->out.channels, outputs_of(p));
    p->rows = lince_divide_up((size_t)c->out.height, SIDE);
    p->columns = lince_divide_up((size_t)c->out.width, SIDE);
    p->tiles = tiles_of(c);
    p->chunk = chunk_of(p, (size_t)k->exec.threads);
    p->v = stride_of(p->chunk * p->channels, sizeof(int16_t));
    p->u = stride_of(p->channels * outputs_of(p), sizeof(int16_t));
    p->m = stride_of(p->chunk * outputs_of(p), sizeof(int32_t));
    bool chunked = p->tiles > p->chunk;
    p->shared = chunked ? p->groups * bytes16(p->u) : bytes16(p->v);
    p->own = bytes16(chunked ? p->v : p->u) + products_size(p) +
             lince_align(p->chunk * SIDE * SIDE * outputs_of(p) * sizeof(int32_t));
    k->scratch = p->shared + (size_t)k->exec.threads * p->own;
    return 0;
}

static void release(lince_kernel *k)
{
    lince_free(k->plan);
    k->plan = NULL;
}

#define ROW(level, level_needed, feature)                                                \
    static bool supports_##level(const void *geometry)                                   \
    {                                                                                    \
        return supports(&lince_int8_winograd_##level, geometry);                         \
    }                                                                                    \
    static bool pays_##level(const void *geometry)                                       \
    {                                                                                    \
        return pays(&lince_int8_winograd_##level, geometry);                             \
    }                                                                                    \
    static int create_##level(lince_kernel *k)                                           \
    {                                                                                    \
        return create(k, &lince_int8_winograd_##level);                                  \
    }                                                                                    \
    const lince_op_row lince_conv_int8_winograd_##level = {.op = LINCE_OP_CONV_INT8,     \
                                                           .name = "winograd-" #level,   \
                                                           .needs = level_needed,        \
                                                           .also = feature,              \
                                                           .same_bits = true,            \
                                                           .supports = supports_##level, \
                                                           .favoured = pays_##level,     \
                                                           .create = create_##level,     \
                                                           .run = run,                   \
                                                           .release = release};
ROW(avx512vnni, LINCE_AVX512, LINCE_AVX512_VNNI)
ROW(avx512, LINCE_AVX512, LINCE_NO_FEATURE)
ROW(avxvnni, LINCE_AVX2, LINCE_AVX_VNNI)
ROW(avx2, LINCE_AVX2, LINCE_NO_FEATURE)
