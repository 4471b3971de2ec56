/* What becomes of values. */
#include "core/i18n.h"
#include "picture/augment/row.h"

#include <math.h>

/* torchvision.transforms.ColorJitter: a uniform order (Fisher-Yates), then a factor for each. Hue takes part
 * where it is asked for. */
static void draw_jitter(lince_drawing *d, const float *v)
{
    static const lince_operation operation[LINCE_COLOURS] = {LINCE_DO_BRIGHTNESS, LINCE_DO_CONTRAST,
                                                             LINCE_DO_SATURATION, LINCE_DO_HUE};
    int order[LINCE_COLOURS] = {LINCE_JITTER_BRIGHTNESS, LINCE_JITTER_CONTRAST, LINCE_JITTER_SATURATION,
                                LINCE_JITTER_HUE};
    int n = v[LINCE_JITTER_HUE] > 0 ? LINCE_COLOURS : LINCE_JITTER_HUE;
    float value[LINCE_COLOURS];
    for (int i = n - 1; i > 0; i--) {
        int j = lince_drawn_below(d, i + 1), last = order[i];
        order[i] = order[j];
        order[j] = last;
    }
    for (int i = 0; i < n; i++)
        value[i] = i == LINCE_JITTER_HUE ? lince_drawn_uniform(d, -v[i], v[i])
                                         : lince_drawn_uniform(d, fmaxf(0, 1 - v[i]), 1 + v[i]);
    for (int i = 0; i < n; i++)
        if (v[order[i]] > 0) lince_drawn_step(d, operation[order[i]])->value[0] = (double)value[order[i]];
}

const lince_augmentation_row lince_augment_jitter = {
    .names = {{.name = "jitter",
               .usage = "jitter=X",
               .first = LINCE_JITTER_BRIGHTNESS,
               .count = 3,
               .same = true,
               .value = {{0, 1, 0.2, false}}},
              {.name = "brightness",
               .usage = "brightness=X",
               .first = LINCE_JITTER_BRIGHTNESS,
               .count = 1,
               .same = false,
               .value = {{0, 1, 0.2, false}}},
              {.name = "contrast",
               .usage = "contrast=X",
               .first = LINCE_JITTER_CONTRAST,
               .count = 1,
               .same = false,
               .value = {{0, 1, 0.2, false}}},
              {.name = "saturation",
               .usage = "saturation=X",
               .first = LINCE_JITTER_SATURATION,
               .count = 1,
               .same = false,
               .value = {{0, 1, 0.2, false}}},
              {.name = "hue",
               .usage = "hue=X",
               .first = LINCE_JITTER_HUE,
               .count = 1,
               .same = false,
               .value = {{0, 0.5, 0.05, false}}}},
    .draw = draw_jitter,
    .about = N_("brightness changed by up to %g %%, contrast by %g %%, saturation by %g %% and hue "
                "by %g %% of the colour circle"),
    .scale = {100, 100, 100, 100}};

static void draw_grey(lince_drawing *d, const float *v)
{
    if (lince_drawn_happens(d, v[0])) lince_drawn_step(d, LINCE_DO_GREY);
}

const lince_augmentation_row lince_augment_grey = {
    .names = {{.name = "grey", .usage = "grey=P", .count = 1, .value = {{0, 1, 0.1, false}}}},
    .draw = draw_grey,
    .about = N_("made grey, with a probability of %g %%"),
    .scale = {100}};

/* torchvision.transforms.GaussianBlur of a deviation in 0.1..2, its kernel a tenth of the shorter side (Chen
 * et al. 2020), 3 at least. */
static void draw_blur(lince_drawing *d, const float *v)
{
    if (!lince_drawn_happens(d, v[0])) return;
    int shorter = d->width < d->height ? d->width : d->height, side = 2 * (shorter / 20) + 1;
    lince_step *s = lince_drawn_step(d, LINCE_DO_BLUR);
    s->value[0] = (double)lince_drawn_uniform(d, 0.1f, 2.0f);
    s->value[1] = side < 3 ? 3 : side;
}

