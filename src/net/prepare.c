/* All memory is planned and allocated, and weights begin. */
#include "core/error.h"
#include "core/free_memory.h"
#include "core/memory.h"
#include "core/random.h"
#include "kernels/bytes.h"
#include "net/net_internal.h"
#include "net/plan.h"

#include <string.h>

/* --- planning ------------------------------------------------------------------------------------- */

/* In place where the layer can, nobody else reads the input, and backward does not need what is
 * overwritten. */
static void assign_buffers(lince_net *net)
{
    for (size_t i = 0; i < net->count; i++) {
        lince_node *n = &net->nodes[i];
        n->buffer = (int)i;
        if (i > 0 && lince_net_grows(net, (int)i)) n->buffer = net->nodes[n->from[0]].buffer;
        if (i == 0 || (int)i == net->slice_end || !n->layer.type->in_place || net->options.keep ||
            n->from[0] == 0)
            continue;
        const lince_node *input = &net->nodes[n->from[0]];
        bool needed = !net->options.inference && input->layer.type->needs_output;
        if (input->consumers == 1 && !needed) n->buffer = input->buffer;
    }
}

size_t lince_net_sample(lince_shape shape, lince_rows rows)
{
    return rows == LINCE_BYTES ? lince_bytes_size(shape) : lince_shape_size(shape) * sizeof(float);
}

/* Bytes of a node's values. */
static size_t activation_size(const lince_net *net, int node)
{
    const lince_layer *l = &net->nodes[node].layer;
    return lince_net_samples(net, node) * lince_net_sample(l->out, l->out_rows);
}

/* Time runs 0 .. count-1 through forward, and on to 2 count - 1 - i for node i's backward. */
typedef struct timeline {
    lince_buffer_plan *values, *grads, *saved; /* [count] each */
    int end;
} timeline;

static void live(lince_buffer_plan *b, size_t size, int first, int last)
{
    if (!b->size) *b = (lince_buffer_plan){.size = size, .first = first, .last = last};
    if (size > b->size) b->size = size;
    if (first < b->first) b->first = first;
    if (last > b->last) b->last = last;
}

/* A head writes the end's value when it is its own turn, and needs what the norm keeps. */
static void find_tail(const lince_net *net, int head, timeline *t)
{
    const lince_tail *tail = &net->nodes[head].tail;
    const lince_node *end = &net->nodes[tail->end];
    live(&t->values[end->buffer], activation_size(net, tail->end), head, tail->end);
    if (tail->norm) live(&t->saved[tail->norm], net->nodes[tail->norm].layer.saved, head, tail->norm);
}

static void find_lifetimes(const lince_net *net, timeline *t)
{
    int count = (int)net->count, end = t->end;
    for (int i = 0; i < count; i++) {
        const lince_node *n = &net->nodes[i];
        bool training = !net->options.inference && n->learns;
        size_t size = activation_size(net, i);
        int backward = 2 * count - 1 - i;
        bool edge = i == 0 || i == count - 1 || net->options.keep;
        bool gathers = i == 0 || i == net->slice_end; /* there while the nodes before it are computed again */
        live(&t->values[n->buffer], size, gathers ? 0 : i, edge ? end : i);
        if (n->tail.end) find_tail(net, i, t);
        for (int k = 0; i > 0 && k < n->inputs; k++) {
            int from = net->nodes[n->from[k]].buffer;
            live(&t->values[from], 0, i, training && n->layer.type->needs_input ? backward : i);
        }
        if (i == 0) continue;
        if (n->knows) live(&t->saved[n->knows], 0, i, i);
        if (training && n->layer.type->needs_output && !n->backward_done)
            live(&t->values[n->buffer], 0, i, backward);
        if (n->layer.saved) live(&t->saved[i], n->layer.saved, i, training ? backward : i);
        if (!training) continue;
        live(&t->grads[n->buffer], size, i == count - 1 ? 0 : backward, edge ? end : backward);
        for (int k = 0; k < n->inputs; k++) {
            if (n->layer.wants_din && n->from[k] != 0) {
                size_t in = (size_t)net->options.batch * lince_shape_size(n->layer.in[k]) * sizeof(float);
                live(&t->grads[net->nodes[n->from[k]].buffer], in, backward, backward);
            }
        }
    }
}

