#include "core/error.h"
#include "core/nearest.h"
#include "layers/layer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const lince_layer_type *const types[] = {
#define LAYER(row) &row,
#include "layers/list.def"
};

const lince_layer_type *lince_layer_type_at(size_t index)
{
    return index < sizeof types / sizeof *types ? types[index] : NULL;
}

static const char *name_at(const void *context, size_t index)
{
    (void)context;
    const lince_layer_type *type = lince_layer_type_at(index);
    return type ? type->name : NULL;
}

const lince_layer_type *lince_layer_type_named(const char *name)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (!strcmp(types[i]->name, name)) return types[i];
    const char *nearest = lince_nearest(name, name_at, NULL);
    if (nearest)
        lince_fail(LINCE_EUSAGE, "there is no layer type '%s'; did you mean '%s'?", name, nearest);
    else
        lince_fail(LINCE_EUSAGE, "there is no layer type '%s'", name);
    return NULL;
}

lince_param *lince_layer_param(lince_layer *layer, const char *name, int ndim, const int *dims)
{
    assert(layer->param_count < LINCE_LAYER_PARAMS);
    lince_param *p = &layer->params[layer->param_count++];
    *p = (lince_param){.ndim = ndim, .size = 1, .head = layer->args.head, .trainable = true};
    snprintf(p->name, sizeof p->name, "%.*s.%s", LINCE_NAME_MAX - 32, layer->name, name);
    for (int i = 0; i < ndim; i++) {
        p->dims[i] = dims[i];
        p->size *= (size_t)dims[i];
    }
    return p;
}
