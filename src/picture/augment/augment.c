#include "picture/augment/augment.h"
#include "picture/augment/row.h"

#include <math.h>
#include <string.h>

bool lince_augments_by(const lince_augment *a, lince_augmentation what)
{
    for (int i = 0; i < LINCE_AUGMENT_VALUES; i++)
        if (a->of[what][i] != 0) return true;
    return false;
}

bool lince_augments(const lince_augment *a)
{
    for (int what = 0; what < LINCE_AUGMENTATIONS; what++)
        if (lince_augments_by(a, (lince_augmentation)what)) return true;
    return false;
}

/* --- drawing -------------------------------------------------------------------------------------- */

static const lince_augmentation_row *const rows[] = {
#define AUGMENTATION(what, row) [what] = &row,
#include "picture/augment/list.def"
};

const lince_augmentation_row *lince_augmentation_at(lince_augmentation what)
{
    return rows[what];
}

float lince_drawn_uniform(lince_drawing *d, float low, float high)
{
    return low + (high - low) * lince_random_uniform(&d->random);
}

int lince_drawn_below(lince_drawing *d, int bound)
{
    return (int)lince_random_below(&d->random, (uint32_t)bound);
}

bool lince_drawn_happens(lince_drawing *d, float probability)
{
    return lince_random_uniform(&d->random) < probability;
}

lince_step *lince_drawn_step(lince_drawing *d, lince_operation what)
{
    lince_step *s = &d->draw->step[d->draw->steps++];
    s->what = what;
    return s;
}

void lince_drawn_sides(const lince_drawing *d, float share, float ratio, int *first, int *second)
{
    float area = (float)d->width * (float)d->height * share;
    *first = (int)lrintf(sqrtf(area * ratio));
    *second = (int)lrintf(sqrtf(area / ratio));
}

float lince_drawn_log_uniform(lince_drawing *d, float low, float high)
{
    return expf(lince_drawn_uniform(d, logf(low), logf(high)));
}

int lince_drawn_shift(lince_drawing *d, float share, int side)
{
    float most = share * (float)side;
    return (int)lrintf(lince_drawn_uniform(d, -most, most));
}

void lince_draw_parameters(const lince_augment *augment, int width, int height,
                           const lince_occasion *occasion, lince_draw *draw)
{
    lince_drawing d = {.occasion = occasion,
                       .width = width,
                       .height = height,
                       .random = lince_random_at(lince_occasion_key(occasion)),
                       .draw = draw};
    *draw = (lince_draw){0};
    for (int what = 0; what < LINCE_AUGMENTATIONS; what++)
        if (lince_augments_by(augment, (lince_augmentation)what)) rows[what]->draw(&d, augment->of[what]);
}
