#include "kernels/conv.h"
#include "core/error.h"
#include "kernels/kernels.h"

#include <string.h>

const lince_conv_implementation *const lince_conv_implementations[] = {
#ifdef __x86_64__
    &lince_conv_winograd_avx512,
    &lince_conv_winograd_avx2,
    &lince_conv_depthwise_avx512,
    &lince_conv_depthwise_avx2,
    &lince_conv_direct_avx512,
    &lince_conv_direct_avx2,
#endif
    &lince_conv_onednn_winograd,
    &lince_conv_onednn_direct,
    &lince_conv_ref,
    NULL,
};

bool lince_conv_is_depthwise(const lince_conv *c)
{
    return c->groups > 1 && c->groups == c->in.channels && c->groups == c->out.channels &&
           c->in.block == c->out.block;
}

size_t lince_conv_weights_size(const lince_conv *c)
{
    size_t positions = (size_t)c->kernel[0] * (size_t)c->kernel[1];
    if (lince_conv_is_depthwise(c)) return (size_t)lince_round_up(c->out.channels, c->out.block) * positions;
    if (c->groups > 1) return (size_t)c->out.channels * (size_t)(c->in.channels / c->groups) * positions;
    return (size_t)lince_round_up(c->out.channels, c->out.block) *
           (size_t)lince_round_up(c->in.channels, c->in.block) * positions;
}

size_t lince_conv_weight_at(const lince_conv *c, int o, int i, int y, int x)
{
    size_t kh = (size_t)c->kernel[0], kw = (size_t)c->kernel[1], position = (size_t)y * kw + (size_t)x;
    size_t b = (size_t)c->out.block;
    if (lince_conv_is_depthwise(c)) return ((size_t)o / b * kh * kw + position) * b + (size_t)o % b;
    if (c->groups > 1)
        return ((size_t)o * (size_t)(c->in.channels / c->groups) + (size_t)i) * kh * kw + position;
    size_t bi = (size_t)c->in.block, bo = (size_t)c->out.block;
    size_t blocks = (size_t)lince_round_up(c->in.channels, c->in.block) / bi;
    size_t block = ((size_t)o / bo * blocks + (size_t)i / bi) * kh * kw + position;
    return (block * bi + (size_t)i % bi) * bo + (size_t)o % bo;
}

void lince_conv_weights_put(const lince_conv *c, const float *rows, float *memory, size_t begin, size_t end)
{
    size_t positions = (size_t)c->kernel[0] * (size_t)c->kernel[1];
    size_t inputs = (size_t)(c->in.channels / c->groups), row = inputs * positions;
    bool depthwise = lince_conv_is_depthwise(c);
    if (c->groups > 1 && !depthwise) {
        memcpy(memory + begin * row, rows, (end - begin) * row * sizeof *rows);
        return;
    }
    size_t bi = depthwise ? 1 : (size_t)c->in.block, bo = (size_t)c->out.block; /* one input an output */
    size_t blocks = depthwise ? 1 : (size_t)lince_round_up(c->in.channels, c->in.block) / bi;
    for (size_t o = begin, next; o < end; o = next) { /* outputs of one block: neighbours in memory */
        next = (o / bo + 1) * bo < end ? (o / bo + 1) * bo : end;
        for (size_t i = 0; i < inputs; i++)
            for (size_t p = 0; p < positions; p++) {
                float *to =
                    memory + (((o / bo * blocks + i / bi) * positions + p) * bi + i % bi) * bo + o % bo;
                const float *from = rows + (o - begin) * row + i * positions + p;
                for (size_t k = 0; k < next - o; k++) to[k] = from[k * row];
            }
    }
}

int lince_conv_kernel_init_as(lince_conv_kernel *kernel, const lince_conv_implementation *implementation,
                              const lince_conv *conv, lince_direction direction, int has_bias, int threads)
{
    *kernel = (lince_conv_kernel){.implementation = implementation,
                                  .conv = *conv,
                                  .direction = direction,
                                  .has_bias = has_bias,
                                  .threads = threads};
    if (implementation->needs > lince_cpu_level())
        return lince_fail(LINCE_EUNSUPPORTED, "conv2d: %s is not for this machine", implementation->name);
    return implementation->create(kernel);
}

void lince_conv_kernel_run(lince_conv_kernel *kernel, const lince_conv_args *args)
{
    const lince_conv *c = &kernel->conv;
    kernel->implementation->run(kernel, args);
    if (kernel->implementation->fuses) return;
    if (kernel->direction == LINCE_FORWARD && args->relu)
        lince_relu(kernel->threads, args->y, args->y, (size_t)c->batch * lince_shape_size(c->out));
    if (kernel->direction == LINCE_BACKWARD_DATA && args->gate)
        lince_relu_backward(kernel->threads, args->gate, args->x, args->x,
                            (size_t)c->batch * lince_shape_size(c->in));
}

void lince_conv_kernel_release(lince_conv_kernel *kernel)
{
    if (kernel->implementation) kernel->implementation->release(kernel);
    *kernel = (lince_conv_kernel){0};
}
