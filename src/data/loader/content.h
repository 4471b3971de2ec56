/* The inside of lince_loader: batches that are prepared ahead (loader.c), and what a content sees of it, which
 * says what they are made of. A kind of samples has one (src/modality). */
#ifndef LINCE_DATA_CONTENT_H
#define LINCE_DATA_CONTENT_H

#include "core/i18n.h"
#include "core/random.h"
#include "data/loader/division.h"
#include "data/loader/findings.h"
#include "data/loader/loader.h"
#include "data/loader/sampler.h"

#include <pthread.h>

/* A batch that is being prepared, waits to be taken, or is in the caller's hands. */
typedef struct lince_slot {
    float *x; /* the input: numbers, `row` for each sample, */
    size_t row;
    int32_t *token; /* or sequences, with length and steps */
    int32_t *length;
    int steps;
    float *served;        /* of rows (lince_loader_serve), instead of either */
    int32_t *y, *partner; /* lince_dataset_target */
    float *asked;         /* [batch][classes]; NULL: samples have one label */
    float own;
    uint32_t *index;
    uint64_t *key;
    size_t number; /* of the batch in its epoch */
    size_t first;  /* place in the epoch of its first sample here */
    int n, begin, whole;
    bool ready;
    int code; /* of its preparation, and the message: errors reach the caller in the batches' order */
    char message[2048];
} lince_slot;

struct lince_content {
    /* Opens the part: sets state, and count, and what else there is of good and scratch. Release is called in any case. */
    int (*open)(lince_loader *loader, const void *how);
    /* Where each member opens its own samples only (loader->division): all have what each has found, and the rest of what is to be set
     * is set here. NULL: each opens all of them, as they are no files of their own. */
    int (*share)(lince_loader *loader);
    /* Reads a sample of another member's anew. LINCE_EDATA where it is not what that one has found; there is one where members share. */
    int (*again)(const lince_loader *loader, uint32_t index, void *scratch);
    int (*allocate)(const lince_loader *loader, lince_slot *slot); /* the input of a batch; the slot's */
    int (*arrange)(lince_loader *loader, int epoch);               /* loader->order, once drawn; NULL: not */
    /* The input of the slot's n samples; by several threads at a time, each with scratch of its own. */
    int (*fill)(const lince_loader *loader, lince_slot *slot, void *scratch);
    /* One number of what the samples hold (lince_loader_digest); NULL: the data set's fingerprint says it. */
    uint64_t (*digest)(const lince_loader *loader);
    /* One number of what a sample holds, whatever the net is given of it (lince_loader_holds); NULL: its text says it. */
    uint64_t (*holds)(const lince_loader *loader, uint32_t index);
    void (*release)(lince_loader *loader);
};

typedef struct lince_worker {
    lince_loader *loader;
    void *scratch;
    pthread_t thread;
} lince_worker;

struct lince_loader {
    const lince_content *content;
    lince_dataset *dataset;
    lince_part part;
    lince_division division;
    lince_findings findings; /* while it is opened */
    size_t count;            /* samples, without bad ones */
    const uint32_t *good;    /* [count] of the part; NULL: all are */
    size_t scratch;          /* bytes a worker needs */
    void *state;             /* of the content; owned */
    lince_loader_options options;
    lince_sampler sampler; /* of balanced epochs */
    uint32_t *drawn;       /* [samples of the part] likewise, for counting */

    lince_worker *workers; /* [1] where the caller's thread does the work */
    int running;           /* of them */
    lince_slot *ring;
    size_t ring_size; /* batch b lies in ring[b % ring_size] */
    double waited;
    const float *rows; /* [samples of the part][row]: served instead of the content; NULL: none */
    size_t row;

    /* this epoch's */
    int epoch;
    uint32_t *order; /* [count] indices in the part */
    bool balanced;   /* drawn by the sampler */
    uint32_t *turn;  /* [count] of a balanced epoch: of how many such the sample is the last, less 1 */
    lince_voice voice;

    pthread_mutex_t lock; /* guards what follows, and each slot's `ready` */
    pthread_cond_t vacant, ready;
    size_t next;  /* batch to be prepared next */
    size_t taken; /* batch to be handed out next */
    size_t end;   /* batches of the epoch */
    bool holding; /* the caller uses batch taken - 1 */
    bool stop;
};

/* The i-th of this member's pieces: where in its share of a batch of `whole` samples it lies. */
lince_share lince_loader_piece_of(const lince_loader *loader, int whole, size_t i);

/* Of sample i of a slot. */
lince_occasion lince_loader_occasion(const lince_loader *loader, const lince_slot *slot, size_t i);

#endif
