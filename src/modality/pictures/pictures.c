/* The row of pictures. */
#include "modality/pictures/pictures.h"
#include "core/error.h"
#include "core/i18n.h"
#include "modality/pictures/loading.h"
#include "settings/reading.h"

#include <stdio.h>
#include <string.h>

static const lince_layout *const layouts[] = {
#define LAYOUT(row) &row,
#include "data/index/pictures.def"
    NULL};
static const char *const marks[] = {"lince.image_size", "lince.normalize", NULL};

/* --- settings ------------------------------------------------------------------------------------- */

static int check(const lince_settings *s)
{
    lince_augment augment;
    float mean[3], std[3];
    int height, width;
    LINCE_TRY(lince_augment_parse(&augment, s->augment));
    LINCE_TRY(lince_image_size_parse(s->image_size, &height, &width));
    int measured = s->normalize ? lince_normalize_parse(s->normalize, mean, std) : 0;
    return measured < 0 ? measured : lince_decoding_settings(s, &(lince_decoding){0});
}

static int set_size(lince_settings *settings, const json_t *size)
{
    char text[32];
    json_int_t width = json_integer_value(json_array_get(size, 0)),
               height = json_integer_value(json_array_get(size, 1));
    if (strcmp(settings->image_size, "0") != 0 || width < 1 || height < 1) return 0;
    snprintf(text, sizeof text, "%dx%d", (int)height, (int)width);
    return lince_settings_set(settings, "image-size", text);
}

/* Runs from before there were ranges took all values as they were, and no picture that was incomplete. */
static int complete(lince_settings *settings, const json_t *data)
{
    LINCE_TRY(set_size(settings, json_object_get(data, "image_size")));
    if (json_object_get(data, "range")) return 0;
    LINCE_TRY(lince_settings_set(settings, "range", "full"));
    return lince_settings_set(settings, "incomplete", "refuse");
}

/* --- the net and its batches ---------------------------------------------------------------------- */

static lince_shape input_shape(const void *encoder)
{
    const lince_picture_encoder *e = encoder;
    return (lince_shape){3, e->transform.height, e->transform.width, 1};
}

static bool varies(const void *encoder, const lince_settings *s)
{
    const lince_picture_encoder *e = encoder;
    return lince_augments(&e->augment) || s->mixup > 0 || s->cutmix > 0;
}

static lince_decoding decoding_of(const lince_picture_encoder *e, const lince_settings *s)
{
    return (lince_decoding){.range = e->range,
                            .complete_only = s->incomplete && !strcmp(s->incomplete, "refuse")};
}

lince_decoding lince_pictures_asked(const lince_asking *a)
{
    lince_decoding how = decoding_of(a->encoder, a->settings);
    how.most = a->most;
    return how;
}

static int load(void *encoder, const lince_settings *s, lince_dataset *dataset, lince_part part, bool views,
                const lince_loader_options *options, lince_loader **loader)
{
    const lince_picture_encoder *e = encoder;
    lince_transform transform = views ? e->picture : e->transform;
    lince_mixing mixing = {s->mixup, s->cutmix};
    lince_decoding how = decoding_of(e, s);
    if (options->train) transform.augment = e->augment;
    lince_dataset_decode_as(dataset, &how);
    return lince_loader_new_pictures(loader, dataset, part, &transform, &mixing, options);
}

static int plan_views(void *encoder, const char *name)
{
    lince_picture_encoder *e = encoder;
    return lince_views_plan(&e->views, name, &e->transform, &e->picture);
}

static const lince_views *views(const void *encoder)
{
    const lince_picture_encoder *e = encoder;
    return &e->views;
}

/* --- models --------------------------------------------------------------------------------------- */

static int finish(lince_opening *o)
{
    if (o->settings->resume) return 0;
    if (o->settings->weights) LINCE_TRY(lince_pictures_usual_unit(o));
    return lince_pictures_fit(o);
}

/* auto leaves the range as the weights have it */
static int set(void *encoder, const char *setting, const char *value)
{
    lince_picture_encoder *e = encoder;
    if (strcmp(setting, "range") != 0) return 1;
    int code = lince_range_parse(value, &e->range);
    return code < 0 ? code : 0;
}

static int show(const void *encoder, const float *x, lince_image *picture)
{
    return lince_transform_show(&((const lince_picture_encoder *)encoder)->transform, x, picture);
}

const lince_modality lince_modality_pictures = {
    .name = "image",
    .plural = N_("pictures"),
    .input = "path",
    .model = "resnet18", /* a residual network learns at once, of small and of large pictures */
    .early_model = "vgg16",
    .models = N_("vgg16 or resnet18"),
    .optimizer = "sgd",
    .batch_size = 64,
    .threads = 4,
    .layouts = layouts,
    .likeness = &lince_likeness_pictures,
    .shared =
        N_("pictures of the %s part that are also in the %s part: %zu as they are and %zu nearly so, of "
           "%zu (%.1f %%); what is measured with them looks better than it would with new pictures"),
    .relabelled =
        N_("pictures of the %s part that are in it under another label, too: %zu of %zu; where two are "
           "the same, one of the labels is wrong"),
    .encoder_size = sizeof(lince_picture_encoder),
    .check = check,
    .mixes = true,
    .complete = complete,
    .look = lince_pictures_look,
    .prepare = lince_pictures_prepare,
    .measure = lince_pictures_measure,
    .finish = finish,
    .describe = lince_pictures_describe,
    .varies = varies,
    .input_shape = input_shape,
    .load = load,
    .show = show,
    .may_fail = true,
    .plan_views = plan_views,
    .views = views,
    .marks = marks,
    .write = lince_pictures_write,
    .read = lince_pictures_read,
    .guess = lince_pictures_guess,
    .publish = lince_pictures_publish,
    .adapt = lince_pictures_adapt,
    .set = set,
    .express = lince_pictures_express,
    .express_raw = true,
    .tell_express = lince_pictures_tell_express,
    .try_out = lince_pictures_try,
    .ask = lince_pictures_ask,
    .ask_paths = lince_pictures_ask_paths,
    .answer_path = lince_pictures_answer_path,
    .answer_bytes = lince_pictures_answer_bytes,
    .see = lince_pictures_see,
    .answer_many = lince_pictures_answer_many,
    .answer_pixels = lince_pictures_answer_pixels,
    .answer_floats = lince_pictures_answer_floats,
    .input_size = lince_pictures_input_size,
    .tell_part = lince_pictures_tell_part,
    .tell_loaded = lince_pictures_tell_views,
    .put_info = lince_pictures_put_info,
    .print_info = lince_pictures_print_info,
};
