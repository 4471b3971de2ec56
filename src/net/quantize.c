#include "net/quantize.h"
#include "core/error.h"
#include "core/memory.h"
#include "layers/bytes.h"
#include "layers/conv2d.h"
#include "layers/linear.h"
#include "net/net_internal.h"

#include <stdio.h>
#include <string.h>

/* A convolution and what is computed with it. */
typedef struct chain {
    int conv, norm, other; /* 0: none */
    int last;
    bool rectified;
} chain;

/* The new net while it is built. */
typedef struct building {
    const lince_net *old;
    const char *floats;
    lince_quantized *q;
    int as_floats[LINCE_NET_NODES], as_bytes[LINCE_NET_NODES]; /* [old node] the new one; -1: none yet */
    int scale[LINCE_NET_NODES]; /* [old node] of its bytes: place in q->scales */
    int chain_at
        [LINCE_NET_NODES]; /* [old node] the chain that ends there, plus 1; -1: it is part of one; 0: neither */
    chain chains[LINCE_NET_NODES];
    int chain_count;
} building;

/* --- what belongs together ------------------------------------------------------------------------- */

static const lince_layer *old_layer(const building *b, int node)
{
    return &b->old->nodes[node].layer;
}

static bool is(const building *b, int node, const lince_layer_type *type)
{
    return node > 0 && old_layer(b, node)->type == type;
}

/* Of no effect but in training. */
static bool passes_on(const building *b, int node)
{
    return is(b, node, &lince_dropout_layer) || is(b, node, &lince_stochastic_depth_layer);
}

static bool rectifies(const building *b, int node)
{
    return is(b, node, &lince_relu_layer) || is(b, node, &lince_relu6_layer);
}

/* The only node that reads `node`, or 0. */
static int reader(const building *b, int node)
{
    if (b->old->nodes[node].consumers != 1) return 0;
    for (int i = node + 1; i < (int)b->old->count; i++)
        for (int k = 0; k < b->old->nodes[i].inputs; k++)
            if (b->old->nodes[i].from[k] == node) return i;
    return 0;
}

static bool named(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = names; (at = strstr(at, name)); at += length)
        if ((at == names || at[-1] == ' ') && (at[length] == ' ' || !at[length])) return true;
    return false;
}

static lince_conv geometry(const lince_layer *l)
{
    const lince_conv2d_layer_args *a = l->own;
    return (lince_conv){.in = l->in[0],
                        .out = l->out,
                        .kernel = {a->window.kernel[0], a->window.kernel[1]},
                        .stride = {a->window.stride[0], a->window.stride[1]},
                        .padding = {a->window.padding[0], a->window.padding[1]},
                        .groups = a->groups};
}

static bool in_bytes(const building *b, int node)
{
    const lince_layer *l = old_layer(b, node);
    if (!is(b, node, &lince_conv2d_layer) || named(b->floats, l->name)) return false;
    lince_conv conv = geometry(l);
    return lince_conv_int8_supported(&conv);
}

/* A linear layer that reads copies cannot be written as floats by a net for inference: it is always of bytes. */
static bool linear_in_bytes(const building *b, int node)
{
    const lince_layer *l = old_layer(b, node);
    if (!is(b, node, &lince_linear_layer) || l->in_rows[0] != LINCE_SAMPLES) return false;
    lince_conv conv = {.in = l->in[0], .out = l->out, .kernel = {1, 1}, .groups = 1};
    return lince_conv_int8_supported(&conv) && (l->in_copies > 1 || !named(b->floats, l->name));
}

/* With a sum whose other input is there by then, as nodes are in topological order. */
static void take_sum(const building *b, chain *c)
{
    int before = c->last, sum;
    while (passes_on(b, sum = reader(b, before))) before = sum;
    if (!is(b, sum, &lince_add_layer) || b->chain_at[sum]) return;
    const int *from = b->old->nodes[sum].from;
    c->other = from[0] == before ? from[1] : from[0];
    c->last = sum;
}

static chain chain_from(const building *b, int conv)
{
    chain c = {.conv = conv, .last = conv};
    int next = reader(b, conv);
    if (is(b, next, &lince_batch_norm2d_layer)) c.norm = c.last = next;
    take_sum(b, &c);
    next = reader(b, c.last);
    c.rectified = rectifies(b, next);
    if (c.rectified) c.last = next;
    return c;
}

static void find_chains(building *b)
{
    for (int i = 1; i < (int)b->old->count; i++) {
        if (!in_bytes(b, i)) continue;
        chain c = chain_from(b, i);
        b->chains[b->chain_count++] = c;
        for (int node = i; node != c.last; node = reader(b, node)) b->chain_at[node] = -1;
        b->chain_at[c.last] = b->chain_count;
    }
}

