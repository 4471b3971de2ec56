#include "picture/augment/augment.h"
#include "picture/augment/canvas.h"

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

/* What a draw may depend on, and what it adds to. */
typedef struct drawing {
    const lince_augment *augment;
    const lince_occasion *occasion;
    int width, height;
    lince_random random;
    lince_draw *draw;
} drawing;

static float uniform(drawing *d, float low, float high)
{
    return low + (high - low) * lince_random_uniform(&d->random);
}

static int below(drawing *d, int bound)
{
    return (int)lince_random_below(&d->random, (uint32_t)bound);
}

static bool happens(drawing *d, float probability)
{
    return lince_random_uniform(&d->random) < probability;
}

static lince_step *add(drawing *d, lince_operation what)
{
    lince_step *s = &d->draw->step[d->draw->steps++];
    s->what = what;
    return s;
}

/* Of a rectangle of this share of the picture's area: first / second = ratio. */
static void sides(const drawing *d, float share, float ratio, int *first, int *second)
{
    float area = (float)d->width * (float)d->height * share;
    *first = (int)lrintf(sqrtf(area * ratio));
    *second = (int)lrintf(sqrtf(area / ratio));
}

static float log_uniform(drawing *d, float low, float high)
{
    return expf(uniform(d, logf(low), logf(high)));
}

/* torchvision.transforms.RandomResizedCrop, sides in ratios of 3/4 to 4/3: ten tries, else the largest one in
 * the middle. */
static void draw_resized_crop(drawing *d, const float *v)
{
    const float least = 3.0f / 4, most = 4.0f / 3;
    lince_rectangle *p = &d->draw->part;
    for (int attempt = 0; attempt < 10; attempt++) {
        float share = uniform(d, v[0], v[1]);
        sides(d, share, log_uniform(d, least, most), &p->width, &p->height);
        if (p->width < 1 || p->width > d->width || p->height < 1 || p->height > d->height) continue;
        p->y = below(d, d->height - p->height + 1);
        p->x = below(d, d->width - p->width + 1);
        return;
    }
    *p = (lince_rectangle){.width = d->width, .height = d->height};
    float ratio = (float)d->width / (float)d->height;
    if (ratio < least) p->height = (int)lrintf((float)d->width / least);
    if (ratio > most) p->width = (int)lrintf((float)d->height * most);
    p->x = (d->width - p->width) / 2;
    p->y = (d->height - p->height) / 2;
}

static void draw_crop(drawing *d, const float *v)
{
    int border = (int)v[0];
    d->draw->crop_y = below(d, 2 * border + 1) - border;
    d->draw->crop_x = below(d, 2 * border + 1) - border;
    d->draw->reflect = v[1] == LINCE_CROP_REFLECT;
}

/* Alternating: the first epoch's side is drawn for the sample, every other epoch, or turn in one, mirrors
 * what the last did not (K. Jordan, "94% on CIFAR-10 in 3.29 seconds on a single GPU", 2024). */
static void draw_flip(drawing *d, const float *v)
{
    if (v[0] == LINCE_FLIP_ALTERNATING) {
        uint64_t key = lince_key(d->occasion->seed, LINCE_STREAM_FLIP, 0, d->occasion->index);
        d->draw->flip = (key & 1) ^ ((d->occasion->epoch ^ d->occasion->turn) & 1);
    } else
        d->draw->flip = happens(d, 0.5f);
}

/* A whole number of pixels, up to a share of the side. */
static int shift(drawing *d, float share, int side)
{
    float most = share * (float)side;
    return (int)lrintf(uniform(d, -most, most));
}

static void draw_translate(drawing *d, const float *v)
{
    d->draw->move_x = shift(d, v[0], d->width);
    d->draw->move_y = shift(d, v[0], d->height);
}

static void draw_rotate(drawing *d, const float *v)
{
    double angle = (double)uniform(d, -v[0], v[0]);
    lince_rotation(angle, d->width, d->height, add(d, LINCE_DO_AFFINE)->value);
}

/* torchvision.transforms.RandomAffine: degrees, shift, scale (1 - s, 1 + s), shear along x. */
static void draw_affine(drawing *d, const float *v)
{
    lince_affine a = {.center = {d->width * 0.5, d->height * 0.5}};
    a.angle = (double)uniform(d, -v[0], v[0]);
    a.translate[0] = shift(d, v[1], d->width);
    a.translate[1] = shift(d, v[1], d->height);
    a.scale = (double)uniform(d, 1 - v[2], 1 + v[2]);
    a.shear[0] = (double)uniform(d, -v[3], v[3]);
    lince_affine_inverse(&a, add(d, LINCE_DO_AFFINE)->value);
}

/* torchvision.transforms.ColorJitter: a uniform order (Fisher-Yates), then a factor for each. Hue takes part
 * where it is asked for. */
