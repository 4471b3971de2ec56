/* EfficientNet-B0: M. Tan & Q. V. Le, "EfficientNet: rethinking model scaling for convolutional neural
 * networks", 2019, table 1. Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] =
    N_("EfficientNet-B0 (Tan & Le 2019) was found by a search that weighs accuracy against the number "
       "of multiplications. Its blocks are MobileNetV2's with squeeze and excitation: each channel is "
       "scaled by a factor that depends on the means of all channels. In training, blocks are left out "
       "at random (stochastic depth).");

static const struct {
    int expand, kernel, stride, in, out, layers;
} table[] = {{1, 3, 1, 32, 16, 1},  {6, 3, 2, 16, 24, 2},   {6, 5, 2, 24, 40, 2},  {6, 3, 2, 40, 80, 3},
             {6, 5, 1, 80, 112, 3}, {6, 5, 2, 112, 192, 4}, {6, 3, 1, 192, 320, 1}};
enum { STAGES = sizeof table / sizeof *table, BLOCKS = 16 };

/* Convolution, batch normalisation and, where asked for, SiLU: `<name>.0`, `.1` and `.2`. */
static int conv_bn(lince_net *net, int x, const char *name, bool silu, lince_conv2d_layer_args conv)
{
    conv.padding = conv.kernel / 2;
    conv.no_bias = true;
    x = lince_module(net, x, LINCE_LAYER_OF(conv2d, &conv), "%s.0", name);
    x = lince_module(net, x, LINCE_BARE(batch_norm2d), "%s.1", name);
    return silu ? lince_module(net, x, LINCE_BARE(silu), "%s.2", name) : x;
}

/* Each channel times a factor in (0, 1) that two small layers draw from the means of all channels (Hu et al.
 * 2018). */
static int squeeze_excite(lince_net *net, int x, const char *name, int channels, int squeezed)
{
    int s = lince_module(net, x, LINCE_LAYER(adaptive_avg_pool2d, .size = 1), "%s.avgpool", name);
    s = lince_module(net, s, LINCE_LAYER(conv2d, .channels = squeezed, .kernel = 1), "%s.fc1", name);
    s = lince_module(net, s, LINCE_BARE(silu), "%s.activation", name);
    s = lince_module(net, s, LINCE_LAYER(conv2d, .channels = channels, .kernel = 1), "%s.fc2", name);
    s = lince_module(net, s, LINCE_BARE(sigmoid), "%s.scale_activation", name);
    return lince_module(net, x, LINCE_WITH(scale_channels, s), "%s", name);
}

/* MBConv: 1x1 to more channels, depthwise, squeeze and excitation, 1x1 to few; the input is added where the
 * shape is the same, and the branch then left out with probability p. */
static int mbconv(lince_net *net, int x, const char *block, int stage, int in, int stride, float p)
{
    char name[64];
    int y = x, module = 0, wide = table[stage].expand * in;
    if (table[stage].expand > 1) {
        snprintf(name, sizeof name, "%s.block.%d", block, module++);
        y = conv_bn(net, y, name, true, (lince_conv2d_layer_args){.channels = wide, .kernel = 1});
    }
    snprintf(name, sizeof name, "%s.block.%d", block, module++);
    y = conv_bn(net, y, name, true,
                (lince_conv2d_layer_args){
                    .channels = wide, .kernel = table[stage].kernel, .stride = stride, .groups = wide});
    snprintf(name, sizeof name, "%s.block.%d", block, module++);
    y = squeeze_excite(net, y, name, wide, in / 4);
    snprintf(name, sizeof name, "%s.block.%d", block, module);
    y = conv_bn(net, y, name, false, (lince_conv2d_layer_args){.channels = table[stage].out, .kernel = 1});
    if (stride > 1 || in != table[stage].out) return y;
    y = lince_module(net, y, LINCE_LAYER(stochastic_depth, .p = p), "%s.stochastic_depth", block);
    return lince_module(net, y, LINCE_WITH(add, x), "%s.add", block);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    int number = 0;
    int x = conv_bn(net, 0, "features.0", true,
                    (lince_conv2d_layer_args){.channels = 32, .kernel = 3, .stride = 2});
    for (int stage = 0; stage < STAGES; stage++)
        for (int i = 0; i < table[stage].layers; i++) {
            char block[40];
            snprintf(block, sizeof block, "features.%d.%d", stage + 1, i);
            x = mbconv(net, x, block, stage, i ? table[stage].out : table[stage].in,
                       i ? 1 : table[stage].stride, c->stochastic_depth * (float)number++ / BLOCKS);
        }
    x = conv_bn(net, x, "features.8", true, (lince_conv2d_layer_args){.channels = 1280, .kernel = 1});
    x = lince_global_average(net, x);
    x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "classifier.0");
    /* torchvision's bound, 1 / sqrt(outputs), was chosen for a thousand: ten begin at a loss of 4.7, not 2.3.
     */
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_UNIFORM_FAN_IN),
                        "classifier.1");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4};

const lince_architecture lince_efficientnet_b0 = {.name = "efficientnet_b0",
                                                  .summary = "EfficientNet-B0",
                                                  .about = about,
                                                  .classes = 1000,
                                                  .paper = "Tan & Le 2019",
                                                  .modality = "image",
                                                  .image_size = 224,
                                                  .resize = 256,
                                                  .bicubic = true,
                                                  .build = build,
                                                  .batch_norm = true,
                                                  .classifier = "classifier.",
                                                  .dropout = 0.2f,
                                                  .stochastic_depth = 0.2f,
                                                  .recipe = &recipe};
