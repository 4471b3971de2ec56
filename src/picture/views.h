/* Views of a picture, whose answers are averaged (test-time augmentation):
 *
 *     flip     the picture and its mirror image (Simonyan & Zisserman 2015, section 3.2)
 *     crops    where pictures are resized to more than the network's input: its four corners and its middle,
 * each and its mirror image, of the central square (Krizhevsky et al. 2012, section 4.1). Where they are not:
 * the picture, and the picture shifted up and left and down and right by 1/32 of its side, what is missing
 * reflected, each and its mirror image; the unshifted ones count for half (as in
 *              KellerJordan/cifar10-airbench, whose shift is 1 of 32 pixels)
 *
 * Averaged are the outputs before the softmax, as there and in torchvision's TenCrop example: the answer is
 * the normalised geometric mean of the views' probabilities. */
#ifndef LINCE_PICTURE_VIEWS_H
#define LINCE_PICTURE_VIEWS_H

#include "picture/transform.h"

enum { LINCE_VIEWS_MAX = 10 };

/* A window of the network's size in a picture that may be larger. */
typedef struct lince_view {
    int top, left; /* of the window; what lies outside of the picture is reflected at its edges */
    bool mirrored;
    float weight; /* they sum to 1 */
} lince_view;

typedef struct lince_views {
    const char *name; /* "none", "flip", "crops" */
    lince_view list[LINCE_VIEWS_MAX];
    int count;         /* 0: the picture as it is */
    int height, width; /* of the pictures that the windows are cut from */
} lince_views;

/* Reads "none", "flip" or "crops" for pictures that the transform fits. `picture`, a copy of the transform,
 * becomes the one whose pictures the windows are cut from. LINCE_EUSAGE for another name. */
int lince_views_plan(lince_views *views, const char *name, const lince_transform *transform,
                     lince_transform *picture);

/* Cuts a view out of a picture [3][views->height][views->width], out [3][height][width]. */
void lince_view_cut(const lince_views *views, const lince_view *view, const float *picture, int height,
                    int width, float *out);

#endif
