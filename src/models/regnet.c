/* RegNetY: I. Radosavovic et al., "Designing network design spaces", 2020, whose table of the best models has widths,
 * depths and groups. Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "RegNetY (Radosavovic et al. 2020) comes from a study of which networks do well on the whole, not from a search for a "
    "single one: widths of its four stages grow along a line. Its residual blocks are bottlenecks that do not narrow, with "
    "3×3 convolutions in groups and with squeeze and excitation. The number in its name is millions of multiplications.");

enum { STAGES = 4 };
typedef struct plan {
    int group; /* channels of one */
    struct {
        int width, depth;
    } stages[STAGES];
} plan;

static int conv_norm(lince_net *net, int x, const char *block, const char *part, bool relu,
                     lince_conv2d_layer_args conv)
{
    const lince_conv_norm parts = {.conv = conv, .activation = relu ? &lince_relu_layer : NULL};
    return lince_conv_norm_activation(net, x, &parts, "%s%s", block, part);
}

/* 1x1, 3x3 in groups, squeeze and excitation, 1x1, all of the same width; the input is added, by way of a 1x1
 * convolution where the shape changes. */
static int residual(lince_net *net, int x, const char *block, int width, int group, int stride)
{
    char se[80];
    int in = lince_channels(net, x), shortcut = x, y;
    if (stride > 1 || in != width)
        shortcut = conv_norm(net, x, block, "proj", false,
                             (lince_conv2d_layer_args){.channels = width, .kernel = 1, .stride = stride});
    y = conv_norm(net, x, block, "f.a", true, (lince_conv2d_layer_args){.channels = width, .kernel = 1});
    y = conv_norm(
        net, y, block, "f.b", true,
        (lince_conv2d_layer_args){.channels = width, .kernel = 3, .stride = stride, .groups = width / group});
    snprintf(se, sizeof se, "%sf.se", block);
    y = lince_squeeze_excite(net, y, se, in / 4, &lince_relu_layer, &lince_sigmoid_layer);
    y = conv_norm(net, y, block, "f.c", false, (lince_conv2d_layer_args){.channels = width, .kernel = 1});
    y = lince_module(net, y, LINCE_WITH(add, shortcut), "%sadd", block);
    return lince_module(net, y, LINCE_BARE(relu), "%sactivation", block);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    const plan *p = self->table;
    int x = conv_norm(net, 0, "", "stem", true,
                      (lince_conv2d_layer_args){.channels = 32, .kernel = 3, .stride = 2});
    for (int stage = 0; stage < STAGES; stage++)
        for (int i = 0; i < p->stages[stage].depth; i++) {
            char block[64];
            snprintf(block, sizeof block, "trunk_output.block%d.block%d-%d.", stage + 1, stage + 1, i);
            x = residual(net, x, block, p->stages[stage].width, p->group, i ? 1 : 2);
        }
    x = lince_global_average(net, x);
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init_std = 0.01f), "fc");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4};

#define REGNET_Y(size, title, percent, ...)                                                \
    const lince_architecture lince_regnet_y_##size = {.name = "regnet_y_" #size,           \
                                                      .summary = title,                    \
                                                      .about = about,                      \
                                                      .classes = 1000,                     \
                                                      .paper = "Radosavovic et al. 2020",  \
                                                      .modality = "image",                 \
                                                      .image_size = 224,                   \
                                                      .resize = 256,                       \
                                                      .accuracy = percent,                 \
                                                      .build = build,                      \
                                                      .table = &(const plan){__VA_ARGS__}, \
                                                      .batch_norm = true,                  \
                                                      .classifier = "fc",                  \
                                                      .recipe = &recipe}

REGNET_Y(400mf, "RegNetY-400MF", 74.046f, 8, {{48, 1}, {104, 3}, {208, 6}, {440, 6}});
REGNET_Y(800mf, "RegNetY-800MF", 76.420f, 16, {{64, 1}, {144, 3}, {320, 8}, {784, 2}});
