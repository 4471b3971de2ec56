/* A network: layers in topological order, built once, planned once, run many times.
 *
 *     lince_net *net = NULL;
 *     lince_net_new(&net, input, options)
 *     lince_layer_args conv = LINCE_LAYER(conv2d, .channels = 64, .kernel = 3);
 *     x = lince_net_add(net, &conv);     and so on
 *     lince_net_prepare(net);            all allocation happens here
 *     lince_net_forward(net, ...); lince_net_backward(net); */
#ifndef LINCE_NET_NET_H
#define LINCE_NET_NET_H

#include "layers/layer.h"
#include "net/param.h"

typedef struct lince_net_options {
    int batch;   /* samples of a pass that memory is planned for */
    int passes;  /* that are side by side (lince_net_forward_together); 0: one */
    int threads; /* 0: one */
    int slice;   /* for inference, samples computed at a time where that pays; 0: as caches allow (slice.c) */
    bool inference;     /* no gradients: less memory, no backward */
    bool frozen;        /* no parameter gets a gradient, activations do */
    bool keep;          /* every activation and gradient stays readable (lince_net_read): for figures */
    bool deterministic; /* the same bits on any number of threads, at whatever cost */
    bool bf16;          /* convolutions multiply numbers rounded to bfloat16 (kernels/conv.h) */
    bool unfolded;      /* equal features are computed and trained each by itself, as PyTorch does */
    int block;          /* channels in a block; 0: what the device prefers */
    bool sequences;     /* the input is tokens: its shape {1, T, 1, 1}, at most T each */
    bool read_padding;  /* <pad> is read like a word, up to T */
    const lince_device *device; /* NULL: the host */
    struct lince_kept *kept; /* the rows that a run computes with, looked up and added to; NULL: none are */
} lince_net_options;

typedef struct lince_net lince_net;

/* `input`: of one sample, plain (block 1). */
int lince_net_new(lince_net **net, lince_shape input, const lince_net_options *options);
void lince_net_free(lince_net *net);

/* Where it runs, and how: for whoever computes on its memory. */
const lince_exec *lince_net_exec(const lince_net *net);

/* What choosing its kernels took. */
const lince_choosing *lince_net_choosing(const lince_net *net);

/* Adds a layer behind nodes args->from; the node's number, or negative. Node 0 is the input; two inputs are
 * two nodes. A negative `from`, the error of an earlier addition, is handed on. */
int lince_net_add(lince_net *net, const lince_layer_args *args);

/* Files may hold tensors whose names begin so (a string that stays), which the net does without: of classifiers that only
 * helped to train. */
void lince_net_leave_out(lince_net *net, const char *prefix);
bool lince_net_leaves_out(const lince_net *net, const char *name);

/* Freezes the layers up to and including node `last`, and no others: they keep their parameters and
 * statistics. Before prepare it also saves the memory of their gradients, so that afterwards at least as many
 * must stay frozen. */
void lince_net_freeze(lince_net *net, int last);

/* Plans and allocates, and then chooses kernels; weights are zero until lince_net_init or loading. LINCE_ENOMEM, also where a net
 * that is to be trained needs more memory than is free: it would end in the first steps. */
int lince_net_prepare(lince_net *net);

/* Initial weights, a function of (seed, parameter's place) only. LINCE_ENOMEM. */
int lince_net_init(lince_net *net, uint64_t seed);

size_t lince_net_nodes(const lince_net *net);              /* the input included */
lince_layer *lince_net_layer(lince_net *net, size_t node); /* node >= 1 */
size_t lince_net_params(const lince_net *net);
lince_param *lince_net_param(const lince_net *net, size_t index);
lince_param *lince_net_param_named(const lince_net *net, const char *name); /* NULL: none */

/* Memory of the first and the last node, which is the device's. */
float *lince_net_input(lince_net *net); /* [batch][lince_net_input_shape] */
lince_shape lince_net_input_shape(const lince_net *net);
const float *lince_net_output(const lince_net *net); /* [batch][classes] */
float *lince_net_output_gradient(lince_net *net);    /* likewise: to be filled before backward */
int lince_net_classes(const lince_net *net);

/* From and to the host's: n samples before a forward of n; afterwards the outputs of its samples, and what the
 * loss's gradient by them is. */
void lince_net_feed(lince_net *net, int n, const float *x);
void lince_net_scores(const lince_net *net, float *scores);
void lince_net_feed_gradient(lince_net *net, const float *gradient);

