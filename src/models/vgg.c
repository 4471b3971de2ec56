/* VGG: K. Simonyan & A. Zisserman, "Very deep convolutional networks for large-scale image recognition",
 * 2015, table 1. Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "models/model_zoo.h"
#include "models/module.h"

static const char about[] = N_(
    "VGG (Simonyan & Zisserman 2015) stacks small 3×3 convolutions in five blocks. Inside a block the "
    "picture keeps its size; behind each one a 2×2 max pooling halves it, while the channels grow from 64 to "
    "512: the network sees ever larger regions in ever more ways. Two 3×3 convolutions see as far as one of "
    "5×5, with fewer weights and one more nonlinearity. Fully connected layers with dropout then turn the "
    "last feature maps into one number a class. The number in its name counts the layers with weights.");

/* Channels of each 3x3 convolution in units of 64; M: 2x2 max pooling. */
enum { M = -1, END = 0 };
static const signed char a[] = {1, M, 2, M, 4, 4, M, 8, 8, M, 8, 8, M, END};
static const signed char b[] = {1, 1, M, 2, 2, M, 4, 4, M, 8, 8, M, 8, 8, M, END};
static const signed char d[] = {1, 1, M, 2, 2, M, 4, 4, 4, M, 8, 8, 8, M, 8, 8, 8, M, END};
static const signed char e[] = {1, 1, M, 2, 2, M, 4, 4, 4, 4, M, 8, 8, 8, 8, M, 8, 8, 8, 8, M, END};

static int features(lince_net *net, const signed char *table, bool batch_norm)
{
    int x = 0, number = 0;
    for (; *table != END; table++) {
        if (*table == M) {
            x = lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 2), "features.%d", number++);
            continue;
        }
        x = lince_module(net, x, LINCE_LAYER(conv2d, .channels = 64 * *table, .kernel = 3, .padding = 1),
                         "features.%d", number++);
        if (batch_norm) x = lince_module(net, x, LINCE_BARE(batch_norm2d), "features.%d", number++);
        x = lince_module(net, x, LINCE_BARE(relu), "features.%d", number++);
    }
    return x;
}

/* Linear, ReLU, Dropout for each hidden width, then the output layer. */
static int classifier(lince_net *net, int x, const lince_classifier *c)
{
    for (int i = 0, number = 0; i < c->count; i++) {
        lince_layer_args hidden = LINCE_LAYER(linear, .outputs = c->hidden[i]);
        hidden.head = c->new_hidden;
        x = lince_module(net, x, hidden, "classifier.%d", number++);
        x = lince_module(net, x, LINCE_BARE(relu), "classifier.%d", number++);
        x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "classifier.%d", number++);
    }
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes), "classifier.%d", 3 * c->count);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    int x = features(net, self->table, self->batch_norm);
    x = lince_module(net, x, LINCE_LAYER(adaptive_avg_pool2d, .size = 7, .fold = true), "avgpool");
    x = lince_module(net, x, LINCE_BARE(flatten), "flatten");
    return classifier(net, x, c);
}

/* Without normalisation there is little room: plain vgg16 stays at guessing with 3e-4. */
static const lince_recipe plain = {LINCE_ONE_CYCLE, .lr = 7e-5, .lr_tuned = 3e-5, .least_size = 32},
                          normalised = {LINCE_ONE_CYCLE, .lr = 5e-4, .lr_tuned = 1e-4, .least_size = 32};

#define VGG(layers)                                                                                         \
    .about = about, .modality = "image", .image_size = 224, .resize = 256, .classes = 1000, .build = build, \
    .paper = "Simonyan & Zisserman 2015", .table = layers, .classifier = "classifier.",                     \
    .hidden = {4096, 4096}, .dropout = 0.5f
#define PAIR(depth, layers, percent, bn_percent)                                                            \
    const lince_architecture lince_vgg##depth = {VGG(layers), .name = "vgg" #depth,                         \
                                                 .summary = "VGG-" #depth, .accuracy = percent,             \
                                                 .recipe = &plain};                                         \
    const lince_architecture lince_vgg##depth##_bn = {VGG(layers),                                          \
                                                      .name = "vgg" #depth "_bn",                           \
                                                      .summary = "VGG-" #depth " with batch normalisation", \
                                                      .batch_norm = true,                                   \
                                                      .accuracy = bn_percent,                               \
                                                      .recipe = &normalised}

PAIR(11, a, 69.020f, 70.370f);
PAIR(13, b, 69.928f, 71.586f);
PAIR(16, d, 71.592f, 73.360f);
PAIR(19, e, 72.376f, 74.218f);
