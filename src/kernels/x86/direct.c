/* Direct convolution (direct.h): the walk over samples, panels of results and rows.
 *
 * Forward and backward data are one thing: results in a grid are sums over some taps of a source, at
 * distances that do not change along a row. Forward has one grid with all taps. Backward data with stride s
 * has s x s grids, because the pixels that lie s apart in the input are reached by the same taps:
 *     dx[i] = sum over taps k, where s divides i + padding - k, of dy[(i + padding - k) / s] w[k]
 *
 * Groups of whole blocks of channels lie behind each other, as samples do: sample n's group g is sample n G + g of a batch of one
 * group's convolutions, and has weights of its own.
 *
 * A task is a part of one sample and a panel (two vectors of results); for backward weights, one panel and one block of
 * inputs, or group of taps, over the whole batch. Each sum is made by one task in one order: the result has
 * the same bits on any number of threads. */
#include "kernels/x86/direct.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/minmax.h"
#include "core/parallel.h"
#include "kernels/conv.h"

#include <stdint.h>
#include <string.h>

enum { MAX_GRIDS = 4 }; /* backward data: stride 1 or 2 */

/* A tap reads the pixel `y`, `x` behind the one that a result begins at. */
typedef struct reach {
    int y, x;
} reach;

/* Results at (top + i step, left + j step), of which each is a sum over taps. */
typedef struct grid {
    int top, left, step;
    size_t taps;
    reach *reach;
    ptrdiff_t *x_tap, *w_tap; /* the same as distances in floats */
} grid;

typedef struct plan {
    const lince_direct_simd *simd;
    lince_conv conv;            /* of one group; flattened, where it may be */
    size_t conv_groups, panels; /* a group's panels of results */
    lince_direction direction;
    lince_direct_step row_step;
    lince_shape from, to;          /* what is read and written; backward weights: x, dy */
    size_t channels;               /* in a block of `from` */
    size_t from_blocks, to_blocks; /* `to` always in blocks of lanes */
    int source_step;               /* pixels of `from` between neighbours of a grid */
    int margin[2], line[2];        /* of the padded source: pixels before; lines and their pixels */
    bool padded;                   /* the source is copied, with its padding, or gathered */
    lince_shape origin;            /* `from`, before it is gathered */
    size_t gathered,
        gathered_lines; /* 0, or 1x1 windows' stride: of `origin` only the pixels that they read */
    int grids;
    grid grid[MAX_GRIDS];
    ptrdiff_t *offsets; /* memory of all x_tap and w_tap */
    reach *positions;   /* memory of all reach */
    size_t
        tiles; /* parts of a map, all of whose results are computed while it is in the second-level cache */
    size_t
        chunk, /* blocks of `from` that are summed up at a time: a panel's weights of these stay in the first-level cache */
        stretch; /* and those of which all panels' sums are made before the next: the map's stay in the second-level one */
    /* Of backward weights: */
    bool flat;                   /* a map is so many pixels, one after the other, which may be gathered */
    size_t parts, group, pieces; /* of a map; samples of a piece; of the batch */
    size_t shared, own;          /* floats of scratch: turned weights; each thread's padded source */
} plan;

typedef struct work {
    int threads;
    const plan *plan;
    const lince_conv_args *args;
    const float *source, *weights;
    float *result, *turned, *own;
    size_t workers;
    size_t chunk, stretch; /* the plan's, or all blocks */
} work;

static size_t lanes(const plan *p)
{
    return (size_t)p->simd->lanes;
}

static size_t taps_of(const lince_conv *c)
{
    return (size_t)c->kernel[0] * (size_t)c->kernel[1];
}

static size_t vectors_of(const plan *p, size_t panel)
{
    return lince_smaller(LINCE_DIRECT_VECTORS, p->to_blocks - panel % p->panels * LINCE_DIRECT_VECTORS);
}

static size_t pixels_of(lince_shape s)
{
    return (size_t)s.height * (size_t)s.width;
}

/* Floats of one block of the padded source. */
static size_t padded_block(const plan *p)
{
    return (size_t)p->line[0] * (size_t)p->line[1] * p->channels;
}

/* --- the source, with its padding ------------------------------------------------------------------------
 */

static void pad_block(const plan *p, const float *from, float *to)
{
    size_t pixel = p->channels, width = (size_t)p->line[1] * pixel, left = (size_t)p->margin[1] * pixel;
    size_t row = (size_t)p->from.width * pixel, copied = lince_smaller(row, width - left);
    for (int i = 0; i < p->line[0]; i++, to += width) {
        int y = i - p->margin[0];
        if (y < 0 || y >= p->from.height) {
            memset(to, 0, width * sizeof *to);
            continue;
        }
        memset(to, 0, left * sizeof *to);
        memcpy(to + left, from + (size_t)y * row, copied * sizeof *to);
        memset(to + left + copied, 0, (width - left - copied) * sizeof *to);
    }
}

/* Of every other pixel of every other line those from `begin` to `end`, one after the other. */
static void gather(const plan *p, const float *from, size_t begin, size_t end, float *to)
{
    size_t width = (size_t)p->from.width * (size_t)p->from.height / p->gathered_lines, pixel = p->channels;
    for (size_t i = begin; i < end; i++, to += pixel)
        memcpy(to, from + (i / width * (size_t)p->origin.width + i % width) * p->gathered * pixel,
               pixel * sizeof *to);
}

