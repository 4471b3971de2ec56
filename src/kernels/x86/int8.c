/* Convolution of bytes (int8.h): the walk over samples, pieces of their lines, panels of outputs, and lines.
 *
 * A piece is as many lines of results as make least traffic between the core's caches; what they read fits into a quarter of
 * the larger one, where it is copied with its padding, which all panels read again. 1x1 with stride 1 knows no lines: all
 * pixels of the batch are one picture, cut into lines anew. Sums of whole numbers are the same in any order, so that pieces
 * may follow the number of threads. */
#include "kernels/x86/int8.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/bytes.h"

#include <string.h>

typedef struct plan {
    const lince_int8_simd *simd;
    lince_conv conv;       /* flattened, where it may be */
    bool padded;           /* what is read is copied, with its padding */
    size_t line;           /* bytes of a line that is read */
    size_t lines, pixels;  /* of results: of a piece, but for the last; of a line */
    size_t pieces;         /* of a sample */
    lince_int8_tile tile;  /* by tiles: of each block */
    size_t panels, groups; /* computed together (place in simd->panels); groups of these */
    size_t shares; /* that the groups of a piece are divided into, where there are more threads than pieces */
    size_t own;    /* bytes of scratch of each thread */
} plan;

typedef struct work {
    const plan *p;
    const lince_conv_int8_args *a;
    size_t workers;
} work;

/* Lines that are read for so many of results. */
static size_t lines_read(const lince_conv *c, size_t lines)
{
    return (lines - 1) * (size_t)c->stride[0] + (size_t)c->kernel[0];
}

/* --- running ---------------------------------------------------------------------------------------------- */

/* What the results from line `first` on read, with padding around it. */
static void copy_padded(const work *w, const uint8_t *sample, size_t first, size_t lines, uint8_t *to)
{
    const lince_conv *c = &w->p->conv;
    size_t pixel = lince_bytes_pixel(c->in), row = (size_t)c->in.width * pixel, line = w->p->line;
    size_t left = lince_smaller((size_t)c->padding[1] * pixel, line),
           copied = lince_smaller(row, line - left);
    for (size_t i = 0; i < lines_read(c, lines); i++, to += line) {
        ptrdiff_t y = (ptrdiff_t)(first * (size_t)c->stride[0] + i) - c->padding[0];
        if (y < 0 || y >= c->in.height) {
            memset(to, w->a->pad, line);
            continue;
        }
        memset(to, w->a->pad, left);
        memcpy(to + left, sample + (size_t)y * row, copied);
        memset(to + left + copied, w->a->pad, line - left - copied);
    }
}

/* The least size of a call by which as few calls as can be do it; one that is too large begins before what is left, and
 * computes some pixels again. */
static size_t next_call(const size_t *size, size_t left, size_t pixels)
{
    size_t most = lince_smaller(size[0], left), calls = lince_divide_up(left, size[0]),
           wanted = lince_divide_up(left, calls), i = 0;
    while (size[i] > 1 && size[i + 1] >= wanted) i++;
    while (size[i] > most && size[i] > pixels) i++;
    return i;
}

static lince_int8_row moved(const lince_int8_row *d, size_t pixels)
{
    lince_int8_row at = *d;
    at.x += pixels * d->x_pixel;
    if (at.y) at.y += pixels * d->y_pixel;
    if (at.other) at.other += pixels * d->y_pixel;
    if (at.floats) at.floats += pixels * d->y_pixel;
    return at;
}

static void run_line(const plan *p, const lince_int8_row *d, size_t place)
{
    for (size_t done = 0; done < p->pixels;) {
        size_t i = next_call(p->simd->of[place].size, p->pixels - done, p->pixels);
        size_t size = p->simd->of[place].size[i], at = lince_smaller(done, p->pixels - size);
        lince_int8_row call = moved(d, at);
        p->simd->of[place].row[i](&call);
        done = at + size;
    }
}

