/* MobileNetV2: M. Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", 2018, table 2.
 * Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] =
    N_("MobileNetV2 (Sandler et al. 2018) is made for small machines: a 3×3 convolution of each channel"
       " by itself, and 1×1 convolutions that mix channels, take a fraction of a full convolution's "
       "multiplications. Its blocks are inverted residuals: narrow inputs are widened, filtered and "
       "narrowed again without an activation, and added to where they came from.");

/* t: expansion, c: output channels, n: blocks, s: stride of the first */
static const struct {
    int t, c, n, s;
} table[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};

/* Convolution and batch normalisation, as modules `<name><number>` and the next. */
static int conv_bn(lince_net *net, int x, const char *name, int number, lince_conv2d_layer_args conv)
{
    conv.padding = conv.kernel / 2;
    conv.no_bias = true;
    x = lince_module(net, x, LINCE_LAYER_OF(conv2d, &conv), "%s%d", name, number);
    return lince_module(net, x, LINCE_BARE(batch_norm2d), "%s%d", name, number + 1);
}

static int conv_bn_relu6(lince_net *net, int x, const char *name, lince_conv2d_layer_args conv)
{
    x = conv_bn(net, x, name, 0, conv);
    return lince_module(net, x, LINCE_BARE(relu6), "%s2", name);
}

/* 1x1 to t times the channels, 3x3 depthwise, 1x1 to `out` channels without an activation; the input is added
 * where the shape is the same. */
static int inverted_residual(lince_net *net, int x, int number, int in, int out, int stride, int t)
{
    char part[48];
    int y = x, conv = 0, hidden = t * in;
    if (t > 1) {
        snprintf(part, sizeof part, "features.%d.conv.%d.", number, conv++);
        y = conv_bn_relu6(net, y, part, (lince_conv2d_layer_args){.channels = hidden, .kernel = 1});
    }
    snprintf(part, sizeof part, "features.%d.conv.%d.", number, conv++);
    y = conv_bn_relu6(
        net, y, part,
        (lince_conv2d_layer_args){.channels = hidden, .kernel = 3, .stride = stride, .groups = hidden});
    snprintf(part, sizeof part, "features.%d.conv.", number);
    y = conv_bn(net, y, part, conv, (lince_conv2d_layer_args){.channels = out, .kernel = 1});
    if (stride > 1 || in != out) return y;
    return lince_module(net, y, LINCE_WITH(add, x), "features.%d.add", number);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    int channels = 32, number = 1;
    int x = conv_bn_relu6(net, 0, "features.0.",
                          (lince_conv2d_layer_args){.channels = 32, .kernel = 3, .stride = 2});
    for (size_t part = 0; part < sizeof table / sizeof *table; part++)
        for (int i = 0; i < table[part].n; i++) {
            x = inverted_residual(net, x, number++, channels, table[part].c, i ? 1 : table[part].s,
                                  table[part].t);
            channels = table[part].c;
        }
    x = conv_bn_relu6(net, x, "features.18.", (lince_conv2d_layer_args){.channels = 1280, .kernel = 1});
    x = lince_global_average(net, x);
    x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "classifier.0");
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes), "classifier.1");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 5e-3, .lr_tuned = 2e-4, .least_size = 64};

const lince_architecture lince_mobilenet_v2 = {.name = "mobilenet_v2",
                                               .summary = "MobileNetV2",
                                               .about = about,
                                               .classes = 1000,
                                               .paper = "Sandler et al. 2018",
                                               .modality = "image",
                                               .image_size = 224,
                                               .resize = 256,
                                               .accuracy = 71.878f,
                                               .build = build,
                                               .batch_norm = true,
                                               .classifier = "classifier.",
                                               .dropout = 0.2f,
                                               .recipe = &recipe};
