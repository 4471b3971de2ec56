/* Passes. */
#include "core/clock.h"
#include "core/error.h"
#include "core/memory.h"
#include "kernels/kernels.h"
#include "net/net_internal.h"

#include <assert.h>
#include <string.h>

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
                       .scratch = net->scratch.memory,
                       .in_pitch = net->nodes[n->from[0]].pitch,
                       .out_pitch = n->pitch};
    const lince_node *other = &net->nodes[n->knows];
    if (n->knows > net->first && !other->layer.frozen) {
        pass.known = other->saved;
        pass.known_channels = other->layer.out.channels;
    }
    for (int k = 0; k < n->inputs; k++) pass.in[k] = net->nodes[n->from[k]].value;
    return pass;
}

/* Kernels compute the whole batch: what lies behind the last sample must be numbers, and without effect. */
static void clear_tail(const lince_net *net, float *batch, const lince_node *n)
{
    if (n->layer.out_rows) return; /* only the batch's rows are computed */
    lince_fill(&net->exec, batch + (size_t)net->n * n->pitch, 0,
               (size_t)(net->options.batch - net->n) * n->pitch);
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

/* Whether a node's tail is done by it: outside of training, and where all of it is to be computed. */
static bool has_tail(const lince_net *net, const lince_node *n, int last)
{
    return !net->train && n->tail.end && n->tail.end <= last;
}

static bool in_tail(const lince_net *net, const lince_node *n, int first, int last)
{
    return n->head > first && has_tail(net, &net->nodes[n->head], last);
}

/* A node's value where slice's samples from `done` on lie. */
static float *value_at(const lince_net *net, int node, size_t done)
{
    const lince_node *n = &net->nodes[node];
    bool whole = node == 0 || node == net->slice_end;
    return n->value + (whole ? done * lince_net_sample(n->layer.out, n->layer.out_rows) / sizeof(float) : 0);
}

/* With what the nodes of its tail would do. */
static void forward_with_tail(const lince_net *net, lince_node *n, lince_pass *pass, size_t done)
{
    const lince_tail *tail = &n->tail;
    lince_epilogue e = {.activation = tail->activation,
                        .addend = tail->addend ? value_at(net, tail->addend, done) : NULL};
    if (tail->norm) {
        const lince_node *norm = &net->nodes[tail->norm];
        lince_pass own = pass_of(net, norm);
        norm->layer.type->affine(&norm->layer, &own, &e.scale, &e.shift);
    }
    pass->out = value_at(net, tail->end, done);
    pass->epilogue = &e;
    n->layer.type->forward(&n->layer, pass);
}

/* What node i does of a pass over nodes first + 1 to last, of `count` samples from `done` on. */
static void run_node(lince_net *net, int i, int first, int last, size_t done, int count)
{
    lince_node *n = &net->nodes[i];
    lince_pass pass = pass_of(net, n);
    pass.n = count;
    pass.out = value_at(net, i, done);
    for (int k = 0; k < n->inputs; k++) pass.in[k] = value_at(net, n->from[k], done);
    if (has_tail(net, n, last))
        forward_with_tail(net, n, &pass, done);
    else if (!n->forward_done && !in_tail(net, n, first, last))
        n->layer.type->forward(&n->layer, &pass);
}

static void run_nodes(lince_net *net, int first, int last, size_t done, int count)
{
    for (int i = first + 1; i <= last; i++) {
        double start = net->times ? lince_now() : 0;
        run_node(net, i, first, last, done, count);
        if (net->times && net->train) net->times[i].forward += lince_now() - start;
    }
}

static void run_forward(lince_net *net, int first, int last, int count, bool train, const uint64_t *key)
{
    net->n = count;
    net->train = train;
    net->key = key;
    if (net->exec.device->enter) net->exec.device->enter(net->exec.device, net->exec.threads);
    clear_tail(net, net->nodes[first].value, &net->nodes[first]);
    int end = net->slice_end, slice = net->slice;
    assert(!end || (first == 0 && last >= end)); /* a net for inference is not computed in parts */
    for (int done = 0; end && done < count; done += slice)
        run_nodes(net, 0, end, (size_t)done, count - done < slice ? count - done : slice);
    run_nodes(net, end ? end : first, last, 0, count);
}

/* What a node does of a whole pass: every slice of it, and the work of those behind it that it does as well. */
static void run_alone(lince_net *net, int node)
{
    int end = net->slice_end, slice = net->slice;
    if (node > end) run_node(net, node, end, (int)net->count - 1, 0, net->n);
    for (int done = 0; node <= end && done < net->n; done += slice)
        run_node(net, node, 0, end, (size_t)done, net->n - done < slice ? net->n - done : slice);
}

double lince_net_time_node(lince_net *net, size_t node)
{
    enum { RUNS = 5 };
    double least = 0;
    for (int i = 0; i < RUNS; i++) {
        double start = lince_own_time();
        run_alone(net, (int)node);
        double took = lince_own_time() - start;
        if (i == 0 || took < least) least = took;
    }
    return least;
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
    assert(net->first == 0 && net->nodes[last].pitch == lince_shape_size(net->nodes[last].layer.out));
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

/* Where a node has several consumers, the first to run writes its gradient and the others add to it, by themselves where they
 * can. */
static void backward_node(lince_net *net, lince_node *n, bool *written, const double *whole, double weight)
{
    lince_pass pass = pass_of(net, n);
    pass.whole = whole;
    pass.weight = weight;
    for (int k = 0; k < n->inputs; k++) {
        const lince_node *input = &net->nodes[n->from[k]];
        if (!n->layer.wants_din || n->from[k] == 0) continue;
        pass.add = written[n->from[k]] && n->layer.accumulates;
        pass.din[k] = written[n->from[k]] && !pass.add ? (float *)(void *)net->branch.memory : input->grad;
    }
    if (!n->backward_done) n->layer.type->backward(&n->layer, &pass);
    for (int k = 0; k < n->inputs; k++) {
        if (!pass.din[k]) continue;
        float *sum = net->nodes[n->from[k]].grad;
        size_t floats = lince_net_floats(net, &net->nodes[n->from[k]]);
        if (pass.din[k] != sum) lince_accumulate(&net->exec, sum, pass.din[k], floats);
        if (n->gates_sum) lince_relu_backward(&net->exec, pass.in[k], sum, sum, floats);
        written[n->from[k]] = true;
    }
}

void lince_net_backward_telling(lince_net *net, void (*done)(void *context, size_t node), void *context)
{
    bool written[LINCE_NET_NODES] = {false};
    size_t last = net->count - 1;
    for (size_t i = last; i >= 1; i--) {
        if (i == last || written[i]) { /* else nothing above it is trained through it */
            clear_tail(net, net->nodes[i].grad, &net->nodes[i]);
            double start = net->times ? lince_now() : 0;
            backward_node(net, &net->nodes[i], written, NULL, 1);
            if (net->times) net->times[i].backward += lince_now() - start;
        }
        if (done) done(context, i);
    }
}

void lince_net_backward(lince_net *net)
{
    lince_net_backward_telling(net, NULL, NULL);
}

/* --- several passes side by side -------------------------------------------------------------------- */

static void *shifted(void *memory, ptrdiff_t bytes)
{
    return memory ? (char *)memory + bytes : NULL;
}

void lince_net_turn(lince_net *net, int pass)
{
    ptrdiff_t bytes = (pass - net->turn) * (ptrdiff_t)net->stride;
    for (size_t i = 0; i < net->count && bytes; i++) {
        lince_node *n = &net->nodes[i];
        n->value = shifted(n->value, bytes);
        n->grad = shifted(n->grad, bytes);
        n->saved = shifted(n->saved, bytes);
    }
    net->turn = pass;
}

/* Whether the pass has samples. */
static bool begin_turn(lince_net *net, const lince_net_together *t, int pass)
{
    lince_net_turn(net, pass);
    net->n = t->n[pass];
    net->key = t->key[pass];
    return net->n > 0;
}

typedef void look_function(const lince_layer *layer, const lince_pass *pass, double *sums);

/* What the passes show of themselves, each times its weight in backward, becomes one sum; NULL where nobody looks. */
static int look(lince_net *net, const lince_net_together *t, size_t node, look_function *each, bool weighted,
                const double **whole)
{
    const lince_layer *l = &net->nodes[node].layer;
    size_t count = l->sums;
    *whole = NULL;
    if (!l->type->look || l->frozen) return 0;
    memset(net->looks, 0, count * sizeof *net->looks);
    for (int k = 0; k < t->passes; k++) {
        double *sums = net->looks + (size_t)k * count;
        memset(sums, 0, count * sizeof *sums);
        if (!begin_turn(net, t, k)) continue;
        lince_pass pass = pass_of(net, &net->nodes[node]);
        each(l, &pass, sums);
        for (size_t i = 0; weighted && i + 1 < count; i++) sums[i] *= t->weight[k];
    }
    *whole = net->looks;
    return t->sum(t->context, net->looks, count);
}

static void follow(lince_net *net, size_t node, const double *whole)
{
    lince_layer *l = &net->nodes[node].layer;
    lince_net_turn(net, 0);
    lince_pass pass = pass_of(net, &net->nodes[node]);
    pass.whole = whole;
    l->type->follow(l, &pass);
}

int lince_net_forward_together(lince_net *net, const lince_net_together *t)
{
    net->train = true;
    if (net->exec.device->enter) net->exec.device->enter(net->exec.device, net->exec.threads);
    for (int k = 0; k < t->passes; k++)
        if (begin_turn(net, t, k)) clear_tail(net, net->nodes[net->first].value, &net->nodes[net->first]);
    for (size_t i = (size_t)net->first + 1; i < net->count; i++) {
        lince_node *n = &net->nodes[i];
        const double *whole;
        double start = net->times ? lince_now() : 0;
        LINCE_TRY(look(net, t, i, n->layer.type->look, false, &whole));
        if (whole) follow(net, i, whole);
        for (int k = 0; k < t->passes; k++) {
            if (!begin_turn(net, t, k) || n->forward_done) continue;
            lince_pass pass = pass_of(net, n);
            pass.whole = whole;
            n->layer.type->forward(&n->layer, &pass);
        }
        if (net->times) net->times[i].forward += lince_now() - start;
    }
    return 0;
}

/* What a node's backward has written gradients for. */
static void mark_written(const lince_node *n, bool *written)
{
    for (int k = 0; k < n->inputs; k++)
        if (n->layer.wants_din && n->from[k] != 0) written[n->from[k]] = true;
}

int lince_net_backward_together(lince_net *net, const lince_net_together *t,
                                void (*done)(void *context, int pass, size_t node), void *context)
{
    bool written[LINCE_NET_NODES] = {false}, before[LINCE_NET_NODES];
    size_t last = net->count - 1;
    for (size_t i = last; i >= 1; i--) {
        bool wanted = i == last || written[i];
        const double *whole = NULL;
        double start = net->times ? lince_now() : 0;
        if (wanted) LINCE_TRY(look(net, t, i, net->nodes[i].layer.type->look_back, true, &whole));
        memcpy(before, written, sizeof before);
        for (int k = 0; k < t->passes; k++) {
            memcpy(written, before, sizeof before); /* each pass has gradients of its own */
            if (wanted && begin_turn(net, t, k)) {
                clear_tail(net, net->nodes[i].grad, &net->nodes[i]);
                backward_node(net, &net->nodes[i], written, whole, t->weight[k]);
            }
            if (done) done(context, k, i);
        }
        memcpy(written, before, sizeof before);
        if (wanted) mark_written(&net->nodes[i], written);
        if (net->times) net->times[i].backward += lince_now() - start;
    }
    return 0;
}
