/* Direct convolution, backward weights: sums over the pixels of all samples. */
#include "core/parallel.h"
#include "kernels/x86/direct_plan.h"

#include <string.h>

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
        lince_direct_gather(p, x_at(w, part->sample + i % part->samples, i / part->samples), part->begin,
                            part->end, own + i * pixels * p->channels);
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

/* The results of [0, count) whose tap at distance `tap` lies in [0, size): [*begin, *end). */
static void reaching(int tap, int step, int size, size_t count, size_t *begin, size_t *end)
{
    *begin = lince_smaller(tap < 0 ? (size_t)((-tap + step - 1) / step) : 0, count);
    *end = tap < size ? lince_smaller((size_t)((size - 1 - tap) / step + 1), count) : 0;
    if (*end < *begin) *end = *begin;
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
        lince_direct_source(p, w->args->x, sample, b, own + b * padded_block(p));
    for (size_t r = 0; r < rows; r++)
        row[r] = (ptrdiff_t)((first + r) / taps * padded_block(p)) + p->grid[0].x_tap[(first + r) % taps];
    o.x = p->padded ? own : lince_direct_source(p, w->args->x, sample, 0, NULL);
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

void lince_direct_weights(work *w)
{
    lince_parallel(w->threads, w->workers, w->plan->channels > 1 ? channels_worker : taps_worker, w);
    if (w->args->b) lince_parallel(w->threads, w->plan->conv_groups * w->plan->to_blocks, sum_bias, w);
}
