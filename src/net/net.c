#include "net/net.h"
#include "core/clock.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "kernels/kernels.h"
#include "kernels/sequence.h"
#include "net/plan.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_NODES = 1024 };

typedef struct node {
    lince_layer layer; /* unused for node 0 */
    int from[LINCE_LAYER_INPUTS], inputs;
    int consumers;
    int buffer;                       /* node whose memory it uses: itself, or the one it works in place of */
    bool learns;                      /* it, or something below it, is trained: backward reaches it */
    bool forward_done, backward_done; /* by the node before, by the node behind */
    float *value, *grad;
    void *saved;
} node;

struct lince_net {
    lince_net_options options;
    lince_exec exec;
    node *nodes;
    size_t count;
    lince_param **params;
    float **grad_memory; /* [param] what was planned for its gradient; NULL: none */
    size_t param_count;
    lince_arena values, grads, origins, activations, scratch;
    lince_arena branch; /* a second consumer's gradient, until it is added to the first's */
    lince_packed text;  /* of nets over tokens; batch 0 in others */
    int first;          /* node that forward starts behind: 0, or where lince_net_begin said */
    int n;              /* of the last forward */
    bool train;
    float momentum;
    const uint64_t *key;
    lince_net_time *times; /* [count]; NULL: nobody wants to know */
};

static lince_shape shape_of(const lince_net *net, int index)
{
    return net->nodes[index].layer.out;
}

int lince_net_new(lince_net **result, lince_shape input, const lince_net_options *options)
{
    lince_net *net = *result = lince_alloc(1, sizeof *net);
    if (!net) return LINCE_ENOMEM;
    net->options = *options;
    net->exec = (lince_exec){.device = options->device ? options->device : &lince_host,
                             .threads = options->threads,
                             .deterministic = options->deterministic};
    LINCE_TRY(lince_cpu_check());
    if (!net->options.block) net->options.block = lince_cpu_lanes();
    net->nodes = lince_alloc(MAX_NODES, sizeof *net->nodes);
    if (!net->nodes) return LINCE_ENOMEM;
    net->nodes[0].layer.out = input;
    net->nodes[0].layer.out_rows = options->texts ? LINCE_STEPS : LINCE_SAMPLES;
    net->count = 1;
    return 0;
}

void lince_net_free(lince_net *net)
{
    if (!net) return;
    for (size_t i = 1; i < net->count; i++)
        if (net->nodes[i].layer.type->release) net->nodes[i].layer.type->release(&net->nodes[i].layer);
    lince_arena_release(&net->values);
    lince_arena_release(&net->grads);
    lince_arena_release(&net->origins);
    lince_arena_release(&net->activations);
    lince_arena_release(&net->scratch);
    lince_arena_release(&net->branch);
    lince_packed_release(&net->text);
    lince_free(net->nodes);
    lince_free(net->times);
    lince_free(net->params);
    lince_free(net->grad_memory);
    lince_free(net);
}

int lince_net_add(lince_net *net, const lince_layer_args *args)
{
    const lince_layer_type *type = lince_layer_type_named(args->type);
    if (!type) return LINCE_EUSAGE;
    for (int i = 0; i < type->inputs; i++)
        if (args->from[i] < 0) return args->from[i];
    assert(type->inputs == 1 ||
           args->from[0] != args->from[1]); /* backward gives each input its own memory */
    if (net->count == MAX_NODES)
        return lince_fail(LINCE_EUSAGE, "a network may have at most %d layers", MAX_NODES - 1);
    node *n = &net->nodes[net->count];
    n->layer = (lince_layer){.type = type,
                             .args = *args,
                             .batch = net->options.batch,
                             .exec = &net->exec,
                             .block = net->options.block,
                             .inference = net->options.inference,
                             .unfolded = net->options.unfolded,
                             .in_copies = 1,
                             .out_copies = 1,
                             .index = (int)net->count};
    snprintf(n->layer.name, sizeof n->layer.name, "%s", args->name);
    n->inputs = type->inputs;
    for (int i = 0; i < type->inputs; i++) {
        n->from[i] = args->from[i];
        n->layer.in[i] = shape_of(net, args->from[i]);
        if (args->from[i] > 0) n->layer.in_copies = net->nodes[args->from[i]].layer.out_copies;
        assert(n->layer.in_copies == 1 || type->takes_copies); /* the model says `fold` where it may not */
        n->layer.in_rows[i] = net->nodes[args->from[i]].layer.out_rows;
    }
    int code = type->infer(&n->layer);
    if (code < 0) {
        if (type->release) type->release(&n->layer);
        return code;
    }
    for (int i = 0; i < type->inputs; i++) net->nodes[args->from[i]].consumers++;
    return (int)net->count++;
}

