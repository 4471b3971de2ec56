/* What sets parameters apart in training (PyTorch: parameter groups): each one's factor of the learning rate,
 * and of the weight decay. */
#ifndef LINCE_TRAIN_PARAM_GROUPS_H
#define LINCE_TRAIN_PARAM_GROUPS_H

#include "net/net.h"

typedef struct lince_param_group {
    double rate;  /* factor of the learning rate */
    double decay; /* factor of the weight decay */
    bool matrix;  /* the optimizer updates it as a whole (lince_optimizer.update_matrix); not set here */
} lince_param_group;

typedef struct lince_param_grouping {
    double backbone;     /* factor of what is not of the head; 0: 1 */
    double layer_decay;  /* d: a part (below) has the factor d^(parts behind it); 1: none */
    const char *factors; /* "PATTERN=FACTOR,...": globs of names, the last that matches counts; NULL: none */
    bool decay_norms;    /* what has one dimension (norms and biases) decays, too */
    const char *decay_factors; /* likewise of weight decay; what none names decays as decay_norms says */
} lince_param_grouping;

/* Whether the factors of --OPTION can be read. LINCE_EUSAGE. */
int lince_param_factors_check(const char *option, const char *factors);

/* group[param]. LINCE_EUSAGE where a pattern matches no parameter. */
int lince_param_groups(lince_net *net, const lince_param_grouping *grouping, lince_param_group *group);

/* The part of the architecture that each parameter belongs to, from 0; their number. A part is a layer with
 * weights and the norm behind it, or where layers are named as of a block ("layer1.0.conv1") the block. */
int lince_param_parts(lince_net *net, int *part);

#endif
