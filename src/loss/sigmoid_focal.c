/* Focal loss (focal.c) of each class by itself, as T.-Y. Lin et al. (ICCV 2017) have it: torchvision's sigmoid_focal_loss.
 * Its alpha is a weight of what is there, alpha / (1 - alpha) against what is not. */
#include "core/i18n.h"
#include "loss/sigmoid.h"
#include "loss/softmax.h"

const lince_loss_type lince_sigmoid_focal = {
    .name = "sigmoid-focal",
    .setting = "gamma-focal",
    .title = N_("focal loss of each class by itself, gamma %g"),
    .several = true,
    .term = lince_focal_term,
    .gradient = lince_sigmoid_gradient,
    .value_of = lince_sigmoid_value_of,
    .probabilities = lince_sigmoid_probabilities,
    .decide = lince_argmax,
};
