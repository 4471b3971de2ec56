/* Pictures as the user says that a model is to see them, and what there is to say where its weights expect others. */
#include "core/error.h"
#include "core/i18n.h"
#include "modality/pictures/pictures.h"

#include <string.h>

/* What is asked for; a note where that is not what the weights expect. */
static int choose_normalize(lince_picture_encoder *e, const char *normalize, lince_buffer *notes)
{
    lince_transform expected = e->transform;
    int code = normalize ? lince_normalize_parse(normalize, e->transform.mean, e->transform.std) : 0;
    if (!code && !lince_normalise_alike(&e->transform, &expected))
        lince_buffer_printf(notes, _("--normalize %s: the weights expect %s\n"), normalize, e->normalize);
    return code == 1 ? lince_fail(LINCE_EUSAGE, "--normalize auto: measured in training only; expected "
                                                "imagenet, cifar10, none or numbers")
                     : code;
}

/* Where the size is the weights' own and pictures are fitted to it otherwise. */
static void tell_fit(const lince_transform *t, const lince_transform *expected, lince_buffer *notes)
{
    bool resized = t->width != expected->width || t->height != expected->height;
    if (resized || (t->fit == expected->fit && t->resize == expected->resize &&
                    t->interpolation == expected->interpolation))
        return;
    lince_buffer_printf(notes,
                        _("pictures are fitted by %s, resize %d, %s; the weights expect %s, "
                          "resize %d, %s\n"),
                        lince_fit_name(t->fit), t->resize, lince_interpolation_name(t->interpolation),
                        lince_fit_name(expected->fit), expected->resize,
                        lince_interpolation_name(expected->interpolation));
}

/* What is asked for; the file's own at its size only. */
static int choose_fit(lince_transform *t, const lince_open_options *o, lince_buffer *notes)
{
    lince_transform expected = *t;
    int height = 0, width = 0;
    if (o->image_size) LINCE_TRY(lince_image_size_parse(o->image_size, &height, &width));
    if (width && (width != t->width || height != t->height)) {
        t->height = height;
        t->width = width;
        t->resize = 0;
    }
    if (o->fit && strcmp(o->fit, lince_fit_name(LINCE_FIT_CROP)) != 0) t->resize = 0;
    LINCE_TRY(lince_transform_set(t, o->fit, o->resize, o->interpolation));
    tell_fit(t, &expected, notes);
    return lince_transform_check(t);
}

int lince_pictures_adapt(void *encoder, const lince_open_options *options, lince_buffer *notes)
{
    lince_picture_encoder *e = encoder;
    LINCE_TRY(choose_fit(&e->transform, options, notes));
    return choose_normalize(e, options->normalize, notes);
}
