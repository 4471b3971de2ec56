/* The ResNets for CIFAR of He et al. 2016, section 4.2: a 3x3 stem, three parts of n blocks with 16, 32 and
 * 64 channels, 6n + 2 layers in all. Shortcuts without parameters (option A); names as the common PyTorch
 * implementations have them. */
#include "core/i18n.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "layers/pad_shortcut.h"
#include "models/model_zoo.h"
#include "models/module.h"

#include <stdio.h>

static const char about[] = N_(
    "This is the small ResNet that He et al. (2016, section 4.2) built for CIFAR-10: three groups of "
    "residual blocks with 16, 32 and 64 channels, whose blocks compute a correction that is added to their "
    "input. The mean over the last feature maps and a single linear layer give one number a class.");

/* 3x3 convolution and batch normalisation. */
static int conv_bn(lince_net *net, int x, const char *block, int number, int channels, int stride)
{
    x = lince_module(net, x,
                     LINCE_LAYER(conv2d, .channels = channels, .kernel = 3, .stride = stride, .padding = 1,
                                 .no_bias = true, .init = LINCE_HE_FAN_IN),
                     "%sconv%d", block, number);
    return lince_module(net, x, LINCE_BARE(batch_norm2d), "%sbn%d", block, number);
}

static int relu(lince_net *net, int x, const char *block)
{
    return lince_module(net, x, LINCE_BARE(relu), "%srelu", block);
}

static int residual(lince_net *net, int x, const char *block, int channels, int stride)
{
    int y = relu(net, conv_bn(net, x, block, 1, channels, stride), block);
    y = conv_bn(net, y, block, 2, channels, 1);
    if (stride > 1)
        x = lince_module(net, x, LINCE_LAYER(pad_shortcut, .channels = channels, .stride = stride),
                         "%sshortcut", block);
    x = lince_module(net, y, LINCE_WITH(add, x), "%sadd", block);
    return relu(net, x, block);
}

static int build(lince_net *net, const lince_architecture *self, const lince_classifier *c)
{
    const int *blocks = self->table;
    int x = relu(net, conv_bn(net, 0, "", 1, 16, 1), "");
    for (int part = 0; part < 3; part++)
        for (int i = 0; i < *blocks; i++) {
            char block[32];
            snprintf(block, sizeof block, "layer%d.%d.", part + 1, i);
            x = residual(net, x, block, 16 << part, part > 0 && i == 0 ? 2 : 1);
        }
    x = lince_global_average(net, x);
    return lince_module(net, x, LINCE_HEAD(linear, .outputs = c->classes, .init = LINCE_HE_FAN_IN), "linear");
}

static const lince_recipe recipe = {LINCE_ONE_CYCLE, .lr = 5e-3, .lr_tuned = 5e-4};

#define CIFAR_RESNET(depth)                                                                   \
    const lince_architecture lince_resnet##depth = {.name = "resnet" #depth,                  \
                                                    .summary = "ResNet-" #depth " for CIFAR", \
                                                    .about = about,                           \
                                                    .modality = "image",                      \
                                                    .image_size = 32,                         \
                                                    .classes = 10,                            \
                                                    .build = build,                           \
                                                    .paper = "He et al. 2016, section 4.2",   \
                                                    .table = &(const int){(depth - 2) / 6},   \
                                                    .batch_norm = true,                       \
                                                    .classifier = "linear",                   \
                                                    .recipe = &recipe}

CIFAR_RESNET(20);
CIFAR_RESNET(32);
CIFAR_RESNET(44);
CIFAR_RESNET(56);
CIFAR_RESNET(110);