/* --- what is trained ------------------------------------------------------------------------------ */

/* A node learns when it has trainable parameters, or anything below it has. */
static void mark_learning(lince_net *net)
{
    for (size_t i = 1; i < net->count; i++) {
        node *n = &net->nodes[i];
        n->layer.wants_din = net->options.keep && !net->options.inference && n->from[0] != 0;
        for (int k = 0; k < n->inputs; k++) n->layer.wants_din |= net->nodes[n->from[k]].learns;
        n->learns = n->layer.wants_din;
        for (int p = 0; p < n->layer.param_count; p++) n->learns |= n->layer.params[p].trainable;
    }
}

void lince_net_freeze(lince_net *net, int last)
{
    for (int i = 1; i < (int)net->count; i++) {
        lince_layer *l = &net->nodes[i].layer;
        l->frozen = i <= last;
        for (int p = 0; p < l->param_count; p++)
            l->params[p].trainable = !l->frozen && !l->params[p].buffer && !l->params[p].fixed;
    }
    mark_learning(net);
    for (size_t i = 0; i < net->param_count; i++) {
        lince_param *p = net->params[i];
        assert(!p->trainable || !net->grad_memory || net->grad_memory[i]);
        p->grad = p->trainable && net->grad_memory ? net->grad_memory[i] : NULL;
    }
}

/* The same for every batch, whatever else is trained: nothing of it learns, and nothing is random. */
static bool is_fixed(const node *n)
{
    const lince_layer *l = &n->layer;
    return !n->learns && (l->frozen || !l->param_count) && !(l->type->random && l->args.p > 0);
}

int lince_net_fixed(const lince_net *net)
{
    int best = 0, reach = 0; /* reach: the last consumer of any node before i */
    int last_use[MAX_NODES] = {0};
    for (int i = 1; i < (int)net->count; i++)
        for (int k = 0; k < net->nodes[i].inputs; k++) last_use[net->nodes[i].from[k]] = i;
    bool computes = false; /* a layer with parameters stands behind the best one */
    for (int i = 1; i < (int)net->count && is_fixed(&net->nodes[i]); i++) {
        const lince_layer *l = &net->nodes[i].layer;
        if (last_use[i - 1] > reach) reach = last_use[i - 1];
        computes |= l->param_count > 0;
        if (reach > i || l->out_rows != LINCE_SAMPLES)
            continue; /* something passes it by, or it has no rows to keep */
        bool smaller = best && lince_shape_size(l->out) <= lince_shape_size(shape_of(net, best));
        if (!computes && !smaller) continue;
        best = i;
        computes = false;
    }
    return best;
}

/* --- planning ------------------------------------------------------------------------------------- */

/* In place where the layer can, nobody else reads the input, and backward does not need what is
 * overwritten. */
static void assign_buffers(lince_net *net)
{
    for (size_t i = 0; i < net->count; i++) {
        node *n = &net->nodes[i];
        n->buffer = (int)i;
        if (i == 0 || !n->layer.type->in_place || net->options.keep || n->from[0] == 0) continue;
        const node *input = &net->nodes[n->from[0]];
        bool needed = !net->options.inference && input->layer.type->needs_output;
        if (input->consumers == 1 && !needed) n->buffer = input->buffer;
    }
}

/* The only node that reads node `index`; NULL where there are several or none. */
static node *only_consumer(const lince_net *net, size_t index)
{
    for (size_t i = index + 1; i < net->count && net->nodes[index].consumers == 1; i++)
        for (int k = 0; k < net->nodes[i].inputs; k++)
            if (net->nodes[i].from[k] == (int)index) return &net->nodes[i];
    return NULL;
}

/* A relu that works in place is left to its neighbours where they can: the layer before it rectifies what it
 * writes, and the layer behind it holds back what it writes in backward. Each saves a walk through memory. */