static const float *origin_block(const plan *p, const float *activation, size_t sample, size_t block)
{
    return activation + (sample * p->from_blocks + block) * pixels_of(p->origin) * p->channels;
}

/* One block of a sample, as it is or, padded or gathered, in `own`. */
static const float *source_block(const plan *p, const float *activation, size_t sample, size_t block,
                                 float *own)
{
    const float *from = origin_block(p, activation, sample, block);
    if (!p->padded) return from;
    if (p->gathered)
        gather(p, from, 0, pixels_of(p->from), own);
    else
        pad_block(p, from, own);
    return own;
}

/* --- forward, backward data ------------------------------------------------------------------------------
 */

/* Floats of a group's weights. */
static size_t weights_of_group(const plan *p)
{
    return p->from_blocks * p->to_blocks * taps_of(&p->conv) * p->channels * lanes(p);
}

void lince_direct_turn(void *turning, size_t index)
{
    const lince_direct_turning *t = turning;
    size_t size = t->taps * (size_t)t->simd->lanes * (size_t)t->simd->lanes, all = t->inputs * t->outputs;
    size_t group = index / all, i = index % all / t->outputs, o = index % t->outputs;
    t->simd->transpose(t->weights + (group * all + o * t->inputs + i) * size, t->taps,
                       t->turned + index * size);
}

/* Which of the sizes goes next. One or two pixels alone would wait for their own sums: the last two parts are alike. */
static int size_for(const lince_direct_simd *simd, size_t pixels)
{
    int i = 0;
    while (simd->size[i] > pixels) i++;
    return i == 0 && pixels > simd->size[0] && pixels <= simd->size[0] + 2 ? 1 : i;
}

void lince_direct_run(const lince_direct_simd *simd, lince_direct_step step, size_t x_pixel, size_t vectors,
                      size_t pixels, lince_direct_row *d)
{
    while (pixels > 0) {
        int i = size_for(simd, pixels);
        size_t size = simd->size[i];
        simd->row[step][vectors - 1][i](d);
        d->x += size * x_pixel;
        d->y += size * d->y_pixel;
        if (d->ahead) d->ahead += d->blocks * d->ahead_vectors * (size_t)simd->lanes;
        lince_finish_advance(&d->finish, size * d->y_pixel);
        pixels -= size;
    }
}

static size_t results_along(int size, int begin, int step)
{
    return begin < size ? (size_t)((size - begin + step - 1) / step) : 0;
}

/* The results of [0, count) whose tap at distance `tap` lies in [0, size): [*begin, *end). */
static void reaching(int tap, int step, int size, size_t count, size_t *begin, size_t *end)
{
    *begin = lince_smaller(tap < 0 ? (size_t)((-tap + step - 1) / step) : 0, count);
    *end = tap < size ? lince_smaller((size_t)((size - 1 - tap) / step + 1), count) : 0;
    if (*end < *begin) *end = *begin;
}

/* Taps of line i that read a line of the source and not its padding; they are neighbours. */
static size_t taps_of_line(const plan *p, const grid *g, int i, size_t *first)
{
    size_t begin = 0, end = g->taps;
    int line = i * p->source_step, height = p->from.height;
    while (begin < end && (line + g->reach[begin].y < 0 || line + g->reach[begin].y >= height)) begin++;
    while (begin < end && (line + g->reach[end - 1].y < 0 || line + g->reach[end - 1].y >= height)) end--;
    *first = begin;
    return end - begin;
}

static lince_finish finish_of(const work *w, size_t channel, size_t at)
{
    const lince_conv_args *a = w->args;
    if (w->plan->direction == LINCE_FORWARD)
        return lince_finish_forward(a->epilogue, a->relu, a->b, channel, at);
    return (lince_finish){.addend = a->add ? a->x + at : NULL, .gate = a->gate ? a->gate + at : NULL};
}

typedef struct range {
    size_t begin, end;
} range;

/* Part `index` of so many, of whole units but for the last. */
static range share(size_t all, size_t unit, size_t index, size_t parts)
{
    size_t units = (all + unit - 1) / unit;
    return (range){lince_smaller(index * units / parts * unit, all),
                   lince_smaller((index + 1) * units / parts * unit, all)};
}

/* A part of a map, and the panel of results that is made of it. */
typedef struct portion {
    size_t sample, tile, panel;
} portion;

