#include "kernels/conv.h"
#include "core/error.h"
#include "kernels/choose.h"

const lince_conv_implementation *const lince_conv_implementations[] = {
    &lince_conv_onednn_winograd,
    &lince_conv_onednn_direct,
    &lince_conv_ref,
    NULL,
};

size_t lince_conv_weights_size(const lince_conv *c)
{
    size_t positions = (size_t)c->kernel[0] * (size_t)c->kernel[1];
    if (c->groups > 1) return (size_t)c->out.channels * (size_t)(c->in.channels / c->groups) * positions;
    return (size_t)lince_round_up(c->out.channels, c->out.block) *
           (size_t)lince_round_up(c->in.channels, c->in.block) * positions;
}

size_t lince_conv_weight_at(const lince_conv *c, int o, int i, int y, int x)
{
    size_t kh = (size_t)c->kernel[0], kw = (size_t)c->kernel[1], position = (size_t)y * kw + (size_t)x;
    if (c->groups > 1)
        return ((size_t)o * (size_t)(c->in.channels / c->groups) + (size_t)i) * kh * kw + position;
    size_t bi = (size_t)c->in.block, bo = (size_t)c->out.block;
    size_t blocks = (size_t)lince_round_up(c->in.channels, c->in.block) / bi;
    size_t block = ((size_t)o / bo * blocks + (size_t)i / bi) * kh * kw + position;
    return (block * bi + (size_t)i % bi) * bo + (size_t)o % bo;
}

int lince_conv_kernel_init_as(lince_conv_kernel *kernel, const lince_conv_implementation *implementation,
                              const lince_conv *conv, lince_direction direction, int has_bias, int threads)
{
    *kernel = (lince_conv_kernel){.implementation = implementation,
                                  .conv = *conv,
                                  .direction = direction,
                                  .has_bias = has_bias,
                                  .threads = threads};
    return implementation->create(kernel);
}

void lince_conv_kernel_run(lince_conv_kernel *kernel, const lince_conv_args *args)
{
    kernel->implementation->run(kernel, args);
}

void lince_conv_kernel_release(lince_conv_kernel *kernel)
{
    if (kernel->implementation) kernel->implementation->release(kernel);
    *kernel = (lince_conv_kernel){0};
}
