/* MobileNetV3: A. Howard et al., "Searching for MobileNetV3", 2019, tables 1 and 2. Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "MobileNetV3 (Howard et al. 2019) was found by a search for what is fast on a telephone. Its blocks are MobileNetV2's, "
    "many with squeeze and excitation: each channel is scaled by a factor that depends on the means of all channels. "
    "Activations of straight pieces, hard swish and hard sigmoid, stand for the smooth ones that cost more.");

enum { RE = false, HS = true, END = 0 }; /* ReLU, hard swish */
typedef struct block {
    int kernel, expanded, out;
    bool se, hard_swish;
    int stride;
} block;

static const block large[] = {{3, 16, 16, false, RE, 1},  {3, 64, 24, false, RE, 2},
                              {3, 72, 24, false, RE, 1},  {5, 72, 40, true, RE, 2},
                              {5, 120, 40, true, RE, 1},  {5, 120, 40, true, RE, 1},
                              {3, 240, 80, false, HS, 2}, {3, 200, 80, false, HS, 1},
                              {3, 184, 80, false, HS, 1}, {3, 184, 80, false, HS, 1},
                              {3, 480, 112, true, HS, 1}, {3, 672, 112, true, HS, 1},
                              {5, 672, 160, true, HS, 2}, {5, 960, 160, true, HS, 1},
                              {5, 960, 160, true, HS, 1}, {.kernel = END}};
static const block small[] = {{3, 16, 16, true, RE, 2},  {3, 72, 24, false, RE, 2}, {3, 88, 24, false, RE, 1},
                              {5, 96, 40, true, HS, 2},  {5, 240, 40, true, HS, 1}, {5, 240, 40, true, HS, 1},
                              {5, 120, 48, true, HS, 1}, {5, 144, 48, true, HS, 1}, {5, 288, 96, true, HS, 2},
                              {5, 576, 96, true, HS, 1}, {5, 576, 96, true, HS, 1}, {.kernel = END}};

static int conv_norm(lince_net *net, int x, const lince_layer_type *activation, lince_conv2d_layer_args conv,
                     const char *name)
{
    const lince_conv_norm parts = {conv, {.eps = 1e-3f, .momentum = 0.01f}, activation};
    return lince_conv_norm_activation(net, x, &parts, "%s", name);
}

/* 1x1 to more channels, depthwise, squeeze and excitation, 1x1 to few; the input is added where the shape is the
 * same. */
static int inverted_residual(lince_net *net, int x, const block *b, int number)
{
    const lince_layer_type *activation = b->hard_swish ? &lince_hard_swish_layer : &lince_relu_layer;
    int y = x, part = 0, in = lince_channels(net, x);
    char name[48];
#define NEXT (snprintf(name, sizeof name, "features.%d.block.%d", number, part++), name)
    if (b->expanded != in)
        y = conv_norm(net, y, activation, (lince_conv2d_layer_args){.channels = b->expanded, .kernel = 1},
                      NEXT);
    y = conv_norm(net, y, activation,
                  (lince_conv2d_layer_args){.channels = b->expanded,
                                            .kernel = b->kernel,
                                            .stride = b->stride,
                                            .groups = b->expanded},
                  NEXT);
    if (b->se)
        y = lince_squeeze_excite(net, y, NEXT, lince_make_divisible(b->expanded / 4), &lince_relu_layer,
                                 &lince_hard_sigmoid_layer);
    y = conv_norm(net, y, NULL, (lince_conv2d_layer_args){.channels = b->out, .kernel = 1}, NEXT);
#undef NEXT
    if (b->stride > 1 || in != b->out) return y;
    return lince_module(net, y, LINCE_WITH(add, x), "features.%d.add", number);
}

/* Linear, hard swish, Dropout for each hidden width, then the output layer. */
static int classifier(lince_net *net, int x, const lince_classifier *c)
{
    for (int i = 0, number = 0; i < c->count; i++) {
        lince_layer_args hidden = LINCE_LAYER(linear, .outputs = c->hidden[i]);
        hidden.head = c->new_hidden;
        x = lince_module(net, x, hidden, "classifier.%d", number++);
        x = lince_module(net, x, LINCE_BARE(hard_swish), "classifier.%d", number++);
        x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "classifier.%d", number++);
    }
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes), "classifier.%d", 3 * c->count);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    char last[24];
    int number = 1;
    int x = conv_norm(net, 0, &lince_hard_swish_layer,
                      (lince_conv2d_layer_args){.channels = 16, .kernel = 3, .stride = 2}, "features.0");
    for (const block *b = self->table; b->kernel != END; b++) x = inverted_residual(net, x, b, number++);
    snprintf(last, sizeof last, "features.%d", number);
    x = conv_norm(net, x, &lince_hard_swish_layer,
                  (lince_conv2d_layer_args){.channels = 6 * lince_channels(net, x), .kernel = 1}, last);
    return classifier(net, lince_global_average(net, x), c);
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 5e-3, .lr_tuned = 2e-4, .least_size = 64};

#define MOBILENET_V3(size, title, width, percent)                                        \
    const lince_architecture lince_mobilenet_v3_##size = {.name = "mobilenet_v3_" #size, \
                                                          .summary = title,              \
                                                          .about = about,                \
                                                          .classes = 1000,               \
                                                          .paper = "Howard et al. 2019", \
                                                          .modality = "image",           \
                                                          .image_size = 224,             \
                                                          .resize = 256,                 \
                                                          .accuracy = percent,           \
                                                          .build = build,                \
                                                          .table = size,                 \
                                                          .batch_norm = true,            \
                                                          .classifier = "classifier.",   \
                                                          .hidden = {width},             \
                                                          .dropout = 0.2f,               \
                                                          .recipe = &recipe}

MOBILENET_V3(small, "MobileNetV3-Small", 1024, 67.668f);
MOBILENET_V3(large, "MobileNetV3-Large", 1280, 74.042f);
