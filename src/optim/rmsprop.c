/* RMSprop (Tieleman & Hinton 2012; torch.optim.RMSprop, not centred):
 *     g' = g + w p;  v = a v + (1 - a) g'^2;  d = g' / (sqrt(v) + eps);  b = m b + d;  p -= lr b */
#include "core/cpu.h"
#include "optim/optim.h"

#include <math.h>

LINCE_EACH_LEVEL(update,
                 (const lince_hyper *h, float *restrict p, const float *restrict g, float *restrict v,
                  float *restrict b, size_t n),
                 (h, p, g, v, b, n))
{
    float alpha = h->alpha, eps = h->eps, momentum = h->momentum, lr = h->lr, scale = h->grad_scale,
          decay = h->weight_decay;
    for (size_t i = 0; i < n; i++) {
        float d = g[i] * scale + decay * p[i];
        v[i] = alpha * v[i] + (1 - alpha) * d * d;
        b[i] = momentum * b[i] + d / (sqrtf(v[i]) + eps);
        p[i] -= lr * b[i];
    }
}

static void rest_of(const lince_hyper *h, lince_rest *rest)
{
    *rest = (lince_rest){.m_decay = (double)h->momentum,
                         .v_decay = (double)h->alpha,
                         .keep = 1,
                         .rate = (double)h->lr,
                         .m = 1,
                         .v = 0,
                         .stepwise = h->weight_decay != 0};
}

const lince_optimizer lince_rmsprop = {.name = "rmsprop",
                                       .usual_lr = 0.001,
                                       .usual_momentum = 0.9,
                                       .states = 2,
                                       .update = update,
                                       .rest = rest_of};
