#include "layers/layer.h"

#include <math.h>

/* As torch.nn.init._calculate_fan_in_and_fan_out counts it. */
static float fan_in(const lince_param *w)
{
    return (float)(w->dims[1] * (w->ndim == 4 ? w->dims[2] * w->dims[3] : 1));
}

void lince_layer_init(const lince_layer *l, lince_param *w, lince_param *bias, float own)
{
    float in = fan_in(w);
    w->init = l->args.init >= LINCE_HE_UNIFORM ? LINCE_INIT_UNIFORM : LINCE_INIT_NORMAL;
    switch (l->args.init) {
    case LINCE_OWN_INIT: w->init_scale = own; break;
    case LINCE_HE_FAN_IN: w->init_scale = sqrtf(2 / in); break;
    case LINCE_HE_UNIFORM: w->init_scale = sqrtf(6 / in); break;
    case LINCE_PYTORCH_INIT:
    case LINCE_UNIFORM_FAN_IN: w->init_scale = 1 / sqrtf(in); break;
    }
    if (l->args.init_std > 0) w->init = LINCE_INIT_NORMAL, w->init_scale = l->args.init_std;
    if (bias && l->args.init == LINCE_PYTORCH_INIT) {
        bias->init = LINCE_INIT_UNIFORM;
        bias->init_scale = w->init_scale;
    }
}
