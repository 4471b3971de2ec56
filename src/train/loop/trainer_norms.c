/* Batch norms in a group: each member's batches move its own running statistics. */
#include "core/error.h"
#include "kernels/store.h"
#include "train/loop/trainer.h"

/* v = sum_r n_r v_r / sum_r n_r, whoever has samples. */
static int merge(const lince_group *g, lince_param *p, double samples, double all)
{
    float share = (float)(samples / all), *value;
    lince_access a;
    LINCE_TRY(lince_access_change(&a, p->device, p->value, p->size * sizeof *value));
    value = a.host;
    for (size_t i = 0; i < p->size; i++) value[i] *= share;
    int code = lince_group_sum(g, (size_t)g->size, value, p->size);
    lince_access_end(&a);
    return code;
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
                LINCE_TRY(merge(t->group, &l->params[k], samples, all));
    }
    return 0;
}
