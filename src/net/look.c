/* What there is in a net. */
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "kernels/sequence.h"
#include "kernels/update.h"
#include "net/net_internal.h"

#include <math.h>
#include <string.h>

const lince_exec *lince_net_exec(const lince_net *net)
{
    return &net->exec;
}

const lince_choosing *lince_net_choosing(const lince_net *net)
{
    return &net->choosing;
}

size_t lince_net_nodes(const lince_net *net)
{
    return net->count;
}

lince_layer *lince_net_layer(lince_net *net, size_t index)
{
    return &net->nodes[index].layer;
}

size_t lince_net_params(const lince_net *net)
{
    return net->param_count;
}

lince_param *lince_net_param(const lince_net *net, size_t index)
{
    return net->params[index];
}

lince_param *lince_net_param_named(const lince_net *net, const char *name)
{
    for (size_t i = 0; i < net->param_count; i++)
        if (!strcmp(net->params[i]->name, name)) return net->params[i];
    return NULL;
}

float *lince_net_input(lince_net *net)
{
    return net->nodes[net->first].value;
}

lince_shape lince_net_input_shape(const lince_net *net)
{
    return lince_net_shape(net, net->first);
}

const float *lince_net_output(const lince_net *net)
{
    return net->nodes[net->count - 1].value;
}

float *lince_net_output_gradient(lince_net *net)
{
    return net->nodes[net->count - 1].grad;
}

int lince_net_classes(const lince_net *net)
{
    return lince_net_shape(net, (int)net->count - 1).channels;
}

int lince_net_measure(lince_net *net)
{
    if (!net->times) net->times = lince_alloc(net->count, sizeof *net->times);
    return net->times ? 0 : LINCE_ENOMEM;
}

const lince_net_time *lince_net_times(const lince_net *net)
{
    return net->times;
}

int lince_net_read(lince_net *net, size_t index, bool gradient, float *plain)
{
    const lince_node *n = &net->nodes[index];
    const lince_exec host = {.device = &lince_host, .threads = net->exec.threads};
    lince_access a;
    LINCE_TRY(lince_access_read(&a, net->exec.device, gradient ? n->grad : n->value,
                                lince_net_floats(net, n) * sizeof *plain));
    if (n->layer.out_rows)
        lince_unpack(&host, &net->text, a.host, n->layer.out_rows == LINCE_TOKENS,
                     (size_t)n->layer.out.channels, plain);
    else
        lince_to_plain(&host, n->layer.out, (size_t)net->n, a.host, plain);
    lince_access_end(&a);
    return 0;
}

static bool all_finite(const lince_net *net, const float *x, size_t n)
{
    return isfinite(lince_sum_of_squares(&net->exec, x, n));
}

const char *lince_net_not_finite(const lince_net *net)
{
    for (size_t i = 0; i < net->param_count; i++)
        if (net->params[i]->grad &&
            !all_finite(net, net->params[i]->grad, lince_param_grad_size(net->params[i])))
            return net->params[i]->name;
    const lince_node *last = &net->nodes[net->count - 1];
    return all_finite(net, last->value, lince_net_floats(net, last)) ? NULL : last->layer.name;
}
