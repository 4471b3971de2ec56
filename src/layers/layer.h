/* What a layer is: shapes, parameters, memory it asks for, and two functions.
 *
 * A layer type is one file and one line of list.def. `infer` looks at the input shapes and
 * sets all that the net has to know; `prepare` makes kernels; forward and backward only compute. */
#ifndef LINCE_LAYERS_LAYER_H
#define LINCE_LAYERS_LAYER_H

#include "core/tensor.h"
#include "kernels/exec.h"
#include "kernels/packed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINCE_LAYER_INPUTS = 2, LINCE_LAYER_PARAMS = 8, LINCE_NAME_MAX = 96 };

typedef enum lince_init {
    LINCE_INIT_ZEROS,
    LINCE_INIT_ONES,
    LINCE_INIT_NORMAL, /* N(0, scale) */
    LINCE_INIT_UNIFORM /* U(-scale, scale) */
} lince_init;

/* A tensor of the state_dict. PyTorch sees `dims`, row-major; memory holds `size` floats in compute
 * layout. */
typedef struct lince_param {
    char name[LINCE_NAME_MAX]; /* "features.0.weight" */
    int ndim, dims[4];
    size_t size;
    bool buffer;    /* a running statistic: kept, not trained */
    bool counter;   /* a buffer that PyTorch keeps as an int64 scalar */
    bool fixed;     /* a weight that stays as it began or was loaded */
    bool head;      /* of the head (lince_layer_args.head) */
    bool trainable; /* gets a gradient; false for buffers, fixed weights and frozen layers */
    bool loaded;    /* its values came from a file */
    lince_init init;
    float init_scale;           /* of LINCE_INIT_NORMAL and LINCE_INIT_UNIFORM */
    size_t init_zeros;          /* the first so many elements stay zero */
    bool init_identity;         /* of a filter: output o < dims[1] begins as input o (torch.nn.init.dirac_) */
    const lince_device *device; /* where value and gradient lie; these three are set by the net: */
    float *value, *grad;        /* grad NULL where not trainable */
    /* Sparse: the gradient has only the rows (of dims[1] floats) that the texts touch, at most `sparse_rows`;
     * all others are zero. touched[i] is the row of grad's i-th; known when the texts are set. */
    size_t sparse_rows; /* 0: dense */
    const int32_t *touched;
    size_t touched_count;
    /* Where element (row-major index) of the PyTorch tensor lies in memory; NULL: same order. */
    size_t (*place)(const void *layout, const int *dims, size_t element);
    /* Puts rows begin..end of the first dimension, of which `rows` has the first, into memory: the same
     * faster; may be NULL. */
    void (*put_rows)(const void *layout, const float *rows, float *memory, size_t begin, size_t end);
    const void *layout;
    /* Above 1 (docs/classifier-redundancy.md): PyTorch's elements come in runs of `copies` that always have
     * the same gradient. Memory holds each run's mean, and behind the means one factor f, which has gradient
     * 0:  element = mean + f (origin - mean of origin).  `origin` [elements], which the host keeps, is where
     * they began; NULL in a net for inference. */
    int copies;
    float *origin;
} lince_param;

/* How conv2d and linear begin; fan_in as torch.nn.init counts it. */
typedef enum lince_init_rule {
    LINCE_OWN_INIT,     /* conv2d: kaiming_normal_(mode="fan_out"), linear: normal_(std=0.01); bias 0 */
    LINCE_HE_FAN_IN,    /* kaiming_normal_(mode="fan_in"): N(0, sqrt(2 / fan_in)); bias 0 */
    LINCE_HE_UNIFORM,   /* kaiming_uniform_: U(-b, b), b = sqrt(6 / fan_in); bias 0 */
    LINCE_PYTORCH_INIT, /* what PyTorch's modules begin with: weight and bias U(-b, b), b = 1/sqrt(fan_in) */
    LINCE_UNIFORM_FAN_IN, /* the same, with bias 0 */
} lince_init_rule;

/* What a text's vector is made of: the last step's hidden state, or all steps' mean or largest. */
typedef enum lince_read { LINCE_READ_LAST, LINCE_READ_MEAN, LINCE_READ_MAX } lince_read;

/* What a model's builder says of a layer; each type reads the fields it needs. */
typedef struct lince_layer_args {
    const char *type, *name;      /* "conv2d", "features.0" */
    int from[LINCE_LAYER_INPUTS]; /* nodes; 0 is the net's input */
    int channels;                 /* conv2d, linear: of the output */
    int kernel, stride, padding, groups;
    bool ceil_mode; /* max_pool2d: a window that only begins inside counts */
    int size;       /* adaptive_avg_pool2d: output height and width */
    bool fold;    /* adaptive_avg_pool2d: only flatten and linear follow, which need equal outputs but once */
    float p;      /* dropout, stochastic_depth: probability of zeroing */
    bool no_bias; /* conv2d, linear */
    bool fixed_weight;  /* conv2d, batch_norm2d: the weight is not trained, the bias is */
    bool identity;      /* conv2d: the first outputs begin as the inputs */
    float momentum;     /* batch_norm2d: share of a batch in the running statistics; 0: 0.1 */
    float factor;       /* scale */
    int vocabulary;     /* embedding: rows */
    int level;          /* rnn, gru, lstm: of a stack, from 0: names weight_ih_l<level> */
    bool bidirectional; /* rnn, gru, lstm: a second one from the end, its features behind the first's */
    bool relu;          /* rnn: max(0, .) instead of tanh */
    lince_read read;
    lince_init_rule init; /* conv2d, linear */
    float init_std;       /* conv2d, linear: N(0, init_std) instead, where above 0 */
    bool head;            /* the output layer and new hidden ones before it: what other classes need anew */
} lince_layer_args;