static void run_grid(const work *w, const grid *g, const portion *part, const float *source, range blocks,
                     const float *ahead)
{
    const plan *p = w->plan;
    size_t vectors = vectors_of(p, part->panel), first = part->panel * LINCE_DIRECT_VECTORS,
           block = p->channels * lanes(p);
    size_t taps = taps_of(&w->plan->conv), plane = pixels_of(p->to) * lanes(p),
           group = part->sample % p->conv_groups;
    size_t lines = results_along(p->to.height, g->top, g->step),
           pixels = results_along(p->to.width, g->left, g->step);
    bool one = p->to.height == 1;
    range line = share(lines, 1, one ? 0 : part->tile, one ? 1 : p->tiles),
          pixel = share(pixels, p->simd->size[0], one ? part->tile : 0, one ? p->tiles : 1);
    for (size_t i = line.begin; i < line.end; i++) {
        size_t first_tap, count = taps_of_line(p, g, (int)i, &first_tap);
        size_t y = (size_t)g->top + i * (size_t)g->step, x = (size_t)g->left + pixel.begin * (size_t)g->step;
        size_t at = (part->sample * p->to_blocks + first) * plane + (y * (size_t)p->to.width + x) * lanes(p);
        lince_direct_row d = {
            .blocks = blocks.end - blocks.begin,
            .last = blocks.end < p->from_blocks
                        ? (int)p->channels
                        : p->from.channels - (int)((p->from_blocks - 1) * p->channels),
            .begun = blocks.begin > 0,
            .open = blocks.end < p->from_blocks,
            .taps = count,
            .x_tap = g->x_tap + first_tap,
            .w_tap = g->w_tap + first_tap,
            .x = source + (i * (size_t)p->line[1] + pixel.begin) * (size_t)p->source_step * p->channels +
                 blocks.begin * padded_block(p),
            .x_block = padded_block(p),
            .w = w->weights + group * weights_of_group(p) +
                 (first * p->from_blocks + blocks.begin) * taps * block,
            .w_block = taps * block,
            .w_vector = p->from_blocks * taps * block,
            .finish = finish_of(w, (group * p->to_blocks + first) * lanes(p), at),
            .y = w->result + at,
            .y_pixel = (size_t)g->step * lanes(p),
            .y_vector = plane,
            .ahead = ahead,
            .ahead_vectors = p->channels / (1 + (pixel.end - pixel.begin) / p->simd->size[0]) + 1,
        };
        lince_direct_run(p->simd, p->row_step, (size_t)p->source_step * p->channels, vectors,
                         pixel.end - pixel.begin, &d);
        for (size_t k = 0; k < vectors && !d.open && !lince_finish_holds(&d.finish); k++)
            p->simd->activate(&d.finish, w->result + at + k * plane,
                              pixel.end - pixel.begin); /* forward: they are neighbours */
    }
}

/* Those of the blocks from `next` on, or where the stretch ends there those that the next panel begins with. */
static const float *weights_after(const work *w, const portion *part, size_t stretch, size_t next, bool more)
{
    const plan *p = w->plan;
    if (!p->flat) return NULL;
    size_t panel = part->panel, block = p->channels * lanes(p);
    if (next >= lince_smaller(stretch + w->stretch, p->from_blocks)) {
        if (!more) return NULL;
        next = stretch, panel++;
    }
    return w->weights + part->sample % p->conv_groups * weights_of_group(p) +
           (panel * LINCE_DIRECT_VECTORS * p->from_blocks + next) * block;
}

/* `panels` panels of a tile, from the portion's on. */
static void run_panels(const work *w, const float *source, portion first, size_t panels)
{
    const plan *p = w->plan;
    for (size_t s = 0; s < p->from_blocks; s += w->stretch)
        for (size_t i = 0; i < panels; i++) {
            portion part = {first.sample, first.tile, first.panel + i};
            size_t end = lince_smaller(s + w->stretch, p->from_blocks);
            for (size_t b = s; b < end; b += w->chunk)
                for (int g = 0; g < p->grids; g++)
                    run_grid(w, &p->grid[g], &part, source, (range){b, lince_smaller(b + w->chunk, end)},
                             weights_after(w, &part, s, b + w->chunk, i + 1 < panels));
        }
}

/* A thread's share of the tasks, sample by sample, tile by tile. */
static void worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->plan;
    size_t count = (size_t)w->plan->conv.batch * p->conv_groups * p->tiles * p->panels, padded = SIZE_MAX;
    float *own = w->own + index * p->own;
    size_t end = (index + 1) * count / w->workers;
    for (size_t i = index * count / w->workers, next; i < end; i = next) {
        size_t part = i / p->panels, sample = part / p->tiles;
        const float *source = p->padded ? own : source_block(p, w->source, sample, 0, NULL);
        for (size_t b = 0; b < p->from_blocks && p->padded && padded != sample; b++)
            source_block(p, w->source, sample, b, own + b * padded_block(p));
        padded = sample;
        next = lince_smaller((part + 1) * p->panels, end);
        run_panels(w, source, (portion){sample, part % p->tiles, i % p->panels}, next - i);
    }
}

static void run_data(work *w)
{
    const plan *p = w->plan;
    lince_direct_turning turning = {.simd = p->simd,
                                    .taps = taps_of(&p->conv),
                                    .inputs = p->to_blocks,
                                    .outputs = p->from_blocks,
                                    .weights = w->args->w,
                                    .turned = w->turned};
    if (p->direction == LINCE_BACKWARD_DATA)
        lince_parallel(w->threads, p->conv_groups * p->from_blocks * p->to_blocks, lince_direct_turn,
                       &turning);
    lince_parallel(w->threads, w->workers, worker, w);
}

/* --- backward weights ------------------------------------------------------------------------------------
 */

