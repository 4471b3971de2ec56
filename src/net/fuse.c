/* Which nodes are done by their neighbours, so that what they do costs no walk through memory. */
#include "net/net_internal.h"

/* The only node that reads node `index`, or 0. */
static int only_consumer(const lince_net *net, int index)
{
    for (int i = index + 1; i < (int)net->count && net->nodes[index].consumers == 1; i++)
        for (int k = 0; k < net->nodes[i].inputs; k++)
            if (net->nodes[i].from[k] == index) return i;
    return 0;
}

/* The first node that reads node `index`, whose backward is the last of its readers', or 0. */
static int first_consumer(const lince_net *net, int index)
{
    for (int i = index + 1; i < (int)net->count; i++)
        for (int k = 0; k < net->nodes[i].inputs; k++)
            if (net->nodes[i].from[k] == index) return i;
    return 0;
}

/* A relu that works in place is left to its neighbours where they can: the layer before it rectifies what it
 * writes, and the layer behind it, of several the one that adds to the others' gradient last, holds back what it writes in
 * backward. */
static void fuse_relu(lince_net *net, int index)
{
    lince_node *n = &net->nodes[index], *before = &net->nodes[n->from[0]];
    int behind = first_consumer(net, index);
    if (n->layer.type->activation != LINCE_RELU || n->buffer == index) return;
    if (before->layer.type->rectifies) before->layer.relu = n->forward_done = true;
    if (!behind || !net->nodes[behind].layer.type->gates || !net->nodes[behind].layer.wants_din) return;
    bool leads_on = net->nodes[behind].consumers > 0 || behind == (int)net->count - 1;
    if (n->consumers > 1 && (net->nodes[behind].inputs > 1 || !leads_on)) return;
    net->nodes[behind].layer.gate = n->backward_done = true;
}

/* --- outside of training ---------------------------------------------------------------------------------- */

/* What a layer rectifies of its own accord. */
static void rectify(lince_tail *tail, const lince_node *n)
{
    if (n->layer.relu) tail->activation = LINCE_RELU;
}

/* Whether padding channels, where there are any, stay zero without help. */
static bool keeps_padding(const lince_layer *l)
{
    return lince_activation_keeps_zero(l->type->activation) || l->out.channels % l->out.block == 0;
}

/* Whether node `next`, which alone reads what node `last` writes, can be done with what is there of `tail`: it is, then. */
static bool take(const lince_net *net, lince_tail *tail, int head, int last, int next)
{
    const lince_node *n = &net->nodes[next];
    const lince_layer_type *type = n->layer.type;
    bool linear = tail->activation == LINCE_LINEAR;
    if (n->forward_done || type->idle) return true;
    if (type->activation && linear && keeps_padding(&n->layer)) {
        tail->activation = type->activation;
        return true;
    }
    if (type->affine && linear && !tail->norm && !tail->addend) {
        tail->norm = next;
        rectify(tail, n);
        return true;
    }
    int other = n->from[0] == last ? n->from[1] : n->from[0];
    if (!type->adds || !linear || tail->addend || other == 0 || other >= head) return false;
    tail->addend = other;
    rectify(tail, n);
    return true;
}

/* A norm, a shortcut, an activation behind a layer that finishes are done by it: it writes what the last of them would. */
static void fuse_tail(lince_net *net, int head)
{
    lince_tail tail = {.end = head};
    rectify(&tail, &net->nodes[head]);
    for (int next; (next = only_consumer(net, tail.end)) && take(net, &tail, head, tail.end, next);)
        tail.end = next;
    if (tail.end == head) return;
    for (int i = only_consumer(net, head); i; i = i == tail.end ? 0 : only_consumer(net, i))
        net->nodes[i].head = head;
    net->nodes[head].tail = tail;
}

void lince_net_fuse(lince_net *net)
{
    for (int i = 1; i < (int)net->count; i++) fuse_relu(net, i);
    for (int i = 1; i < (int)net->count && !net->options.keep; i++)
        if (net->nodes[i].layer.type->finishes && !net->nodes[i].head) fuse_tail(net, i);
}

/* A node that does not add to its input's gradient cannot hold back the sum on the way. */
static void unfuse_gate(lince_net *net, int index)
{
    lince_node *n = &net->nodes[index];
    if (!n->layer.gate || n->layer.accumulates || net->nodes[n->from[0]].consumers == 1) return;
    n->layer.gate = false;
    n->gates_sum = true;
}

void lince_net_unfuse(lince_net *net)
{
    for (int i = 1; i < (int)net->count; i++) unfuse_gate(net, i);
    for (int i = 1; i < (int)net->count; i++)
        if (net->nodes[i].head && !net->nodes[net->nodes[i].head].layer.finishes) net->nodes[i].head = 0;
    for (int i = 1; i < (int)net->count; i++)
        if (!net->nodes[i].layer.finishes) net->nodes[i].tail = (lince_tail){0};
}