lince_int8_row lince_int8_results(const lince_conv_int8_args *a, lince_shape out, size_t panel, size_t panels,
                                  size_t pixel)
{
    size_t y_pixel = a->y ? lince_bytes_pixel(out) : (size_t)out.channels, first = panel * LINCE_INT8_PANEL,
           at = pixel * y_pixel + first;
    return (lince_int8_row){.factor = a->factor + first,
                            .offset = a->offset + first,
                            .other = a->other ? a->other + at : NULL,
                            .other_factor = a->other_factor,
                            .y = a->y ? a->y + at : NULL,
                            .floats = a->y ? NULL : a->floats + at,
                            .y_pixel = y_pixel,
                            .channels = lince_smaller(y_pixel - first, panels * LINCE_INT8_PANEL)};
}

/* Panels from `panel` on, as many as the functions at `place` take, of the results of a line of all; x: what it reads. */
static lince_int8_row row_at(const work *w, size_t place, size_t panel, size_t line, const uint8_t *x)
{
    const plan *p = w->p;
    const lince_conv *c = &p->conv;
    size_t pixel = lince_bytes_pixel(c->in), weights = (size_t)c->kernel[1] * pixel * LINCE_INT8_PANEL;
    lince_int8_row row = lince_int8_results(w->a, c->out, panel, p->simd->panels[place], line * p->pixels);
    row.runs = (size_t)c->kernel[0];
    row.fours = (size_t)c->kernel[1] * pixel / 4;
    row.x = x;
    row.x_run = p->line;
    row.x_pixel = (size_t)c->stride[1] * pixel;
    row.w = w->a->w + panel * row.runs * weights;
    row.w_panel = row.runs * weights;
    return row;
}

/* By tiles: block `index` of the lines from `line` on. */
static lince_int8_row block_at(const work *w, size_t place, size_t panel, size_t line, size_t index,
                               const uint8_t *x)
{
    const plan *p = w->p;
    size_t in_line = lince_divide_up(p->pixels, p->tile.pixels), y = index / in_line;
    lince_int8_row d = row_at(w, place, panel, line + y, x + y * (size_t)p->conv.stride[0] * p->line);
    return moved(&d, lince_smaller(index % in_line * p->tile.pixels, p->pixels - p->tile.pixels));
}

/* Two blocks at a time, and while they are summed those before them are finished. */
static void run_blocks(const work *w, size_t place, size_t panel, size_t line, size_t lines, const uint8_t *x)
{
    const plan *p = w->p;
    const lince_int8_tiles *t = p->simd->tiles;
    size_t panels = p->simd->panels[place], blocks = lines * lince_divide_up(p->pixels, p->tile.pixels);
    lince_int8_row d[2][2];
    int32_t sums[2][LINCE_INT8_TILE_SUMS];
    for (size_t i = 0; i < blocks + 2; i += 2) {
        lince_int8_row *now = d[i / 2 % 2], *before = d[1 - i / 2 % 2];
        for (size_t k = 0; k < 2 && i + k < blocks; k++) now[k] = block_at(w, place, panel, line, i + k, x);
        if (i < blocks) t->sum(p->tile, panels, &now[0], i + 1 < blocks ? &now[1] : NULL, sums[i / 2 % 2]);
        if (i) t->finish(p->tile, panels, &before[0], i <= blocks ? &before[1] : NULL, sums[1 - i / 2 % 2]);
    }
}

static void run_panels(const work *w, size_t place, size_t panel, size_t line, size_t lines, const uint8_t *x)
{
    const plan *p = w->p;
    if (p->simd->tiles) {
        run_blocks(w, place, panel, line, lines, x);
        return;
    }
    for (size_t i = 0; i < lines; i++) {
        lince_int8_row d = row_at(w, place, panel, line + i, x + i * (size_t)p->conv.stride[0] * p->line);
        run_line(p, &d, place);
    }
}