/* --- building ---------------------------------------------------------------------------------------- */

/* Old nodes that pass on what they read stand for it. */
static int source_of(const building *b, int node)
{
    while (passes_on(b, node)) node = b->old->nodes[node].from[0];
    return node;
}

static int add_scale(building *b, int node, int of, bool rectified)
{
    lince_quantized *q = b->q;
    q->scales[q->scale_count] = (lince_quantized_scale){node, of, (int)q->scale_count, rectified};
    return (int)q->scale_count++;
}

static const lince_layer *says(const building *b, int old)
{
    return &b->q->net->nodes[b->q->scales[b->scale[old]].node].layer;
}

static int add(building *b, lince_layer_args args, const char *name, const char *suffix)
{
    char full[2 * LINCE_NAME_MAX];
    snprintf(full, sizeof full, "%s%s", name, suffix);
    args.name = full;
    return lince_net_add(b->q->net, &args);
}

/* The bytes of an old node; where they are not there yet, the layer that makes them is called `name` with `suffix`. Negative: a failure. */
static int bytes_of(building *b, int node, const char *name, const char *suffix)
{
    node = source_of(b, node);
    if (b->as_bytes[node] >= 0) return b->as_bytes[node];
    lince_layer_args args = {.type = &lince_quantize_layer, .from = {b->as_floats[node]}};
    int made = add(b, args, name, suffix);
    if (made < 0) return made;
    b->scale[node] = add_scale(b, made, node, rectifies(b, node));
    return b->as_bytes[node] = made;
}

static int floats_of(building *b, int node)
{
    node = source_of(b, node);
    if (b->as_floats[node] >= 0) return b->as_floats[node];
    lince_dequantize_layer_args own = {.of = says(b, node)};
    lince_layer_args args = {.type = &lince_dequantize_layer, .own = &own, .from = {b->as_bytes[node]}};
    return b->as_floats[node] = add(b, args, says(b, node)->name, ".floats");
}

static int add_chain(building *b, const chain *c)
{
    const lince_layer *l = old_layer(b, c->conv);
    const lince_conv2d_layer_args *a = l->own;
    int from = b->old->nodes[c->conv].from[0], x = bytes_of(b, from, l->name, ".input"),
        other = c->other && x >= 0 ? bytes_of(b, c->other, l->name, ".other") : 0;
    if (x < 0 || other < 0) return x < 0 ? x : other;
    lince_conv2d_int8_layer_args own = {.channels = a->channels,
                                        .window = a->window,
                                        .groups = a->groups,
                                        .of = says(b, source_of(b, from)),
                                        .other = c->other ? says(b, source_of(b, c->other)) : NULL};
    lince_layer_args args = {.type = c->other ? &lince_conv2d_add_int8_layer : &lince_conv2d_int8_layer,
                             .own = &own,
                             .from = {x, other},
                             .head = l->head};
    int made = add(b, args, l->name, "");
    if (made < 0) return made;
    lince_quantized_part *part = &b->q->parts[b->q->part_count++];
    *part = (lince_quantized_part){.node = made, .layer = c->conv, .norm = c->norm};
    for (int i = c->conv; part->count < LINCE_QUANTIZED_CHAIN; i = reader(b, i)) {
        part->stands_for[part->count++] = i;
        if (i == c->last) break;
    }
    b->scale[c->last] = add_scale(b, made, c->last, c->rectified);
    return b->as_bytes[c->last] = made;
}

static int add_linear(building *b, int node)
{
    const lince_layer *l = old_layer(b, node);
    int from = b->old->nodes[node].from[0], x = bytes_of(b, from, l->name, ".input");
    if (x < 0) return x;
    lince_linear_int8_layer_args own = {.outputs = l->out.channels, .of = says(b, source_of(b, from))};
    lince_layer_args args = {.type = &lince_linear_int8_layer, .own = &own, .from = {x}, .head = l->head};
    int made = add(b, args, l->name, "");
    if (made < 0) return made;
    b->q->parts[b->q->part_count++] =
        (lince_quantized_part){.node = made, .layer = node, .stands_for = {node}, .count = 1};
    return b->as_floats[node] = made;
}

/* Takes bytes as they are, of which those of two inputs must stand for the same. */
static int add_of_bytes(building *b, int node, const lince_layer_type *type)
{
    const lince_node *n = &b->old->nodes[node];
    lince_layer_args args = {.type = type, .own = n->layer.own};
    for (int k = 0; k < n->inputs; k++) args.from[k] = b->as_bytes[source_of(b, n->from[k])];
    int made = add(b, args, n->layer.name, "");
    b->scale[node] = b->scale[source_of(b, n->from[0])];
    if (n->inputs < 2 || made < 0) return b->as_bytes[node] = made;
    int group = b->q->scales[b->scale[node]].group,
        theirs = b->q->scales[b->scale[source_of(b, n->from[1])]].group;
    for (size_t i = 0; i < b->q->scale_count; i++)
        if (b->q->scales[i].group == theirs) b->q->scales[i].group = group;
    return b->as_bytes[node] = made;
}