/* Groups of rows of dw that one task makes for a panel: a block of channels, or, of a plain input, as many
 * taps as the registers hold. */
static size_t groups_of(const plan *p, const lince_conv *c)
{
    size_t rows = (size_t)p->simd->rows;
    return p->channels > 1 ? p->from_blocks : (p->from_blocks * taps_of(c) + rows - 1) / rows;
}

/* Backward weights: panels are numbered through all groups. Of a sample what a panel's group has is a sample by itself. */
static size_t sample_of(const plan *p, size_t sample, size_t panel)
{
    return sample * p->conv_groups + panel / p->panels;
}

/* dw of one panel, where its row `row` of tap `tap` of block `block` begins. */
static float *gradient_at(const work *w, size_t panel, size_t block, size_t tap)
{
    const plan *p = w->plan;
    size_t o = panel % p->panels * LINCE_DIRECT_VECTORS, taps = taps_of(&w->plan->conv);
    float *of_group = w->args->w + panel / p->panels * weights_of_group(p);
    return of_group + ((o * p->from_blocks + block) * taps + tap) * p->channels * lanes(p);
}

static lince_direct_outer outer_over(const work *w, size_t sample, size_t panel)
{
    const plan *p = w->plan;
    size_t line = (size_t)p->line[1] * p->channels, step = (size_t)p->source_step,
           plane = pixels_of(p->to) * lanes(p);
    return (lince_direct_outer){
        .x_line = step * line,
        .x_pixel = step * p->channels,
        .dy = w->args->y +
              (sample_of(p, sample, panel) * p->to_blocks + panel % p->panels * LINCE_DIRECT_VECTORS) * plane,
        .dy_line = (size_t)p->to.width * lanes(p),
        .dy_vector = plane,
        .lines = (size_t)p->to.height,
        .pixels = (size_t)p->to.width,
        .w_vector = p->from_blocks * taps_of(&w->plan->conv) * p->channels * lanes(p),
    };
}

/* What is added to dw at a time: few enough pixels that a panel of dy and a block of x stay in the first-level cache, so
 * many that reading and writing dw, which is done for each piece, is little beside. */
typedef struct piece {
    size_t sample, samples;
    size_t begin, end; /* lines of each; of flat maps pixels */
} piece;

static piece piece_at(const plan *p, size_t index)
{
    size_t all = p->flat ? pixels_of(p->to) : (size_t)p->to.height;
    size_t part = index % p->parts, sample = index / p->parts * p->group;
    return (piece){.sample = sample,
                   .samples = lince_smaller(p->group, (size_t)p->conv.batch - sample),
                   .begin = part * all / p->parts,
                   .end = (part + 1) * all / p->parts};
}

static const float *x_at(const work *w, size_t sample, size_t block)
{
    return origin_block(w->plan, w->args->x, sample, block);
}

/* A piece of x, gathered: [block][sample][pixel]. */
static void gather_piece(const work *w, const piece *part, float *own)
{
    const plan *p = w->plan;
    size_t pixels = part->end - part->begin;
    for (size_t i = 0; i < p->from_blocks * part->samples; i++)
        gather(p, x_at(w, part->sample + i % part->samples, i / part->samples), part->begin, part->end,
               own + i * pixels * p->channels);
}

/* While a panel's first blocks are computed, its part of the next piece of dy comes; while the thread's first panel is, x. */
static void fetch_ahead(const work *w, const piece *next, size_t panel, size_t block, bool first,
                        lince_direct_outer *o)
{
    const plan *p = w->plan;
    size_t dy = next->sample * p->to_blocks + panel * LINCE_DIRECT_VECTORS + block;
    if (first && !p->gathered) o->ahead[0] = x_at(w, next->sample, block) + next->begin * p->channels;
    if (block < vectors_of(p, panel)) o->ahead[1] = w->args->y + dy * o->dy_vector + next->begin * lanes(p);
}

/* Of flat maps: samples take the lines' place. */
static lince_direct_outer flat_over(const work *w, const piece *part, size_t panel, size_t block,
                                    const float *own)
{
    const plan *p = w->plan;
    lince_direct_outer o = outer_over(w, part->sample, panel);
    o.dy += part->begin * lanes(p);
    o.dy_line = p->to_blocks * o.dy_vector;
    o.lines = part->samples, o.pixels = part->end - part->begin;
    o.x_pixel = p->channels;
    o.x_line = p->gathered ? o.pixels * p->channels : p->from_blocks * pixels_of(p->from) * p->channels;
    o.x = p->gathered ? own + block * o.lines * o.x_line
                      : x_at(w, part->sample, block) + part->begin * p->channels;
    o.dw = gradient_at(w, panel, block, 0);
    return o;
}

/* The results that a tap of a block reaches; the others meet its zeros. */
typedef struct reached {
    range line, pixel;
} reached;

static reached reach_of(const plan *p, const piece *part, const reach *tap)
{
    reached r;
    reaching(tap->y, p->source_step, p->from.height, (size_t)p->to.height, &r.line.begin, &r.line.end);
    reaching(tap->x, p->source_step, p->from.width, (size_t)p->to.width, &r.pixel.begin, &r.pixel.end);
    if (r.line.begin < part->begin) r.line.begin = part->begin;
    r.line.end = lince_smaller(r.line.end, part->end);
    return r;
}

