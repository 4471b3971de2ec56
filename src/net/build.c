/* Layers are added, and which of them learn. */
#include "core/error.h"
#include "core/memory.h"
#include "net/net_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

int lince_net_new(lince_net **result, lince_shape input, const lince_net_options *options)
{
    lince_net *net = *result = lince_alloc(1, sizeof *net);
    if (!net) return LINCE_ENOMEM;
    net->options = *options;
    net->exec = (lince_exec){.device = options->device ? options->device : &lince_host,
                             .threads = options->threads > 0 ? options->threads : 1,
                             .deterministic = options->deterministic,
                             .bf16 = options->bf16,
                             .kept = options->kept,
                             .choosing = &net->choosing};
    const lince_device *device = net->exec.device;
    if (device->check) LINCE_TRY(device->check(device));
    if (!net->options.block) net->options.block = device->block(device);
    net->nodes = lince_alloc(LINCE_NET_NODES, sizeof *net->nodes);
    if (!net->nodes) return LINCE_ENOMEM;
    net->nodes[0].layer.out = input;
    net->nodes[0].layer.out_rows = options->sequences ? LINCE_STEPS : LINCE_SAMPLES;
    net->count = 1;
    return 0;
}

static void release(lince_layer *l)
{
    if (l->type->release) l->type->release(l);
    lince_free(l->own);
}

void lince_net_free(lince_net *net)
{
    if (!net) return;
    for (size_t i = 1; i < net->count; i++) release(&net->nodes[i].layer);
    lince_store_release(&net->values);
    lince_store_release(&net->grads);
    lince_store_release(&net->activations);
    lince_free(net->looks);
    lince_store_release(&net->scratch);
    lince_store_release(&net->branch);
    lince_store_release(&net->origins);
    lince_packed_release(&net->text);
    lince_free(net->nodes);
    lince_free(net->times);
    lince_free(net->params);
    lince_free(net->grad_memory);
    lince_free(net);
}

/* A layer keeps its type's own arguments: zero where the builder said nothing. */
static int copy_own(lince_layer *l, const void *own)
{
    size_t size = l->type->args_size;
    assert(size || !own); /* else the type's row lacks its args_size */
    if (!size) return 0;
    l->own = lince_alloc(1, size);
    if (!l->own) return LINCE_ENOMEM;
    if (own) memcpy(l->own, own, size);
    return 0;
}

/* A size that the builder left out is 0, and so are outputs or parameters. */
static int check_sizes(const lince_layer *l)
{
    bool some = lince_shape_elements(l->out) > 0;
    for (int i = 0; i < l->param_count; i++) some &= lince_param_elements(&l->params[i]) > 0;
    if (some) return 0;
    return lince_fail(LINCE_EUSAGE, "%s: this %s lacks a size: its output would be %dx%dx%d", l->name,
                      l->type->name, l->out.channels, l->out.height, l->out.width);
}

/* What stands behind nodes `from`. */
static void join(const lince_net *net, lince_node *n, const int *from)
{
    lince_layer *l = &n->layer;
    n->inputs = l->type->inputs;
    for (int i = 0; i < n->inputs; i++) {
        n->from[i] = from[i];
        l->in[i] = lince_net_shape(net, from[i]);
        if (from[i] > 0) l->in_copies = net->nodes[from[i]].layer.out_copies;
        assert(l->in_copies == 1 || l->type->takes_copies); /* the model says `fold` where it may not */
        l->in_rows[i] = net->nodes[from[i]].layer.out_rows;
    }
}

static int complete(lince_layer *l, const void *own)
{
    LINCE_TRY(copy_own(l, own));
    LINCE_TRY(l->type->infer(l));
    return check_sizes(l);
}

int lince_net_add(lince_net *net, const lince_layer_args *args)
{
    const lince_layer_type *type = args->type;
    for (int i = 0; i < type->inputs; i++)
        if (args->from[i] < 0) return args->from[i];
    assert(type->inputs == 1 ||
           args->from[0] != args->from[1]); /* backward gives each input its own memory */
    if (net->count == LINCE_NET_NODES)
        return lince_fail(LINCE_EUSAGE, "a network may have at most %d layers", LINCE_NET_NODES - 1);
    lince_node *n = &net->nodes[net->count];
    n->layer = (lince_layer){.type = type,
                             .head = args->head,
                             .batch = net->options.batch,
                             .exec = &net->exec,
                             .block = net->options.block,
                             .inference = net->options.inference,
                             .unfolded = net->options.unfolded,
                             .in_copies = 1,
                             .out_copies = 1,
                             .index = (int)net->count};
    n->listed_before = args->listed_before;
    snprintf(n->layer.name, sizeof n->layer.name, "%s", args->name);
    join(net, n, args->from);
    int code = complete(&n->layer, args->own);
    if (code < 0) {
        release(&n->layer);
        return code;
    }
    for (int i = 0; i < type->inputs; i++) net->nodes[args->from[i]].consumers++;
    return (int)net->count++;
}

void lince_net_leave_out(lince_net *net, const char *prefix)
{
    size_t i = 0;
    while (net->left_out[i]) i++;
    assert(i + 1 < LINCE_NET_LEFT_OUT);
    net->left_out[i] = prefix;
}

bool lince_net_leaves_out(const lince_net *net, const char *name)
{
    for (size_t i = 0; net->left_out[i]; i++)
        if (!strncmp(name, net->left_out[i], strlen(net->left_out[i]))) return true;
    return false;
}

/* --- what is trained ------------------------------------------------------------------------------ */

/* A node learns when it has trainable parameters, or anything below it has. */
void lince_net_mark_learning(lince_net *net)
{
    for (size_t i = 1; i < net->count; i++) {
        lince_node *n = &net->nodes[i];
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
    lince_net_mark_learning(net);
    for (size_t i = 0; i < net->param_count; i++) {
        lince_param *p = net->params[i];
        assert(!p->trainable || !net->grad_memory || net->grad_memory[i]);
        p->grad = p->trainable && net->grad_memory ? net->grad_memory[i] : NULL;
    }
}

/* The same for every batch, whatever else is trained: nothing of it learns, and nothing is random. */
static bool is_fixed(const lince_node *n)
{
    const lince_layer *l = &n->layer;
    return !n->learns && (l->frozen || !l->param_count) && !l->random;
}

int lince_net_fixed(const lince_net *net)
{
    int best = 0, reach = 0; /* reach: the last consumer of any node before i */
    int last_use[LINCE_NET_NODES] = {0};
    for (int i = 1; i < (int)net->count; i++)
        for (int k = 0; k < net->nodes[i].inputs; k++) last_use[net->nodes[i].from[k]] = i;
    bool computes = false; /* a layer with parameters stands behind the best one */
    for (int i = 1; i < (int)net->count && is_fixed(&net->nodes[i]); i++) {
        const lince_layer *l = &net->nodes[i].layer;
        if (last_use[i - 1] > reach) reach = last_use[i - 1];
        computes |= l->param_count > 0;
        bool rows = l->out_rows == LINCE_SAMPLES && net->nodes[i].pitch == lince_shape_size(l->out);
        if (reach > i || !rows) continue; /* something passes it by, or it has no rows to keep */
        bool smaller = best && lince_shape_size(l->out) <= lince_shape_size(lince_net_shape(net, best));
        if (!computes && !smaller) continue;
        best = i;
        computes = false;
    }
    return best;
}
