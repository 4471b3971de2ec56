#include "models/model_zoo.h"
#include "core/error.h"
#include "core/nearest.h"

#include <lince/describe.h>
#include <stdio.h>
#include <string.h>

/* docs/results.md, "Default recipes": which rates were measured. Without normalisation there is little room:
 * plain vgg16 stays at guessing with 3e-4, SqueezeNet with 1e-3. */
#define ONE_CYCLE .optimizer = "adamw", .scheduler = "onecycle"
static const lince_recipe vgg_recipes[] = {
    [false] = {ONE_CYCLE, .lr = 7e-5, .lr_tuned = 3e-5, .least_size = 32},
    [true] = {ONE_CYCLE, .lr = 5e-4, .lr_tuned = 1e-4, .least_size = 32},
};
static const lince_recipe resnet_recipe = {ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4};
static const lince_recipe cifar_resnet_recipe = {ONE_CYCLE, .lr = 5e-3, .lr_tuned = 5e-4};
static const lince_recipe mobilenet_recipe = {ONE_CYCLE, .lr = 5e-3, .lr_tuned = 2e-4, .least_size = 64};
static const lince_recipe efficientnet_recipe = {ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4};
static const lince_recipe densenet_recipe = {ONE_CYCLE, .lr = 2e-3, .lr_tuned = 2e-4, .least_size = 32};
static const lince_recipe speednet_recipe = {ONE_CYCLE, .lr = 5e-3, .lr_tuned = 5e-4};
static const lince_recipe alexnet_recipe = {ONE_CYCLE, .lr = 3e-4, .lr_tuned = 1e-4, .least_size = 64};
static const lince_recipe squeezenet_recipe = {ONE_CYCLE, .lr = 5e-4, .lr_tuned = 1e-4, .least_size = 64};
static const lince_recipe recurrent_recipe = {
    .optimizer = "adam", .scheduler = "constant", .lr = 1e-3, .lr_tuned = 3e-4};

#define VGG(depth, layers, bn, suffix, note)                                                             \
    {                                                                                                    \
        .name = "vgg" #depth suffix, .summary = "VGG-" #depth note, .about = lince_vgg_about,            \
        .image_size = 224, .resize = 256, .classes = 1000, .build = lince_build_vgg,                     \
        .paper = "Simonyan & Zisserman 2015", .table = layers, .batch_norm = bn,                         \
        .classifier = "classifier.", .hidden = {4096, 4096}, .dropout = 0.5f, .recipe = &vgg_recipes[bn] \
    }
#define RESNET(depth, narrow, a, b, c, d)                                                                    \
    {                                                                                                        \
        .name = "resnet" #depth, .summary = "ResNet-" #depth, .about = lince_resnet_about,                   \
        .image_size = 224, .resize = 256, .classes = 1000, .build = lince_build_resnet,                      \
        .paper = "He et al. 2016", .table = &(const lince_resnet){{a, b, c, d}, narrow}, .batch_norm = true, \
        .classifier = "fc", .recipe = &resnet_recipe                                                         \
    }
#define CIFAR_RESNET(depth)                                                                 \
    {                                                                                       \
        .name = "resnet" #depth, .summary = "ResNet-" #depth " for CIFAR",                  \
        .about = lince_cifar_resnet_about, .image_size = 32, .classes = 10,                 \
        .build = lince_build_cifar_resnet, .paper = "He et al. 2016, section 4.2",          \
        .table = &(const int){(depth - 2) / 6}, .batch_norm = true, .classifier = "linear", \
        .recipe = &cifar_resnet_recipe                                                      \
    }

#define RECURRENT(word, note, origin)                                                                  \
    {                                                                                                  \
        .name = #word, .summary = note, .about = lince_##word##_about, .build = lince_build_recurrent, \
        .paper = origin, .classifier = "fc", .recipe = &recurrent_recipe                               \
    }

