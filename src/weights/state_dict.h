/* A net's parameters as PyTorch's state_dict: to a file, and from one. */
#ifndef LINCE_WEIGHTS_STATE_DICT_H
#define LINCE_WEIGHTS_STATE_DICT_H

#include "core/buffer.h"
#include "net/net.h"
#include "weights/weights.h"

/* Writes all parameters and buffers, in PyTorch's names, shapes and order, as a safetensors file below a folder
 * (core/folder.h; NULL: `name` is a path). */
int lince_state_dict_save(const lince_net *net, const char *folder, const char *name,
                          const lince_metadata *metadata, size_t metadata_count);

/* How a parameter of the net, or a tensor of the file, is not simply loaded. */
typedef enum lince_difference_kind {
    LINCE_REPLACED,   /* of the output layer, for other classes: keeps its initial values */
    LINCE_MISSING,    /* not in the file: likewise */
    LINCE_MISSHAPED,  /* of another shape, or of whole numbers: likewise */
    LINCE_UNEXPECTED, /* in the file, but not part of the net */
    LINCE_DIFFERENCE_KINDS
} lince_difference_kind;

const char *lince_difference_name(lince_difference_kind kind); /* "replaced" */

typedef struct lince_difference {
    lince_difference_kind kind;
    char name[128];               /* cut where it is longer */
    char in_file[96], in_net[96]; /* shapes: "[64, 3, 3, 3]"; "" where it is not there */
} lince_difference;

typedef struct lince_load_result {
    size_t loaded; /* parameters taken from the file */
    int summed;    /* channels of the file's first filters that became one, by their sum; 0: none */
    lince_difference *differences;
    size_t count, capacity;
    size_t of_kind[LINCE_DIFFERENCE_KINDS];
} lince_load_result;

typedef struct lince_load_options {
    bool new_head; /* the output layer is replaced even where it would fit: it knew other classes */
    bool whole;    /* LINCE_EDATA where a parameter of the net is not loaded: for nets that are to answer */
    bool strict;   /* LINCE_EDATA where anything differs */
    bool map;      /* for a net for inference: its parameters may lie in the weights, which must outlive it,
                      where its device can use the host's memory */
} lince_load_options;

/* Compares by name and shape. A BatchNorm's num_batches_tracked may be missing, as for PyTorch. The net need
 * not be prepared. LINCE_EDATA where nothing fits, and as the options have it; the message lists the first
 * differences. Release the result, also after a failure. */
int lince_state_dict_compare(lince_net *net, const lince_weights *weights, const lince_load_options *options,
                             lince_load_result *result);

/* The same, then copies what fits. */
int lince_state_dict_load(lince_net *net, const lince_weights *weights, const lince_load_options *options,
                          lince_load_result *result);

/* The differences, a line each: "replaced: classifier.6.weight: [1000, 4096] in the file, [10, 4096] in the
 * model". */
void lince_load_result_text(const lince_load_result *result, lince_buffer *out);
void lince_load_result_release(lince_load_result *result);

#endif
