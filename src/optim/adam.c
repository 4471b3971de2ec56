/* Adam (Kingma & Ba 2015) with L2 decay in the gradient, and AdamW (Loshchilov & Hutter 2019), where it is
 * apart:
 *     Adam    g' = g + w p
 *     AdamW   g' = g;  p -= lr w p
 *     both    m = b1 m + (1 - b1) g';  v = b2 v + (1 - b2) g'^2
 *             p -= lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps) */
#include "core/cpu.h"
#include "optim/optim.h"

#include <math.h>

typedef struct factors {
    float step, inv_root, beta1, beta2, eps, scale, decay, shrink;
} factors;

static factors factors_of(const lince_hyper *h)
{
    double t = h->step, b1 = (double)h->beta1, b2 = (double)h->beta2;
    return (factors){.step = (float)((double)h->lr / (1 - pow(b1, t))),
                     .inv_root = (float)(1 / sqrt(1 - pow(b2, t))),
                     .beta1 = h->beta1,
                     .beta2 = h->beta2,
                     .eps = h->eps,
                     .scale = h->grad_scale,
                     .decay = h->weight_decay,
                     .shrink = 1};
}

LINCE_EACH_LEVEL(moments,
                 (factors f, float *restrict p, const float *restrict g, float *restrict m, float *restrict v,
                  size_t n),
                 (f, p, g, m, v, n))
{
    for (size_t i = 0; i < n; i++) {
        float w = p[i] * f.shrink, d = g[i] * f.scale + f.decay * w;
        m[i] = f.beta1 * m[i] + (1 - f.beta1) * d;
        v[i] = f.beta2 * v[i] + (1 - f.beta2) * d * d;
        p[i] = w - f.step * m[i] / (sqrtf(v[i]) * f.inv_root + f.eps);
    }
}

static void adam(const lince_hyper *h, float *restrict p, const float *restrict g, float *restrict m,
                 float *restrict v, size_t n)
{
    moments(factors_of(h), p, g, m, v, n);
}

static void adamw(const lince_hyper *h, float *restrict p, const float *restrict g, float *restrict m,
                  float *restrict v, size_t n)
{
    factors f = factors_of(h);
    f.decay = 0;
    f.shrink = 1 - h->lr * h->weight_decay;
    moments(f, p, g, m, v, n);
}

static void rest_adamw(const lince_hyper *h, lince_rest *rest)
{
    double t = h->step, b1 = (double)h->beta1, b2 = (double)h->beta2;
    *rest = (lince_rest){.m_decay = b1,
                         .v_decay = b2,
                         .v_growth = 1 / sqrt(b2),
                         .keep = (double)(1 - h->lr * h->weight_decay),
                         .rate = (double)h->lr / (1 - pow(b1, t)),
                         .correction = sqrt(1 - pow(b2, t)),
                         .eps = (double)h->eps,
                         .m = 0,
                         .v = 1,
                         .divided = true};
}

static void rest_adam(const lince_hyper *h, lince_rest *rest)
{
    rest_adamw(h, rest);
    rest->keep = 1;
    rest->stepwise = h->weight_decay != 0;
}

const lince_optimizer lince_adam = {
    .name = "adam", .usual_lr = 0.001, .states = 2, .update = adam, .rest = rest_adam};
const lince_optimizer lince_adamw = {.name = "adamw",
                                     .usual_lr = 0.001,
                                     .states = 2,
                                     .proportional_decay = true,
                                     .update = adamw,
                                     .rest = rest_adamw};
