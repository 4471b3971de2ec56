#include "models/model_zoo.h"
#include "core/error.h"
#include "core/nearest.h"

#include <lince/describe.h>
#include <stdio.h>
#include <string.h>

static const lince_architecture *const architectures[] = {
#define MODEL(row) &row,
#include "models/list.def"
};

enum { COUNT = sizeof architectures / sizeof *architectures };

const lince_architecture *lince_architecture_get(size_t index)
{
    return index < COUNT ? architectures[index] : NULL;
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
    if (summary) *summary = architectures[index]->summary;
    return architectures[index]->name;
}

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    return index < COUNT ? architectures[index]->name : NULL;
}

const lince_architecture *lince_architecture_named(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strcasecmp(architectures[i]->name, name)) return architectures[i];
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
    if (options->dropout > 0 && a->dropout == 0 && !a->any_dropout)
        return lince_fail(LINCE_EUSAGE, "--dropout: the classifier of %s has no dropout", a->name);
    if (options->stochastic_depth > 0 && a->stochastic_depth == 0)
        return lince_fail(LINCE_EUSAGE, "--stochastic-depth: %s has no branches that can be left out",
                          a->name);
    int last = a->build(net, a, &classifier);
    return last < 0 ? last : 0;
}