static void fuse_relus(lince_net *net)
{
    for (size_t i = 1; i < net->count; i++) {
        node *n = &net->nodes[i], *before = &net->nodes[n->from[0]], *behind = only_consumer(net, i);
        if (!n->layer.type->is_relu || n->buffer == (int)i) continue;
        if (before->layer.type->rectifies) before->layer.relu = n->forward_done = true;
        if (behind && behind->layer.type->gates && behind->layer.wants_din)
            behind->layer.gate = n->backward_done = true;
    }
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

static void find_lifetimes(const lince_net *net, timeline *t)
{
    int count = (int)net->count, end = t->end;
    for (int i = 0; i < count; i++) {
        const node *n = &net->nodes[i];
        bool training = !net->options.inference && n->learns;
        size_t size = (size_t)net->options.batch * lince_shape_size(n->layer.out) * sizeof(float);
        int backward = 2 * count - 1 - i;
        bool edge = i == 0 || i == count - 1 || net->options.keep;
        live(&t->values[n->buffer], size, i == 0 ? 0 : i, edge ? end : i);
        for (int k = 0; i > 0 && k < n->inputs; k++) {
            int from = net->nodes[n->from[k]].buffer;
            live(&t->values[from], 0, i, training && n->layer.type->needs_input ? backward : i);
        }
        if (i == 0) continue;
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

static int plan_activations(lince_net *net)
{
    size_t count = net->count, total;
    lince_buffer_plan *plans = lince_alloc(3 * count, sizeof *plans);
    if (!plans) return LINCE_ENOMEM;
    timeline t = {plans, plans + count, plans + 2 * count, 2 * (int)count};
    find_lifetimes(net, &t);
    int code = lince_plan_memory(plans, 3 * count, &total);
    if (!code) code = lince_arena_init(&net->activations, total);
    for (size_t i = 0; !code && i < count; i++) {
        node *n = &net->nodes[i];
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

static int gather_params(lince_net *net)
{
    for (size_t i = 1; i < net->count; i++) net->param_count += (size_t)net->nodes[i].layer.param_count;
    net->params = lince_alloc(net->param_count + 1, sizeof *net->params);
    net->grad_memory = lince_alloc(net->param_count + 1, sizeof *net->grad_memory);
    if (!net->params || !net->grad_memory) return LINCE_ENOMEM;
    size_t next = 0, values = 0, grads = 0, origins = 0;
    for (size_t i = 1; i < net->count; i++)
        for (int p = 0; p < net->nodes[i].layer.param_count; p++) {
            lince_param *param = net->params[next++] = &net->nodes[i].layer.params[p];
            values += lince_align(param->size * sizeof(float));
            if (param->trainable) grads += lince_align(grad_capacity(param) * sizeof(float));
            if (param->copies > 1) origins += lince_align(lince_param_elements(param) * sizeof(float));
        }
    LINCE_TRY(lince_arena_init(&net->values, values));
    if (!net->options.inference) LINCE_TRY(lince_arena_init(&net->grads, grads));
    if (!net->options.inference) LINCE_TRY(lince_arena_init(&net->origins, origins));
    for (size_t i = 0; i < net->param_count; i++) {
        lince_param *param = net->params[i];
        param->value = lince_arena_take(&net->values, param->size * sizeof(float));
        if (param->trainable && !net->options.inference)
            param->grad = net->grad_memory[i] =
                lince_arena_take(&net->grads, grad_capacity(param) * sizeof(float));
        if (param->copies > 1 && !net->options.inference)
            param->origin = lince_arena_take(&net->origins, lince_param_elements(param) * sizeof(float));
    }
    return 0;
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

int lince_net_prepare(lince_net *net)
{
    size_t scratch = 0;
    if (net->options.frozen) lince_net_freeze(net, (int)net->count - 1);
    mark_learning(net);
    for (size_t i = 1; i < net->count; i++) {
        lince_layer *l = &net->nodes[i].layer;
        if (l->type->prepare) LINCE_TRY(l->type->prepare(l));
        if (l->scratch > scratch) scratch = l->scratch;
    }
    assign_buffers(net);
    fuse_relus(net);
    LINCE_TRY(gather_params(net));
    LINCE_TRY(plan_activations(net));
    LINCE_TRY(lince_arena_init(&net->scratch, scratch));
    if (net->options.texts)
        LINCE_TRY(lince_packed_init(&net->text, net->options.batch, shape_of(net, 0).height));
    return lince_arena_init(&net->branch, largest_branch(net));
}

void lince_net_init(lince_net *net, uint64_t seed)
{
    for (size_t i = 0; i < net->param_count; i++)
        lince_param_init(net->params[i], lince_key(seed, LINCE_STREAM_INIT, i, 0), net->exec.threads);
}

/* --- running -------------------------------------------------------------------------------------- */

static lince_pass pass_of(const lince_net *net, const node *n)
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
    memset(batch + (size_t)net->n * size, 0, (size_t)(net->options.batch - net->n) * size * sizeof *batch);
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

/* Nodes first + 1 to last. */
static void run_forward(lince_net *net, int first, int last, int n, bool train, const uint64_t *key)
{
    net->n = n;
    net->train = train;
    net->key = key;
    lince_parallel_use(net->exec.threads);
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

/* Floats of this batch in a node's activation. */
static size_t floats(const lince_net *net, const node *n)
{
    size_t channels = (size_t)n->layer.out.channels;
    if (n->layer.out_rows == LINCE_STEPS) return (size_t)net->text.rows * channels;
    if (n->layer.out_rows == LINCE_TOKENS) return (size_t)net->text.distinct * channels;
    return (size_t)net->n * lince_shape_size(n->layer.out);
}

/* Where a node has several consumers, the first to run writes its gradient and the others add to it. */
static void backward_node(lince_net *net, node *n, bool *written)
{
    lince_pass pass = pass_of(net, n);
    for (int k = 0; k < n->inputs; k++) {
        const node *input = &net->nodes[n->from[k]];
        if (!n->layer.wants_din || n->from[k] == 0) continue;
        pass.din[k] = written[n->from[k]] ? (float *)(void *)net->branch.memory : input->grad;
    }
    if (!n->backward_done) n->layer.type->backward(&n->layer, &pass);
    for (int k = 0; k < n->inputs; k++) {
        if (!pass.din[k]) continue;
        float *sum = net->nodes[n->from[k]].grad;
        if (written[n->from[k]])
            lince_accumulate(&net->exec, sum, pass.din[k], floats(net, &net->nodes[n->from[k]]));
        written[n->from[k]] = true;
    }
}

void lince_net_backward(lince_net *net)
{
    bool written[MAX_NODES] = {false};
    size_t last = net->count - 1;
    for (size_t i = last; i >= 1; i--) {
        if (i != last && !written[i]) continue; /* nothing above it is trained through it */
        clear_tail(net, net->nodes[i].grad, &net->nodes[i].layer);
        double start = net->times ? lince_now() : 0;
        backward_node(net, &net->nodes[i], written);
        if (net->times) net->times[i].backward += lince_now() - start;
    }
}

/* --- looking -------------------------------------------------------------------------------------- */

const lince_exec *lince_net_exec(const lince_net *net)
{
    return &net->exec;
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
    return shape_of(net, net->first);
}

const float *lince_net_output(lince_net *net)
{
    return net->nodes[net->count - 1].value;
}

float *lince_net_output_gradient(lince_net *net)
{
    return net->nodes[net->count - 1].grad;
}

int lince_net_classes(const lince_net *net)
{
    return shape_of(net, (int)net->count - 1).channels;
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

void lince_net_read(lince_net *net, size_t index, bool gradient, float *plain)
{
    const node *n = &net->nodes[index];
    const float *memory = gradient ? n->grad : n->value;
    if (n->layer.out_rows)
        lince_unpack(&net->exec, &net->text, memory, n->layer.out_rows == LINCE_TOKENS,
                     (size_t)n->layer.out.channels, plain);
    else
        lince_to_plain(&net->exec, n->layer.out, (size_t)net->n, memory, plain);
}

static bool all_finite(const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

const char *lince_net_not_finite(const lince_net *net)
{
    for (size_t i = 0; i < net->param_count; i++)
        if (net->params[i]->grad && !all_finite(net->params[i]->grad, lince_param_grad_size(net->params[i])))
            return net->params[i]->name;
    const node *last = &net->nodes[net->count - 1];
    return all_finite(last->value, (size_t)net->n * lince_shape_size(last->layer.out)) ? NULL
                                                                                       : last->layer.name;
}
