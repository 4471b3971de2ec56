/* What a layer is: shapes, parameters, memory it asks for, and two functions.
 *
 * A layer type is one file and one line of list.def. `infer` looks at the input shapes and
 * sets all that the net has to know; `prepare` makes kernels; forward and backward only compute. */
#ifndef LINCE_LAYERS_LAYER_H
#define LINCE_LAYERS_LAYER_H

#include "core/tensor.h"
#include "kernels/epilogue.h"
#include "kernels/exec.h"
#include "kernels/packed.h"
#include "onnx/graph.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LINCE_LAYER_INPUTS = 2, LINCE_LAYER_PARAMS = 8, LINCE_NAME_MAX = 96 };

typedef enum lince_init {
    LINCE_INIT_ZEROS,
    LINCE_INIT_ONES,
    LINCE_INIT_CONSTANT, /* scale */
    LINCE_INIT_NORMAL,   /* N(0, scale) */
    LINCE_INIT_UNIFORM   /* U(-scale, scale) */
} lince_init;

/* A tensor of the state_dict. PyTorch sees `dims`, row-major; memory holds `size` floats in compute
 * layout. */
typedef struct lince_param {
    char name[LINCE_NAME_MAX]; /* "features.0.weight" */
    int ndim, dims[4];
    size_t size;
    bool buffer;  /* a running statistic: kept, not trained */
    bool counter; /* a buffer that PyTorch keeps as an int64 scalar */
    bool int8;    /* whole numbers in -127 .. 127, a byte each: memory holds bytes, in `size` floats' room */
    /* Of a buffer that PyTorch keeps as int64 and that never changes, because it follows from the layer's arguments:
     * its element. Memory holds none (`size` is 0), and what files say is not read. NULL: any other parameter. */
    int64_t (*constant)(const void *layout, size_t element);
    bool fixed;     /* a weight that stays as it began or was loaded */
    bool head;      /* of the head (lince_layer_args.head) */
    bool trainable; /* gets a gradient; false for buffers, fixed weights and frozen layers */
    bool loaded;    /* its values came from a file */
    lince_init init;
    float init_scale;           /* of the last three */
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

typedef struct lince_layer lince_layer;
typedef struct lince_layer_type lince_layer_type;

/* What a builder says of a layer. What its type alone wants to know is in a struct of the type's own, which the
 * type's header declares (lince_conv2d_layer_args in conv2d.h). */
typedef struct lince_layer_args {
    const lince_layer_type *type;
    const void *own;              /* lince_<type>_layer_args; NULL: nothing is said, every field is 0 */
    const char *name;             /* "features.0" */
    int from[LINCE_LAYER_INPUTS]; /* nodes; 0 is the net's input */
    bool head; /* the output layer and new hidden ones before it: what other classes need anew */
    int listed_before; /* a node whose parameters PyTorch lists behind this one's, though it computes first; 0: none */
} lince_layer_args;

/* A layer is written as its type's name and the fields of the type's struct; one that is left out is 0. What the
 * type does not know does not compile.
 *
 *     LINCE_LAYER(conv2d, .channels = 64, .kernel = 3)
 *     LINCE_HEAD(linear, .outputs = classes)     of the head
 *     LINCE_BARE(relu)                          nothing to be said
 *     LINCE_WITH(add, x)                         likewise; node x is its second input
 *     LINCE_LAYER_OF(conv2d, &args)              a struct that is there already
 *
 * `own` points to what lives as long as the block that it is written in. In a table that is static a layer is
 * {LINCE_FIELDS(conv2d, .channels = 64, .kernel = 3)}, which is no expression. */
#define LINCE_LAYER(layer, ...) ((lince_layer_args){LINCE_FIELDS(layer, __VA_ARGS__)})
#define LINCE_HEAD(layer, ...)  ((lince_layer_args){LINCE_FIELDS(layer, __VA_ARGS__), .head = true})
#define LINCE_BARE(layer)       ((lince_layer_args){.type = &lince_##layer##_layer})
#define LINCE_WITH(layer, x)    ((lince_layer_args){.type = &lince_##layer##_layer, .from = {0, x}})
#define LINCE_LAYER_OF(layer, args) \
    ((lince_layer_args){.type = &lince_##layer##_layer, .own = (const lince_##layer##_layer_args *){args}})
#define LINCE_FIELDS(layer, ...) \
    .type = &lince_##layer##_layer, .own = (&(const lince_##layer##_layer_args){__VA_ARGS__})

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
    bool add; /* backward only, of a layer that accumulates: din[0] is added to what is there */
    void *saved, *scratch;
    /* Of a layer that is `pitched`: floats from a sample of in[0] and din[0], and of out and dout, to the next one's. They are those
     * of a larger map, which begins with this one, where a concatenation grows in place (net/grow.c). */
    size_t in_pitch, out_pitch;
    const void *known;  /* of a norm: what another of its kind has saved, in this pass, of the first */
    int known_channels; /* so many channels of its input; NULL: nothing is known */
    const lince_epilogue *
        epilogue; /* outside of training, of a layer that finishes: what the layers behind it would do; or NULL */
    /* Of a batch in several passes, side by side (lince_net_forward_together), for layers that look at all of it: their sums over
     * it, and the weight of this pass among them; NULL: the pass is the batch. */
    const double *whole;
    double weight;
} lince_pass;

struct lince_layer_type {
    const char *name;
    size_t args_size; /* of lince_<name>_layer_args; 0: it has none */
    int inputs;       /* 1, or 2 */
    bool in_place;    /* forward may write over its input, backward over its output's gradient */
    bool needs_input, needs_output; /* backward reads them */
    lince_activation activation;    /* that and nothing else: its neighbours can do it */
    bool rectifies;                 /* forward heeds `relu` */
    bool finishes;                  /* it may heed the pass's epilogue (layer->finishes) */
    bool gates;                     /* backward heeds `gate` */
    bool norm;                      /* normalises, and belongs to the layer before it */
    bool adds;                      /* its inputs' sum and nothing else */
    bool idle;                      /* outside of training its output is its input */
    bool recurrent;                 /* its output is a state after each step of a text */
    bool filters;                   /* its weight is filters, [out][in][height][width] */
    bool forgets_places;            /* behind it nothing tells which part of a picture was looked at */
    bool copies_are_places;         /* what its output stands for several times is a square of places */
    bool adds_token;                /* its output is a row of tokens, one before the pixels of its input */
    bool pitched;                   /* heeds the pass's pitches */
    bool appends;                   /* its output begins with its first input, as it stands */
    bool homogeneous;               /* s > 0 times input and biases is s times the output */
    bool takes_copies;              /* may follow a layer whose output stands for several copies */
    int (*infer)(lince_layer *layer);
    int (*prepare)(lince_layer *layer); /* may be NULL */
    void (*forward)(lince_layer *layer, const lince_pass *pass);
    void (*backward)(lince_layer *layer, const lince_pass *pass);
    void (*release)(lince_layer *layer); /* may be NULL */
    /* Of layers that look at the whole batch while training: sums of what they want to know of a pass (layer->sums of them) before its
     * forward, and before its backward, to be added up over the batch's; and what moves with the batch as a whole. All three or none. */
    void (*look)(const lince_layer *layer, const lince_pass *pass, double *sums);
    void (*look_back)(const lince_layer *layer, const lince_pass *pass, double *sums);
    void (*follow)(lince_layer *layer, const lince_pass *pass);
    /* Of a norm, outside of training, y = scale x + shift: into memory of the pass. */
    void (*affine)(const lince_layer *layer, const lince_pass *pass, const float **scale,
                   const float **shift);
    /* How forward or backward multiplies, where a kernel of its own does so (kernels/op.h); may be NULL: as it is defined. */
    lince_products (*products)(const lince_layer *layer, bool backward);
    void (*describe)(const lince_layer *layer, char *out, size_t size); /* "3x3, 64 -> 128"; may be NULL */
    /* Adds nodes of ONNX that compute the same in inference; their output. Parameters are there under their names; samples are
     * [n][channels][height][width] or [n][channels], sequences [steps][n][channels]. NULL: it is not exported. */
    lince_onnx_value (*express)(const lince_layer *layer, lince_onnx *graph, const lince_onnx_value *in);
};

struct lince_layer {
    const lince_layer_type *type;
    void *own; /* lince_<type>_layer_args, a copy, which infer may complete; NULL: it has none */
    char name[LINCE_NAME_MAX];
    bool head;
    lince_shape in[LINCE_LAYER_INPUTS], out;
    int in_copies, out_copies; /* PyTorch's equal features that one of these stands for; usually 1 */
    lince_rows in_rows[LINCE_LAYER_INPUTS], out_rows;
    const lince_exec *exec;
    int batch, block; /* block: what the device prefers. A net may lower batch between infer and prepare */
    bool inference;   /* prepared without backward */
    bool wants_din;   /* something below it is trained */
    bool unfolded;    /* copies are made, as PyTorch does */
    bool relu;        /* the output is to be rectified: a relu behind it has nothing left to do */
    bool finishes;    /* forward heeds the pass's epilogue; set by prepare */
    bool accumulates; /* of one input: backward heeds the pass's `add`; set by infer or prepare */
    bool
        gate; /* the input's gradient, with `add` the sum, is to be zero where the input is not positive: likewise */
    bool frozen; /* parameters and statistics stay as they are */
    bool random; /* in training each sample's key decides; set by infer */
    int index;   /* in its net: distinguishes its random numbers */
    lince_param params[LINCE_LAYER_PARAMS];
    int param_count;
    size_t saved;   /* bytes kept from forward to backward, set by infer */
    size_t scratch; /* bytes for the time of one call, set by prepare */
    double macs;    /* multiply-adds of a sample's forward */
    size_t sums;    /* of `look` and `look_back`, set by infer */
    void *plan;     /* the type's own */
};

/* A buffer that learns nothing: files may lack it. */
static inline bool lince_param_is_whole_number(const lince_param *p)
{
    return p->counter || p->constant;
}

/* Adds a parameter to a layer: <layer name>.<name>, <layer name><name> where the former ends with '_' (PyTorch's
 * in_proj_weight), and <layer name> where the latter is "". Used by infer. */
lince_param *lince_layer_param(lince_layer *layer, const char *name, int ndim, const int *dims);

/* --- elementwise.c: for layers that compute each value by itself ------------------------------------ */

/* infer: the output has the input's shape. */
int lince_layer_same_shape(lince_layer *layer);

/* express: the output is the input, of what changes it in training alone. */
lince_onnx_value lince_layer_pass_on(const lince_layer *layer, lince_onnx *graph, const lince_onnx_value *in);

/* Values of the pass, padding channels included. */
size_t lince_layer_floats(const lince_layer *layer, const lince_pass *pass);

#define LAYER(name) extern const lince_layer_type lince_##name##_layer;
#include "layers/list.def"

#endif