/* Tap t over those of one sample, from line `line` on. */
static lince_direct_outer outer_of_tap(const work *w, size_t sample, size_t panel, size_t block, size_t t,
                                       const reached *r, size_t line)
{
    const plan *p = w->plan;
    lince_direct_outer o = outer_over(w, sample, panel);
    o.x = x_at(w, sample_of(p, sample, panel), block) + p->grid[0].x_tap[t] +
          (ptrdiff_t)(line * o.x_line + r->pixel.begin * o.x_pixel);
    o.dy += line * o.dy_line + r->pixel.begin * lanes(p);
    o.dw = gradient_at(w, panel, block, t);
    o.pixels = r->pixel.end - r->pixel.begin;
    return o;
}

/* Of a sample all lines at a time. */
static void add_lines(const work *w, const piece *part, size_t panel, size_t block, size_t t,
                      const reached *r)
{
    for (size_t n = 0; n < part->samples; n++) {
        lince_direct_outer o = outer_of_tap(w, part->sample + n, panel, block, t, r, r->line.begin);
        o.lines = r->line.end - r->line.begin;
        w->plan->simd->channels[vectors_of(w->plan, panel) - 1](&o);
    }
}

/* Of a line all samples at a time: where these are more, so that dw is read and written less often. */
static void add_samples(const work *w, const piece *part, size_t panel, size_t block, size_t t,
                        const reached *r)
{
    const plan *p = w->plan;
    for (size_t line = r->line.begin; line < r->line.end; line++) {
        lince_direct_outer o = outer_of_tap(w, part->sample, panel, block, t, r, line);
        o.lines = part->samples;
        o.x_line = p->conv_groups * p->from_blocks * pixels_of(p->from) * p->channels;
        o.dy_line = p->conv_groups * p->to_blocks * o.dy_vector;
        p->simd->channels[vectors_of(p, panel) - 1](&o);
    }
}

static void add_window(const work *w, const piece *part, size_t panel, size_t block)
{
    const plan *p = w->plan;
    for (size_t t = 0; t < p->grid[0].taps; t++) {
        reached r = reach_of(p, part, &p->grid[0].reach[t]);
        if (r.line.begin >= r.line.end || r.pixel.begin >= r.pixel.end) continue;
        (p->group > (size_t)p->to.height ? add_samples : add_lines)(w, part, panel, block, t, &r);
    }
}

static void add_taps(const work *w, size_t sample, size_t panel, size_t group, float *own)
{
    const plan *p = w->plan;
    size_t taps = p->grid[0].taps, all = p->from_blocks * taps, groups = groups_of(p, &w->plan->conv);
    size_t first = group * all / groups, rows = (group + 1) * all / groups - first;
    lince_direct_outer o = outer_over(w, sample, panel);
    ptrdiff_t row[LINCE_DIRECT_ROWS];
    for (size_t b = first / taps; b <= (first + rows - 1) / taps && p->padded; b++)
        source_block(p, w->args->x, sample, b, own + b * padded_block(p));
    for (size_t r = 0; r < rows; r++)
        row[r] = (ptrdiff_t)((first + r) / taps * padded_block(p)) + p->grid[0].x_tap[(first + r) % taps];
    o.x = p->padded ? own : source_block(p, w->args->x, sample, 0, NULL);
    o.dw = gradient_at(w, panel, first / taps, first % taps);
    p->simd->taps[vectors_of(p, panel) - 1][rows - 1](&o, row);
}

static void sum_bias(void *context, size_t block)
{
    const work *w = context;
    const plan *p = w->plan;
    float *b = w->args->b + block * lanes(p);
    memset(b, 0, lanes(p) * sizeof *b);
    for (int n = 0; n < w->plan->conv.batch; n++)
        p->simd->sum(w->args->y +
                         ((size_t)n * p->conv_groups * p->to_blocks + block) * pixels_of(p->to) * lanes(p),
                     pixels_of(p->to), b);
}

static void clear(const work *w, size_t panel, size_t group, size_t groups)
{
    const plan *p = w->plan;
    size_t rows = p->from_blocks * taps_of(&w->plan->conv) * p->channels, first = group * rows / groups;
    size_t end = (group + 1) * rows / groups;
    for (size_t k = 0; k < vectors_of(p, panel); k++)
        memset(gradient_at(w, panel, 0, 0) + (k * rows + first) * lanes(p), 0,
               (end - first) * lanes(p) * sizeof(float));
}

/* Of a plain input all of dw's rows are few: sample by sample, so that dy comes from memory once. */
static void taps_worker(void *context, size_t index)
{
    const work *w = context;
    size_t groups = groups_of(w->plan, &w->plan->conv), count = w->plan->panels * groups;
    size_t begin = index * count / w->workers, end = (index + 1) * count / w->workers;
    for (size_t i = begin; i < end; i++) clear(w, i / groups, i % groups, groups);
    for (int n = 0; n < w->plan->conv.batch; n++)
        for (size_t i = begin; i < end; i++)
            add_taps(w, (size_t)n, i / groups, i % groups, w->own + index * w->plan->own);
}

