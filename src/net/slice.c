/* How many samples are computed at a time in a net for inference.
 *
 * Layers near the input have large maps and few weights: layer after layer over a whole batch, each would write what the
 * caches cannot hold, and the next read it from memory. So what lies up to a node is computed for a slice of the batch, then
 * for the next, while its maps are in the second-level cache; the layers behind it, whose weights are larger than their maps,
 * are computed for the whole batch, so that their weights are read once. */
#include "core/cpu.h"
#include "net/net_internal.h"

/* What a sample's maps take while the node is computed, and what its weights take. */
static size_t maps_of(const lince_node *n)
{
    size_t bytes = lince_net_sample(n->layer.out, n->layer.out_rows);
    for (int k = 0; k < n->inputs; k++) bytes += lince_net_sample(n->layer.in[k], n->layer.in_rows[k]);
    return bytes;
}

static size_t weights_of(const lince_node *n)
{
    size_t floats = 0;
    for (int p = 0; p < n->layer.param_count; p++) floats += n->layer.params[p].size;
    return floats * sizeof(float);
}

/* The last node that reads this one. */
static int last_use(const lince_net *net, int node)
{
    for (int i = (int)net->count - 1; i > node; i--)
        for (int k = 0; k < net->nodes[i].inputs; k++)
            if (net->nodes[i].from[k] == node) return i;
    return node;
}

/* Whether a layer in front of it may do the node's work (fuse.c): a slice does not end between the two. */
static bool belongs_to_the_one_before(const lince_layer_type *t)
{
    return t->activation || t->affine || t->idle || t->adds;
}

static bool is_of_samples(const lince_layer *l)
{
    return l->out_rows == LINCE_SAMPLES || l->out_rows == LINCE_BYTES;
}

/* The node up to which most is saved: the maps that need not come from memory, less the weights that are read for each slice.
 * Behind it nothing before it is read. */
static int choose_end(const lince_net *net)
{
    int end = 0, used = 0;
    double saved = 0, most = 0;
    for (int i = 1; i + 1 < (int)net->count && is_of_samples(&net->nodes[i].layer); i++) {
        saved += (double)maps_of(&net->nodes[i]) - (double)weights_of(&net->nodes[i]);
        bool cut = used <= i && !belongs_to_the_one_before(net->nodes[i + 1].layer.type);
        if (cut && saved > most) end = i, most = saved;
        int use = last_use(net, i);
        if (use > used) used = use;
    }
    return end;
}

void lince_net_slice(lince_net *net)
{
    size_t batch = (size_t)net->options.batch, cache = lince_cpu_cache(2), largest = 1;
    if (!net->options.inference || net->options.keep || net->options.sequences) return;
    int end = choose_end(net);
    for (int i = 1; i <= end; i++)
        if (maps_of(&net->nodes[i]) > largest) largest = maps_of(&net->nodes[i]);
    size_t each = cache / largest, slice = (size_t)net->exec.threads * (each ? each : 1);
    if (net->options.slice > 0) slice = (size_t)net->options.slice;
    if (!end || slice >= batch) return;
    while (batch % slice) slice--;
    net->slice_end = end, net->slice = (int)slice;
    for (int i = 1; i <= end; i++) net->nodes[i].layer.batch = net->slice;
}
