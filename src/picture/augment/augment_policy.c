/* Policies: which operations a picture goes through, and how strongly, is drawn from one list.
 *     RandAugment          Cubuk et al. 2020: N of them, all at magnitude M of 31
 *     TrivialAugment Wide  Mueller and Hutter 2021: one, at any of 31 magnitudes, of wider ranges
 *     AugMix               Hendrycks et al. 2020: three chains of them, mixed with the picture
 * Ranges and numbers are those of torchvision.transforms. */
#include "core/i18n.h"
#include "picture/augment/canvas.h"
#include "picture/augment/row.h"

#include <math.h>

enum { RAND, TRIVIAL, AUGMIX, POLICIES };

static int column(lince_augmentation policy)
{
    return policy == LINCE_RANDAUGMENT ? RAND : policy == LINCE_TRIVIALAUGMENT ? TRIVIAL : AUGMIX;
}

/* --- from a magnitude to a step --------------------------------------------------------------------- */

typedef struct place {
    int width, height;
} place;

static void nothing(double m, place p, lince_step *s)
{
    (void)m, (void)p;
    *s = (lince_step){.what = LINCE_DO_NOTHING};
}

static void affine(const lince_affine *a, lince_step *s)
{
    s->what = LINCE_DO_AFFINE;
    lince_affine_inverse(a, s->value);
}

/* In degrees and back, as torchvision goes. */
static double degrees(double slope)
{
    return atan(slope) * (180 / 3.14159265358979323846);
}

static void shear_x(double m, place p, lince_step *s)
{
    (void)p;
    affine(&(lince_affine){.scale = 1, .shear = {degrees(m), 0}}, s);
}

static void shear_y(double m, place p, lince_step *s)
{
    (void)p;
    affine(&(lince_affine){.scale = 1, .shear = {0, degrees(m)}}, s);
}

static void translate_x(double m, place p, lince_step *s)
{
    affine(&(lince_affine){.scale = 1, .translate = {trunc(m), 0}, .center = {p.width * 0.5, p.height * 0.5}},
           s);
}

static void translate_y(double m, place p, lince_step *s)
{
    affine(&(lince_affine){.scale = 1, .translate = {0, trunc(m)}, .center = {p.width * 0.5, p.height * 0.5}},
           s);
}

static void rotate(double m, place p, lince_step *s)
{
    s->what = LINCE_DO_AFFINE;
    lince_rotation(m, p.width, p.height, s->value);
}

static void brightness(double m, place p, lince_step *s)
{
    (void)p;
    *s = (lince_step){LINCE_DO_BRIGHTNESS, {1 + m}};
}

static void saturation(double m, place p, lince_step *s)
{
    (void)p;
    *s = (lince_step){LINCE_DO_SATURATION, {1 + m}};
}

static void contrast(double m, place p, lince_step *s)
{
    (void)p;
    *s = (lince_step){LINCE_DO_CONTRAST, {1 + m}};
}

static void sharpness(double m, place p, lince_step *s)
{
    (void)p;
    *s = (lince_step){LINCE_DO_SHARPNESS, {1 + m}};
}

static void posterize(double m, place p, lince_step *s)
{
    (void)p;
    *s = (lince_step){LINCE_DO_POSTERIZE, {m}};
}

static void solarize(double m, place p, lince_step *s)
{
    (void)p;
    *s = (lince_step){LINCE_DO_SOLARIZE, {m}};
}

static void autocontrast(double m, place p, lince_step *s)
{
    (void)m, (void)p;
    *s = (lince_step){.what = LINCE_DO_AUTOCONTRAST};
}

static void equalize(double m, place p, lince_step *s)
{
    (void)m, (void)p;
    *s = (lince_step){.what = LINCE_DO_EQUALIZE};
}

/* --- the list ---------------------------------------------------------------------------------------- */

/* Magnitudes go from `first` to `last` in equal steps: whole where WHOLE, in shares of the picture's width or
 * height where OF_WIDTH or OF_HEIGHT, of either sign where SIGNED. */
