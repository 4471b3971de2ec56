/* GoogLeNet: C. Szegedy et al., "Going deeper with convolutions", 2015, table 1, with batch normalisation; Inception v3:
 * "Rethinking the Inception architecture for computer vision", 2016, table 1. Without the classifiers that helped train
 * them, whose tensors files may hold. Modules and names as torchvision's. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "layers/pool.h"
#include "layers/zero_pad2d.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about_googlenet[] = N_(
    "GoogLeNet (Szegedy et al. 2015) is made of modules that look at the same maps in four ways side by side, by 1×1 "
    "convolutions, by two larger ones behind 1×1 convolutions that narrow, and by a maximum, and join what they find. It won "
    "ImageNet in 2014 with a twelfth of AlexNet's parameters.");
static const char about_v3[] = N_(
    "Inception v3 (Szegedy et al. 2016) has GoogLeNet's modules of branches side by side, with large convolutions taken apart: "
    "two 3×3 ones for a 5×5 one, a 1×7 and a 7×1 one for a 7×7 one. Maps shrink in modules that pool and filter at once.");

/* Convolution without bias, batch normalisation and ReLU: `<module><part>.conv` and `.bn`. */
static int conv(lince_net *net, int x, const char *module, const char *part, lince_conv2d_layer_args args)
{
    args.no_bias = true;
    args.init = LINCE_HE_FAN_IN;
    x = lince_module(net, x, LINCE_LAYER_OF(conv2d, &args), "%s%s.conv", module, part);
    x = lince_module(net, x, LINCE_LAYER(batch_norm2d, .eps = 1e-3f), "%s%s.bn", module, part);
    return lince_module(net, x, LINCE_BARE(relu), "%s%s.relu", module, part);
}

/* Its arguments: as large as the input; smaller by its kernel; at every second place; not square. */
#define SAME(outputs, side)                                        \
    (lince_conv2d_layer_args)                                      \
    {                                                              \
        .channels = outputs, .kernel = side, .padding = (side) / 2 \
    }
#define INSIDE(outputs, side)               \
    (lince_conv2d_layer_args)               \
    {                                       \
        .channels = outputs, .kernel = side \
    }
#define HALF(outputs, side)                              \
    (lince_conv2d_layer_args)                            \
    {                                                    \
        .channels = outputs, .kernel = side, .stride = 2 \
    }
#define SIDES(outputs, height, width)                                                           \
    (lince_conv2d_layer_args)                                                                   \
    {                                                                                           \
        .channels = outputs, .window = { {height, width}, {1, 1}, {(height) / 2, (width) / 2} } \
    }

static int head(lince_net *net, int x, const lince_classifier *c, float std)
{
    x = lince_global_average(net, x);
    x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "dropout");
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init_std = std), "fc");
}

/* --- GoogLeNet ---------------------------------------------------------------------------------------------- */

/* Channels of the branches: 1x1; narrowed and 3x3, twice (the paper's 5x5 is 3x3 in torchvision); behind the pooling. */
static const struct {
    const char *name;
    int one, narrow, three, narrow_five, five, pooled;
    int pool; /* side of the pooling behind it that halves the map; 0: none */
} modules[] = {
    {"inception3a.", 64, 96, 128, 16, 32, 32, 0},     {"inception3b.", 128, 128, 192, 32, 96, 64, 3},
    {"inception4a.", 192, 96, 208, 16, 48, 64, 0},    {"inception4b.", 160, 112, 224, 24, 64, 64, 0},
    {"inception4c.", 128, 128, 256, 24, 64, 64, 0},   {"inception4d.", 112, 144, 288, 32, 64, 64, 0},
    {"inception4e.", 256, 160, 320, 32, 128, 128, 2}, {"inception5a.", 256, 160, 320, 32, 128, 128, 0},
    {"inception5b.", 384, 192, 384, 48, 128, 128, 0}};
enum { MODULES = sizeof modules / sizeof *modules };

static int pool(lince_net *net, int x, int side, const char *name)
{
    return lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = side, .stride = 2, .ceil_mode = true), "%s",
                        name);
}

static int inception(lince_net *net, int x, size_t i)
{
    const char *name = modules[i].name;
    int one = conv(net, x, name, "branch1", SAME(modules[i].one, 1));
    int three = conv(net, x, name, "branch2.0", SAME(modules[i].narrow, 1));
    three = conv(net, three, name, "branch2.1", SAME(modules[i].three, 3));
    int five = conv(net, x, name, "branch3.0", SAME(modules[i].narrow_five, 1));
    five = conv(net, five, name, "branch3.1", SAME(modules[i].five, 3));
    int pooled = lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 3, .stride = 1, .padding = 1),
                              "%sbranch4.0", name);
    pooled = conv(net, pooled, name, "branch4.1", SAME(modules[i].pooled, 1));
    return lince_join_channels(net, name, 4, (int[]){one, three, five, pooled});
}

