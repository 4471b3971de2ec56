#include "layers/layer.h"

#include <math.h>

/* torch.nn.init._calculate_fan_in_and_fan_out: groups do not enter fan_out. */
static void fans(const lince_param *w, float *in, float *out)
{
    int receptive = w->ndim == 4 ? w->dims[2] * w->dims[3] : 1;
    *in = (float)(w->dims[1] * receptive);
    *out = (float)(w->dims[0] * receptive);
}

void lince_layer_init(const lince_layer *l, lince_param *w, lince_param *bias, float own)
{
    float in, out;
    fans(w, &in, &out);
    w->init = l->args.init >= LINCE_HE_UNIFORM ? LINCE_INIT_UNIFORM : LINCE_INIT_NORMAL;
    switch (l->args.init) {
    case LINCE_OWN_INIT: w->init_scale = own; break;
    case LINCE_HE_FAN_IN: w->init_scale = sqrtf(2 / in); break;
    case LINCE_HE_UNIFORM: w->init_scale = sqrtf(6 / in); break;
    case LINCE_PYTORCH_INIT:
    case LINCE_UNIFORM_FAN_IN: w->init_scale = 1 / sqrtf(in); break;
    case LINCE_UNIFORM_FAN_OUT: w->init_scale = 1 / sqrtf(out); break;
    }
    if (l->args.init_std > 0) w->init = LINCE_INIT_NORMAL, w->init_scale = l->args.init_std;
    if (bias && l->args.init == LINCE_PYTORCH_INIT) {
        bias->init = LINCE_INIT_UNIFORM;
        bias->init_scale = w->init_scale;
    }
}