/* A thread's tasks, of one piece; next: NULL behind the last. */
static void add_piece(const work *w, const piece *part, const piece *next, size_t begin, size_t end,
                      float *own)
{
    const plan *p = w->plan;
    size_t groups = p->from_blocks;
    if (p->gathered) gather_piece(w, part, own);
    for (size_t i = begin; i < end; i++) {
        size_t panel = i / groups, block = i % groups;
        if (!p->flat) {
            add_window(w, part, panel, block);
            continue;
        }
        lince_direct_outer o = flat_over(w, part, panel, block, own);
        if (next) fetch_ahead(w, next, panel, block, i - begin < groups, &o);
        p->simd->channels[vectors_of(p, panel) - 1](&o);
    }
}

/* Piece by piece, of which x stays in the second-level cache: it is read again by each panel. */
static void channels_worker(void *context, size_t index)
{
    const work *w = context;
    const plan *p = w->plan;
    size_t groups = p->from_blocks, count = p->conv_groups * p->panels * groups;
    size_t begin = index * count / w->workers, end = (index + 1) * count / w->workers;
    for (size_t i = begin; i < end; i++) clear(w, i / groups, i % groups, groups);
    for (size_t n = 0; n < p->pieces; n++) {
        piece part = piece_at(p, n), next = piece_at(p, n + 1);
        add_piece(w, &part, n + 1 < p->pieces ? &next : NULL, begin, end, w->own + index * p->own);
    }
}

static void run_weights(work *w)
{
    lince_parallel(w->threads, w->workers, w->plan->channels > 1 ? channels_worker : taps_worker, w);
    if (w->args->b) lince_parallel(w->threads, w->plan->conv_groups * w->plan->to_blocks, sum_bias, w);
}

/* --- plan ------------------------------------------------------------------------------------------------
 */

/* Adds to a grid the tap (ky, kx), which reads at y, x. */
static void add_tap(plan *p, grid *g, const lince_conv *c, int ky, int kx, int y, int x)
{
    ptrdiff_t line = p->line[1];
    g->reach[g->taps] = (reach){y, x};
    g->x_tap[g->taps] = ((y + p->margin[0]) * line + x + p->margin[1]) * (ptrdiff_t)p->channels;
    g->w_tap[g->taps++] = (ptrdiff_t)((size_t)(ky * c->kernel[1] + kx) * p->channels * lanes(p));
}

static int divide_down(int a, int b)
{
    return a >= 0 ? a / b : -((-a + b - 1) / b);
}

/* bare: the source is read as it is, by taps that keep to it. */
static void plan_forward(plan *p, const lince_conv *c, bool bare)
{
    int in[] = {c->in.height, c->in.width}, out[] = {c->out.height, c->out.width};
    for (int axis = 0; axis < 2; axis++) {
        int needed = (out[axis] - 1) * c->stride[axis] + c->kernel[axis];
        p->margin[axis] = bare ? 0 : c->padding[axis];
        p->padded |= !bare && (c->padding[axis] > 0 || needed > in[axis]);
        p->line[axis] = needed;
    }
    if (!p->padded) p->line[0] = in[0], p->line[1] = in[1];
    p->source_step = c->stride[0];
    p->grids = 1;
    p->grid[0].step = 1;
    for (int ky = 0; ky < c->kernel[0]; ky++)
        for (int kx = 0; kx < c->kernel[1]; kx++)
            add_tap(p, &p->grid[0], c, ky, kx, ky - c->padding[0], kx - c->padding[1]);
}

static void plan_backward(plan *p, const lince_conv *c)
{
    int s = c->stride[0], in[] = {c->in.height, c->in.width}, out[] = {c->out.height, c->out.width};
    for (int axis = 0; axis < 2; axis++) {
        int first = divide_down(c->padding[axis] - c->kernel[axis] + 1, s),
            last = (in[axis] - 1 + c->padding[axis]) / s;
        p->margin[axis] = first < 0 ? -first : 0;
        p->line[axis] = p->margin[axis] + (last + 1 > out[axis] ? last + 1 : out[axis]);
        p->padded |= p->line[axis] != out[axis];
    }
    p->source_step = 1;
    p->grids = s * s;
    for (int i = 0; i < p->grids; i++) {
        grid *g = &p->grid[i];
        *g = (grid){
            .top = i / s, .left = i % s, .step = s, .reach = g->reach, .x_tap = g->x_tap, .w_tap = g->w_tap};
        for (int ky = 0; ky < c->kernel[0]; ky++)
            for (int kx = 0; kx < c->kernel[1]; kx++) {
                int y = g->top + c->padding[0] - ky, x = g->left + c->padding[1] - kx;
                if (y % s == 0 && x % s == 0) add_tap(p, g, c, ky, kx, divide_down(y, s), divide_down(x, s));
            }
    }
}

