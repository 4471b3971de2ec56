/* Architectures by name. A builder adds layers to a net and reads like the paper's table. */
#ifndef LINCE_MODELS_MODEL_ZOO_H
#define LINCE_MODELS_MODEL_ZOO_H

#include "net/net.h"

typedef struct lince_architecture_options {
    int classes;
    const int *head; /* widths of the hidden classifier layers; NULL: the architecture's own */
    int head_count;
    double dropout; /* of the classifier; negative: the architecture's own */
} lince_architecture_options;

typedef struct lince_architecture {
    const char *name, *summary;
    int image_size; /* the size it was published for */
    const char *paper;
    int (*build)(lince_net *net, const struct lince_architecture *self,
                 const lince_architecture_options *options);
    const void *table; /* the builder's own */
    bool batch_norm;
    /* The part before the classifier ends with this prefix's layers: what --freeze features freezes. */
    const char *features;
} lince_architecture;

/* NULL, with lince_error() set and the nearest name in it, where there is none. */
const lince_architecture *lince_architecture_named(const char *name);
const lince_architecture *lince_architecture_get(size_t index); /* NULL after the last */

/* Adds the architecture's layers behind the input. The last layer has `options->classes` outputs. */
int lince_architecture_build(const lince_architecture *architecture, lince_net *net,
                             const lince_architecture_options *options);

int lince_build_vgg(lince_net *net, const lince_architecture *self,
                    const lince_architecture_options *options);
extern const signed char lince_vgg_a[], lince_vgg_b[], lince_vgg_d[], lince_vgg_e[];

#endif
