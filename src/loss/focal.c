/* Focal loss: T.-Y. Lin, P. Goyal, R. Girshick, K. He & P. Dollár, "Focal loss for dense object detection",
 * ICCV 2017, equation 4, of the softmax's probabilities instead of a sigmoid's. What is answered well counts
 * less, the more so the larger gamma; at 0 it is cross-entropy. The paper's alpha are the classes' weights.
 *     f(p) = -(1 - p)^gamma log p
 *     p f'(p) = (1 - p)^gamma (gamma p log p / (1 - p) - 1), the fraction going to -1 where p goes to 1
 * A target that is shared (smoothing, mixing) weighs the classes' losses by its shares, as mixup has it. */
#include "core/i18n.h"
#include "loss/sigmoid.h"
#include "loss/softmax.h"

#include <math.h>

lince_loss_term lince_focal_term(const lince_loss *loss, double log_p)
{
    double gamma = loss->number, p = exp(log_p), rest = -expm1(log_p), focus = pow(rest, gamma),
           fraction = rest > 0 ? p * log_p / rest : -1;
    return (lince_loss_term){.value = -focus * log_p, .slope = focus * (gamma * fraction - 1)};
}

const lince_loss_type lince_focal = {
    .name = "focal",
    .setting = "gamma-focal",
    .title = N_("focal loss, gamma %g"),
    .term = lince_focal_term,
    .gradient = lince_softmax_gradient,
    .value = lince_softmax_value,
    .value_of = lince_softmax_value_of,
    .probabilities = lince_softmax,
    .decide = lince_argmax,
};