static bool supported(const lince_conv *c, lince_direction direction, int block)
{
    int s = c->stride[0];
    bool plain = c->in.block == 1 && block > 1,
         grouped = lince_conv_groups_blocks(c) && c->in.block == block && taps_of(c) > 1;
    return (c->groups == 1 || grouped) && s == c->stride[1] && c->out.block == block &&
           (plain ? direction == LINCE_BACKWARD_WEIGHTS ||
                        (direction == LINCE_FORWARD && (s == 1 || s == 2 || s == 4))
                  : c->in.block == block && (s == 1 || s == 2));
}

static bool is_pixelwise(const lince_conv *c)
{
    return taps_of(c) == 1 && c->padding[0] == 0 && c->padding[1] == 0;
}

/* 1x1 with stride 1 does not know rows: a map is one long row. With a larger stride it is that of what it reads, once that is
 * gathered. */
static lince_conv flattened(lince_conv c, lince_direction direction)
{
    bool gathered = direction != LINCE_BACKWARD_DATA && c.in.block > 1;
    if (!is_pixelwise(&c) || (c.stride[0] > 1 && !gathered)) return c;
    c.in.width = c.out.width *= c.out.height;
    c.in.height = c.out.height = 1;
    c.stride[0] = c.stride[1] = 1;
    return c;
}

static lince_conv one_group(lince_conv c)
{
    c.in.channels /= c.groups;
    c.out.channels /= c.groups;
    c.groups = 1;
    return c;
}

/* Lines of a map, or calls' worth of pixels of a flat one, that tiles are made of. */
static size_t units_of(const plan *p)
{
    return p->to.height > 1 ? (size_t)p->to.height / (size_t)p->grid[0].step
                            : (size_t)p->to.width / p->simd->size[0];
}

/* Few panels of one sample would leave threads without work: a map is several tasks then, if there is enough of it for parts
 * that are alike. */
static void share_out(plan *p, size_t threads)
{
    enum { FEW = 8, PARTS = 4 };
    size_t tasks = (size_t)p->conv.batch * p->conv_groups * p->panels * p->tiles;
    if (tasks % threads && tasks < FEW * threads && units_of(p) >= PARTS * p->tiles * threads)
        p->tiles *= threads;
}

/* Where all panels' weights stay in the cache beside it, a map is read from memory once and not for each panel. */
static void tile(plan *p)
{
    size_t part = lince_cpu_cache(2) / 4,
           map = pixels_of(p->from) * p->from_blocks * p->channels * sizeof(float);
    size_t units = units_of(p);
    p->tiles = 1;
    if (lince_conv_weights_size(&p->conv) * sizeof(float) > 2 * part || p->to_blocks <= LINCE_DIRECT_VECTORS)
        return;
    if (map > part && units > 1) p->tiles = lince_smaller(1 + map / part, units);
}

/* How many blocks of a pixelwise convolution are summed up at a time. The sums go on in their order, whatever the number. */
static void cut(plan *p)
{
    size_t block = p->channels * lanes(p) * LINCE_DIRECT_VECTORS * sizeof(float),
           map = pixels_of(p->from) / p->tiles * p->channels * sizeof(float);
    p->chunk = p->stretch = p->from_blocks;
    if (!p->flat) return;
    size_t most = lince_smaller(lince_cpu_cache(1) / 2 / block, p->from_blocks),
           chunks = (p->from_blocks + most - 1) / most;
    p->chunk = (p->from_blocks + chunks - 1) / chunks;
    p->stretch = lince_larger(lince_cpu_cache(2) / 2 / map / p->chunk, 1) * p->chunk;
}

/* The pieces that weights' gradients are summed in. Other parts would be other bits: they depend on the geometry alone. */
static void divide(plan *p)
{
    enum { PIXELS = 200 };
    size_t pixels = pixels_of(p->to), batch = (size_t)p->conv.batch;
    p->flat = is_pixelwise(&p->conv);
    p->parts = (pixels + PIXELS - 1) / PIXELS;
    if (!p->flat) p->parts = lince_smaller(p->parts, (size_t)p->to.height);
    p->group = p->parts > 1 ? 1 : lince_smaller(PIXELS / pixels, batch);
    p->pieces = p->parts * ((batch + p->group - 1) / p->group);
    if (p->gathered) p->own = p->from_blocks * p->channels * PIXELS;
}

