/* What lince fetch knows by name. Sizes and sums of CIFAR are those of the files at their home; torchvision
 * publishes the first 8 digits of its files' SHA-256 in their names. */
#include <lince/fetch.h>

#include "core/i18n.h"

#define TORCHVISION(architecture, file, size, digits)                                                \
    {                                                                                                \
        .name = architecture, .summary = N_("ImageNet weights of torchvision"),                      \
        .address = "https://download.pytorch.org/models/" file "-" digits ".pth", .mebibytes = size, \
        .sha256 = digits                                                                             \
    }

static const lince_fetchable catalogue[] = {
    {.name = "cifar10",
     .summary = N_("60,000 pictures of 32 x 32 in 10 classes"),
     .address = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
     .bytes = 170052171,
     .mebibytes = 162.2,
     .sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"},
    {.name = "cifar100",
     .summary = N_("60,000 pictures of 32 x 32 in 100 classes"),
     .address = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
     .mebibytes = 160.7,
     .sha256 = "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"},
    TORCHVISION("alexnet", "alexnet-owt", 233.1, "7be5be79"),
    TORCHVISION("vgg11", "vgg11", 506.8, "8a719046"),
    TORCHVISION("vgg13", "vgg13", 507.5, "19584684"),
    TORCHVISION("vgg16", "vgg16", 527.8, "397923af"),
    TORCHVISION("vgg19", "vgg19", 548.1, "dcbb9e9d"),
    TORCHVISION("vgg11_bn", "vgg11_bn", 506.9, "6002323d"),
    TORCHVISION("vgg13_bn", "vgg13_bn", 507.6, "abd245e5"),
    TORCHVISION("vgg16_bn", "vgg16_bn", 527.9, "6c64b313"),
    TORCHVISION("vgg19_bn", "vgg19_bn", 548.1, "c79401a0"),
    TORCHVISION("resnet18", "resnet18", 44.7, "f37072fd"),
    TORCHVISION("resnet34", "resnet34", 83.3, "b627a593"),
    TORCHVISION("resnet50", "resnet50", 97.8, "11ad3fa6"),
    TORCHVISION("resnet101", "resnet101", 170.5, "cd907fc2"),
    TORCHVISION("resnet152", "resnet152", 230.5, "f82ba261"),
    TORCHVISION("squeezenet1_1", "squeezenet1_1", 4.73, "b8a52dc0"),
    TORCHVISION("mobilenet_v2", "mobilenet_v2", 13.6, "7ebf99e0"),
    TORCHVISION("densenet121", "densenet121", 30.8, "a639ec97"),
    TORCHVISION("efficientnet_b0", "efficientnet_b0_rwightman", 20.5, "7f5810bc"),
    TORCHVISION("mobilenet_v3_small", "mobilenet_v3_small", 9.83, "047dcff4"),
    TORCHVISION("mobilenet_v3_large", "mobilenet_v3_large", 21.1, "5c1a4163"),
    TORCHVISION("efficientnet_b1", "efficientnet_b1", 30.1, "c27df63c"),
    TORCHVISION("efficientnet_b2", "efficientnet_b2_rwightman", 35.2, "c35c1473"),
    TORCHVISION("efficientnet_b3", "efficientnet_b3_rwightman", 47.2, "b3899882"),
    TORCHVISION("efficientnet_b4", "efficientnet_b4_rwightman", 74.5, "23ab8bcd"),
    TORCHVISION("efficientnet_v2_s", "efficientnet_v2_s", 82.7, "dd5fe13b"),
    TORCHVISION("resnext50_32x4d", "resnext50_32x4d", 95.8, "1a0047aa"),
    TORCHVISION("wide_resnet50_2", "wide_resnet50_2", 263.1, "9ba9bcbe"),
    TORCHVISION("regnet_y_400mf", "regnet_y_400mf", 16.8, "e6988f5f"),
    TORCHVISION("regnet_y_800mf", "regnet_y_800mf", 24.8, "58fc7688"),
    TORCHVISION("densenet169", "densenet169", 54.7, "b2777c0a"),
    TORCHVISION("densenet201", "densenet201", 77.4, "c1103571"),
    TORCHVISION("mnasnet1_0", "mnasnet1.0_top1_73.512", 16.9, "f206786ef8"),
    TORCHVISION("shufflenet_v2_x1_0", "shufflenetv2_x1", 8.79, "5666bf0f80"),
    TORCHVISION("convnext_tiny", "convnext_tiny", 109.1, "983f1562"),
    TORCHVISION("googlenet", "googlenet", 49.7, "1378be20"),
    TORCHVISION("inception_v3", "inception_v3_google", 103.9, "0cc3c7bd"),
    TORCHVISION("vit_b_16", "vit_b_16", 330.3, "c867db91"),
    TORCHVISION("swin_t", "swin_t", 108.2, "704ceda3"),
};

const lince_fetchable *lince_fetchable_at(size_t index)
{
    return index < sizeof catalogue / sizeof *catalogue ? &catalogue[index] : NULL;
}