static double gib(size_t bytes)
{
    return (double)bytes / (1 << 30);
}

/* A system that promises more than it has (overcommit) ends a process where it touches too much, without a word: what training
 * touches in its first step is asked for before. Kernels' scratch and optimizers' state come on top. */
static int check_memory(const lince_net *net, size_t activations)
{
    size_t fixed = net->values.size + net->grads.size, all = fixed + activations, free;
    if (net->options.inference || !net->exec.device->host || all <= (free = lince_free_memory())) return 0;
    double fits = free > fixed ? (double)(free - fixed) / (double)activations * net->options.batch : 0;
    if (fits < 1)
        return lince_fail(
            LINCE_ENOMEM,
            "out of memory: training this network takes more than %.1f GiB for batches of %d, of which "
            "%.1f are free, too few for a single sample; choose smaller samples (--image-size) or a "
            "smaller --model",
            gib(all), net->options.batch, gib(free));
    return lince_fail(
        LINCE_ENOMEM,
        "out of memory: training this network takes more than %.1f GiB for batches of %d, of which "
        "%.1f are free; choose a --batch-size of less than %d, or smaller samples (--image-size)",
        gib(all), net->options.batch, gib(free), (int)fits + 1);
}

static int plan_activations(lince_net *net)
{
    const lince_device *device = net->exec.device;
    size_t count = net->count, total;
    lince_buffer_plan *plans = lince_alloc(3 * count, sizeof *plans);
    if (!plans) return LINCE_ENOMEM;
    timeline t = {plans, plans + count, plans + 2 * count, 2 * (int)count};
    find_lifetimes(net, &t);
    size_t passes = net->options.passes > 1 ? (size_t)net->options.passes : 1, all;
    int code = lince_plan_memory(plans, 3 * count, &total);
    net->stride = lince_align(total);
    if (!code && !lince_mul(net->stride, passes, &all)) code = LINCE_ENOMEM;
    if (!code) code = check_memory(net, all);
    if (!code) code = lince_store_init(&net->activations, device, all);
    for (size_t i = 0; !code && i < count; i++) {
        lince_node *n = &net->nodes[i];
        n->value = (float *)(void *)(net->activations.memory + t.values[n->buffer].offset);
        if (t.grads[n->buffer].size)
            n->grad = (float *)(void *)(net->activations.memory + t.grads[n->buffer].offset);
        if (t.saved[i].size) n->saved = net->activations.memory + t.saved[i].offset;
    }
    lince_free(plans);
    return code;
}

/* Floats of a gradient in memory. */
static size_t grad_capacity(const lince_param *p)
{
    return p->sparse_rows ? p->sparse_rows * (size_t)p->dims[1] : p->size;
}

/* Nodes from 1 on in the order in which PyTorch lists their parameters: that of their computation, but for those that
 * say what they are listed before. */
static void list_nodes(const lince_net *net, size_t *order)
{
    for (size_t i = 1, count = 0; i < net->count; i++, count++) {
        size_t before = (size_t)net->nodes[i].listed_before, at = before ? 0 : count;
        while (at < count && order[at] != before) at++;
        memmove(order + at + 1, order + at, (count - at) * sizeof *order);
        order[at] = i;
    }
}

