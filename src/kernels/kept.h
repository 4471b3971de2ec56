/* The rows (op.h) that a run computes with. Rows differ in their last bits, and which is the fastest is measured: so a run
 * keeps those that it began with, in its checkpoint, and goes on with them on whatever number of threads, with whatever cache
 * of choices. A row that sums otherwise on another number of threads goes on with those that it began on. As a text, one line a geometry:
 *     OPERATION KEY NAME [THREADS] */
#ifndef LINCE_KERNELS_KEPT_H
#define LINCE_KERNELS_KEPT_H

#include "core/buffer.h"
#include "kernels/op.h"

typedef struct lince_kept {
    char *begun;       /* as the checkpoint says, lince_alloc'ed; NULL: nothing was begun */
    size_t missing;    /* lines of it that could not be followed on this machine */
    lince_buffer used; /* what is computed with now */
} lince_kept;

void lince_kept_release(lince_kept *kept);

/* What was begun with, and on how many threads; NULL where it says nothing, or names what there is not, which is counted. */
const lince_op_row *lince_kept_find(lince_kept *kept, const lince_exec *exec, lince_op op,
                                    const void *geometry, int *threads);

/* Adds what was taken; once for each geometry. LINCE_ENOMEM. */
int lince_kept_add(lince_kept *kept, const lince_kernel *kernel);

/* The text; "" where no row was chosen. */
const char *lince_kept_text(const lince_kept *kept);

#endif
