#include "layers/init.h"

#include <math.h>

/* As torch.nn.init._calculate_fan_in_and_fan_out counts it. */
static float fan_in(const lince_param *w)
{
    return (float)(w->dims[1] * (w->ndim == 4 ? w->dims[2] * w->dims[3] : 1));
}

void lince_layer_init(lince_param *w, lince_param *bias, lince_init_rule rule, float std)
{
    float in = fan_in(w);
    w->init = rule >= LINCE_HE_UNIFORM ? LINCE_INIT_UNIFORM : LINCE_INIT_NORMAL;
    switch (rule) {
    case LINCE_OWN_INIT: w->init_scale = std; break;
    case LINCE_HE_FAN_IN: w->init_scale = sqrtf(2 / in); break;
    case LINCE_HE_UNIFORM: w->init_scale = sqrtf(6 / in); break;
    case LINCE_PYTORCH_INIT:
    case LINCE_UNIFORM_FAN_IN: w->init_scale = 1 / sqrtf(in); break;
    }
    if (bias && rule == LINCE_PYTORCH_INIT) {
        bias->init = LINCE_INIT_UNIFORM;
        bias->init_scale = w->init_scale;
    }
}
