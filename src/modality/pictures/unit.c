/* Weights whose pictures come in another unit than ours, as those of Simonyan and Zisserman's VGG: 0 to 255 less a mean,
 * where others divide by a standard deviation. Their features are some fifty times larger, for which no usual
 * rate is made. Where all layers are positively homogeneous, s > 0 taken out of the input and of every bias is taken
 * out of every feature, and nothing else changes:
 *
 *     f(s x, W, s b) = s f(x, W, b) */
#include "core/i18n.h"
#include "core/tell.h"
#include "kernels/kernels.h"
#include "modality/pictures/loading.h"
#include "modality/pictures/pictures.h"

#include <stdio.h>
#include <string.h>

/* The mean of ImageNet's three standard deviations, of pixels in 0..1; and what is far from it. */
static const double USUAL = 0.226, FAR = 0.05;

static double deviation(const lince_transform *f)
{
    return ((double)f->std[0] + (double)f->std[1] + (double)f->std[2]) / 3;
}

/* Nothing but s f is left of f; and the output layer begins anew, so that nobody misses f. */
static bool can_change(lince_net *net)
{
    for (size_t i = 1; i < lince_net_nodes(net); i++)
        if (!lince_net_layer(net, i)->type->homogeneous) return false;
    for (size_t i = 0; i < lince_net_params(net); i++)
        if (lince_net_param(net, i)->head && lince_net_param(net, i)->loaded) return false;
    return true;
}

static size_t scale_biases(lince_net *net, float s)
{
    size_t count = 0;
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        if (p->ndim != 1 || !p->loaded) continue;
        lince_scale(lince_net_exec(net), p->value, p->value, s, p->size);
        count++;
    }
    return count;
}

static int normalise_anew(lince_opening *o, double s)
{
    lince_transform *f = &lince_picture_encoder_of(o->encoder)->transform;
    char text[128];
    for (int c = 0; c < 3; c++) f->std[c] = (float)((double)f->std[c] / s);
    snprintf(text, sizeof text, "%.9g,%.9g,%.9g:%.9g,%.9g,%.9g", (double)f->mean[0], (double)f->mean[1],
             (double)f->mean[2], (double)f->std[0], (double)f->std[1], (double)f->std[2]);
    lince_loader_normalize(o->train, f->mean, f->std);
    if (o->val) lince_loader_normalize(o->val, f->mean, f->std);
    return lince_settings_set(o->settings, "normalize", text);
}

int lince_pictures_usual_unit(lince_opening *o)
{
    const lince_picture_encoder *e = o->encoder;
    double s = deviation(&e->transform) / USUAL;
    bool far = deviation(&e->transform) < FAR, theirs = !strcmp(e->normalize, "weights");
    if (!theirs || !far || !can_change(o->net)) return 0;
    size_t biases = scale_biases(o->net, (float)s);
    lince_note(o->observer,
               _("their pixels are larger than usual by a factor of %.0f: input and loaded biases "
                 "(parameters: %zu) are multiplied by %.4g, and so are all features, for which the "
                 "optimizers' usual rates are made"),
               1 / s, biases, s);
    return normalise_anew(o, s);
}
