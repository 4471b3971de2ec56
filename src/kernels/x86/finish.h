/* What becomes of sums in registers before they are written, as vector code of convolutions sees it: kernels/epilogue.h, with
 * the bias before it, and for gradients the gate behind it. */
#ifndef LINCE_KERNELS_X86_FINISH_H
#define LINCE_KERNELS_X86_FINISH_H

#include "kernels/epilogue.h"

#include <stdbool.h>

/* For one vector of channels, or several that lie one after the other. NULL: there is none. */
typedef struct lince_finish {
    const float *bias, *scale, *shift; /* [vectors][L]; scale and shift both or none */
    const float *addend, *gate;        /* laid out as y */
    lince_activation activation;
    bool far; /* far.h */
} lince_finish;

/* Channels from `channel` on, the results that lie at y + at. */
static inline lince_finish lince_finish_forward(const lince_epilogue *e, bool relu, const float *bias,
                                                size_t channel, size_t at)
{
    lince_finish f = {.bias = bias ? bias + channel : NULL, .activation = relu ? LINCE_RELU : LINCE_LINEAR};
    if (!e) return f;
    f.activation = e->activation;
    if (e->scale) f.scale = e->scale + channel, f.shift = e->shift + channel;
    if (e->addend) f.addend = e->addend + at;
    return f;
}

/* Behind `floats` results. */
static inline void lince_finish_advance(lince_finish *f, size_t floats)
{
    if (f->addend) f->addend += floats;
    if (f->gate) f->gate += floats;
}

/* Whether the activation is done to sums in registers; else to results that were written, by `activate`. */
static inline bool lince_finish_holds(const lince_finish *f)
{
    return f->activation < LINCE_SILU;
}

/* Whether they are written past the caches: what an activation reads again is not. */
static inline bool lince_finish_streams(const lince_finish *f)
{
    return f->far && lince_finish_holds(f);
}

#endif
