/* Turning, and what else straight lines stay straight under. */
#include "core/i18n.h"
#include "picture/augment/canvas.h"
#include "picture/augment/row.h"

static void draw_rotate(lince_drawing *d, const float *v)
{
    double angle = (double)lince_drawn_uniform(d, -v[0], v[0]);
    lince_rotation(angle, d->width, d->height, lince_drawn_step(d, LINCE_DO_AFFINE)->value);
}

const lince_augmentation_row lince_augment_rotate = {
    .names = {{.name = "rotate", .usage = "rotate=DEGREES", .count = 1, .value = {{0, 180, 15, false}}}},
    .draw = draw_rotate,
    .about = N_("turned by up to %g° to either side"),
    .scale = {1}};

/* torchvision.transforms.RandomAffine: degrees, shift, scale (1 - s, 1 + s), shear along x. */
static void draw_affine(lince_drawing *d, const float *v)
{
    lince_affine a = {.center = {d->width * 0.5, d->height * 0.5}};
    a.angle = (double)lince_drawn_uniform(d, -v[0], v[0]);
    a.translate[0] = lince_drawn_shift(d, v[1], d->width);
    a.translate[1] = lince_drawn_shift(d, v[1], d->height);
    a.scale = (double)lince_drawn_uniform(d, 1 - v[2], 1 + v[2]);
    a.shear[0] = (double)lince_drawn_uniform(d, -v[3], v[3]);
    lince_affine_inverse(&a, lince_drawn_step(d, LINCE_DO_AFFINE)->value);
}

const lince_augmentation_row lince_augment_affine = {
    .names = {{.name = "affine",
               .usage = "affine=DEGREES:SHIFT:SCALE:SHEAR",
               .count = 4,
               .value = {{0, 180, 10, false}, {0, 1, 0.1, false}, {0, 0.9, 0.1, false}, {0, 60, 5, false}}}},
    .draw = draw_affine,
    .about = N_("turned by up to %g°, moved by up to %g %% of the size, scaled by up to %g %% and "
                "sheared by up to %g°"),
    .scale = {1, 100, 100, 1}};
