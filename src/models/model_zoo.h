/* Architectures by name: one file a family, and one line of list.def each. A builder adds layers to a net and
 * reads like the paper's table. */
#ifndef LINCE_MODELS_MODEL_ZOO_H
#define LINCE_MODELS_MODEL_ZOO_H

#include "layers/read.h"
#include "net/net.h"

/* The sizes of a net over tokens, or over frames. */
typedef struct lince_text_net {
    int vocabulary; /* ids are below it: 0 <pad>, 1 <unk>, then words; 0: steps are no words but vectors */
    int embedding, hidden, layers;
    bool bidirectional;
    bool relu; /* rnn: max(0, .) instead of tanh */
    float embedding_dropout;
    lince_read read;
    bool read_padding; /* as if <pad> were a word: every text has max_tokens steps */
    int max_tokens;
} lince_text_net;

/* "last", "mean", "max", and back; LINCE_EUSAGE for another name. */
const char *lince_read_name(lince_read read);
int lince_read_named(const char *name, lince_read *read);

typedef struct lince_architecture_options {
    int classes;
    lince_text_net text; /* of models of texts */
    const int *head; /* [head_count] widths of the hidden classifier layers; NULL: the architecture's own */
    int head_count;
    double dropout; /* of the classifier, and between recurrent layers; negative: the architecture's own */
    double stochastic_depth; /* of the last block; negative: the architecture's own */
} lince_architecture_options;

/* What a builder is told: the options, with the architecture's own values where nothing else was asked
 * for. */
typedef struct lince_classifier {
    int classes;
    const lince_text_net *text; /* of models of texts */
    const int *hidden;          /* [count] widths */
    int count;
    bool new_hidden; /* the widths are not the published ones: those layers belong to the head */
    float dropout, stochastic_depth;
} lince_classifier;

/* Training pictures that parameters are fitted to before the first step. */
typedef struct lince_fitting {
    size_t count;
    int height, width;
    /* The i-th, as the network sees it but not augmented: [3][height][width]. */
    int (*picture)(void *context, size_t i, float *out);
    void *context;
} lince_fitting;

/* What an architecture learns by where nothing is said of it; docs/results.md tells which were measured. */
typedef struct lince_recipe {
    const char *optimizer, *scheduler;
    double lr;       /* from random weights */
    double lr_tuned; /* from weights that have learned something */
    int least_size;  /* pixels that the shorter side of smaller pictures is enlarged to; 0: as they are */
} lince_recipe;

/* What most of them learn by. */
#define LINCE_ONE_CYCLE .optimizer = "adamw", .scheduler = "onecycle"

typedef struct lince_architecture {
    const char *name, *summary;
    const char *about;    /* what it is, for the report: a paragraph, untranslated */
    const char *modality; /* what its samples are: "image", "text" (src/modality has a row for each) */
    bool sequences;       /* it reads samples step by step: words, or frames */
    int image_size;       /* the size of pictures that it was published for; 0: none */
    int resize;   /* pixels of the shorter side before that size was cut out, published; 0: not known */
    bool bicubic; /* published with that interpolation, not bilinear */
    const char *normalize; /* published with these numbers (a value of --normalize); NULL: ImageNet's */
    float
        accuracy; /* top-1 in %, of torchvision's IMAGENET1K_V1 weights as its documentation has it; 0: not known */
    int classes; /* the outputs it was published with; 0: it has no usual number */
    const char *paper;
    int (*build)(lince_net *net, const struct lince_architecture *self, const lince_classifier *classifier);
    const void *table; /* the builder's own */
    /* Sets the parameters that begin as a function of the data and were not loaded; NULL: there are none. */
    int (*fit)(lince_net *net, const lince_fitting *data);
    bool batch_norm;
    const char *classifier; /* what its layers' names begin with; all before them are the features */
    int hidden[2];          /* widths of the classifier's hidden layers; 0: none */
    float dropout;          /* of the classifier; 0: it has none, unless there may be any: */
    bool any_dropout;
    float stochastic_depth; /* of the last block, growing up to it; 0: it has none */
    const lince_recipe *recipe;
} lince_architecture;

/* NULL, with lince_error() set and the nearest name in it, where there is none. */
const lince_architecture *lince_architecture_named(const char *name);
const lince_architecture *lince_architecture_get(size_t index); /* NULL after the last */

/* The model of pictures to try instead of one without batch normalisation: its own variant, or a small
 * residual network; NULL: it has it, or is of something else. */
const char *lince_architecture_normalised(const lince_architecture *architecture);

/* Adds the architecture's layers behind the input. The last layer has `options->classes` outputs.
 * LINCE_EUSAGE where hidden layers or dropout are asked for that the architecture has no place for. */
int lince_architecture_build(const lince_architecture *architecture, lince_net *net,
                             const lince_architecture_options *options);

#define MODEL(row) extern const lince_architecture row;
#include "models/list.def"

#endif