static const lince_architecture architectures[] = {
    VGG(11, lince_vgg_a, false, "", ""),
    VGG(13, lince_vgg_b, false, "", ""),
    VGG(16, lince_vgg_d, false, "", ""),
    VGG(19, lince_vgg_e, false, "", ""),
    VGG(11, lince_vgg_a, true, "_bn", " with batch normalisation"),
    VGG(13, lince_vgg_b, true, "_bn", " with batch normalisation"),
    VGG(16, lince_vgg_d, true, "_bn", " with batch normalisation"),
    VGG(19, lince_vgg_e, true, "_bn", " with batch normalisation"),
    RESNET(18, false, 2, 2, 2, 2),
    RESNET(34, false, 3, 4, 6, 3),
    RESNET(50, true, 3, 4, 6, 3),
    RESNET(101, true, 3, 4, 23, 3),
    RESNET(152, true, 3, 8, 36, 3),
    CIFAR_RESNET(20),
    CIFAR_RESNET(32),
    CIFAR_RESNET(44),
    CIFAR_RESNET(56),
    CIFAR_RESNET(110),
    {.name = "mobilenet_v2",
     .summary = "MobileNetV2",
     .about = lince_mobilenet_about,
     .classes = 1000,
     .paper = "Sandler et al. 2018",
     .image_size = 224,
     .resize = 256,
     .build = lince_build_mobilenet_v2,
     .batch_norm = true,
     .classifier = "classifier.",
     .dropout = 0.2f,
     .recipe = &mobilenet_recipe},
    {.name = "efficientnet_b0",
     .summary = "EfficientNet-B0",
     .about = lince_efficientnet_about,
     .classes = 1000,
     .paper = "Tan & Le 2019",
     .image_size = 224,
     .resize = 256,
     .bicubic = true,
     .build = lince_build_efficientnet,
     .batch_norm = true,
     .classifier = "classifier.",
     .dropout = 0.2f,
     .stochastic_depth = 0.2f,
     .recipe = &efficientnet_recipe},
    {.name = "densenet121",
     .summary = "DenseNet-121",
     .about = lince_densenet_about,
     .classes = 1000,
     .paper = "Huang et al. 2017",
     .image_size = 224,
     .resize = 256,
     .build = lince_build_densenet,
     .batch_norm = true,
     .classifier = "classifier",
     .recipe = &densenet_recipe},
    {.name = "alexnet",
     .summary = "AlexNet",
     .about = lince_alexnet_about,
     .classes = 1000,
     .paper = "Krizhevsky 2014",
     .image_size = 224,
     .resize = 256,
     .build = lince_build_alexnet,
     .classifier = "classifier.",
     .hidden = {4096, 4096},
     .dropout = 0.5f,
     .recipe = &alexnet_recipe},
    {.name = "squeezenet1_1",
     .summary = "SqueezeNet 1.1",
     .about = lince_squeezenet_about,
     .classes = 1000,
     .paper = "Iandola et al. 2016",
     .image_size = 224,
     .resize = 256,
     .build = lince_build_squeezenet,
     .classifier = "classifier.",
     .dropout = 0.5f,
     .recipe = &squeezenet_recipe},
    {.name = "speednet8",
     .summary = "SpeedNet-8 for CIFAR",
     .about = lince_speednet_about,
     .image_size = 32,
     .classes = 10,
     .build = lince_build_speednet,
     .fit = lince_fit_speednet,
     .paper = "Jordan 2024",
     .batch_norm = true,
     .classifier = "head",
     .recipe = &speednet_recipe},
    RECURRENT(rnn, "Elman's recurrent network over words", "Elman 1990"),
    RECURRENT(gru, "gated recurrent units over words", "Cho et al. 2014"),
    RECURRENT(lstm, "long short-term memory over words", "Hochreiter & Schmidhuber 1997"),
};

enum { COUNT = sizeof architectures / sizeof *architectures };

const lince_architecture *lince_architecture_get(size_t index)
{
    return index < COUNT ? &architectures[index] : NULL;
}

const char *lince_architecture_normalised(const lince_architecture *architecture)
{
    char name[64];
    const lince_architecture *a;
    if (!architecture->image_size || architecture->batch_norm) return NULL;
    snprintf(name, sizeof name, "%s_bn", architecture->name);
    for (size_t i = 0; (a = lince_architecture_get(i)); i++)
        if (!strcmp(a->name, name)) return a->name;
    return "resnet20";
}

const char *lince_architecture_at(size_t index, const char **summary)
{
    if (index >= COUNT) return NULL;
    if (summary) *summary = architectures[index].summary;
    return architectures[index].name;
}

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    return index < COUNT ? architectures[index].name : NULL;
}

const lince_architecture *lince_architecture_named(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strcasecmp(architectures[i].name, name)) return &architectures[i];
    const char *nearest = lince_nearest(name, name_at, NULL);
    if (nearest)
        lince_fail(LINCE_EUSAGE, "--model %s: not a model that lince knows; did you mean %s?", name, nearest);
    else
        lince_fail(LINCE_EUSAGE, "--model %s: not a model that lince knows; 'lince help train' lists them",
                   name);
    return NULL;
}

int lince_architecture_build(const lince_architecture *a, lince_net *net,
                             const lince_architecture_options *options)
{
    lince_classifier classifier = {.classes = options->classes,
                                   .text = &options->text,
                                   .hidden = options->head ? options->head : a->hidden,
                                   .count =
                                       options->head ? options->head_count : !!a->hidden[0] + !!a->hidden[1],
                                   .new_hidden = options->head != NULL,
                                   .dropout = options->dropout < 0 ? a->dropout : (float)options->dropout,
                                   .stochastic_depth = options->stochastic_depth < 0
                                                           ? a->stochastic_depth
                                                           : (float)options->stochastic_depth};
    if (options->head && !a->hidden[0])
        return lince_fail(LINCE_EUSAGE, "--head: the classifier of %s has no hidden layers", a->name);
    if (options->head && !options->head_count && options->dropout > 0)
        return lince_fail(LINCE_EUSAGE, "--dropout: it follows hidden layers, and --head none has none");
    if (options->dropout > 0 && a->dropout == 0 && a->image_size)
        return lince_fail(LINCE_EUSAGE, "--dropout: the classifier of %s has no dropout", a->name);
    if (options->stochastic_depth > 0 && a->stochastic_depth == 0)
        return lince_fail(LINCE_EUSAGE, "--stochastic-depth: %s has no branches that can be left out",
                          a->name);
    int last = a->build(net, a, &classifier);
    return last < 0 ? last : 0;
}
