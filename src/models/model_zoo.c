#include "models/model_zoo.h"
#include "core/error.h"
#include "core/nearest.h"

#include <lince/model.h>
#include <string.h>

#define VGG(depth, layers, bn, suffix, note)                                                               \
    {                                                                                                      \
        .name = "vgg" #depth suffix, .summary = "VGG-" #depth note, .image_size = 224,                     \
        .build = lince_build_vgg, .paper = "Simonyan & Zisserman 2015", .table = layers, .batch_norm = bn, \
        .features = "features."                                                                            \
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
};

enum { COUNT = sizeof architectures / sizeof *architectures };

const lince_architecture *lince_architecture_get(size_t index)
{
    return index < COUNT ? &architectures[index] : NULL;
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
        if (!strcmp(architectures[i].name, name)) return &architectures[i];
    const char *nearest = lince_nearest(name, name_at, NULL);
    if (nearest)
        lince_fail(LINCE_EUSAGE, "--model %s: not a model that lince knows; did you mean %s?", name, nearest);
    else
        lince_fail(LINCE_EUSAGE, "--model %s: not a model that lince knows; 'lince help train' lists them",
                   name);
    return NULL;
}

int lince_architecture_build(const lince_architecture *architecture, lince_net *net,
                             const lince_architecture_options *options)
{
    int last = architecture->build(net, architecture, options);
    return last < 0 ? last : 0;
}
