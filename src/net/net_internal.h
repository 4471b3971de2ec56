/* A net's inside, for the files of net/: build.c adds layers, prepare.c plans and allocates, run.c computes,
 * look.c tells what there is. */
#ifndef LINCE_NET_NET_INTERNAL_H
#define LINCE_NET_NET_INTERNAL_H

#include "net/net.h"

enum { LINCE_NET_NODES = 1024, LINCE_NET_LEFT_OUT = 4 };

/* What a node does outside of training for those behind it (fuse.c). Nodes; 0: none. */
typedef struct lince_tail {
    int end; /* whose value it writes */
    int norm, addend;
    lince_activation activation;
} lince_tail;

typedef struct lince_node {
    lince_layer layer; /* unused for node 0 */
    int from[LINCE_LAYER_INPUTS], inputs;
    int consumers;
    int listed_before; /* lince_layer_args.listed_before */
    int buffer;        /* node whose memory it uses: itself, or the one it works in place of */
    size_t pitch;      /* floats from a sample's values to the next one's (grow.c) */
    int knows;         /* a norm: the one before whose saved moments are its first ones; 0: none */
    bool learns;       /* it, or something below it, is trained: backward reaches it */
    bool forward_done, backward_done; /* by the node before, by the node behind */
    bool gates_sum;                   /* it holds back its input's whole gradient, which it cannot add to */
    lince_tail tail;                  /* end 0: nobody's work but its own */
    int head;                         /* the node in whose tail it is; 0: in none */
    float *value, *grad;
    void *saved;
} lince_node;

struct lince_net {
    lince_net_options options;
    lince_exec exec;
    lince_choosing choosing; /* of its kernels */
    lince_node *nodes;
    size_t count;
    lince_param **params;
    float **grad_memory; /* [param] what was planned for its gradient; NULL: none */
    size_t param_count;
    const char *left_out[LINCE_NET_LEFT_OUT]; /* NULL behind the last */
    lince_store values, grads, activations, scratch;
    lince_store branch;  /* a second consumer's gradient, until it is added to the first's */
    lince_store origins; /* the host's */
    lince_packed text;   /* of nets over tokens; batch 0 in others */
    int turn;            /* the pass that nodes' memory is that of, of those side by side */
    size_t stride;       /* bytes from one's to the next */
    double *
        looks; /* [passes, at least 1][2][most sums of a layer] what each pass shows of itself, and what is added up */
    size_t most_sums; /* 0: nobody looks */
    int first;        /* node that forward starts behind: 0, or where lince_net_begin said */
    int slice_end,
        slice; /* the nodes up to it are computed for so many samples at a time; 0: for all (slice.c) */
    int n;     /* of the last forward */
    bool train;
    float momentum;
    const uint64_t *key;
    lince_net_time *times; /* [count]; NULL: nobody wants to know */
};

static inline lince_shape lince_net_shape(const lince_net *net, int node)
{
    return net->nodes[node].layer.out;
}

/* build.c: which nodes learn, by what their layers' parameters say. */
void lince_net_mark_learning(lince_net *net);

/* slice.c: which nodes are computed for less than the batch; before layers prepare. */
void lince_net_slice(lince_net *net);

/* Bytes of a sample's values. */
size_t lince_net_sample(lince_shape shape, lince_rows rows);

/* Samples that a node's value holds. */
static inline size_t lince_net_samples(const lince_net *net, int node)
{
    return (size_t)(node == 0 || node >= net->slice_end ? net->options.batch : net->slice);
}

/* fuse.c: who does what for whom, once buffers are assigned; and, once layers have chosen their kernels, who does not. */
void lince_net_fuse(lince_net *net);
void lince_net_unfuse(lince_net *net);

/* grow.c: whether a node, a concatenation, lies in the memory of its first part; once that is decided, how far samples are
 * apart; and which norms know what of others. */
bool lince_net_grows(const lince_net *net, int node);
void lince_net_set_pitches(lince_net *net);
void lince_net_acquaint(lince_net *net);

/* run.c: floats of this batch in a node's activation. */
size_t lince_net_floats(const lince_net *net, const lince_node *node);

#endif
