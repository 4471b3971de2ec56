/* Passes. */
#include "core/clock.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "net/net_internal.h"

#include <assert.h>

static lince_pass pass_of(const lince_net *net, const lince_node *n)
{
    lince_pass pass = {.n = net->n,
                       .train = net->train,
                       .momentum = net->momentum,
                       .key = net->key,
                       .text = net->text.batch ? &net->text : NULL,
                       .out = n->value,
                       .dout = n->grad,
                       .saved = n->saved,
                       .scratch = net->scratch.memory};
    for (int k = 0; k < n->inputs; k++) pass.in[k] = net->nodes[n->from[k]].value;
    return pass;
}

/* Kernels compute the whole batch: what lies behind the last sample must be numbers, and without effect. */
static void clear_tail(const lince_net *net, float *batch, const lince_layer *layer)
{
    size_t size = lince_shape_size(layer->out);
    if (layer->out_rows) return; /* only the batch's rows are computed */
    lince_fill(&net->exec, batch + (size_t)net->n * size, 0, (size_t)(net->options.batch - net->n) * size);
}

void lince_net_set_tokens(lince_net *net, int n, const int32_t *token, const int32_t *length, int steps)
{
    lince_pack(&net->text, n, token, length, steps, net->options.read_padding);
    for (size_t i = 0; i < net->param_count; i++)
        if (net->params[i]->sparse_rows) {
            net->params[i]->touched = net->text.vocabulary;
            net->params[i]->touched_count = (size_t)net->text.distinct;
        }
}

const lince_packed *lince_net_text(const lince_net *net)
{
    return net->text.batch ? &net->text : NULL;
}

void lince_net_feed(lince_net *net, int n, const float *x)
{
    size_t size = lince_shape_size(lince_net_input_shape(net));
    net->exec.device->upload(net->exec.device, lince_net_input(net), x, (size_t)n * size * sizeof *x);
}

void lince_net_feed_gradient(lince_net *net, const float *gradient)
{
    size_t count = (size_t)net->n * (size_t)lince_net_classes(net);
    net->exec.device->upload(net->exec.device, lince_net_output_gradient(net), gradient,
                             count * sizeof *gradient);
}

void lince_net_scores(const lince_net *net, float *scores)
{
    size_t count = (size_t)net->n * (size_t)lince_net_classes(net);
    net->exec.device->download(net->exec.device, scores, lince_net_output(net), count * sizeof *scores);
}

/* Nodes first + 1 to last. */
static void run_forward(lince_net *net, int first, int last, int n, bool train, const uint64_t *key)
{
    net->n = n;
    net->train = train;
    net->key = key;
    if (net->exec.device->enter) net->exec.device->enter(net->exec.device, net->exec.threads);
    clear_tail(net, net->nodes[first].value, &net->nodes[first].layer);
    for (int i = first + 1; i <= last; i++) {
        double start = net->times ? lince_now() : 0;
        lince_pass pass = pass_of(net, &net->nodes[i]);
        if (!net->nodes[i].forward_done) net->nodes[i].layer.type->forward(&net->nodes[i].layer, &pass);
        if (net->times && train) net->times[i].forward += lince_now() - start;
    }
}

void lince_net_set_momentum(lince_net *net, float momentum)
{
    net->momentum = momentum;
}

void lince_net_forward(lince_net *net, int n, bool train, const uint64_t *key)
{
    run_forward(net, net->first, (int)net->count - 1, n, train, key);
}

void lince_net_begin(lince_net *net, int behind)
{
    assert(behind == 0 || behind == lince_net_fixed(net));
    net->first = behind;
}

const float *lince_net_compute(lince_net *net, int last, int n)
{
    assert(net->first == 0);
    run_forward(net, 0, last, n, false, NULL);
    return net->nodes[last].value;
}

size_t lince_net_floats(const lince_net *net, const lince_node *n)
{
    size_t channels = (size_t)n->layer.out.channels;
    if (n->layer.out_rows == LINCE_STEPS) return (size_t)net->text.rows * channels;
    if (n->layer.out_rows == LINCE_TOKENS) return (size_t)net->text.distinct * channels;
    return (size_t)net->n * lince_shape_size(n->layer.out);
}

/* Where a node has several consumers, the first to run writes its gradient and the others add to it. */
static void backward_node(lince_net *net, lince_node *n, bool *written)
{
    lince_pass pass = pass_of(net, n);
    for (int k = 0; k < n->inputs; k++) {
        const lince_node *input = &net->nodes[n->from[k]];
        if (!n->layer.wants_din || n->from[k] == 0) continue;
        pass.din[k] = written[n->from[k]] ? (float *)(void *)net->branch.memory : input->grad;
    }
    if (!n->backward_done) n->layer.type->backward(&n->layer, &pass);
    for (int k = 0; k < n->inputs; k++) {
        if (!pass.din[k]) continue;
        float *sum = net->nodes[n->from[k]].grad;
        if (written[n->from[k]])
            lince_accumulate(&net->exec, sum, pass.din[k], lince_net_floats(net, &net->nodes[n->from[k]]));
        written[n->from[k]] = true;
    }
}

void lince_net_backward_telling(lince_net *net, void (*done)(void *context, size_t node), void *context)
{
    bool written[LINCE_NET_NODES] = {false};
    size_t last = net->count - 1;
    for (size_t i = last; i >= 1; i--) {
        if (i == last || written[i]) { /* else nothing above it is trained through it */
            clear_tail(net, net->nodes[i].grad, &net->nodes[i].layer);
            double start = net->times ? lince_now() : 0;
            backward_node(net, &net->nodes[i], written);
            if (net->times) net->times[i].backward += lince_now() - start;
        }
        if (done) done(context, i);
    }
}

void lince_net_backward(lince_net *net)
{
    lince_net_backward_telling(net, NULL, NULL);
}
