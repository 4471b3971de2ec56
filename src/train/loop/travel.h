/* Gradients on their way to the other members while the net still computes: a thread adds a vector up over a group
 * (group/tree.h) block by block, from its beginning to its end, as far as it is there. All members add the same blocks in the same
 * order, however far each has come. */
#ifndef LINCE_TRAIN_TRAVEL_H
#define LINCE_TRAIN_TRAVEL_H

#include "core/i18n.h"
#include "group/tree.h"
#include "kernels/store.h"

#include <pthread.h>

/* What a block has taken, all sums together. */
typedef struct lince_travel_time {
    double seconds, waited; /* waited: while nothing else was done */
    size_t bytes;           /* that this member has sent */
} lince_travel_time;

typedef struct lince_travel {
    lince_tree *tree;
    const lince_device *device;
    const lince_number *kind;
    float *const *value;     /* [tree->count, at least 1] the device's */
    size_t block, blocks;    /* numbers in one; of the longest vector */
    lince_travel_time *time; /* [blocks] */
    /* Shared with the thread: */
    pthread_t thread;
    lince_voice voice;
    bool is_there, ends;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t end, ready, done; /* numbers: of the sum in work, of it what is there, what is added up */
    double waits;            /* since when the sum is waited for; 0: it is not */
    int code;
    char message[512];
} lince_travel;

/* For vectors of up to `count` numbers. LINCE_ENOMEM. */
int lince_travel_init(lince_travel *travel, lince_tree *tree, const lince_number *kind,
                      const lince_device *device, float *const *value, size_t count);
void lince_travel_release(lince_travel *travel);

/* A sum of `count` numbers begins; so many of them are there now; and it is waited for. Every sum that is begun is to be ended. */
void lince_travel_begin(lince_travel *travel, size_t count);
void lince_travel_ready(lince_travel *travel, size_t count);
int lince_travel_end(lince_travel *travel);

#endif
