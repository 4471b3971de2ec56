/* MNASNet-B1: M. Tan et al., "MnasNet: platform-aware neural architecture search for mobile", 2019, figure 7. Modules and
 * names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "MnasNet (Tan et al. 2019) was found by a search that measured each candidate on a telephone. Its blocks are "
    "MobileNetV2's inverted residuals, with kernels of 3×3 or 5×5 and with expansions that differ from stage to stage.");

static const struct {
    int out, kernel, stride, expand, layers;
} table[] = {{24, 3, 2, 3, 3}, {40, 5, 2, 3, 3},  {80, 5, 2, 6, 3},
             {96, 3, 1, 6, 2}, {192, 5, 2, 6, 4}, {320, 3, 1, 6, 1}};
enum { STAGES = sizeof table / sizeof *table };

/* Convolution, batch normalisation and, where asked for, ReLU: modules `<name><number>` and the next. */
static int conv_norm(lince_net *net, int x, const char *name, int number, bool relu,
                     lince_conv2d_layer_args conv)
{
    conv.padding = conv.kernel / 2;
    conv.no_bias = true;
    x = lince_module(net, x, LINCE_LAYER_OF(conv2d, &conv), "%s%d", name, number);
    x = lince_module(net, x, LINCE_LAYER(batch_norm2d, .momentum = 3e-4f), "%s%d", name, number + 1);
    return relu ? lince_module(net, x, LINCE_BARE(relu), "%s%d", name, number + 2) : x;
}

/* 1x1 to more channels, depthwise, 1x1 to few; the input is added where the shape is the same. */
static int inverted_residual(lince_net *net, int x, int stage, int i)
{
    char name[40];
    int in = lince_channels(net, x), wide = table[stage].expand * in, stride = i ? 1 : table[stage].stride;
    snprintf(name, sizeof name, "layers.%d.%d.layers.", stage + 8, i);
    int y = conv_norm(net, x, name, 0, true, (lince_conv2d_layer_args){.channels = wide, .kernel = 1});
    y = conv_norm(net, y, name, 3, true,
                  (lince_conv2d_layer_args){
                      .channels = wide, .kernel = table[stage].kernel, .stride = stride, .groups = wide});
    y = conv_norm(net, y, name, 6, false,
                  (lince_conv2d_layer_args){.channels = table[stage].out, .kernel = 1});
    if (stride > 1 || in != table[stage].out) return y;
    return lince_module(net, y, LINCE_WITH(add, x), "layers.%d.%d.add", stage + 8, i);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    static const char layers[] = "layers.";
    int x = conv_norm(net, 0, layers, 0, true,
                      (lince_conv2d_layer_args){.channels = 32, .kernel = 3, .stride = 2});
    x = conv_norm(net, x, layers, 3, true,
                  (lince_conv2d_layer_args){.channels = 32, .kernel = 3, .groups = 32});
    x = conv_norm(net, x, layers, 6, false, (lince_conv2d_layer_args){.channels = 16, .kernel = 1});
    for (int stage = 0; stage < STAGES; stage++)
        for (int i = 0; i < table[stage].layers; i++) x = inverted_residual(net, x, stage, i);
    x = conv_norm(net, x, layers, 14, true, (lince_conv2d_layer_args){.channels = 1280, .kernel = 1});
    x = lince_global_average(net, x);
    x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "classifier.0");
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_UNIFORM_FAN_IN),
                        "classifier.1");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 5e-3, .lr_tuned = 2e-4, .least_size = 64};

const lince_architecture lince_mnasnet1_0 = {.name = "mnasnet1_0",
                                             .summary = "MNASNet 1.0",
                                             .about = about,
                                             .classes = 1000,
                                             .paper = "Tan et al. 2019",
                                             .modality = "image",
                                             .image_size = 224,
                                             .resize = 256,
                                             .accuracy = 73.456f,
                                             .build = build,
                                             .batch_norm = true,
                                             .classifier = "classifier.",
                                             .dropout = 0.2f,
                                             .recipe = &recipe};
