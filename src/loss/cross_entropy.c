/* Softmax cross-entropy: f(p) = -log p, p f'(p) = -1.
 * PyTorch's CrossEntropyLoss(weight, label_smoothing, reduction="mean"):
 * https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html */
#include "core/i18n.h"
#include "loss/sigmoid.h"
#include "loss/softmax.h"

lince_loss_term lince_cross_entropy_term(const lince_loss *loss, double log_p)
{
    (void)loss;
    return (lince_loss_term){.value = -log_p, .slope = -1};
}

const lince_loss_type lince_cross_entropy = {
    .name = "cross-entropy",
    .title = N_("cross-entropy"),
    .term = lince_cross_entropy_term,
    .gradient = lince_softmax_gradient,
    .value = lince_softmax_value,
    .value_of = lince_softmax_value_of,
    .probabilities = lince_softmax,
    .decide = lince_argmax,
};