static int gather_params(lince_net *net)
{
    for (size_t i = 1; i < net->count; i++) net->param_count += (size_t)net->nodes[i].layer.param_count;
    net->params = lince_alloc(net->param_count + 1, sizeof *net->params);
    net->grad_memory = lince_alloc(net->param_count + 1, sizeof *net->grad_memory);
    if (!net->params || !net->grad_memory) return LINCE_ENOMEM;
    size_t next = 0, values = 0, grads = 0, origins = 0, order[LINCE_NET_NODES];
    const lince_device *device = net->exec.device;
    list_nodes(net, order);
    for (size_t i = 0; i + 1 < net->count; i++)
        for (int p = 0; p < net->nodes[order[i]].layer.param_count; p++) {
            lince_param *param = net->params[next++] = &net->nodes[order[i]].layer.params[p];
            values += lince_align(param->size * sizeof(float));
            if (param->trainable) grads += lince_align(grad_capacity(param) * sizeof(float));
            if (param->copies > 1) origins += lince_align(lince_param_elements(param) * sizeof(float));
        }
    LINCE_TRY(lince_store_init(&net->values, device, values));
    if (!net->options.inference) LINCE_TRY(lince_store_init(&net->grads, device, grads));
    if (!net->options.inference) LINCE_TRY(lince_store_init(&net->origins, &lince_host, origins));
    for (size_t i = 0; i < net->param_count; i++) {
        lince_param *param = net->params[i];
        param->device = device;
        param->value = lince_store_take(&net->values, param->size * sizeof(float));
        if (param->trainable && !net->options.inference)
            param->grad = net->grad_memory[i] =
                lince_store_take(&net->grads, grad_capacity(param) * sizeof(float));
        if (param->copies > 1 && !net->options.inference)
            param->origin = lince_store_take(&net->origins, lince_param_elements(param) * sizeof(float));
    }
    return 0;
}

static int prepare_looks(lince_net *net)
{
    size_t passes = net->options.passes > 1 ? (size_t)net->options.passes : 1;
    for (size_t i = 1; i < net->count && net->options.passes; i++)
        if (net->nodes[i].layer.sums > net->most_sums) net->most_sums = net->nodes[i].layer.sums;
    net->looks = lince_alloc(2 * passes * net->most_sums + 1, sizeof *net->looks);
    return net->looks ? 0 : LINCE_ENOMEM;
}

/* Bytes of the largest gradient that several consumers add up in. */
static size_t largest_branch(const lince_net *net)
{
    size_t largest = 0;
    for (size_t i = 1; i < net->count && !net->options.inference; i++) {
        size_t size = (size_t)net->options.batch * lince_shape_size(net->nodes[i].layer.out) * sizeof(float);
        if (net->nodes[i].consumers > 1 && size > largest) largest = size;
    }
    return largest;
}

/* Memory that layers need for the time of a call. */
static int prepare_layers(lince_net *net)
{
    size_t scratch = 0;
    for (size_t i = 1; i < net->count; i++) {
        lince_layer *l = &net->nodes[i].layer;
        if (l->type->prepare) LINCE_TRY(l->type->prepare(l));
        if (l->scratch > scratch) scratch = l->scratch;
    }
    return lince_store_init(&net->scratch, net->exec.device, scratch);
}

/* What does not fit into memory is told before kernels are measured. */
int lince_net_prepare(lince_net *net)
{
    if (net->options.frozen) lince_net_freeze(net, (int)net->count - 1);
    lince_net_mark_learning(net);
    lince_net_slice(net);
    assign_buffers(net);
    lince_net_set_pitches(net);
    lince_net_acquaint(net);
    lince_net_fuse(net);
    LINCE_TRY(gather_params(net));
    LINCE_TRY(plan_activations(net));
    LINCE_TRY(prepare_looks(net));
    if (net->options.sequences)
        LINCE_TRY(lince_packed_init(&net->text, net->options.batch, lince_net_shape(net, 0).height));
    LINCE_TRY(lince_store_init(&net->branch, net->exec.device, largest_branch(net)));
    LINCE_TRY(prepare_layers(net));
    lince_net_unfuse(net);
    return 0;
}

int lince_net_init(lince_net *net, uint64_t seed)
{
    for (size_t i = 0; i < net->param_count; i++)
        LINCE_TRY(lince_param_init(net->params[i], &net->exec, lince_key(seed, LINCE_STREAM_INIT, i, 0)));
    return 0;
}
