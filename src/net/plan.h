/* Planning memory by lifetime: buffers that are never needed at the same time share their place. */
#ifndef LINCE_NET_PLAN_H
#define LINCE_NET_PLAN_H

#include <stddef.h>

typedef struct lince_buffer_plan {
    size_t size;     /* bytes */
    int first, last; /* the times between which it is needed, both included */
    size_t offset;   /* the answer */
} lince_buffer_plan;

/* Sets the offsets, and the bytes needed in all. LINCE_ENOMEM. Largest first, each at the lowest place where
 * it fits (Pisarchyk & Lee 2020, "greedy by size"). */
int lince_plan_memory(lince_buffer_plan *buffers, size_t count, size_t *total);

#endif
