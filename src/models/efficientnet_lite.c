/* EfficientNet-Lite0 (https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite): EfficientNet-B0 with
 * ReLU6 for SiLU and without squeeze and excitation. Modules and names as timm's, which has it twice: padded as PyTorch
 * does, and as TensorFlow does, whose weights are the published ones. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/dropout.h"
#include "layers/linear.h"
#include "layers/zero_pad2d.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "EfficientNet-Lite0 is EfficientNet-B0 (Tan & Le 2019) for small machines that compute with whole numbers: ReLU6 stands "
    "for SiLU, and the blocks, those of MobileNetV2, are without squeeze and excitation.");

static const struct {
    int expand, kernel, stride, out, layers;
} table[] = {{1, 3, 1, 16, 1},  {6, 3, 2, 24, 2},  {6, 5, 2, 40, 2}, {6, 3, 2, 80, 3},
             {6, 5, 1, 112, 3}, {6, 5, 2, 192, 4}, {6, 3, 1, 320, 1}};
enum { STAGES = sizeof table / sizeof *table, BLOCKS = 16 };

typedef struct plan {
    bool same; /* TensorFlow's padding: what is odd goes behind */
    float eps; /* of batch norms; 0: 1e-5 */
} plan;

/* So that a stride of 2 gives half the size, rounded up. */
static int pad_behind(lince_net *net, int x, const char *block, const char *name, int kernel)
{
    if (x < 0) return x;
    lince_shape s = x ? lince_net_layer(net, (size_t)x)->out : lince_net_input_shape(net);
    int height = kernel - 2 + s.height % 2, width = kernel - 2 + s.width % 2;
    return lince_module(net, x,
                        LINCE_LAYER(zero_pad2d, .top = height / 2, .left = width / 2,
                                    .bottom = height - height / 2, .right = width - width / 2),
                        "%s%s.pad", block, name);
}

/* Convolution `<block><name>` and batch normalisation `<block><norm>`, with ReLU6 where asked for. */
static int conv_norm(lince_net *net, int x, const plan *p, const char *block, const char *name,
                     const char *norm, bool relu6, lince_conv2d_layer_args conv)
{
    conv.no_bias = true;
    conv.padding = conv.kernel / 2;
    if (p->same && conv.stride == 2) {
        x = pad_behind(net, x, block, name, conv.kernel);
        conv.padding = 0;
    }
    x = lince_module(net, x, LINCE_LAYER_OF(conv2d, &conv), "%s%s", block, name);
    x = lince_module(net, x, LINCE_LAYER(batch_norm2d, .eps = p->eps), "%s%s", block, norm);
    return relu6 ? lince_module(net, x, LINCE_BARE(relu6), "%s%s.act", block, norm) : x;
}

/* Depthwise, then 1x1: the first stage, which does not expand. */
static int separable(lince_net *net, int x, const plan *p, const char *block, int stage, int stride)
{
    int in = lince_channels(net, x);
    x = conv_norm(net, x, p, block, "conv_dw", "bn1", true,
                  (lince_conv2d_layer_args){
                      .channels = in, .kernel = table[stage].kernel, .stride = stride, .groups = in});
    return conv_norm(net, x, p, block, "conv_pw", "bn2", false,
                     (lince_conv2d_layer_args){.channels = table[stage].out, .kernel = 1});
}

/* 1x1 to more channels, depthwise, 1x1 to few. */
static int inverted(lince_net *net, int x, const plan *p, const char *block, int stage, int stride)
{
    int wide = table[stage].expand * lince_channels(net, x);
    x = conv_norm(net, x, p, block, "conv_pw", "bn1", true,
                  (lince_conv2d_layer_args){.channels = wide, .kernel = 1});
    x = conv_norm(net, x, p, block, "conv_dw", "bn2", true,
                  (lince_conv2d_layer_args){
                      .channels = wide, .kernel = table[stage].kernel, .stride = stride, .groups = wide});
    return conv_norm(net, x, p, block, "conv_pwl", "bn3", false,
                     (lince_conv2d_layer_args){.channels = table[stage].out, .kernel = 1});
}

/* The input is added where the shape is the same, and the branch then left out with probability `drop`. */
static int add_block(lince_net *net, int x, const plan *p, int stage, int i, float drop)
{
    char block[32];
    int stride = i ? 1 : table[stage].stride, in = lince_channels(net, x);
    snprintf(block, sizeof block, "blocks.%d.%d.", stage, i);
    int y = (table[stage].expand > 1 ? inverted : separable)(net, x, p, block, stage, stride);
    if (stride > 1 || in != table[stage].out) return y;
    y = lince_module(net, y, LINCE_LAYER(stochastic_depth, .p = drop), "%sdrop_path", block);
    return lince_module(net, y, LINCE_WITH(add, x), "%sadd", block);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    const plan *p = self->table;
    int number = 0;
    int x = conv_norm(net, 0, p, "", "conv_stem", "bn1", true,
                      (lince_conv2d_layer_args){.channels = 32, .kernel = 3, .stride = 2});
    for (int stage = 0; stage < STAGES; stage++)
        for (int i = 0; i < table[stage].layers; i++)
            x = add_block(net, x, p, stage, i, c->stochastic_depth * (float)number++ / BLOCKS);
    x = conv_norm(net, x, p, "", "conv_head", "bn2", true,
                  (lince_conv2d_layer_args){.channels = 1280, .kernel = 1});
    x = lince_global_average(net, x);
    x = lince_module(net, x, LINCE_LAYER(dropout, .p = c->dropout), "dropout");
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_UNIFORM_FAN_IN),
                        "classifier");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4, .least_size = 64};

#define LITE0                                                                                          \
    .about = about, .classes = 1000, .paper = "Tan & Le 2019", .modality = "image", .image_size = 224, \
    .resize = 256, .bicubic = true, .build = build, .batch_norm = true, .classifier = "classifier",    \
    .dropout = 0.2f, .stochastic_depth = 0.2f, .recipe = &recipe

const lince_architecture lince_efficientnet_lite0 = {LITE0, .name = "efficientnet_lite0",
                                                     .summary = "EfficientNet-Lite0",
                                                     .table = &(const plan){0}};
const lince_architecture lince_tf_efficientnet_lite0 = {LITE0, .name = "tf_efficientnet_lite0",
                                                        .summary = "EfficientNet-Lite0 as TensorFlow pads it",
                                                        .normalize = "0.5,0.5,0.5:0.5,0.5,0.5",
                                                        .table = &(const plan){.same = true, .eps = 1e-3f}};