static int build_googlenet(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    int x = conv(net, 0, "", "conv1",
                 (lince_conv2d_layer_args){.channels = 64, .kernel = 7, .stride = 2, .padding = 3});
    x = pool(net, x, 3, "maxpool1");
    x = conv(net, x, "", "conv2", SAME(64, 1));
    x = conv(net, x, "", "conv3", SAME(192, 3));
    x = pool(net, x, 3, "maxpool2");
    for (size_t i = 0; i < MODULES; i++) {
        x = inception(net, x, i);
        if (modules[i].pool)
            x = pool(net, x, modules[i].pool, modules[i].pool == 3 ? "maxpool3" : "maxpool4");
    }
    lince_net_leave_out(net, "aux1.");
    lince_net_leave_out(net, "aux2.");
    return head(net, x, c, 0.01f);
}

/* --- Inception v3 ------------------------------------------------------------------------------------------- */

/* The mean over 3x3, zeros around the map included, and a 1x1 convolution. */
static int averaged(lince_net *net, int x, const char *name, int channels)
{
    x = lince_module(net, x, LINCE_LAYER(zero_pad2d, .top = 1, .left = 1, .bottom = 1, .right = 1), "%spad",
                     name);
    x = lince_module(net, x, LINCE_LAYER(avg_pool2d, .kernel = 3, .stride = 1), "%spool", name);
    return conv(net, x, name, "branch_pool", SAME(channels, 1));
}

static int largest(lince_net *net, int x, const char *name)
{
    return lince_module(net, x, LINCE_LAYER(max_pool2d, .kernel = 3, .stride = 2), "%spool", name);
}

/* 35 x 35: 1x1, 5x5, two 3x3. */
static int module_a(lince_net *net, int x, const char *name, int pooled)
{
    int one = conv(net, x, name, "branch1x1", SAME(64, 1));
    int five = conv(net, x, name, "branch5x5_1", SAME(48, 1));
    five = conv(net, five, name, "branch5x5_2", SAME(64, 5));
    int twice = conv(net, x, name, "branch3x3dbl_1", SAME(64, 1));
    twice = conv(net, twice, name, "branch3x3dbl_2", SAME(96, 3));
    twice = conv(net, twice, name, "branch3x3dbl_3", SAME(96, 3));
    return lince_join_channels(net, name, 4, (int[]){one, five, twice, averaged(net, x, name, pooled)});
}

/* To 17 x 17. */
static int module_b(lince_net *net, int x, const char *name)
{
    int three = conv(net, x, name, "branch3x3", HALF(384, 3));
    int twice = conv(net, x, name, "branch3x3dbl_1", SAME(64, 1));
    twice = conv(net, twice, name, "branch3x3dbl_2", SAME(96, 3));
    twice = conv(net, twice, name, "branch3x3dbl_3", HALF(96, 3));
    return lince_join_channels(net, name, 3, (int[]){three, twice, largest(net, x, name)});
}

/* 17 x 17: 7x7 taken apart, once and twice, through `c` channels. */
static int module_c(lince_net *net, int x, const char *name, int c)
{
    int one = conv(net, x, name, "branch1x1", SAME(192, 1));
    int once = conv(net, x, name, "branch7x7_1", SAME(c, 1));
    once = conv(net, once, name, "branch7x7_2", SIDES(c, 1, 7));
    once = conv(net, once, name, "branch7x7_3", SIDES(192, 7, 1));
    int twice = conv(net, x, name, "branch7x7dbl_1", SAME(c, 1));
    twice = conv(net, twice, name, "branch7x7dbl_2", SIDES(c, 7, 1));
    twice = conv(net, twice, name, "branch7x7dbl_3", SIDES(c, 1, 7));
    twice = conv(net, twice, name, "branch7x7dbl_4", SIDES(c, 7, 1));
    twice = conv(net, twice, name, "branch7x7dbl_5", SIDES(192, 1, 7));
    return lince_join_channels(net, name, 4, (int[]){one, once, twice, averaged(net, x, name, 192)});
}

