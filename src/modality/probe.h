/* Made-up samples, as a net is fed with them and as its ONNX graph is: to compare what both say. */
#ifndef LINCE_MODALITY_PROBE_H
#define LINCE_MODALITY_PROBE_H

#include "core/random.h"
#include "net/net.h"
#include "onnx/graph.h"

enum { LINCE_PROBE_DIMS = 4, LINCE_PROBE_FEEDS = 2 };

/* A tensor for an input of the graph. */
typedef struct lince_probe_feed {
    const char *name;
    lince_onnx_type type;
    size_t ndim;
    int64_t dims[LINCE_PROBE_DIMS];
    void *data; /* owned */
} lince_probe_feed;

typedef struct lince_probe {
    int n;    /* samples */
    float *x; /* for the net; owned, as the next two; NULL: not of this kind of samples */
    int32_t *token, *length;
    int steps;
    lince_probe_feed feed[LINCE_PROBE_FEEDS];
    size_t feeds;
} lince_probe;

/* Adds a feed; its memory, or NULL (LINCE_ENOMEM). */
void *lince_probe_add(lince_probe *probe, const char *name, lince_onnx_type type, size_t ndim,
                      const int64_t *dims);

/* Its elements and the bytes of each. */
size_t lince_probe_elements(const lince_probe_feed *feed);
size_t lince_probe_size(const lince_probe_feed *feed);

void lince_probe_release(lince_probe *probe);

#endif
