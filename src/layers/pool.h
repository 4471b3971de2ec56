/* torch.nn.MaxPool2d, AvgPool2d and AdaptiveAvgPool2d. */
#ifndef LINCE_LAYERS_POOL_H
#define LINCE_LAYERS_POOL_H

#include "layers/window.h"

typedef struct lince_max_pool2d_layer_args {
    int kernel;          /* pixels of a square window's side; a window has 255 pixels at most */
    int stride;          /* pixels from one window to the next; 0: as `kernel` */
    int padding;         /* pixels around the picture that are never the largest */
    lince_window window; /* of one that is not square, instead of these three */
    bool ceil_mode;      /* a window that only begins inside counts */
} lince_max_pool2d_layer_args;

typedef struct lince_avg_pool2d_layer_args {
    int kernel;          /* pixels of a square window's side */
    int stride;          /* pixels from one window to the next; 0: as `kernel` */
    lince_window window; /* of one that is not square, instead of these two; without padding */
} lince_avg_pool2d_layer_args;

typedef struct lince_adaptive_avg_pool2d_layer_args {
    int size;  /* pixels of the output's height and width */
    bool fold; /* only flatten and linear follow, which need equal outputs but once */
} lince_adaptive_avg_pool2d_layer_args;

#endif
