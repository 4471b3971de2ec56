#include "optim/optim.h"
#include "core/choice.h"

#include <math.h>
#include <string.h>

static const lince_optimizer *const optimizers[] = {
#define OPTIMIZER(row) &row,
#include "optim/list.def"
};

const lince_optimizer *lince_optimizer_at(size_t index)
{
    return index < sizeof optimizers / sizeof *optimizers ? optimizers[index] : NULL;
}

const char *lince_optimizer_name_at(const void *context, size_t index)
{
    (void)context;
    const lince_optimizer *optimizer = lince_optimizer_at(index);
    return optimizer ? optimizer->name : NULL;
}

const lince_optimizer *lince_optimizer_named(const char *name)
{
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++)
        if (!strcmp(optimizers[i]->name, name)) return optimizers[i];
    lince_choice_check("optimizer", name, lince_optimizer_name_at, NULL);
    return NULL;
}

double lince_lookahead_share(double alpha, double power, double progress)
{
    return power > 0 ? 1 - (1 - alpha) * pow(progress, power) : alpha;
}
