/* Mixing the samples of a batch, each with the one before it (the first with the last), as torchvision's
 * v2.MixUp and v2.CutMix; the loss has both labels' shares as its target. mixup   H. Zhang et al., "mixup:
 * Beyond Empirical Risk Minimization", ICLR 2018 cutmix  S. Yun et al., "CutMix: Regularization Strategy to
 * Train Strong Classifiers with Localizable Features", ICCV 2019 */
#ifndef LINCE_PICTURE_MIX_H
#define LINCE_PICTURE_MIX_H

#include "picture/augment/augment.h"

/* The alpha of each one's Beta(alpha, alpha), from which a batch's share is drawn; 0: none. With both, a
 * batch is mixed by one of them, each as often. */
typedef struct lince_mixing {
    double mixup, cutmix;
} lince_mixing;

/* How one batch is mixed. */
typedef struct lince_mix {
    float own;            /* share of the sample itself, 0 to 1; its partner has the rest. 1: as it is */
    lince_rectangle part; /* of the partner, in the sample's place (cutmix); empty: the pixels are averaged */
} lince_mix;

/* A function of (seed, epoch, step) and the alphas only. */
lince_mix lince_mix_draw(const lince_mixing *mixing, uint64_t seed, int epoch, size_t step, int width,
                         int height);

/* Sample i of [n][channels][height][width] becomes own * x_i + (1 - own) * x_(i - 1), or has its part of x_(i - 1).
 * spare: channels * height * width floats. */
void lince_mix_pixels(const lince_mix *mix, size_t n, int channels, int width, int height, float *x,
                      float *spare);

/* partner[i] = label[i - 1]. */
void lince_mix_labels(size_t n, const int32_t *label, int32_t *partner);

#endif
