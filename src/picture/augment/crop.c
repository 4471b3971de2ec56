/* Which part of a picture is seen, and from which side. */
#include "core/i18n.h"
#include "picture/augment/row.h"

#include <math.h>

/* torchvision.transforms.RandomResizedCrop, sides in ratios of 3/4 to 4/3: ten tries, else the largest one in
 * the middle. */
static void draw_resized_crop(lince_drawing *d, const float *v)
{
    const float least = 3.0f / 4, most = 4.0f / 3;
    lince_rectangle *p = &d->draw->part;
    for (int attempt = 0; attempt < 10; attempt++) {
        float share = lince_drawn_uniform(d, v[0], v[1]);
        lince_drawn_sides(d, share, lince_drawn_log_uniform(d, least, most), &p->width, &p->height);
        if (p->width < 1 || p->width > d->width || p->height < 1 || p->height > d->height) continue;
        p->y = lince_drawn_below(d, d->height - p->height + 1);
        p->x = lince_drawn_below(d, d->width - p->width + 1);
        return;
    }
    *p = (lince_rectangle){.width = d->width, .height = d->height};
    float ratio = (float)d->width / (float)d->height;
    if (ratio < least) p->height = (int)lrintf((float)d->width / least);
    if (ratio > most) p->width = (int)lrintf((float)d->height * most);
    p->x = (d->width - p->width) / 2;
    p->y = (d->height - p->height) / 2;
}

const lince_augmentation_row lince_augment_resized_crop = {
    .names = {{.name = "resized-crop",
               .usage = "resized-crop=LEAST:MOST",
               .count = 2,
               .value = {{0.01, 1, 0.08, false}, {0.01, 1, 1, false}}}},
    .draw = draw_resized_crop,
    .about = N_("a part of %g to %g %% of the area and of proportions from 3:4 to 4:3 cut out "
                "and enlarged to the whole"),
    .scale = {100, 100}};

static void draw_crop(lince_drawing *d, const float *v)
{
    int border = (int)v[0];
    d->draw->crop_y = lince_drawn_below(d, 2 * border + 1) - border;
    d->draw->crop_x = lince_drawn_below(d, 2 * border + 1) - border;
    d->draw->reflect = v[1] == LINCE_CROP_REFLECT;
}

const lince_augmentation_row lince_augment_crop = {
    .names = {{.name = "crop",
               .usage = "crop=N[:reflect]",
               .count = 2,
               .word = "reflect",
               .value = {{0, 256, 4, true}, {LINCE_CROP_BLACK, LINCE_CROP_BLACK, LINCE_CROP_BLACK, true}}}},
    .draw = draw_crop,
    .about = N_("a random crop after a black border was added (pixels: %.0f)"),
    .scale = {1},
    .at = 1,
    .other = LINCE_CROP_REFLECT,
    .instead = N_("a random crop after the picture was continued beyond its edges by its mirror image "
                  "(pixels: %.0f)")};

/* Alternating: the first epoch's side is drawn for the sample, every other epoch, or turn in one, mirrors
 * what the last did not (K. Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024). */
static void draw_flip(lince_drawing *d, const float *v)
{
    if (v[0] == LINCE_FLIP_ALTERNATING) {
        uint64_t key = lince_key(d->occasion->seed, LINCE_STREAM_FLIP, 0, d->occasion->index);
        d->draw->flip = (key & 1) ^ ((d->occasion->epoch ^ d->occasion->turn) & 1);
    } else
        d->draw->flip = lince_drawn_happens(d, 0.5f);
}

const lince_augmentation_row lince_augment_flip = {
    .names = {{.name = "flip",
               .usage = "flip[=alternating]",
               .count = 1,
               .word = "alternating",
               .value = {{0, LINCE_FLIP_RANDOM, LINCE_FLIP_RANDOM, true}}}},
    .draw = draw_flip,
    .about = N_("mirrored left to right, one time in two"),
    .scale = {1},
    .at = 0,
    .other = LINCE_FLIP_ALTERNATING,
    .instead = N_("mirrored left to right in every second epoch: each picture is seen from either side "
                  "in turn")};

static void draw_translate(lince_drawing *d, const float *v)
{
    d->draw->move_x = lince_drawn_shift(d, v[0], d->width);
    d->draw->move_y = lince_drawn_shift(d, v[0], d->height);
}

const lince_augmentation_row lince_augment_translate = {
    .names = {{.name = "translate", .usage = "translate=X", .count = 1, .value = {{0, 1, 0.1, false}}}},
    .draw = draw_translate,
    .about = N_("moved by up to %g %% of the size"),
    .scale = {100}};