/* Groups begin .. end of panels, the last of which may be smaller. */
static void run_piece(const work *w, size_t piece, size_t begin, size_t end, uint8_t *own)
{
    const plan *p = w->p;
    const lince_conv *c = &p->conv;
    size_t height = (size_t)c->out.height, sample = piece / p->pieces, first = piece % p->pieces * p->lines;
    size_t lines = lince_smaller(p->lines, height - first),
           all = lince_divide_up((size_t)c->out.channels, LINCE_INT8_PANEL);
    const uint8_t *x = w->a->x + sample * lince_bytes_size(c->in);
    if (p->padded)
        copy_padded(w, x, first, lines, own);
    else
        x += first * (size_t)c->stride[0] * p->line;
    for (size_t panel = begin * p->simd->panels[p->panels];
         panel < lince_smaller(end * p->simd->panels[p->panels], all);) {
        size_t place = p->panels;
        while (p->simd->panels[place] > all - panel) place++;
        run_panels(w, place, panel, sample * height + first, lines, p->padded ? own : x);
        panel += p->simd->panels[place];
    }
}

static void worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->p;
    size_t count = (size_t)p->conv.batch * p->pieces * p->shares;
    uint8_t *own = (uint8_t *)w->a->scratch + index * p->own;
    if (p->simd->tiles) p->simd->tiles->begin(p->tile);
    for (size_t i = index * count / w->workers; i < (index + 1) * count / w->workers; i++) {
        size_t share = i % p->shares;
        run_piece(w, i / p->shares, share * p->groups / p->shares, (share + 1) * p->groups / p->shares, own);
    }
    if (p->simd->tiles) p->simd->tiles->end();
}

static void run(const lince_kernel *k, const void *args)
{
    size_t workers = (size_t)k->exec.threads;
    lince_parallel(k->exec.threads, workers, worker, &(work){k->plan, args, workers});
}

/* --- planning --------------------------------------------------------------------------------------------- */

static bool is_pointwise(const lince_conv *c)
{
    return c->kernel[0] == 1 && c->kernel[1] == 1 && c->stride[0] == 1 && c->stride[1] == 1 &&
           !c->padding[0] && !c->padding[1];
}

/* All pixels of the batch as one picture, whose width is a divisor of their number: not too large, so that pieces need not be, and
 * if there is one, such as calls and tiles divide well. */
static size_t flat_width(size_t all)
{
    enum { PIXELS = 64, CALL = 14 };
    size_t width = lince_smaller(all, PIXELS), even = lince_smaller(all, PIXELS) / CALL * CALL;
    while (even && all % even) even -= CALL;
    while (all % width) width--;
    return even >= 2 * CALL ? even : width;
}

static lince_conv flattened(lince_conv c)
{
    size_t all = (size_t)c.batch * (size_t)c.in.height * (size_t)c.in.width, width = flat_width(all);
    if (!is_pointwise(&c) || width < (size_t)c.in.width) return c;
    c.batch = 1;
    c.in.width = c.out.width = (int)width;
    c.in.height = c.out.height = (int)(all / width);
    return c;
}

/* What comes from the second-level cache for so many lines at a time: all weights for each piece, and a piece for each group of
 * panels, where the first-level cache does not keep them. */
static double traffic(const plan *p, size_t lines)
{
    const lince_conv *c = &p->conv;
    size_t most = lince_cpu_cache(1) / 2,
           piece = lines_read(c, lines) * p->line + lines * p->pixels * lince_bytes_pixel(c->out),
           weights = lince_conv_int8_weights_size(c);
    return (double)lince_divide_up((size_t)c->out.height, lines) *
           ((weights > most ? (double)weights : 0) + (double)piece * (piece > most ? (double)p->groups : 1));
}

static void plan_pieces(plan *p, size_t threads)
{
    const lince_conv *c = &p->conv;
    size_t height = (size_t)c->out.height, batch = (size_t)c->batch, most = lince_cpu_cache(2) / 4;
    p->lines = 1;
    for (size_t lines = 2; lines <= height && lines_read(c, lines) * p->line <= most; lines++)
        if (traffic(p, lines) <= traffic(p, p->lines)) p->lines = lines;
    if (batch < threads) p->lines = lince_smaller(p->lines, lince_divide_up(height * batch, threads));
    p->pieces = lince_divide_up(height, p->lines);
    p->shares = lince_smaller(lince_divide_up(threads, p->pieces * batch), p->groups);
    if (p->padded) p->own = lince_align(lines_read(c, p->lines) * p->line);
}