static bool has_bytes(const building *b, int node)
{
    bool all = true;
    for (int k = 0; k < b->old->nodes[node].inputs; k++)
        all &= b->as_bytes[source_of(b, b->old->nodes[node].from[k])] >= 0;
    return all;
}

/* What lies behind a pixel's last channel is zero, which a table need not leave as it is. */
static bool has_table(const building *b, int node)
{
    const lince_layer *l = old_layer(b, node);
    return l->type->activation && l->out.channels % 4 == 0 && has_bytes(b, node);
}

static int add_table(building *b, int node)
{
    const lince_node *n = &b->old->nodes[node];
    int from = source_of(b, n->from[0]);
    lince_activation_int8_layer_args own = {.of = says(b, from), .type = n->layer.type};
    lince_layer_args args = {.type = &lince_activation_int8_layer,
                             .own = &own,
                             .from = {b->as_bytes[from]},
                             .head = n->layer.head};
    int made = add(b, args, n->layer.name, "");
    if (made < 0) return made;
    b->scale[node] = add_scale(b, made, node, rectifies(b, node));
    return b->as_bytes[node] = made;
}

static int add_of_floats(building *b, int node)
{
    const lince_node *n = &b->old->nodes[node];
    lince_layer_args args = {.type = n->layer.type, .own = n->layer.own, .head = n->layer.head};
    for (int k = 0; k < n->inputs; k++)
        if ((args.from[k] = floats_of(b, n->from[k])) < 0) return args.from[k];
    return b->as_floats[node] = add(b, args, n->layer.name, "");
}

/* Behind a relu the least byte stands for 0, which is what rectifies: bytes of which some are and some are not cannot have one
 * scale. */
static bool may_share_a_scale(const building *b, int node)
{
    const int *from = b->old->nodes[node].from;
    const lince_quantized_scale *scales = b->q->scales;
    return scales[b->scale[source_of(b, from[0])]].rectified ==
           scales[b->scale[source_of(b, from[1])]].rectified;
}

static int add_node(building *b, int node)
{
    int at = b->chain_at[node];
    if (at) return at > 0 ? add_chain(b, &b->chains[at - 1]) : 0;
    if (passes_on(b, node)) return 0;
    if (linear_in_bytes(b, node)) return add_linear(b, node);
    if (is(b, node, &lince_max_pool2d_layer) && has_bytes(b, node))
        return add_of_bytes(b, node, &lince_max_pool2d_int8_layer);
    if (is(b, node, &lince_concat_layer) && has_bytes(b, node) && may_share_a_scale(b, node))
        return add_of_bytes(b, node, &lince_concat_int8_layer);
    return has_table(b, node) ? add_table(b, node) : add_of_floats(b, node);
}

static int build(building *b)
{
    const lince_net *old = b->old;
    memset(b->as_floats, -1, sizeof b->as_floats);
    memset(b->as_bytes, -1, sizeof b->as_bytes);
    b->as_floats[0] = 0;
    find_chains(b);
    lince_net_options options = old->options;
    options.keep = false;
    LINCE_TRY(lince_net_new(&b->q->net, lince_net_shape(old, 0), &options));
    for (int i = 1; i < (int)old->count; i++) {
        int made = add_node(b, i);
        if (made < 0) return made;
    }
    int last = floats_of(b, (int)old->count - 1);
    if (last < 0) return last;
    if (b->q->part_count) return 0;
    return lince_fail(LINCE_EUNSUPPORTED, "the network has no layer that is computed in 8 bits");
}

int lince_net_quantize(const lince_net *net, const char *floats, lince_quantized *q)
{
    *q = (lince_quantized){0};
    if (net->options.sequences)
        return lince_fail(LINCE_EUNSUPPORTED, "networks that read sequences are not computed in 8 bits");
    building *b = lince_alloc(1, sizeof *b);
    q->scales = lince_alloc(2 * net->count, sizeof *q->scales);
    q->parts = lince_alloc(net->count, sizeof *q->parts);
    int code = b && q->scales && q->parts ? 0 : LINCE_ENOMEM;
    if (!code) {
        b->old = net;
        b->floats = floats;
        b->q = q;
        code = build(b);
    }
    lince_free(b);
    return code;
}

void lince_quantized_release(lince_quantized *q)
{
    lince_net_free(q->net);
    lince_free(q->scales);
    lince_free(q->parts);
    *q = (lince_quantized){0};
}
