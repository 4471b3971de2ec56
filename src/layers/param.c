#include "layers/layer.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

lince_param *lince_layer_param(lince_layer *layer, const char *name, int ndim, const int *dims)
{
    assert(layer->param_count < LINCE_LAYER_PARAMS);
    lince_param *p = &layer->params[layer->param_count++];
    *p = (lince_param){.ndim = ndim, .size = 1, .head = layer->head, .trainable = true};
    size_t length = strlen(layer->name);
    bool joined = !*name || (length && layer->name[length - 1] == '_');
    snprintf(p->name, sizeof p->name, "%.*s%s%s", LINCE_NAME_MAX - 32, layer->name, joined ? "" : ".", name);
    for (int i = 0; i < ndim; i++) {
        p->dims[i] = dims[i];
        p->size *= (size_t)dims[i];
    }
    return p;
}