/* As few panels as fill the registers with the pixels that a line has. */
static void plan_panels(plan *p)
{
    const lince_int8_simd *simd = p->simd;
    size_t all = lince_divide_up((size_t)p->conv.out.channels, LINCE_INT8_PANEL);
    p->panels = 0;
    while (p->panels + 1 < simd->usual && p->pixels >= simd->of[p->panels + 1].size[0]) p->panels++;
    while (simd->panels[p->panels] > all) p->panels++;
    p->groups = lince_divide_up(all, simd->panels[p->panels]);
}

/* Blocks as large as a line can be cut into evenly. */
static lince_int8_tile tile_of(const lince_conv *flat)
{
    enum { MOST = 16 };
    size_t pixels = (size_t)flat->out.width,
           fours = (size_t)flat->kernel[1] * lince_bytes_pixel(flat->in) / 4;
    lince_int8_tile tile = {lince_divide_up(pixels, lince_divide_up(pixels, MOST)),
                            lince_smaller(fours, MOST)};
    while (fours % tile.fours) tile.fours--;
    return tile;
}

static bool supports(const void *geometry)
{
    const lince_conv *c = geometry;
    return c->groups == 1;
}

/* Not where tiles would be all but empty. */
static bool supports_tiles(const void *geometry)
{
    enum { LEAST = 4 };
    if (!supports(geometry)) return false;
    lince_conv flat = flattened(*(const lince_conv *)geometry);
    lince_int8_tile tile = tile_of(&flat);
    return tile.pixels >= LEAST && tile.fours >= LEAST;
}

static int create(lince_kernel *k, const lince_int8_simd *simd)
{
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    p->simd = simd;
    p->conv = flattened(*(const lince_conv *)k->geometry);
    const lince_conv *c = &p->conv;
    size_t needed = (size_t)(c->out.width - 1) * (size_t)c->stride[1] + (size_t)c->kernel[1];
    p->padded = c->padding[0] > 0 || c->padding[1] > 0;
    p->line = (p->padded ? needed : (size_t)c->in.width) * lince_bytes_pixel(c->in);
    p->pixels = (size_t)c->out.width;
    p->tile = tile_of(c);
    plan_panels(p);
    plan_pieces(p, (size_t)k->exec.threads);
    k->scratch = (size_t)k->exec.threads * p->own;
    return 0;
}

static void release(lince_kernel *k)
{
    lince_free(k->plan);
    k->plan = NULL;
}

#define LINCE_INT8_ROW(level, level_needed, feature, which)                 \
    static int create_##level(lince_kernel *k)                              \
    {                                                                       \
        return create(k, &lince_int8_simd_##level);                         \
    }                                                                       \
    const lince_op_row lince_conv_int8_##level = {.op = LINCE_OP_CONV_INT8, \
                                                  .name = #level,           \
                                                  .needs = level_needed,    \
                                                  .also = feature,          \
                                                  .same_bits = true,        \
                                                  .supports = which,        \
                                                  .favoured = which,        \
                                                  .create = create_##level, \
                                                  .run = run,               \
                                                  .release = release};
LINCE_INT8_ROW(amx, LINCE_AMX, LINCE_AMX_INT8, supports_tiles)
LINCE_INT8_ROW(avx512vnni, LINCE_AVX512, LINCE_AVX512_VNNI, supports)
LINCE_INT8_ROW(avx512, LINCE_AVX512, LINCE_NO_FEATURE, supports)
LINCE_INT8_ROW(avxvnni, LINCE_AVX2, LINCE_AVX_VNNI, supports)
LINCE_INT8_ROW(avx2, LINCE_AVX2, LINCE_NO_FEATURE, supports)
