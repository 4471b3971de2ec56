#include "train/update.h"
#include "core/error.h"
#include "core/memory.h"

#include <math.h>
#include <string.h>

bool lince_update_folds(const lince_optimizer *optimizer, const lince_hyper *hyper)
{
    return optimizer->proportional_decay || hyper->weight_decay == 0;
}

static int new_arrays(const lince_net *net, float ***arrays, bool trained_only)
{
    size_t count = lince_net_params(net);
    if (!(*arrays = lince_alloc(count + 1, sizeof **arrays))) return LINCE_ENOMEM;
    for (size_t i = 0; i < count; i++) {
        const lince_param *p = lince_net_param(net, i);
        if (trained_only && !p->grad) continue;
        if (!((*arrays)[i] = lince_alloc(p->size, sizeof(float)))) return LINCE_ENOMEM;
    }
    return 0;
}

int lince_update_init(lince_update *u, const lince_net *net)
{
    for (int k = 0; k < u->optimizer->states; k++) LINCE_TRY(new_arrays(net, &u->state[k], true));
    if (!(u->since = lince_alloc(lince_net_params(net) + 1, sizeof *u->since))) return LINCE_ENOMEM;
    if (u->decay == 0) return 0;
    LINCE_TRY(new_arrays(net, &u->average, false));
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        memcpy(u->average[i], p->value, p->size * sizeof(float));
    }
    return 0;
}

static void free_arrays(const lince_net *net, float **arrays)
{
    for (size_t i = 0; arrays && i < lince_net_params(net); i++) lince_free(arrays[i]);
    lince_free(arrays);
}

void lince_update_release(lince_update *u, const lince_net *net)
{
    for (int k = 0; k < LINCE_OPTIM_STATES; k++) free_arrays(net, u->state[k]);
    free_arrays(net, u->average);
    lince_free(u->since);
    *u = (lince_update){0};
}

double lince_update_norm(const lince_update *u, const lince_net *net)
{
    double sum = 0;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        const lince_param *p = lince_net_param(net, i);
        if (p->grad)
            sum += (p->copies > 1 ? p->copies : 1) *
                   lince_sum_of_squares(u->threads, p->grad, lince_param_grad_size(p));
    }
    return sqrt(sum);
}

void lince_update_apply(lince_update *u, lince_net *net, size_t step, double lr, double norm)
{
    bool clipped = u->clip > 0 && norm > u->clip;
    u->hyper.grad_scale = clipped ? (float)(u->clip / (norm + 1e-6)) : 1; /* torch.nn.utils.clip_grad_norm_ */
    double backbone = u->backbone > 0 ? u->backbone * lr : lr;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        u->hyper.lr = (float)(p->head ? lr : backbone);
        u->hyper.step = (int)(step - u->since[i]);
        float *const state[LINCE_OPTIM_STATES] = {u->state[0] ? u->state[0][i] : NULL,
                                                  u->state[1] ? u->state[1][i] : NULL};
        if (p->grad && p->sparse_rows)
            lince_optimizer_step_rows(u->optimizer, u->threads, &u->hyper, p->value, p->grad, state,
                                      p->touched, p->touched_count, (size_t)p->dims[1]);
        else if (p->grad)
            lince_optimizer_step(u->optimizer, u->threads, &u->hyper, p->value, p->grad, state, p->size);
        if (u->average && p->grad)
            lince_ema(u->threads, (float)u->decay, u->average[i], p->value, p->size);
        else if (u->average)
            memcpy(u->average[i], p->value, p->size * sizeof(float)); /* statistics go along */
    }
    u->hyper.lr = (float)lr;
}

void lince_update_swap(lince_update *u, lince_net *net)
{
    for (size_t i = 0; u->average && i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        float *value = p->value;
        p->value = u->average[i];
        u->average[i] = value;
    }
}
