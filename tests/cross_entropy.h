/* For tests that need some loss: the cross-entropy of a net's last forward pass, whose gradient it gives to
 * the net. */
#include "loss/loss.h"
#include "net/net.h"

static double cross_entropy(lince_net *net, const int32_t *label, size_t n, float smoothing,
                            const float *weight)
{
    const lince_loss loss = {.type = &lince_cross_entropy};
    const lince_targets targets = {.label = label, .smoothing = smoothing, .weight = weight};
    return loss.type->gradient(&loss, lince_net_output(net), n, lince_net_classes(net), &targets,
                               lince_net_output_gradient(net), NULL);
}
