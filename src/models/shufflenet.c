/* ShuffleNetV2: N. Ma et al., "ShuffleNet V2: practical guidelines for efficient CNN architecture design", 2018, table 5.
 * Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pick_channels.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "ShuffleNetV2 (Ma et al. 2018) follows rules for what is fast in practice. A block sends half of the channels on as they "
    "are, filters the other half with 1×1 convolutions and a 3×3 one of each channel by itself, and joins the halves; "
    "shuffling the channels then lets the next block mix them.");

static const struct {
    int channels, blocks;
} stages[] = {{116, 4}, {232, 8}, {464, 4}};
enum { STAGES = sizeof stages / sizeof *stages };

/* Convolution, batch normalisation and, where asked for, ReLU: modules `<name><number>` and the next. */
static int conv_norm(lince_net *net, int x, const char *name, int number, bool relu,
                     lince_conv2d_layer_args conv)
{
    conv.padding = conv.kernel / 2;
    conv.no_bias = true;
    conv.init = LINCE_PYTORCH_INIT;
    x = lince_module(net, x, LINCE_LAYER_OF(conv2d, &conv), "%s%d", name, number);
    x = lince_module(net, x, LINCE_BARE(batch_norm2d), "%s%d", name, number + 1);
    return relu ? lince_module(net, x, LINCE_BARE(relu), "%s%d", name, number + 2) : x;
}

/* Of a block with a stride, in place of what goes on as it is: depthwise, then 1x1 to half the block's channels. */
static int downsampled(lince_net *net, int x, const char *block, int half)
{
    char name[64];
    int in = lince_channels(net, x);
    snprintf(name, sizeof name, "%s.branch1.", block);
    x = conv_norm(net, x, name, 0, false,
                  (lince_conv2d_layer_args){.channels = in, .kernel = 3, .stride = 2, .groups = in});
    return conv_norm(net, x, name, 2, true, (lince_conv2d_layer_args){.channels = half, .kernel = 1});
}

/* 1x1, depthwise, 1x1. */
static int filtered(lince_net *net, int x, const char *block, int half, int stride)
{
    char name[40];
    snprintf(name, sizeof name, "%s.branch2.", block);
    x = conv_norm(net, x, name, 0, true, (lince_conv2d_layer_args){.channels = half, .kernel = 1});
    x = conv_norm(net, x, name, 3, false,
                  (lince_conv2d_layer_args){.channels = half, .kernel = 3, .stride = stride, .groups = half});
    return conv_norm(net, x, name, 5, true, (lince_conv2d_layer_args){.channels = half, .kernel = 1});
}

static int shuffle_block(lince_net *net, int x, const char *block, int channels, bool first)
{
    int half = channels / 2, left, right;
    if (first) {
        left = downsampled(net, x, block, half);
        right = filtered(net, x, block, half, 2);
    } else {
        left = lince_module(net, x, LINCE_LAYER(pick_channels, .count = half), "%s.left", block);
        right = lince_module(net, x, LINCE_LAYER(pick_channels, .begin = half), "%s.right", block);
        right = filtered(net, right, block, half, 1);
    }
    x = lince_module(net, left, LINCE_WITH(concat, right), "%s.concat", block);
    return lince_module(net, x, LINCE_LAYER(pick_channels, .groups = 2), "%s.shuffle", block);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    int x = conv_norm(net, 0, "conv1.", 0, true,
                      (lince_conv2d_layer_args){.channels = 24, .kernel = 3, .stride = 2});
    x = lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 3, .stride = 2, .padding = 1), "maxpool");
    for (int stage = 0; stage < STAGES; stage++)
        for (int i = 0; i < stages[stage].blocks; i++) {
            char block[40];
            snprintf(block, sizeof block, "stage%d.%d", stage + 2, i);
            x = shuffle_block(net, x, block, stages[stage].channels, i == 0);
        }
    x = conv_norm(net, x, "conv5.", 0, true, (lince_conv2d_layer_args){.channels = 1024, .kernel = 1});
    x = lince_global_average(net, x);
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_PYTORCH_INIT), "fc");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 5e-3, .lr_tuned = 5e-4, .least_size = 64};

const lince_architecture lince_shufflenet_v2_x1_0 = {.name = "shufflenet_v2_x1_0",
                                                     .summary = "ShuffleNetV2 x1.0",
                                                     .about = about,
                                                     .classes = 1000,
                                                     .paper = "Ma et al. 2018",
                                                     .modality = "image",
                                                     .image_size = 224,
                                                     .resize = 256,
                                                     .accuracy = 69.362f,
                                                     .build = build,
                                                     .batch_norm = true,
                                                     .classifier = "fc",
                                                     .recipe = &recipe};
