/* A net as ONNX: its parameters in PyTorch's names and order, and what each layer says of itself. */
#include "core/error.h"
#include "net/net_internal.h"

/* Whole numbers (a batch norm's counter) say nothing that inference needs. */
static void put_params(const lince_net *net, lince_onnx *graph)
{
    for (size_t i = 0; i < net->param_count && !lince_onnx_error(graph); i++) {
        const lince_param *p = net->params[i];
        float *values =
            lince_param_is_whole_number(p) ? NULL : lince_onnx_tensor(graph, p->name, p->ndim, p->dims);
        if (values) lince_onnx_fail(graph, lince_param_read(p, values));
    }
}

static lince_onnx_value put_layer(const lince_layer *l, lince_onnx *graph, const lince_onnx_value *in)
{
    if (!l->type->express) {
        lince_onnx_fail(graph,
                        lince_fail(LINCE_EUNSUPPORTED, "%s: a layer of type %s, of which lince has no ONNX",
                                   l->name, l->type->name));
        return NULL;
    }
    lince_onnx_scope(graph, l->name);
    return l->type->express(l, graph, in);
}

lince_onnx_value lince_net_express(const lince_net *net, lince_onnx *graph, lince_onnx_value input)
{
    lince_onnx_value values[LINCE_NET_NODES] = {input};
    put_params(net, graph);
    for (size_t i = 1; i < net->count && !lince_onnx_error(graph); i++) {
        const lince_node *n = &net->nodes[i];
        lince_onnx_value in[LINCE_LAYER_INPUTS] = {NULL};
        for (int k = 0; k < n->inputs; k++) in[k] = values[n->from[k]];
        values[i] = put_layer(&n->layer, graph, in);
    }
    return lince_onnx_error(graph) ? NULL : values[net->count - 1];
}
