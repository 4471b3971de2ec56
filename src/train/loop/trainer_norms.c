/* Batch norms in a group: each member's batches move its own running statistics. */
#include "core/error.h"
#include "kernels/kernels.h"
#include "train/loop/trainer.h"

/* v = sum_r n_r v_r / sum_r n_r, whoever has samples. */
static int merge(const lince_group *g, const lince_exec *exec, lince_param *p, double samples, double all)
{
    lince_scale(exec, p->value, p->value, (float)(samples / all), p->size);
    return lince_sum_of_members(g, exec->device, p->value, p->size);
}

int lince_trainer_merge_norms(lince_trainer *t, double samples)
{
    double all = samples;
    if (t->group->size == 1) return 0;
    LINCE_TRY(lince_group_sum_doubles(t->group, (size_t)t->group->size, &all, 1));
    for (size_t i = 1; i < lince_net_nodes(t->net); i++) {
        lince_layer *l = lince_net_layer(t->net, i);
        for (int k = 0; k < l->param_count && !l->frozen; k++)
            if (l->params[k].buffer && !l->params[k].counter)
                LINCE_TRY(merge(t->group, l->exec, &l->params[k], samples, all));
    }
    return 0;
}
