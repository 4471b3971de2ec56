#include "kernels/loss.h"
#include "kernels/ref/row.h"

static void loss(const lince_kernel *kernel, const void *args)
{
    const lince_loss_args *a = args;
    (void)kernel;
    *a->mean = a->function(a->loss, a->scores, a->n, a->classes, a->targets, a->dscores, a->each);
}

LINCE_REF_ROW(loss, LOSS);