const lince_augmentation_row lince_augment_blur = {
    .names = {{.name = "blur", .usage = "blur=P", .count = 1, .value = {{0, 1, 0.5, false}}}},
    .draw = draw_blur,
    .about = N_("blurred by a Gaussian of 0.1 to 2 pixels, with a probability of %g %%"),
    .scale = {100}};

static void draw_sharpness(lince_drawing *d, const float *v)
{
    if (lince_drawn_happens(d, v[0])) lince_drawn_step(d, LINCE_DO_SHARPNESS)->value[0] = (double)v[1];
}

const lince_augmentation_row lince_augment_sharpness = {
    .names = {{.name = "sharpness",
               .usage = "sharpness=P:FACTOR",
               .count = 2,
               .value = {{0, 1, 0.5, false}, {0, 10, 2, false}}}},
    .draw = draw_sharpness,
    .about = N_("with a probability of %g %%, sharpness multiplied by %g"),
    .scale = {100, 1}};

static void draw_posterize(lince_drawing *d, const float *v)
{
    if (lince_drawn_happens(d, v[0])) lince_drawn_step(d, LINCE_DO_POSTERIZE)->value[0] = (double)v[1];
}

const lince_augmentation_row lince_augment_posterize = {
    .names = {{.name = "posterize",
               .usage = "posterize=P:BITS",
               .count = 2,
               .value = {{0, 1, 0.5, false}, {1, 8, 4, true}}}},
    .draw = draw_posterize,
    .about = N_("with a probability of %g %%, colours reduced (bits of each that are kept: %.0f)"),
    .scale = {100, 1}};

static void draw_solarize(lince_drawing *d, const float *v)
{
    if (lince_drawn_happens(d, v[0])) lince_drawn_step(d, LINCE_DO_SOLARIZE)->value[0] = (double)v[1];
}

const lince_augmentation_row lince_augment_solarize = {
    .names = {{.name = "solarize",
               .usage = "solarize=P:FROM",
               .count = 2,
               .value = {{0, 1, 0.5, false}, {0, 255, 128, false}}}},
    .draw = draw_solarize,
    .about = N_("with a probability of %g %%, values of %.0f and more inverted"),
    .scale = {100, 1}};

static void draw_autocontrast(lince_drawing *d, const float *v)
{
    if (lince_drawn_happens(d, v[0])) lince_drawn_step(d, LINCE_DO_AUTOCONTRAST);
}

const lince_augmentation_row lince_augment_autocontrast = {
    .names = {{.name = "autocontrast", .usage = "autocontrast=P", .count = 1, .value = {{0, 1, 0.5, false}}}},
    .draw = draw_autocontrast,
    .about = N_("contrast stretched to the whole range, with a probability of %g %%"),
    .scale = {100}};

static void draw_equalize(lince_drawing *d, const float *v)
{
    if (lince_drawn_happens(d, v[0])) lince_drawn_step(d, LINCE_DO_EQUALIZE);
}

const lince_augmentation_row lince_augment_equalize = {
    .names = {{.name = "equalize", .usage = "equalize=P", .count = 1, .value = {{0, 1, 0.5, false}}}},
    .draw = draw_equalize,
    .about = N_("histogram equalised, with a probability of %g %%"),
    .scale = {100}};

static void draw_invert(lince_drawing *d, const float *v)
{
    if (lince_drawn_happens(d, v[0])) lince_drawn_step(d, LINCE_DO_INVERT);
}

const lince_augmentation_row lince_augment_invert = {
    .names = {{.name = "invert", .usage = "invert=P", .count = 1, .value = {{0, 1, 0.5, false}}}},
    .draw = draw_invert,
    .about = N_("colours inverted, with a probability of %g %%"),
    .scale = {100}};
