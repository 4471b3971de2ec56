/* The row of recordings. */
#include "modality/sounds/sounds.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/number.h"
#include "modality/sounds/loading.h"
#include "sound/augment/augment.h"

#include <stdlib.h>
#include <string.h>

static const lince_layout *const layouts[] = {
#define LAYOUT(row) &row,
#include "data/index/sounds.def"
    NULL};
static const char *const marks[] = {"lince.sound", NULL};
static const char *const akin[] = {"image", "text", NULL};

static void release(void *encoder)
{
    lince_sound_features_free(lince_sound_encoder_of(encoder)->features);
}

/* A map is a picture of one channel, bands from the lowest on by frames; or a sequence of frames. */
static lince_shape input_shape(const void *encoder)
{
    const lince_sound_encoder *e = encoder;
    if (e->sequence) return (lince_shape){lince_feature_bands(&e->spec), (int)lince_sound_frames(e), 1, 1};
    return (lince_shape){1, lince_feature_bands(&e->spec), (int)lince_sound_frames(e), 1};
}

static void plan(const void *encoder, lince_net_options *net, lince_architecture_options *architecture)
{
    const lince_sound_encoder *e = encoder;
    net->sequences = e->sequence;
    architecture->text = e->net;
}

static bool varies(const void *encoder, const lince_settings *s)
{
    lince_sound_augment augment;
    (void)encoder;
    return !lince_sound_augment_parse(&augment, s->sound_augment) &&
           (lince_sound_augments(&augment) || s->mixup > 0 || s->cutmix > 0);
}

static int load(void *encoder, const lince_settings *s, lince_dataset *dataset, lince_part part, bool views,
                const lince_loader_options *options, lince_loader **loader)
{
    (void)views;
    return lince_loader_new_sounds(loader, dataset, part, encoder, s, options);
}

static int set_seconds(const char *setting, const char *value, double *seconds)
{
    const char *end = lince_number_read(value, seconds);
    if (end != value && !*end && *seconds >= 0.01 && *seconds <= 3600) return 0;
    return lince_fail(LINCE_EUSAGE, "--%s %s: expected seconds, from 0.01 to 3600", setting, value);
}

/* Long recordings are answered window by window. */
static int set(void *encoder, const char *setting, const char *value)
{
    lince_sound_encoder *e = encoder;
    if (!strcmp(setting, "window")) return set_seconds(setting, value, &e->window);
    return strcmp(setting, "hop") ? 1 : set_seconds(setting, value, &e->hop);
}

static int guess(void *encoder, const lince_architecture *a, const lince_weights *weights, const char *path,
                 lince_buffer *notes)
{
    (void)encoder, (void)weights, (void)notes;
    return lince_fail(
        LINCE_EUSAGE,
        "%s: %s of recordings needs their rate and bands: only files that lince wrote have them", path,
        a->name);
}

const lince_modality lince_modality_sounds = {
    .name = "sound",
    .plural = N_("recordings"),
    .input = "path",
    .model = "resnet20",
    .models = N_("resnet20, resnet18 or gru"),
    .akin = akin,
    .optimizer = "adam",
    .batch_size = 32,
    .threads = 4,
    .layouts = layouts,
    .likeness = &lince_likeness_sounds,
    .shared =
        N_("recordings of the %s part that are also in the %s part: %zu as they are and %zu nearly so, of "
           "%zu (%.1f %%); what is measured with them looks better than it would with new recordings"),
    .relabelled =
        N_("recordings of the %s part that are in it under another label, too: %zu of %zu; where two are "
           "the same, one of the labels is wrong"),
    .encoder_size = sizeof(lince_sound_encoder),
    .release = release,
    .check = lince_sounds_check,
    .mixes = true,
    .prepare = lince_sounds_prepare,
    .measure = lince_sounds_measure,
    .describe = lince_sounds_describe,
    .varies = varies,
    .input_shape = input_shape,
    .plan = plan,
    .load = load,
    .show = lince_sounds_show,
    .may_fail = true,
    .marks = marks,
    .write = lince_sounds_write,
    .read = lince_sounds_read,
    .guess = guess,
    .set = set,
    .express = lince_sounds_express,
    .try_out = lince_sounds_try,
    .ask = lince_sounds_ask,
    .answer_path = lince_sounds_answer_path,
    .answer_bytes = lince_sounds_answer_bytes,
    .answer_many = lince_sounds_answer_many,
    .put_info = lince_sounds_put_info,
    .print_info = lince_sounds_print_info,
};
