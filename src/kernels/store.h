/* Memory of a device for one purpose: filled from the front, released as a whole; and the host's access
 * to what lies there. */
#ifndef LINCE_KERNELS_STORE_H
#define LINCE_KERNELS_STORE_H

#include "kernels/exec.h"

typedef struct lince_store {
    const lince_device *device;
    unsigned char *memory; /* of the device; NULL: nothing is wanted */
    size_t size, used;     /* bytes */
} lince_store;

/* Zeroed. LINCE_ENOMEM. */
int lince_store_init(lince_store *store, const lince_device *device, size_t size);
void lince_store_release(lince_store *store);

/* The next `size` bytes, aligned; NULL when the store is full (its planner counted wrong). */
void *lince_store_take(lince_store *store, size_t size);

/* What lies at `memory` for the host, from begin to end of the access: there, or where the host cannot use the
 * device's memory, in a copy, which goes back at the end of an access that changes it. */
typedef struct lince_access {
    void *host;
    const lince_device *device;
    void *memory;
    size_t size; /* bytes */
    bool changes;
} lince_access;

/* LINCE_ENOMEM. */
int lince_access_read(lince_access *access, const lince_device *device, const void *memory, size_t size);
int lince_access_change(lince_access *access, const lince_device *device, void *memory, size_t size);
void lince_access_end(lince_access *access);

#endif
