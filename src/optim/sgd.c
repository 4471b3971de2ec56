/* Stochastic gradient descent with momentum m, L2 decay w (torch.optim.SGD):
 *     g' = g + w p;  b = m b + g';  p -= lr (nesterov ? g' + m b : b)
 * PyTorch starts b at g'; a zeroed b gives the same. */
#include "core/cpu.h"
#include "optim/optim.h"

LINCE_EACH_LEVEL(plain, (const lince_hyper *h, float *restrict p, const float *restrict g, size_t n),
                 (h, p, g, n))
{
    for (size_t i = 0; i < n; i++) p[i] -= h->lr * (g[i] * h->grad_scale + h->weight_decay * p[i]);
}

LINCE_EACH_LEVEL(heavy_ball,
                 (const lince_hyper *h, float *restrict p, const float *restrict g, float *restrict b,
                  size_t n),
                 (h, p, g, b, n))
{
    for (size_t i = 0; i < n; i++) {
        float d = g[i] * h->grad_scale + h->weight_decay * p[i];
        b[i] = h->momentum * b[i] + d;
        p[i] -= h->lr * b[i];
    }
}

LINCE_EACH_LEVEL(nesterov,
                 (const lince_hyper *h, float *restrict p, const float *restrict g, float *restrict b,
                  size_t n),
                 (h, p, g, b, n))
{
    for (size_t i = 0; i < n; i++) {
        float d = g[i] * h->grad_scale + h->weight_decay * p[i];
        b[i] = h->momentum * b[i] + d;
        p[i] -= h->lr * (d + h->momentum * b[i]);
    }
}

static void update(const lince_hyper *h, float *restrict p, const float *restrict g, float *restrict b,
                   float *restrict unused, size_t n)
{
    (void)unused;
    if (h->momentum == 0)
        plain(h, p, g, n);
    else if (h->nesterov)
        nesterov(h, p, g, b, n);
    else
        heavy_ball(h, p, g, b, n);
}

static void rest_of(const lince_hyper *h, lince_rest *rest)
{
    bool heavy = h->momentum != 0;
    *rest = (lince_rest){.m_decay = (double)h->momentum,
                         .v_decay = 1,
                         .keep = heavy ? 1 : (double)(1 - h->lr * h->weight_decay),
                         .rate = (double)(h->nesterov ? h->lr * h->momentum : h->lr),
                         .m = heavy ? 0 : -1,
                         .v = -1,
                         .stepwise = heavy && h->weight_decay != 0};
}

const lince_optimizer lince_sgd = {.name = "sgd",
                                   .usual_lr = 0.01,
                                   .usual_momentum = 0.9,
                                   .states = 1,
                                   .proportional_decay = true,
                                   .update = update,
                                   .rest = rest_of};
