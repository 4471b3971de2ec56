#include "models/published.h"

#include <stddef.h>
#include <string.h>

/* torchvision's documentation of models, and the transforms in the sources of its 0.13 and later: V2 are
 * weights of a newer recipe, evaluated at another size. */
#define V1(architecture, digits, resize)                     \
    {                                                        \
        architecture, "IMAGENET1K_V1", digits, resize, false \
    }
#define V1_BICUBIC(architecture, digits, resize)            \
    {                                                       \
        architecture, "IMAGENET1K_V1", digits, resize, true \
    }
#define V2(architecture, digits, resize)                     \
    {                                                        \
        architecture, "IMAGENET1K_V2", digits, resize, false \
    }
static const lince_published sets[] = {
    V1("resnet50", "0676ba61", 256),           V1("resnet50", "19c8e357", 256),
    V2("resnet50", "11ad3fa6", 232),           V1("resnet101", "63fe2227", 256),
    V1("resnet101", "5d3b4d8f", 256),          V2("resnet101", "cd907fc2", 232),
    V1("resnet152", "394f9c45", 256),          V1("resnet152", "b121ed2d", 256),
    V2("resnet152", "f82ba261", 232),          V1("mobilenet_v2", "b0353104", 256),
    V2("mobilenet_v2", "7ebf99e0", 232),       V1("mobilenet_v3_large", "8738ca79", 256),
    V2("mobilenet_v3_large", "5c1a4163", 232), V1("resnext50_32x4d", "7cdf4587", 256),
    V2("resnext50_32x4d", "1a0047aa", 232),    V1("wide_resnet50_2", "95faca4d", 256),
    V2("wide_resnet50_2", "9ba9bcbe", 232),    V1("regnet_y_400mf", "c65dace8", 256),
    V2("regnet_y_400mf", "e6988f5f", 232),     V1("regnet_y_800mf", "1b27b58c", 256),
    V2("regnet_y_800mf", "58fc7688", 232),     V1_BICUBIC("efficientnet_b1", "bac287d4", 256),
    V2("efficientnet_b1", "c27df63c", 255),
};

enum { SETS = sizeof sets / sizeof *sets };

const lince_published *lince_published_named(const char *architecture, const char *path)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    for (size_t i = 0; i < SETS; i++)
        if (!strcmp(sets[i].architecture, architecture) && strstr(file, sets[i].digits)) return &sets[i];
    return NULL;
}

const lince_published *lince_published_second(const char *architecture)
{
    const lince_published *first = NULL;
    for (size_t i = 0; i < SETS; i++) {
        if (strcmp(sets[i].architecture, architecture) != 0) continue;
        if (first && (first->resize != sets[i].resize || first->bicubic != sets[i].bicubic)) return &sets[i];
        if (!first) first = &sets[i];
    }
    return NULL;
}
