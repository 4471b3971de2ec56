/* ResNet: K. He, X. Zhang, S. Ren & J. Sun, "Deep residual learning for image recognition", 2016, table 1.
 * Modules and names as torchvision's, whose bottlenecks have their stride in the 3x3 convolution. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "ResNet (He et al. 2016) is made of residual blocks: each one computes a correction that is added to its "
    "own input, so that the gradient reaches the first layers unhindered and very deep networks can be "
    "trained. Batch normalisation follows every convolution; the mean over the last feature maps and a "
    "single linear layer give one number a class.");

typedef struct plan {
    int blocks[4]; /* of each of the four parts */
    bool bottleneck;
} plan;

/* Convolution `conv<number>` without bias and batch normalisation `bn<number>`. */
static int conv_bn(lince_net *net, int x, const char *block, int number, int kernel, int channels, int stride)
{
    x = lince_module(net, x,
                     LINCE_LAYER(conv2d, .channels = channels, .kernel = kernel, .stride = stride,
                                 .padding = kernel / 2, .no_bias = true),
                     "%sconv%d", block, number);
    return lince_module(net, x, LINCE_BARE(batch_norm2d), "%sbn%d", block, number);
}

static int relu(lince_net *net, int x, const char *block)
{
    return lince_module(net, x, LINCE_BARE(relu), "%srelu", block);
}

/* The identity, or a 1x1 convolution where the shape changes. */
static int shortcut(lince_net *net, int x, const char *block, int channels, int stride, bool changes)
{
    if (!changes) return x;
    x = lince_module(
        net, x, LINCE_LAYER(conv2d, .channels = channels, .kernel = 1, .stride = stride, .no_bias = true),
        "%sdownsample.0", block);
    return lince_module(net, x, LINCE_BARE(batch_norm2d), "%sdownsample.1", block);
}

/* Two 3x3 convolutions of `width` channels. */
static int basic(lince_net *net, int x, const char *block, int width, int stride)
{
    x = relu(net, conv_bn(net, x, block, 1, 3, width, stride), block);
    return conv_bn(net, x, block, 2, 3, width, 1);
}

/* 1x1 to `width` channels, 3x3, and 1x1 to four times as many. */
static int bottleneck(lince_net *net, int x, const char *block, int width, int stride)
{
    x = relu(net, conv_bn(net, x, block, 1, 1, width, 1), block);
    x = relu(net, conv_bn(net, x, block, 2, 3, width, stride), block);
    return conv_bn(net, x, block, 3, 1, 4 * width, 1);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    const plan *r = self->table;
    int x = relu(net, conv_bn(net, 0, "", 1, 7, 64, 2), "");
    x = lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 3, .stride = 2, .padding = 1), "maxpool");
    for (int part = 0; part < 4; part++)
        for (int i = 0; i < r->blocks[part]; i++) {
            char block[32];
            int width = 64 << part, stride = part > 0 && i == 0 ? 2 : 1;
            snprintf(block, sizeof block, "layer%d.%d.", part + 1, i);
            int y = (r->bottleneck ? bottleneck : basic)(net, x, block, width, stride);
            x = shortcut(net, x, block, r->bottleneck ? 4 * width : width, stride,
                         i == 0 && (part > 0 || r->bottleneck));
            x = lince_module(net, y, LINCE_WITH(add, x), "%sadd", block);
            x = relu(net, x, block);
        }
    x = lince_global_average(net, x);
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_PYTORCH_INIT), "fc");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4};

#define RESNET(depth, narrow, ...)                                                                 \
    const lince_architecture lince_resnet##depth = {.name = "resnet" #depth,                       \
                                                    .summary = "ResNet-" #depth,                   \
                                                    .about = about,                                \
                                                    .modality = "image",                           \
                                                    .image_size = 224,                             \
                                                    .resize = 256,                                 \
                                                    .classes = 1000,                               \
                                                    .build = build,                                \
                                                    .paper = "He et al. 2016",                     \
                                                    .table = &(const plan){{__VA_ARGS__}, narrow}, \
                                                    .batch_norm = true,                            \
                                                    .classifier = "fc",                            \
                                                    .recipe = &recipe}

RESNET(18, false, 2, 2, 2, 2);
RESNET(34, false, 3, 4, 6, 3);
RESNET(50, true, 3, 4, 6, 3);
RESNET(101, true, 3, 4, 23, 3);
RESNET(152, true, 3, 8, 36, 3);
