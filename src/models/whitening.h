/* Filters that whiten patches of 2 x 2 pixels in three channels (Page 2019, "How to train your ResNet 8: bag
 * of tricks", https://myrtle.ai/learn/how-to-train-your-resnet-8-bag-of-tricks/): with the patches' mean m
 * and covariance C, whose eigenvectors are v_k with the eigenvalues l_k,
 *     filter k = v_k / sqrt(l_k + eps),  bias k = -<filter k, m>
 * answers have mean 0, variance 1 (but for eps, which keeps noise small) and no correlation. The second half
 * of the filters are the first half's negatives, so that nothing is lost behind a rectifier. */
#ifndef LINCE_MODELS_WHITENING_H
#define LINCE_MODELS_WHITENING_H

#include <stddef.h>

enum {
    LINCE_PATCH_SIDE = 2,
    LINCE_PATCH_VALUES = 3 * LINCE_PATCH_SIDE * LINCE_PATCH_SIDE, /* [channel][y][x] */
    LINCE_WHITENING_FILTERS = 2 * LINCE_PATCH_VALUES
};

/* What has been seen of patches: {0} at first. */
typedef struct lince_patches {
    size_t count;
    double sum[LINCE_PATCH_VALUES];
    double product[LINCE_PATCH_VALUES][LINCE_PATCH_VALUES]; /* sums of products; the lower triangle */
} lince_patches;

/* All patches of a picture [3][height][width]; none where it has less than two pixels a side. */
void lince_patches_add(lince_patches *patches, const float *picture, int height, int width);

/* filters [LINCE_WHITENING_FILTERS][LINCE_PATCH_VALUES], bias [LINCE_WHITENING_FILTERS]; of at least one
 * patch. */
void lince_patches_whitening(const lince_patches *patches, double eps, float *filters, float *bias);

#endif
