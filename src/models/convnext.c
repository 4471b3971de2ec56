/* ConvNeXt: Z. Liu et al., "A ConvNet for the 2020s", 2022, table 9. Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/layer_norm2d.h"
#include "layers/layer_scale.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "ConvNeXt (Liu et al. 2022) is a ResNet brought up to date, step by step, with what vision transformers do: 7×7 filters "
    "of each channel by itself, layer normalisation in place of batch normalisation, a widening to four times the channels "
    "and GELU between two 1×1 convolutions, few activations. Each block's correction is scaled by factors that begin near "
    "zero, and left out at random in training (stochastic depth).");

static const struct {
    int channels, blocks;
} stages[] = {{96, 3}, {192, 3}, {384, 9}, {768, 3}};
enum { STAGES = sizeof stages / sizeof *stages, BLOCKS = 3 + 3 + 9 + 3 };

static int conv(lince_net *net, int x, const char *name, lince_conv2d_layer_args args)
{
    args.init_std = 0.02f;
    return lince_module(net, x, LINCE_LAYER_OF(conv2d, &args), "%s", name);
}

static int norm(lince_net *net, int x, const char *name)
{
    return lince_module(net, x, LINCE_LAYER(layer_norm2d, .eps = 1e-6f), "%s", name);
}

/* Depthwise 7x7, 1x1 to four times the channels and back; scaled, perhaps left out, and added to the input. */
static int residual(lince_net *net, int x, const char *block, int channels, float p)
{
    char name[48];
#define PART(number) (snprintf(name, sizeof name, "%s.block.%d", block, number), name)
    int first =
        conv(net, x, PART(0),
             (lince_conv2d_layer_args){.channels = channels, .kernel = 7, .padding = 3, .groups = channels});
    int y = norm(net, first, PART(2));
    y = conv(net, y, PART(3),
             (lince_conv2d_layer_args){.channels = 4 * channels, .kernel = 1, .linear = true});
    y = lince_module(net, y, LINCE_BARE(gelu), "%s", PART(4));
    y = conv(net, y, PART(5), (lince_conv2d_layer_args){.channels = channels, .kernel = 1, .linear = true});
#undef PART
    lince_layer_args scale = LINCE_BARE(layer_scale);
    scale.listed_before = first;
    y = lince_module(net, y, scale, "%s", block);
    y = lince_module(net, y, LINCE_LAYER(stochastic_depth, .p = p), "%s.stochastic_depth", block);
    return lince_module(net, y, LINCE_WITH(add, x), "%s.add", block);
}

/* Half the height and width. */
static int downsampled(lince_net *net, int x, int part, int channels)
{
    char name[32];
    snprintf(name, sizeof name, "features.%d.0", part);
    x = norm(net, x, name);
    snprintf(name, sizeof name, "features.%d.1", part);
    return conv(net, x, name, (lince_conv2d_layer_args){.channels = channels, .kernel = 2, .stride = 2});
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    int number = 0;
    int x = conv(net, 0, "features.0.0",
                 (lince_conv2d_layer_args){.channels = stages[0].channels, .kernel = 4, .stride = 4});
    x = norm(net, x, "features.0.1");
    for (int stage = 0; stage < STAGES; stage++) {
        if (stage) x = downsampled(net, x, 2 * stage, stages[stage].channels);
        for (int i = 0; i < stages[stage].blocks; i++) {
            char block[32];
            snprintf(block, sizeof block, "features.%d.%d", 2 * stage + 1, i);
            x = residual(net, x, block, stages[stage].channels,
                         c->stochastic_depth * (float)number++ / (BLOCKS - 1));
        }
    }
    x = lince_module(net, x, LINCE_LAYER(adaptive_avg_pool2d, .size = 1), "avgpool");
    x = norm(net, x, "classifier.0");
    x = lince_module(net, x, LINCE_BARE(flatten), "classifier.1");
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init_std = 0.02f), "classifier.2");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 1e-3, .lr_tuned = 1e-4, .least_size = 64};

const lince_architecture lince_convnext_tiny = {.name = "convnext_tiny",
                                                .summary = "ConvNeXt-Tiny",
                                                .about = about,
                                                .classes = 1000,
                                                .paper = "Liu et al. 2022",
                                                .modality = "image",
                                                .image_size = 224,
                                                .resize = 236,
                                                .accuracy = 82.520f,
                                                .build = build,
                                                .batch_norm = true,
                                                .classifier = "classifier.",
                                                .stochastic_depth = 0.1f,
                                                .recipe = &recipe};
