/* SqueezeNet 1.1: F. N. Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters", 2016,
 * and the authors' version 1.1, which pools earlier. Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "models/module.h"

static const char about[] =
    N_("SqueezeNet 1.1 (Iandola et al. 2016) saves weights: its fire modules first squeeze the channels with "
       "1×1 convolutions and then expand them with 1×1 and 3×3 ones side by side. The classifier is a "
       "convolution as well, whose maps are averaged to one number a class; the whole has fifty times fewer "
       "parameters than AlexNet.");

static int conv_relu(lince_net *net, int x, int module, const char *part, int channels, int kernel)
{
    x = lince_module(net, x,
                     LINCE_LAYER(conv2d, .channels = channels, .kernel = kernel, .padding = kernel / 2,
                                 .init = LINCE_HE_UNIFORM),
                     "features.%d.%s", module, part);
    return lince_module(net, x, LINCE_BARE(relu), "features.%d.%s_activation", module, part);
}

/* 1x1 to few channels, and from there 1x1 and 3x3 side by side. */
static int fire(lince_net *net, int x, int module, int squeeze, int expand)
{
    x = conv_relu(net, x, module, "squeeze", squeeze, 1);
    int narrow = conv_relu(net, x, module, "expand1x1", expand, 1);
    int wide = conv_relu(net, x, module, "expand3x3", expand, 3);
    return lince_module(net, narrow, LINCE_WITH(concat, wide), "features.%d", module);
}

static int pool(lince_net *net, int x, int module)
{
    return lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 3, .stride = 2, .ceil_mode = true),
                        "features.%d", module);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    int x =
        lince_module(net, 0,
                     LINCE_LAYER(conv2d, .channels = 64, .kernel = 3, .stride = 2, .init = LINCE_HE_UNIFORM),
                     "features.0");
    x = lince_module(net, x, LINCE_BARE(relu), "features.1");
    x = pool(net, x, 2);
    x = fire(net, x, 3, 16, 64);
    x = fire(net, x, 4, 16, 64);
    x = pool(net, x, 5);
    x = fire(net, x, 6, 32, 128);
    x = fire(net, x, 7, 32, 128);
    x = pool(net, x, 8);
    x = fire(net, x, 9, 48, 192);
    x = fire(net, x, 10, 48, 192);
    x = fire(net, x, 11, 64, 256);
    x = fire(net, x, 12, 64, 256);
    x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "classifier.0");
    x = lince_module(net, x, LINCE_HEAD(conv2d, .channels = c->classes, .kernel = 1, .init_std = 0.01f),
                     "classifier.1");
    x = lince_module(net, x, LINCE_BARE(relu), "classifier.2");
    x = lince_module(net, x, LINCE_LAYER(adaptive_avg_pool2d, .size = 1), "classifier.3");
    return lince_module(net, x, LINCE_BARE(flatten), "flatten");
}

/* It stays at guessing with 1e-3. */
static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 5e-4, .lr_tuned = 1e-4, .least_size = 64};

const lince_architecture lince_squeezenet1_1 = {.name = "squeezenet1_1",
                                                .summary = "SqueezeNet 1.1",
                                                .about = about,
                                                .classes = 1000,
                                                .paper = "Iandola et al. 2016",
                                                .modality = "image",
                                                .image_size = 224,
                                                .resize = 256,
                                                .accuracy = 58.178f,
                                                .build = build,
                                                .classifier = "classifier.",
                                                .dropout = 0.5f,
                                                .recipe = &recipe};
