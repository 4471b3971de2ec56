/* A net as ONNX: its parameters in PyTorch's names and order, and what each layer says of itself. */
#include "core/error.h"
#include "core/memory.h"
#include "net/net_internal.h"

static void put_bytes(const lince_param *p, lince_onnx *graph)
{
    size_t elements = lince_param_elements(p);
    int8_t *bytes = lince_onnx_whole(graph, p->name, LINCE_ONNX_INT8, p->ndim, p->dims);
    float *values = lince_alloc(elements, sizeof *values);
    int code = values ? lince_param_read(p, values) : LINCE_ENOMEM;
    for (size_t i = 0; bytes && !code && i < elements; i++) bytes[i] = (int8_t)values[i];
    if (code) lince_onnx_fail(graph, code);
    lince_free(values);
}

/* Whole numbers (a batch norm's counter, or a scale's zero, which nodes have as a byte of their own) say nothing that inference
 * needs. */
static void put_params(const lince_net *net, lince_onnx *graph)
{
    for (size_t i = 0; i < net->param_count && !lince_onnx_error(graph); i++) {
        const lince_param *p = net->params[i];
        if (p->int8) {
            put_bytes(p, graph);
            continue;
        }
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
