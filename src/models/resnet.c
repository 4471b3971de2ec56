/* ResNet: K. He, X. Zhang, S. Ren & J. Sun, "Deep residual learning for image recognition", 2016, table 1. With
 * bottlenecks of 32 groups: S. Xie et al., "Aggregated residual transformations for deep neural networks", 2017; of
 * twice the width: S. Zagoruyko & N. Komodakis, "Wide residual networks", 2016. Modules and names as torchvision's,
 * whose bottlenecks have their stride in the 3x3 convolution. */
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

static const char about_resnext[] = N_(
    "ResNeXt (Xie et al. 2017) is a ResNet whose bottlenecks filter 32 groups of channels apart from each other: many "
    "small transformations side by side, whose sum is added to the block's input, in place of a single wide one.");
static const char about_wide[] = N_(
    "A wide ResNet (Zagoruyko & Komodakis 2016) has twice the channels between the 1×1 convolutions of its bottlenecks: "
    "width instead of depth, for accuracy that a deeper network has, in fewer steps one behind the other.");

typedef struct plan {
    int blocks[4]; /* of each of the four parts */
    bool bottleneck;
    int groups,
        width; /* of a bottleneck's 3x3 convolution, and channels of each in the first part; 0: 1 and 64 */
} plan;

/* Convolution `conv<number>` without bias and batch normalisation `bn<number>`. */
static int conv_bn(lince_net *net, int x, const char *block, int number, lince_conv2d_layer_args conv)
{
    conv.padding = conv.kernel / 2;
    conv.no_bias = true;
    x = lince_module(net, x, LINCE_LAYER_OF(conv2d, &conv), "%sconv%d", block, number);
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

/* Two 3x3 convolutions. */
static int basic(lince_net *net, int x, const char *block, const plan *r, int channels, int stride)
{
    (void)r;
    x = conv_bn(net, x, block, 1,
                (lince_conv2d_layer_args){.channels = channels, .kernel = 3, .stride = stride});
    return conv_bn(net, relu(net, x, block), block, 2,
                   (lince_conv2d_layer_args){.channels = channels, .kernel = 3});
}

/* 1x1 to the width, 3x3, and 1x1 to four times `channels`. */
static int bottleneck(lince_net *net, int x, const char *block, const plan *r, int channels, int stride)
{
    int groups = r->groups ? r->groups : 1, width = r->width ? channels * r->width / 64 * groups : channels;
    x = conv_bn(net, x, block, 1, (lince_conv2d_layer_args){.channels = width, .kernel = 1});
    x = conv_bn(
        net, relu(net, x, block), block, 2,
        (lince_conv2d_layer_args){.channels = width, .kernel = 3, .stride = stride, .groups = groups});
    return conv_bn(net, relu(net, x, block), block, 3,
                   (lince_conv2d_layer_args){.channels = 4 * channels, .kernel = 1});
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    const plan *r = self->table;
    int x = conv_bn(net, 0, "", 1, (lince_conv2d_layer_args){.channels = 64, .kernel = 7, .stride = 2});
    x = relu(net, x, "");
    x = lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 3, .stride = 2, .padding = 1), "maxpool");
    for (int part = 0; part < 4; part++)
        for (int i = 0; i < r->blocks[part]; i++) {
            char block[32];
            int channels = 64 << part, stride = part > 0 && i == 0 ? 2 : 1;
            snprintf(block, sizeof block, "layer%d.%d.", part + 1, i);
            int y = (r->bottleneck ? bottleneck : basic)(net, x, block, r, channels, stride);
            x = shortcut(net, x, block, r->bottleneck ? 4 * channels : channels, stride,
                         i == 0 && (part > 0 || r->bottleneck));
            x = lince_module(net, y, LINCE_WITH(add, x), "%sadd", block);
            x = relu(net, x, block);
        }
    x = lince_global_average(net, x);
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_PYTORCH_INIT), "fc");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4};

#define RESNET(...)                                                                         \
    .modality = "image", .image_size = 224, .resize = 256, .classes = 1000, .build = build, \
    .table = &(const plan){__VA_ARGS__}, .batch_norm = true, .classifier = "fc", .recipe = &recipe
#define PLAIN(depth, percent, narrow, ...)                                                                 \
    const lince_architecture lince_resnet##depth = {RESNET(.blocks = {__VA_ARGS__}, .bottleneck = narrow), \
                                                    .name = "resnet" #depth,                               \
                                                    .summary = "ResNet-" #depth,                           \
                                                    .about = about,                                        \
                                                    .paper = "He et al. 2016",                             \
                                                    .accuracy = percent}

PLAIN(18, 69.758f, false, 2, 2, 2, 2);
PLAIN(34, 73.314f, false, 3, 4, 6, 3);
PLAIN(50, 76.130f, true, 3, 4, 6, 3);
PLAIN(101, 77.374f, true, 3, 4, 23, 3);
PLAIN(152, 78.312f, true, 3, 8, 36, 3);

const lince_architecture lince_resnext50_32x4d = {RESNET(.blocks = {3, 4, 6, 3}, .bottleneck = true,
                                                         .groups = 32, .width = 4),
                                                  .name = "resnext50_32x4d",
                                                  .summary = "ResNeXt-50 32x4d",
                                                  .about = about_resnext,
                                                  .paper = "Xie et al. 2017",
                                                  .accuracy = 77.618f};
const lince_architecture lince_wide_resnet50_2 = {RESNET(.blocks = {3, 4, 6, 3}, .bottleneck = true,
                                                         .width = 128),
                                                  .name = "wide_resnet50_2",
                                                  .summary = "Wide ResNet-50-2",
                                                  .about = about_wide,
                                                  .paper = "Zagoruyko & Komodakis 2016",
                                                  .accuracy = 78.468f};