static void draw_jitter(drawing *d, const float *v)
{
    static const lince_operation operation[LINCE_COLOURS] = {LINCE_DO_BRIGHTNESS, LINCE_DO_CONTRAST,
                                                             LINCE_DO_SATURATION, LINCE_DO_HUE};
    int order[LINCE_COLOURS] = {LINCE_JITTER_BRIGHTNESS, LINCE_JITTER_CONTRAST, LINCE_JITTER_SATURATION,
                                LINCE_JITTER_HUE};
    int n = v[LINCE_JITTER_HUE] > 0 ? LINCE_COLOURS : LINCE_JITTER_HUE;
    float value[LINCE_COLOURS];
    for (int i = n - 1; i > 0; i--) {
        int j = below(d, i + 1), last = order[i];
        order[i] = order[j];
        order[j] = last;
    }
    for (int i = 0; i < n; i++)
        value[i] = i == LINCE_JITTER_HUE ? uniform(d, -v[i], v[i]) : uniform(d, fmaxf(0, 1 - v[i]), 1 + v[i]);
    for (int i = 0; i < n; i++)
        if (v[order[i]] > 0) add(d, operation[order[i]])->value[0] = (double)value[order[i]];
}

static void draw_grey(drawing *d, const float *v)
{
    if (happens(d, v[0])) add(d, LINCE_DO_GREY);
}

/* torchvision.transforms.GaussianBlur of a deviation in 0.1..2, its kernel a tenth of the shorter side (Chen
 * et al. 2020), 3 at least. */
static void draw_blur(drawing *d, const float *v)
{
    if (!happens(d, v[0])) return;
    int shorter = d->width < d->height ? d->width : d->height, side = 2 * (shorter / 20) + 1;
    lince_step *s = add(d, LINCE_DO_BLUR);
    s->value[0] = (double)uniform(d, 0.1f, 2.0f);
    s->value[1] = side < 3 ? 3 : side;
}

static void draw_sharpness(drawing *d, const float *v)
{
    if (happens(d, v[0])) add(d, LINCE_DO_SHARPNESS)->value[0] = (double)v[1];
}

static void draw_posterize(drawing *d, const float *v)
{
    if (happens(d, v[0])) add(d, LINCE_DO_POSTERIZE)->value[0] = (double)v[1];
}

static void draw_solarize(drawing *d, const float *v)
{
    if (happens(d, v[0])) add(d, LINCE_DO_SOLARIZE)->value[0] = (double)v[1];
}

static void draw_autocontrast(drawing *d, const float *v)
{
    if (happens(d, v[0])) add(d, LINCE_DO_AUTOCONTRAST);
}

static void draw_equalize(drawing *d, const float *v)
{
    if (happens(d, v[0])) add(d, LINCE_DO_EQUALIZE);
}

static void draw_invert(drawing *d, const float *v)
{
    if (happens(d, v[0])) add(d, LINCE_DO_INVERT);
}

static void draw_randaugment(drawing *d, const float *v)
{
    lince_draw_randaugment(v, &d->random, d->width, d->height, d->draw);
}

static void draw_trivialaugment(drawing *d, const float *v)
{
    (void)v;
    lince_draw_trivialaugment(&d->random, d->width, d->height, d->draw);
}

static void draw_augmix(drawing *d, const float *v)
{
    lince_draw_augmix(v, &d->random, d->width, d->height, &d->draw->mixture);
}

/* torchvision.transforms.RandomErasing (Zhong et al. 2017): ten tries at a rectangle of 0.02..0.33 of the
 * area that is smaller than the picture. */
static void draw_erasing(drawing *d, const float *v)
{
    if (!happens(d, v[0])) return;
    for (int attempt = 0; attempt < 10; attempt++) {
        lince_rectangle r = {0};
        float share = uniform(d, 0.02f, 0.33f);
        sides(d, share, log_uniform(d, 0.3f, 3.3f), &r.height, &r.width);
        if (r.height >= d->height || r.width >= d->width) continue;
        r.y = below(d, d->height - r.height + 1);
        r.x = below(d, d->width - r.width + 1);
        d->draw->erased = r;
        return;
    }
}

static void (*const draws[LINCE_AUGMENTATIONS])(drawing *d, const float *values) = {
    [LINCE_RESIZED_CROP] = draw_resized_crop,
    [LINCE_CROP] = draw_crop,
    [LINCE_FLIP] = draw_flip,
    [LINCE_TRANSLATE] = draw_translate,
    [LINCE_ROTATE] = draw_rotate,
    [LINCE_AFFINE] = draw_affine,
    [LINCE_JITTER] = draw_jitter,
    [LINCE_GREY] = draw_grey,
    [LINCE_BLUR] = draw_blur,
    [LINCE_SHARPNESS] = draw_sharpness,
    [LINCE_POSTERIZE] = draw_posterize,
    [LINCE_SOLARIZE] = draw_solarize,
    [LINCE_AUTOCONTRAST] = draw_autocontrast,
    [LINCE_EQUALIZE] = draw_equalize,
    [LINCE_INVERT] = draw_invert,
    [LINCE_RANDAUGMENT] = draw_randaugment,
    [LINCE_TRIVIALAUGMENT] = draw_trivialaugment,
    [LINCE_AUGMIX] = draw_augmix,
    [LINCE_ERASE] = draw_erasing,
};

void lince_draw_parameters(const lince_augment *augment, int width, int height,
                           const lince_occasion *occasion, lince_draw *draw)
{
    drawing d = {.augment = augment,
                 .occasion = occasion,
                 .width = width,
                 .height = height,
                 .random = lince_random_at(lince_occasion_key(occasion)),
                 .draw = draw};
    *draw = (lince_draw){0};
    for (int what = 0; what < LINCE_AUGMENTATIONS; what++)
        if (lince_augments_by(augment, (lince_augmentation)what)) draws[what](&d, augment->of[what]);
}