/* What a net reads of a batch: numbers in the shape of its input, or sequences of tokens. */
typedef struct lince_input {
    const float *x; /* [n][input shape]; NULL: tokens are all there is */
    const int32_t *
        token; /* [n][steps], <pad> = 0 behind each one's end; of frames (layers/frames.c) their numbers in x */
    const int32_t *length; /* [n] tokens of each, at least 1 */
    int steps;             /* of the longest */
} lince_input;

/* The texts of the next pass, instead of lince_net_input: token [n][steps], length [n], each in 1..T. Packs
 * them, so that both may be gone afterwards. `n` must be that of the forward. */
void lince_net_set_tokens(lince_net *net, int n, const int32_t *token, const int32_t *length, int steps);
const lince_packed *lince_net_text(const lince_net *net); /* as packed; NULL where the input is no text */

/* The share that a batch has in batch norms' running statistics; 0, as it begins: each layer's own. */
void lince_net_set_momentum(lince_net *net, float momentum);

void lince_net_forward(lince_net *net, int n, bool train, const uint64_t *key);
void lince_net_backward(lince_net *net); /* of the last forward */

/* The same; after each node, from the last one to the first, `done` is told that the gradients of its layer's parameters
 * are there. */
void lince_net_backward_telling(lince_net *net, void (*done)(void *context, size_t node), void *context);

/* A batch in several passes side by side, layer by layer, so that layers that look at the whole batch (layer.h) see all of it. `sum` adds up
 * `count` numbers a pass that lie behind each other, those of other members' as well; the first becomes the whole sum, which needs room
 * also where there is no pass. */
typedef struct lince_net_together {
    int passes;
    const int *n;               /* [passes] samples; 0: of none nothing is computed */
    const uint64_t *const *key; /* [passes] */
    const double *weight; /* [passes] that the losses, which each are a mean, count with in the gradient */
    int (*sum)(void *context, double *sums, size_t count);
    void *context;
} lince_net_together;

/* The pass that input, output and their gradients are those of from now on. */
void lince_net_turn(lince_net *net, int pass);

/* Negative where a sum fails. `done` is told of each pass after each node. */
int lince_net_forward_together(lince_net *net, const lince_net_together *together);
int lince_net_backward_together(lince_net *net, const lince_net_together *together,
                                void (*done)(void *context, int pass, size_t node), void *context);

/* Seconds that a node's layer took in training passes, all together. */
typedef struct lince_net_time {
    double forward, backward;
} lince_net_time;

/* Seconds of processor time that a node's layer takes in a forward pass without training, the least of some; after one, of a net on
 * one thread. What the layer before it does is counted there. */
double lince_net_time_node(lince_net *net, size_t node);

/* Measures from now on. LINCE_ENOMEM. */
int lince_net_measure(lince_net *net);
const lince_net_time *lince_net_times(const lince_net *net); /* [nodes]; NULL where nothing is measured */

/* The node whose output can be computed once and kept, for as long as no more is unfrozen: everything up to
 * it is frozen and not random, and nothing but its output is used behind it. 0: there is none that saves
 * work. */
int lince_net_fixed(const lince_net *net);

/* From now on passes begin behind node `behind`, lince_net_fixed or 0: its output is the net's input. */
void lince_net_begin(lince_net *net, int behind);

/* Evaluates the layers up to node `last`, no concatenation that another begins with, for the input's n samples:
 * [n][shape of its output], in the device's memory, until the next pass. */
const float *lince_net_compute(lince_net *net, int last, int n);

/* A node's activations (or their gradients) of the last pass in plain order [n][c][h][w]; only with
 * options.keep. Of texts [n][T][c], zero behind each one's end; where equal tokens share a row, at every
 * place where they stand (a gradient is then that of all places together). The gradients of a recurrent
 * layer's states are the whole ones: by way of all later steps too. LINCE_ENOMEM. */
int lince_net_read(lince_net *net, size_t node, bool gradient, float *plain);

/* Adds it to an ONNX graph, behind the value that is its input; its output, or NULL (onnx/graph.h). It must not be folded
 * (options.unfolded), and prepared. */
lince_onnx_value lince_net_express(const lince_net *net, lince_onnx *graph, lince_onnx_value input);

/* The name of a parameter whose gradient of the last pass is not finite, or of the last layer where its
 * output is not; NULL: all are. */
const char *lince_net_not_finite(const lince_net *net);

#endif