typedef struct lince_layer lince_layer;

/* One call: n samples of memory that holds `batch`. */
typedef struct lince_pass {
    int n;
    bool train;               /* dropout active, batch statistics used */
    float momentum;           /* share that the batch has in running statistics, while training; 0: each
                                 layer's own */
    const uint64_t *key;      /* [n], of the samples: seeds what is random */
    const lince_packed *text; /* the batch's texts; NULL for pictures */
    const float *in[LINCE_LAYER_INPUTS];
    float *out;
    float *dout;                    /* backward only; may be written over */
    float *din[LINCE_LAYER_INPUTS]; /* backward only; NULL: not wanted */
    void *saved, *scratch;
} lince_pass;

typedef struct lince_layer_type {
    const char *name;
    int inputs;    /* 1, or 2 */
    bool in_place; /* forward may write over its input, backward over its output's gradient */
    bool needs_input, needs_output; /* backward reads them */
    bool random;                    /* in training, where args.p > 0: each sample's key decides */
    bool is_relu;                   /* max(0, x) and nothing else: its neighbours can do it (the next two) */
    bool rectifies;                 /* forward heeds `relu` */
    bool gates;                     /* backward heeds `gate` */
    bool norm;                      /* normalises by statistics, which follow the batches in training */
    bool recurrent;                 /* its output is a state after each step of a text */
    bool filters;                   /* its weight is filters, [out][in][height][width] */
    bool forgets_places;            /* behind it nothing tells which part of a picture was looked at */
    bool copies_are_places;         /* what its output stands for several times is a square of places */
    bool homogeneous;               /* s > 0 times input and biases is s times the output */
    bool takes_copies;              /* may follow a layer whose output stands for several copies */
    int (*infer)(lince_layer *layer);
    int (*prepare)(lince_layer *layer); /* may be NULL */
    void (*forward)(lince_layer *layer, const lince_pass *pass);
    void (*backward)(lince_layer *layer, const lince_pass *pass);
    void (*release)(lince_layer *layer);                                /* may be NULL */
    void (*describe)(const lince_layer *layer, char *out, size_t size); /* "3x3, 64 -> 128"; may be NULL */
} lince_layer_type;

struct lince_layer {
    const lince_layer_type *type;
    char name[LINCE_NAME_MAX];
    lince_layer_args args;
    lince_shape in[LINCE_LAYER_INPUTS], out;
    int in_copies, out_copies; /* PyTorch's equal features that one of these stands for; usually 1 */
    lince_rows in_rows[LINCE_LAYER_INPUTS], out_rows;
    const lince_exec *exec;
    int batch, block; /* block: what the device prefers */
    bool inference;   /* prepared without backward */
    bool wants_din;   /* something below it is trained */
    bool unfolded;    /* copies are made, as PyTorch does */
    bool relu;        /* the output is to be rectified: a relu behind it has nothing left to do */
    bool gate;        /* the input's gradient is to be zero where the input is not positive: likewise */
    bool frozen;      /* parameters and statistics stay as they are */
    int index;        /* in its net: distinguishes its random numbers */
    lince_param params[LINCE_LAYER_PARAMS];
    int param_count;
    size_t saved;   /* bytes kept from forward to backward, set by infer */
    size_t scratch; /* bytes for the time of one call, set by prepare */
    double macs;    /* multiply-adds of a sample's forward */
    void *plan;     /* the type's own */
};

/* The type of that name; NULL, with lince_error() set and the nearest name in it, where there is none. */
const lince_layer_type *lince_layer_type_named(const char *name);
/* The types in order; NULL after the last. */
const lince_layer_type *lince_layer_type_at(size_t index);

/* Adds a parameter to a layer: <layer name>.<name>. Used by infer. */
lince_param *lince_layer_param(lince_layer *layer, const char *name, int ndim, const int *dims);

/* Sets how a layer's weight (and bias, or NULL) begins, by its args; `own`: what its type does for
 * LINCE_OWN_INIT, N(0, own). */
void lince_layer_init(const lince_layer *layer, lince_param *weight, lince_param *bias, float own);

/* --- elementwise.c: for layers that compute each value by itself ------------------------------------ */

/* infer: the output has the input's shape. */
int lince_layer_same_shape(lince_layer *layer);

/* Values of the pass, padding channels included. */
size_t lince_layer_floats(const lince_layer *layer, const lince_pass *pass);

/* In training `drop` with probability args.p, else a copy. Linear in x with the same draw for a key, so that
 * it is forward and backward. */
typedef void lince_drop_kernel(const lince_exec *exec, const float *x, float *y, size_t n, size_t size,
                               float p, const uint64_t *key, uint64_t layer);
void lince_layer_drop(const lince_layer *layer, const lince_pass *pass, lince_drop_kernel *drop,
                      const float *from, float *to);

/* describe: "p = 0.5". */
void lince_layer_describe_p(const lince_layer *layer, char *out, size_t size);

#define LAYER(row) extern const lince_layer_type row;
#include "layers/list.def"

#endif
