/* What a model costs, counted in its network. */
#include "core/error.h"
#include "core/sized.h"
#include "models/model_zoo.h"

#include <lince/describe.h>

/* Before lince_net_prepare layers know all sizes, and there is no memory yet. */
static void count(lince_net *net, lince_architecture_info *info)
{
    for (size_t n = 1; n < lince_net_nodes(net); n++) {
        const lince_layer *l = lince_net_layer(net, n);
        if (!l->type->norm) info->multiply_adds += l->macs;
        for (int i = 0; i < l->param_count; i++)
            if (!l->params[i].buffer) info->parameters += (double)lince_param_elements(&l->params[i]);
    }
}

static int measure(const lince_architecture *a, lince_architecture_info *info)
{
    lince_net *net;
    lince_net_options options = {.batch = 1, .threads = 1, .inference = true};
    lince_architecture_options wanted = {.classes = a->classes, .dropout = -1, .stochastic_depth = -1};
    int code = lince_net_new(&net, (lince_shape){3, a->image_size, a->image_size, 1}, &options);
    if (!code) code = lince_architecture_build(a, net, &wanted);
    if (!code) count(net, info);
    lince_net_free(net);
    return code;
}

int lince_architecture_measure(size_t index, lince_architecture_info *info)
{
    const lince_architecture *a = lince_architecture_get(index);
    lince_architecture_info full = LINCE_ARCHITECTURE_INFO_INIT;
    LINCE_TRY(lince_sized_check(&full, info, "lince_architecture_info"));
    if (!a) return lince_fail(LINCE_EUSAGE, "there are fewer than %zu models", index + 1);
    full.name = a->name;
    full.summary = a->summary;
    full.paper = a->paper;
    full.image_size = a->image_size;
    full.classes = a->classes;
    full.accuracy = (double)a->accuracy / 100;
    if (a->image_size) LINCE_TRY(measure(a, &full));
    lince_sized_write(info, &full);
    return 0;
}