/* To 8 x 8. */
static int module_d(lince_net *net, int x, const char *name)
{
    int three = conv(net, x, name, "branch3x3_1", SAME(192, 1));
    three = conv(net, three, name, "branch3x3_2", HALF(320, 3));
    int seven = conv(net, x, name, "branch7x7x3_1", SAME(192, 1));
    seven = conv(net, seven, name, "branch7x7x3_2", SIDES(192, 1, 7));
    seven = conv(net, seven, name, "branch7x7x3_3", SIDES(192, 7, 1));
    seven = conv(net, seven, name, "branch7x7x3_4", HALF(192, 3));
    return lince_join_channels(net, name, 3, (int[]){three, seven, largest(net, x, name)});
}

/* 8 x 8: 1x3 and 3x1 side by side, behind a 1x1 and behind a 3x3 convolution. */
static int module_e(lince_net *net, int x, const char *name)
{
    int one = conv(net, x, name, "branch1x1", SAME(320, 1));
    int three = conv(net, x, name, "branch3x3_1", SAME(384, 1));
    int wide = conv(net, three, name, "branch3x3_2a", SIDES(384, 1, 3)),
        high = conv(net, three, name, "branch3x3_2b", SIDES(384, 3, 1));
    three = lince_module(net, wide, LINCE_WITH(concat, high), "%sbranch3x3", name);
    int twice = conv(net, x, name, "branch3x3dbl_1", SAME(448, 1));
    twice = conv(net, twice, name, "branch3x3dbl_2", SAME(384, 3));
    wide = conv(net, twice, name, "branch3x3dbl_3a", SIDES(384, 1, 3));
    high = conv(net, twice, name, "branch3x3dbl_3b", SIDES(384, 3, 1));
    twice = lince_module(net, wide, LINCE_WITH(concat, high), "%sbranch3x3dbl", name);
    return lince_join_channels(net, name, 4, (int[]){one, three, twice, averaged(net, x, name, 192)});
}

static int stem(lince_net *net)
{
    int x = conv(net, 0, "", "Conv2d_1a_3x3", HALF(32, 3));
    x = conv(net, x, "", "Conv2d_2a_3x3", INSIDE(32, 3));
    x = conv(net, x, "", "Conv2d_2b_3x3", SAME(64, 3));
    x = largest(net, x, "maxpool1.");
    x = conv(net, x, "", "Conv2d_3b_1x1", SAME(80, 1));
    x = conv(net, x, "", "Conv2d_4a_3x3", INSIDE(192, 3));
    return largest(net, x, "maxpool2.");
}

static int build_v3(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    (void)self;
    int x = stem(net);
    x = module_a(net, x, "Mixed_5b.", 32);
    x = module_a(net, x, "Mixed_5c.", 64);
    x = module_a(net, x, "Mixed_5d.", 64);
    x = module_b(net, x, "Mixed_6a.");
    x = module_c(net, x, "Mixed_6b.", 128);
    x = module_c(net, x, "Mixed_6c.", 160);
    x = module_c(net, x, "Mixed_6d.", 160);
    x = module_c(net, x, "Mixed_6e.", 192);
    x = module_d(net, x, "Mixed_7a.");
    x = module_e(net, x, "Mixed_7b.");
    x = module_e(net, x, "Mixed_7c.");
    lince_net_leave_out(net, "AuxLogits.");
    return head(net, x, c, 0.1f);
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4, .least_size = 64},
                          recipe_v3 = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4, .least_size = 96};

/* Published weights see pixels from -1 to 1: what torchvision calls transform_input. */
#define INCEPTION                                                                                     \
    .classes = 1000, .modality = "image", .normalize = "0.5,0.5,0.5:0.5,0.5,0.5", .batch_norm = true, \
    .classifier = "fc"

const lince_architecture lince_googlenet = {INCEPTION,
                                            .name = "googlenet",
                                            .summary = "GoogLeNet",
                                            .about = about_googlenet,
                                            .paper = "Szegedy et al. 2015",
                                            .image_size = 224,
                                            .resize = 256,
                                            .accuracy = 69.778f,
                                            .build = build_googlenet,
                                            .dropout = 0.2f,
                                            .recipe = &recipe};
const lince_architecture lince_inception_v3 = {INCEPTION,
                                               .name = "inception_v3",
                                               .summary = "Inception v3",
                                               .about = about_v3,
                                               .paper = "Szegedy et al. 2016",
                                               .image_size = 299,
                                               .resize = 342,
                                               .accuracy = 77.294f,
                                               .build = build_v3,
                                               .dropout = 0.5f,
                                               .recipe = &recipe_v3};
