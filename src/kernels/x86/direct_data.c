/* Direct convolution, forward and backward data (direct.c says what these have in common): the walk over samples, panels of results
 * and rows. */
#include "core/parallel.h"
#include "kernels/x86/direct_plan.h"

#include <stdint.h>

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

lince_finish lince_direct_finish(const lince_conv_args *a, lince_direction direction, size_t channel,
                                 size_t at)
{
    if (direction == LINCE_FORWARD) return lince_finish_forward(a->epilogue, a->relu, a->b, channel, at);
    return (lince_finish){.addend = a->add ? a->x + at : NULL, .gate = a->gate ? a->gate + at : NULL};
}

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
            .finish =
                lince_direct_finish(w->args, p->direction, (group * p->to_blocks + first) * lanes(p), at),
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
        const float *source = p->padded ? own : lince_direct_source(p, w->source, sample, 0, NULL);
        for (size_t b = 0; b < p->from_blocks && p->padded && padded != sample; b++)
            lince_direct_source(p, w->source, sample, b, own + b * padded_block(p));
        padded = sample;
        next = lince_smaller((part + 1) * p->panels, end);
        run_panels(w, source, (portion){sample, part % p->tiles, i % p->panels}, next - i);
    }
}

/* What lies where results go is added to them: sums that are not whole yet would be written over it. */
static bool is_added_in_place(const work *w)
{
    const lince_conv_args *a = w->args;
    bool backward = w->plan->direction == LINCE_BACKWARD_DATA;
    return backward ? a->add : a->epilogue && a->epilogue->addend == w->result;
}

void lince_direct_data(work *w)
{
    const plan *p = w->plan;
    if (is_added_in_place(w)) w->chunk = w->stretch = p->from_blocks;
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
