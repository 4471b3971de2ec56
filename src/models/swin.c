/* Swin-T: Z. Liu et al., "Swin transformer: hierarchical vision transformer using shifted windows", 2021, table 7. Modules
 * and names as torchvision's. */
#include "core/i18n.h"
#include "layers/attention.h"
#include "layers/conv2d.h"
#include "layers/crop2d.h"
#include "layers/dropout.h"
#include "layers/layer_norm2d.h"
#include "layers/linear.h"
#include "layers/zero_pad2d.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "The Swin transformer (Liu et al. 2021) lets patches of 4 by 4 pixels attend to each other within windows of 7 by 7 "
    "of them, so that the work grows with the picture's area alone. In every second block windows lie half a window "
    "further, so that neighbours meet across their edges; between its four stages 2 by 2 patches become one. In "
    "training, branches are left out at random (stochastic depth).");

enum { PATCH = 4, WINDOW = 7, SHIFT = 3, HEAD = 32 /* channels of a head */, STAGES = 4, BLOCKS = 12 };

static const struct {
    int blocks, channels;
} table[STAGES] = {{2, 96}, {2, 192}, {6, 384}, {2, 768}};

static int norm(lince_net *net, int x, const char *block, const char *name)
{
    return lince_module(net, x, LINCE_BARE(layer_norm2d), "%s%s", block, name);
}

static int linear(lince_net *net, int x, int outputs, const char *block, const char *name)
{
    return lince_module(net, x, LINCE_LAYER(conv2d, .channels = outputs, .linear = true, .init_std = 0.02f),
                        "%s%s", block, name);
}

/* Rows or columns that are missing to whole windows. */
static int missing(int pixels)
{
    return (WINDOW - pixels % WINDOW) % WINDOW;
}

/* Attention within windows; where the map does not divide into them, among zeros, which are cut off again. */
static int attend(lince_net *net, int x, const char *block, int channels, int shift)
{
    if (x < 0) return x;
    lince_shape map = lince_net_layer(net, (size_t)x)->out;
    int bottom = missing(map.height), right = missing(map.width);
    if (bottom || right)
        x = lince_module(net, x, LINCE_LAYER(zero_pad2d, .bottom = bottom, .right = right), "%sattn.pad",
                         block);
    int qkv = linear(net, x, 3 * channels, block, "attn.qkv");
    lince_layer_args attention =
        LINCE_LAYER(attention, .heads = channels / HEAD, .window = WINDOW, .shift = shift);
    attention.listed_before = qkv;
    x = lince_module(net, qkv, attention, "%sattn", block);
    if (bottom || right)
        x = lince_module(net, x, LINCE_LAYER(crop2d, .height = map.height, .width = map.width), "%sattn.crop",
                         block);
    return linear(net, x, channels, block, "attn.proj");
}

static int mlp(lince_net *net, int x, const char *block, int channels)
{
    x = linear(net, x, 4 * channels, block, "mlp.0");
    x = lince_module(net, x, LINCE_BARE(gelu), "%smlp.1", block);
    return linear(net, x, channels, block, "mlp.3");
}

/* x and a branch, which is left out with probability p. */
static int add(lince_net *net, int x, int branch, const char *block, int number, float p)
{
    branch = lince_module(net, branch, LINCE_LAYER(stochastic_depth, .p = p), "%sstochastic_depth_%d", block,
                          number);
    return lince_module(net, branch, LINCE_WITH(add, x), "%sadd_%d", block, number);
}

/* Equation 3. */
static int swin_block(lince_net *net, int x, const char *block, int channels, int shift, float p)
{
    x = add(net, x, attend(net, norm(net, x, block, "norm1"), block, channels, shift), block, 1, p);
    return add(net, x, mlp(net, norm(net, x, block, "norm2"), block, channels), block, 2, p);
}

/* 2 x 2 patches become one of twice the channels. */
static int merge(lince_net *net, int x, const char *module, int channels)
{
    x = norm(net, lince_module(net, x, LINCE_BARE(merge_pixels), "%smerge", module), module, "norm");
    lince_layer_args reduction =
        LINCE_LAYER(conv2d, .channels = channels, .linear = true, .no_bias = true, .init_std = 0.02f);
    reduction.listed_before = x;
    return lince_module(net, x, reduction, "%sreduction", module);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    char module[32];
    int number = 0;
    int x = lince_module(net, 0,
                         LINCE_LAYER(conv2d, .channels = table[0].channels, .kernel = PATCH, .stride = PATCH),
                         "features.0.0");
    x = norm(net, x, "features.0.", "2");
    for (int stage = 0; stage < STAGES; stage++) {
        snprintf(module, sizeof module, "features.%d.", 2 * stage);
        if (stage) x = merge(net, x, module, table[stage].channels);
        for (int i = 0; i < table[stage].blocks; i++) {
            float p = c->stochastic_depth * (float)number++ / (BLOCKS - 1);
            snprintf(module, sizeof module, "features.%d.%d.", 2 * stage + 1, i);
            x = swin_block(net, x, module, table[stage].channels, i % 2 ? SHIFT : 0, p);
        }
    }
    x = lince_global_average(net, norm(net, x, "", "norm"));
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init_std = 0.02f), "head");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 5e-4, .lr_tuned = 5e-5, .least_size = 64};

const lince_architecture lince_swin_t = {.name = "swin_t",
                                         .summary = "Swin-T",
                                         .about = about,
                                         .modality = "image",
                                         .image_size = 224,
                                         .resize = 232,
                                         .bicubic = true,
                                         .classes = 1000,
                                         .accuracy = 81.474f,
                                         .build = build,
                                         .paper = "Liu et al. 2021",
                                         .classifier = "head",
                                         .stochastic_depth = 0.2f,
                                         .recipe = &recipe};
