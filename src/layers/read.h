/* One vector for a text from its sequence of states. */
#ifndef LINCE_LAYERS_READ_H
#define LINCE_LAYERS_READ_H

#include "layers/layer.h"

/* The last step's hidden state, or all steps' mean or largest. */
typedef enum lince_read { LINCE_READ_LAST, LINCE_READ_MEAN, LINCE_READ_MAX } lince_read;

typedef struct lince_read_layer_args {
    lince_read what;
    bool bidirectional; /* the states are two directions', one behind the other */
} lince_read_layer_args;

#endif