enum { SIGNED = 1, WHOLE = 2, OF_WIDTH = 4, OF_HEIGHT = 8 };

static const struct choice {
    const char *name;
    void (*make)(double magnitude, place place, lince_step *step);
    struct {
        double first, last;
        int flags;
    } range[POLICIES];
} choices[] = {
    {"Identity", nothing, {{0, 0, 0}}},
    {"ShearX", shear_x, {{0, 0.3, SIGNED}, {0, 0.99, SIGNED}, {0, 0.3, SIGNED}}},
    {"ShearY", shear_y, {{0, 0.3, SIGNED}, {0, 0.99, SIGNED}, {0, 0.3, SIGNED}}},
    {"TranslateX",
     translate_x,
     {{0, 150.0 / 331, SIGNED | OF_WIDTH}, {0, 32, SIGNED}, {0, 1.0 / 3, SIGNED | OF_WIDTH}}},
    {"TranslateY",
     translate_y,
     {{0, 150.0 / 331, SIGNED | OF_HEIGHT}, {0, 32, SIGNED}, {0, 1.0 / 3, SIGNED | OF_HEIGHT}}},
    {"Rotate", rotate, {{0, 30, SIGNED}, {0, 135, SIGNED}, {0, 30, SIGNED}}},
    {"Brightness", brightness, {{0, 0.9, SIGNED}, {0, 0.99, SIGNED}, {0, 0.9, SIGNED}}},
    {"Color", saturation, {{0, 0.9, SIGNED}, {0, 0.99, SIGNED}, {0, 0.9, SIGNED}}},
    {"Contrast", contrast, {{0, 0.9, SIGNED}, {0, 0.99, SIGNED}, {0, 0.9, SIGNED}}},
    {"Sharpness", sharpness, {{0, 0.9, SIGNED}, {0, 0.99, SIGNED}, {0, 0.9, SIGNED}}},
    {"Posterize", posterize, {{8, 4, WHOLE}, {8, 2, WHOLE}, {4, 0, WHOLE}}},
    {"Solarize", solarize, {{255, 0, 0}, {255, 0, 0}, {255, 0, 0}}},
    {"AutoContrast", autocontrast, {{0, 0, 0}}},
    {"Equalize", equalize, {{0, 0, 0}}},
};

enum { CHOICES = sizeof choices / sizeof *choices };

/* AugMix has no Identity: the picture itself is in its mixture. */
static const struct choice *choice_at(lince_augmentation policy, int index)
{
    return &choices[index + (policy == LINCE_AUGMIX)];
}

int lince_policy_choices(lince_augmentation policy)
{
    return CHOICES - (policy == LINCE_AUGMIX);
}

const char *lince_policy_choice_name(lince_augmentation policy, int choice)
{
    return choice_at(policy, choice)->name;
}

bool lince_policy_signed(lince_augmentation policy, int choice)
{
    return choice_at(policy, choice)->range[column(policy)].flags & SIGNED;
}

int lince_policy_bins(lince_augmentation policy)
{
    return policy == LINCE_AUGMIX ? 10 : 31;
}

/* torch.linspace: from both ends to the middle, each rounded once to single precision. */
static double linspace(double first, double last, int n, int i)
{
    double step = (double)(((float)last - (float)first) / (float)(n - 1));
    return (double)(float)(i < n / 2 ? (double)(float)first + step * i
                                     : (double)(float)last - step * (n - 1 - i));
}

void lince_policy_step(lince_augmentation policy, int choice, int bin, bool negative, int width, int height,
                       lince_step *step)
{
    const struct choice *c = choice_at(policy, choice);
    double first = c->range[column(policy)].first, last = c->range[column(policy)].last, m;
    int flags = c->range[column(policy)].flags, n = lince_policy_bins(policy);
    if (flags & OF_WIDTH) last *= width;
    if (flags & OF_HEIGHT) last *= height;
    if (flags & WHOLE)
        m = first - nearbyint((double)((float)bin / (float)((n - 1) / (first - last))));
    else
        m = linspace(first, last, n, bin);
    c->make(negative ? -m : m, (place){width, height}, step);
    if (policy == LINCE_AUGMIX && step->what == LINCE_DO_AFFINE) step->what = LINCE_DO_AFFINE_BILINEAR;
}

