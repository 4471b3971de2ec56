#include "models/published.h"

#include <stddef.h>
#include <string.h>

/* torchvision's documentation of models, and the transforms in the sources of its 0.13 and later: V2 are
 * weights of a newer recipe, evaluated at another size. */
static const lince_published sets[] = {
    {"resnet50", "IMAGENET1K_V1", "0676ba61", 256},     {"resnet50", "IMAGENET1K_V1", "19c8e357", 256},
    {"resnet50", "IMAGENET1K_V2", "11ad3fa6", 232},     {"resnet101", "IMAGENET1K_V1", "63fe2227", 256},
    {"resnet101", "IMAGENET1K_V1", "5d3b4d8f", 256},    {"resnet101", "IMAGENET1K_V2", "cd907fc2", 232},
    {"resnet152", "IMAGENET1K_V1", "394f9c45", 256},    {"resnet152", "IMAGENET1K_V1", "b121ed2d", 256},
    {"resnet152", "IMAGENET1K_V2", "f82ba261", 232},    {"mobilenet_v2", "IMAGENET1K_V1", "b0353104", 256},
    {"mobilenet_v2", "IMAGENET1K_V2", "7ebf99e0", 232},
};

enum { SETS = sizeof sets / sizeof *sets };

const lince_published *lince_published_named(const char *architecture, const char *path)
{
    const char *slash = strrchr(path, '/'), *file = slash ? slash + 1 : path;
    for (size_t i = 0; i < SETS; i++)
        if (!strcmp(sets[i].architecture, architecture) && strstr(file, sets[i].digits)) return &sets[i];
    return NULL;
}

bool lince_published_differ(const char *architecture)
{
    const lince_published *first = NULL;
    for (size_t i = 0; i < SETS; i++) {
        if (strcmp(sets[i].architecture, architecture) != 0) continue;
        if (first && first->resize != sets[i].resize) return true;
        first = &sets[i];
    }
    return false;
}
