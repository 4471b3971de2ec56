/* Concatenations that grow in place, and what norms know of them.
 *
 * Where a concatenation's first part is one as well (DenseNet's blocks, Inception's branches), it would be moved again as a
 * whole for each part that is appended: L parts cost L^2 / 2 moves and as much memory. Instead all of them lie in the memory of
 * the largest, each the beginning of every sample, with `pitch` floats from one to the next, and a part is moved once. So is its
 * gradient, to which the readers of each of them add.
 *
 * A channel's mean and variance over the batch do not depend on what is appended to it: a norm takes them from the norm that
 * read the beginning before it. (Shared memory for DenseNet's maps: Pleiss et al. 2017, "Memory-efficient implementation of
 * DenseNets".) */
#include "net/net_internal.h"

static bool reads(const lince_node *n, int index)
{
    return n->from[0] == index || (n->inputs > 1 && n->from[1] == index);
}

/* Whether all who read node `index` can do so where it is the beginning of node `whole`, which is their last, so that its
 * backward is the first to write the gradient, and the others add. */
static bool readers_agree(const lince_net *net, int index, int whole)
{
    for (int i = index + 1; i < (int)net->count; i++) {
        const lince_node *n = &net->nodes[i];
        if (i == whole || !reads(n, index)) continue;
        if (i > whole || !n->layer.type->pitched || n->inputs != 1 || !n->layer.accumulates) return false;
    }
    return true;
}

bool lince_net_grows(const lince_net *net, int index)
{
    const lince_node *n = &net->nodes[index];
    if (!n->layer.type->appends || net->options.keep || n->from[1] == n->from[0] || n->from[0] == 0)
        return false;
    const lince_layer *part = &net->nodes[n->from[0]].layer;
    bool apart = index == net->slice_end || n->from[0] == net->slice_end; /* of other numbers of samples */
    return part->type->appends && part->out.channels % part->out.block == 0 && !apart &&
           readers_agree(net, n->from[0], index);
}

void lince_net_set_pitches(lince_net *net)
{
    for (int i = (int)net->count - 1; i >= 0; i--) {
        lince_node *n = &net->nodes[i];
        if (!n->pitch) n->pitch = lince_shape_size(n->layer.out);
        if (n->buffer != i && n->layer.type->appends) net->nodes[n->from[0]].pitch = n->pitch;
    }
}

/* The norm before node `index` that reads what its input begins with, or 0. */
static int norm_of_beginning(const lince_net *net, int index)
{
    const lince_node *norm = &net->nodes[index];
    for (int map = norm->from[0]; map && net->nodes[map].layer.type->appends;) {
        map = net->nodes[map].from[0];
        for (int i = index - 1; i > map; i--)
            if (net->nodes[i].layer.type == norm->layer.type && net->nodes[i].from[0] == map) return i;
    }
    return 0;
}

void lince_net_acquaint(lince_net *net)
{
    for (int i = 1; i < (int)net->count; i++)
        if (net->nodes[i].layer.type->look) net->nodes[i].knows = norm_of_beginning(net, i);
}