/* --- drawing ------------------------------------------------------------------------------------------ */

static int below(lince_random *r, int bound)
{
    return (int)lince_random_below(r, (uint32_t)bound);
}

/* Any of the operations, at a bin below `bins` or, where `bins` is 0, at `bin`. */
static void draw_step(lince_augmentation policy, int bin, int bins, lince_random *r, int width, int height,
                      lince_step *step)
{
    int choice = below(r, lince_policy_choices(policy));
    if (bins) bin = below(r, bins);
    lince_policy_step(policy, choice, bin, lince_policy_signed(policy, choice) && below(r, 2), width, height,
                      step);
}

static void draw_randaugment(lince_drawing *d, const float *v)
{
    for (int n = (int)v[0]; n > 0; n--)
        draw_step(LINCE_RANDAUGMENT, (int)v[1], 0, &d->random, d->width, d->height,
                  lince_drawn_step(d, LINCE_DO_NOTHING));
}

static void draw_trivialaugment(lince_drawing *d, const float *v)
{
    (void)v;
    draw_step(LINCE_TRIVIALAUGMENT, 0, lince_policy_bins(LINCE_TRIVIALAUGMENT), &d->random, d->width,
              d->height, lince_drawn_step(d, LINCE_DO_NOTHING));
}

/* Dirichlet(1, ..., 1): exponentials over their sum. */
static void dirichlet(lince_random *r, float *weight, int n)
{
    double e[LINCE_CHAINS], sum = 0;
    for (int i = 0; i < n; i++) sum += e[i] = -log(((double)lince_random_u32(r) + 0.5) * 0x1p-32);
    for (int i = 0; i < n; i++) weight[i] = (float)(e[i] / sum);
}

static void draw_augmix(lince_drawing *d, const float *v)
{
    lince_mixture *m = &d->draw->mixture;
    float share[2];
    dirichlet(&d->random, share, 2);
    dirichlet(&d->random, m->weight, LINCE_CHAINS);
    m->used = true;
    m->kept = share[0];
    for (int i = 0; i < LINCE_CHAINS; i++) {
        m->weight[i] *= share[1];
        m->length[i] = 1 + below(&d->random, LINCE_CHAIN_STEPS);
        for (int k = 0; k < m->length[i]; k++)
            draw_step(LINCE_AUGMIX, 0, (int)v[0], &d->random, d->width, d->height, &m->chain[i][k]);
    }
}

const lince_augmentation_row lince_augment_randaugment = {
    .names = {{.name = "randaugment",
               .usage = "randaugment=N:MAGNITUDE",
               .count = 2,
               .value = {{1, 16, 2, true}, {0, 30, 9, true}}}},
    .draw = draw_randaugment,
    .about = N_("RandAugment (Cubuk et al. 2020): operations drawn for each picture from a "
                "list of 14: %.0f, at magnitude %.0f of 30"),
    .scale = {1, 1}};

const lince_augmentation_row lince_augment_trivialaugment = {
    .names = {{.name = "trivialaugment", .usage = "trivialaugment", .count = 1, .value = {{0, 1, 1, true}}}},
    .draw = draw_trivialaugment,
    .about = N_("TrivialAugment (Müller and Hutter 2021): one operation of a list of 14, at a "
                "magnitude drawn for each picture"),
    .scale = {1}};

const lince_augmentation_row lince_augment_augmix = {
    .names = {{.name = "augmix", .usage = "augmix=SEVERITY", .count = 1, .value = {{1, 10, 3, true}}}},
    .draw = draw_augmix,
    .about = N_("AugMix (Hendrycks et al. 2020): mixed with what three chains of up to three operations of "
                "severity %.0f make of it"),
    .scale = {1}};
