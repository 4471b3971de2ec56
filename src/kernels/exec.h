/* Where operations run. A device is memory and the rows that compute on it; an execution context says on
 * which device, and how. Whoever computes is handed one, and knows no machine and no threads. */
#ifndef LINCE_KERNELS_EXEC_H
#define LINCE_KERNELS_EXEC_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lince_device lince_device;
typedef struct lince_op_row lince_op_row;

struct lince_device {
    const char *name;
    bool host; /* its memory is the host's: what lies there may be read and written as it is */

    /* `size` zeroed bytes, aligned to LINCE_ALIGNMENT, to be freed with the same size; NULL, with
     * lince_error() set, where they do not fit. */
    void *(*alloc)(const lince_device *device, size_t size);
    void (*free)(const lince_device *device, void *memory, size_t size); /* NULL: nothing */

    /* From the host's memory, and back to it; what was computed before is waited for. */
    void (*upload)(const lince_device *device, void *to, const void *from, size_t size);
    void (*download)(const lince_device *device, void *to, const void *from, size_t size);

    /* [lince_op] The rows of each operation (op.h), best first, NULL behind the last, which does all. */
    const lince_op_row *const *const *rows;

    /* Channels in a block of activations (core/tensor.h) that most rows like best. */
    int (*block)(const lince_device *device);

    /* Whether it can compute as it was told to; LINCE_EUSAGE. NULL: it can. */
    int (*check)(const lince_device *device);

    /* Before a thread of the caller's computes on `threads` of the host's; NULL: nothing. */
    void (*enter)(const lince_device *device, int threads);

    /* Waits until all that was begun is done. */
    void (*sync)(const lince_device *device);
};

/* How a row multiplies, which its speed is to be judged by: where it makes fewer products than the definition has, or has other instructions
 * for them, the machine's peak in single precision is no bound. */
typedef enum lince_products {
    LINCE_PRODUCTS_DEFINED,
    LINCE_PRODUCTS_WINOGRAD, /* a quarter at the least */
    LINCE_PRODUCTS_TILES     /* of bfloat16, by matrix tiles */
} lince_products;

/* What measuring kernels has taken of whoever waits for it (choose.c). */
typedef struct lince_choosing {
    double seconds;
    size_t measured, by_rule; /* choices; by_rule: those that there was no time left for */
} lince_choosing;

/* Operations on memory of the device: fill, copy and all others are rows. */
typedef struct lince_exec {
    const lince_device *device;
    int threads;              /* of the host, at most */
    bool deterministic;       /* the same bits on any number of threads, at whatever cost */
    bool bf16;                /* convolutions multiply numbers rounded to bfloat16 (conv.h) */
    struct lince_kept *kept;  /* a run's rows, which it goes on with (kept.h); NULL: it keeps none */
    lince_choosing *choosing; /* counts, and bounds, what measuring takes; NULL: nobody counts */
} lince_exec;

/* The host: memory that is mapped, so that what is not touched takes none. */
extern const lince_device lince_host;

#endif
