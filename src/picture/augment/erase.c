/* What is taken away once all else is done. */
#include "core/i18n.h"
#include "picture/augment/row.h"

/* torchvision.transforms.RandomErasing (Zhong et al. 2017): ten tries at a rectangle of 0.02..0.33 of the
 * area that is smaller than the picture. */
static void draw_erasing(lince_drawing *d, const float *v)
{
    if (!lince_drawn_happens(d, v[0])) return;
    for (int attempt = 0; attempt < 10; attempt++) {
        lince_rectangle r = {0};
        float share = lince_drawn_uniform(d, 0.02f, 0.33f);
        lince_drawn_sides(d, share, lince_drawn_log_uniform(d, 0.3f, 3.3f), &r.height, &r.width);
        if (r.height >= d->height || r.width >= d->width) continue;
        r.y = lince_drawn_below(d, d->height - r.height + 1);
        r.x = lince_drawn_below(d, d->width - r.width + 1);
        d->draw->erased = r;
        return;
    }
}

const lince_augmentation_row lince_augment_erase = {
    .names = {{.name = "erase", .usage = "erase=P", .count = 1, .value = {{0, 1, 0.25, false}}}},
    .draw = draw_erasing,
    .about = N_("a random rectangle erased, with a probability of %g %%"),
    .scale = {100}};