static void describe(plan *p, const lince_conv *c, lince_direction direction, size_t threads)
{
    bool backward = direction == LINCE_BACKWARD_DATA, plain = c->in.block == 1;
    int s = backward ? 1 : c->stride[0];
    p->from = backward ? c->out : c->in;
    p->to = backward ? c->in : c->out;
    if (!p->gathered) p->origin = p->from;
    p->channels = (size_t)p->from.block;
    p->from_blocks = (size_t)(lince_round_up(p->from.channels, p->from.block) / p->from.block);
    p->to_blocks = (size_t)(lince_round_up(p->to.channels, p->to.block) / p->to.block);
    p->row_step = plain                                  ? (s == 4   ? LINCE_DIRECT_FOUR
                                                            : s == 2 ? LINCE_DIRECT_TWO
                                                                     : LINCE_DIRECT_ONE)
                  : s == 2                               ? LINCE_DIRECT_TWO_BLOCKS
                  : is_pixelwise(c) && c->in.height == 1 ? LINCE_DIRECT_PIXEL
                                                         : LINCE_DIRECT_BLOCK;
    for (int i = 0; i < MAX_GRIDS; i++) {
        p->grid[i].reach = p->positions + (size_t)i * taps_of(c);
        p->grid[i].x_tap = p->offsets + (size_t)(2 * i) * taps_of(c);
        p->grid[i].w_tap = p->offsets + (size_t)(2 * i + 1) * taps_of(c);
    }
    if (backward)
        plan_backward(p, c);
    else
        plan_forward(p, c, direction == LINCE_BACKWARD_WEIGHTS && !plain);
    p->flat = is_pixelwise(&p->conv) && p->to.height == 1;
    p->panels = (p->to_blocks + LINCE_DIRECT_VECTORS - 1) / LINCE_DIRECT_VECTORS;
    tile(p);
    share_out(p, threads);
    cut(p);
    if (direction == LINCE_BACKWARD_WEIGHTS && !plain) divide(p);
    p->padded |= p->gathered && direction == LINCE_FORWARD;
    if (p->padded) p->own = (padded_block(p) * p->from_blocks + 15) / 16 * 16;
    if (backward) p->shared = p->conv_groups * weights_of_group(p);
}

static void release(lince_kernel *k)
{
    plan *p = k->plan;
    if (p) lince_free(p->offsets), lince_free(p->positions);
    lince_free(p);
    k->plan = NULL;
}

static bool supports_avx512(const void *geometry)
{
    const lince_conv_task *t = geometry;
    return supported(&t->conv, t->direction, lince_direct_simd_avx512.lanes);
}

static bool supports_avx2(const void *geometry)
{
    const lince_conv_task *t = geometry;
    return supported(&t->conv, t->direction, lince_direct_simd_avx2.lanes);
}

static int create(lince_kernel *k, const lince_direct_simd *simd)
{
    const lince_conv_task *t = k->geometry;
    plan *p = k->plan = lince_alloc(1, sizeof *p);
    if (!p) return LINCE_ENOMEM;
    p->simd = simd;
    p->conv = flattened(one_group(t->conv), t->direction);
    p->conv_groups = (size_t)t->conv.groups;
    p->direction = t->direction;
    if (p->conv.stride[0] < t->conv.stride[0]) {
        p->gathered = (size_t)t->conv.stride[0], p->gathered_lines = (size_t)t->conv.out.height;
        p->origin = t->conv.in;
    }
    p->offsets = lince_alloc(2 * MAX_GRIDS * taps_of(&p->conv), sizeof *p->offsets);
    p->positions = lince_alloc(MAX_GRIDS * taps_of(&p->conv), sizeof *p->positions);
    if (!p->offsets || !p->positions) {
        release(k);
        return LINCE_ENOMEM;
    }
    describe(p, &p->conv, p->direction, (size_t)k->exec.threads);
    k->scratch = (p->shared + (size_t)k->exec.threads * p->own) * sizeof(float);
    return 0;
}

/* What lies where results go is added to them: sums that are not whole yet would be written over it. */
static bool is_added_in_place(const work *w)
{
    const lince_conv_args *a = w->args;
    bool backward = w->plan->direction == LINCE_BACKWARD_DATA;
    return backward ? a->add : a->epilogue && a->epilogue->addend == w->result;
}

static void run(const lince_kernel *k, const void *args)
{
    const lince_conv_args *a = args;
    const plan *p = k->plan;
    bool backward = p->direction == LINCE_BACKWARD_DATA;
    work w = {.threads = k->exec.threads,
              .plan = p,
              .args = a,
              .source = backward ? a->y : a->x,
              .result = backward ? a->x : a->y,
              .weights = backward ? a->scratch : a->w,
              .turned = a->scratch,
              .own = (float *)a->scratch + p->shared,
              .workers = (size_t)k->exec.threads,
              .chunk = p->chunk,
              .stretch = p->stretch};
    if (is_added_in_place(&w)) w.chunk = w.stretch = p->from_blocks;
    if (p->direction == LINCE_BACKWARD_WEIGHTS)
        run_weights(&w);
    else
        run_data(&w);
}

static int create_avx512(lince_kernel *k)
{
    return create(k, &lince_direct_simd_avx512);
}

static int create_avx2(lince_kernel *k)
{
    return create(k, &lince_direct_simd_avx2);
}

const lince_op_row lince_conv_direct_avx512 = {.op = LINCE_OP_CONV,
                                               .name = "direct-avx512",
                                               .revision = 1,
                                               .needs = LINCE_AVX512,
                                               .same_bits = true,
                                               .finishes = true,
                                               .adds = true,
                                               .supports = supports_avx512,
                                               .favoured = supports_avx512,
                                               .create = create_avx512,
                                               .run = run,
                                               .release = release};
const lince_op_row lince_conv_direct_avx2 = {.op = LINCE_OP_CONV,
                                             .name = "direct-avx2",
                                             .revision = 1,
                                             .needs = LINCE_AVX2,
                                             .same_bits = true,
                                             .finishes = true,
                                             .adds = true,
                                             .supports = supports_avx2,
                                             .favoured = supports_avx2,
                                             .create = create_avx2,
                                             .run = run,
                                             .release = release};
