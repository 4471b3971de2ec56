/* Binary cross-entropy of each class by itself: f(p) = -log p.
 * PyTorch's BCEWithLogitsLoss(weight, pos_weight, reduction="mean"):
 * https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html */
#include "core/i18n.h"
#include "loss/sigmoid.h"
#include "loss/softmax.h"

const lince_loss_type lince_binary_cross_entropy = {
    .name = "binary-cross-entropy",
    .title = N_("binary cross-entropy"),
    .several = true,
    .term = lince_cross_entropy_term,
    .gradient = lince_sigmoid_gradient,
    .value_of = lince_sigmoid_value_of,
    .probabilities = lince_sigmoid_probabilities,
    .decide = lince_argmax,
};
