/* torch.nn.RNN, GRU and LSTM: one layer of a stack. */
#ifndef LINCE_LAYERS_RECURRENT_H
#define LINCE_LAYERS_RECURRENT_H

#include "layers/layer.h"

typedef struct lince_recurrent_layer_args {
    int hidden;         /* units of a direction */
    int level;          /* in the stack, from 0: parameters are named weight_ih_l<level> */
    bool bidirectional; /* a second one reads from the end, its features behind the first's */
} lince_recurrent_layer_args, lince_gru_layer_args, lince_lstm_layer_args;

typedef struct lince_rnn_layer_args {
    lince_recurrent_layer_args recurrent;
    bool relu; /* max(0, .) instead of tanh */
} lince_rnn_layer_args;

#endif
