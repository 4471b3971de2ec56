/* DenseNet: G. Huang, Z. Liu, L. van der Maaten & K. Weinberger, "Densely connected convolutional
 * networks", 2017, table 1 (DenseNet-BC, growth rate 32). Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "DenseNet (Huang et al. 2017) gives each layer the outputs of all layers before it in its "
    "block, joined rather than added, so that features need not be learnt twice and gradients reach "
    "every layer on a short way. Between blocks the channels and the size are halved. The number in its name counts the layers with weights.");

enum { GROWTH = 32, BLOCKS = 4 };

/* Batch normalisation, ReLU and convolution: `<name>{norm,relu,conv}<suffix>`. */
static int norm_relu_conv(lince_net *net, int x, const char *name, const char *suffix, int channels,
                          int kernel)
{
    x = lince_module(net, x, LINCE_BARE(batch_norm2d), "%snorm%s", name, suffix);
    x = lince_module(net, x, LINCE_BARE(relu), "%srelu%s", name, suffix);
    return lince_module(net, x,
                        LINCE_LAYER(conv2d, .channels = channels, .kernel = kernel, .padding = kernel / 2,
                                    .no_bias = true, .init = LINCE_HE_FAN_IN),
                        "%sconv%s", name, suffix);
}

/* Each layer sees what all before it made: its own output is joined to theirs. */
static int dense_block(lince_net *net, int x, int block, int layers)
{
    char name[64];
    for (int i = 1; i <= layers; i++) {
        snprintf(name, sizeof name, "features.denseblock%d.denselayer%d.", block, i);
        int y = norm_relu_conv(net, x, name, "1", 4 * GROWTH, 1);
        y = norm_relu_conv(net, y, name, "2", GROWTH, 3);
        x = lince_module(net, x, LINCE_WITH(concat, y), "%sconcat", name);
    }
    return x;
}

/* Half the channels, half the size. */
static int transition(lince_net *net, int x, int block, int channels)
{
    char name[64];
    snprintf(name, sizeof name, "features.transition%d.", block);
    x = norm_relu_conv(net, x, name, "", channels, 1);
    return lince_module(net, x, LINCE_LAYER(avg_pool2d, .kernel = 2), "%spool", name);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    const int *layers = self->table;
    int channels = 64;
    int x = lince_module(net, 0,
                         LINCE_LAYER(conv2d, .channels = channels, .kernel = 7, .stride = 2, .padding = 3,
                                     .no_bias = true, .init = LINCE_HE_FAN_IN),
                         "features.conv0");
    x = lince_module(net, x, LINCE_BARE(batch_norm2d), "features.norm0");
    x = lince_module(net, x, LINCE_BARE(relu), "features.relu0");
    x = lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 3, .stride = 2, .padding = 1),
                     "features.pool0");
    for (int block = 1; block <= BLOCKS; block++) {
        x = dense_block(net, x, block, layers[block - 1]);
        channels += layers[block - 1] * GROWTH;
        if (block < BLOCKS) x = transition(net, x, block, channels /= 2);
    }
    x = lince_module(net, x, LINCE_BARE(batch_norm2d), "features.norm5");
    x = lince_module(net, x, LINCE_BARE(relu), "features.relu5");
    x = lince_global_average(net, x);
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_UNIFORM_FAN_IN),
                        "classifier");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4, .least_size = 32};

#define DENSENET(depth, percent, ...)                                                             \
    const lince_architecture lince_densenet##depth = {.name = "densenet" #depth,                  \
                                                      .summary = "DenseNet-" #depth,              \
                                                      .about = about,                             \
                                                      .classes = 1000,                            \
                                                      .paper = "Huang et al. 2017",               \
                                                      .modality = "image",                        \
                                                      .image_size = 224,                          \
                                                      .resize = 256,                              \
                                                      .accuracy = percent,                        \
                                                      .build = build,                             \
                                                      .table = &(const int[BLOCKS]){__VA_ARGS__}, \
                                                      .batch_norm = true,                         \
                                                      .classifier = "classifier",                 \
                                                      .recipe = &recipe}

DENSENET(121, 74.434f, 6, 12, 24, 16);
DENSENET(169, 75.600f, 6, 12, 32, 32);
DENSENET(201, 76.896f, 6, 12, 48, 32);
