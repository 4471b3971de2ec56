/* What the network sees of pictures: their size, how they are fitted to it, and by which numbers they are
 * normalised. What the settings leave open the data and the weights decide; the run's settings say how. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/parallel.h"
#include "data/depth.h"
#include "data/sizes.h"
#include "modality/pictures/loading.h"
#include "train/data/open_data.h"
#include "train/loop/trainer.h"

#include <stdio.h>
#include <string.h>

/* For pictures of many sizes: what most architectures were made for. Larger ones than LARGEST, all alike, are
 * photographs too. */
enum { USUAL = 224, LARGEST = 1024 };

/* Why the first picture, and with it all others, says no size. */
static int fail_unknown(lince_trainer *t)
{
    lince_image image;
    int code = lince_dataset_read(t->dataset, LINCE_TRAIN, 0, &image);
    if (!code) lince_image_release(&image);
    return code ? lince_fail_in(LINCE_EDATA, t->settings->data)
                : lince_fail(LINCE_EDATA, "%s: no picture says its size; choose an --image-size",
                             t->settings->data);
}

static void tell_size(const lince_trainer *t, const lince_sizes *sizes)
{
    const lince_transform *f = &t->transform;
    if (!lince_sizes_agree(sizes))
        lince_trainer_note(t,
                           _("input: %d x %d pixels, because the pictures differ (%d to %d wide, %d to %d "
                             "high); --image-size chooses another, --fit how they are cut"),
                           f->width, f->height, sizes->least_width, sizes->greatest_width,
                           sizes->least_height, sizes->greatest_height);
    else if (f->width == sizes->least_width && f->height == sizes->least_height)
        lince_trainer_note(t, _("input: %d x %d pixels, the size of all pictures"), f->width, f->height);
    else if (f->width > sizes->least_width && f->height > sizes->least_height)
        lince_trainer_note(t,
                           _("input: %d x %d pixels, enlarged from %d x %d, the size of all pictures, by the "
                             "recipe of %s; --image-size chooses another"),
                           f->width, f->height, sizes->least_width, sizes->least_height, t->settings->model);
    else
        lince_trainer_note(t,
                           _("input: %d x %d pixels, because %d x %d, the size of all pictures, is large; "
                             "--image-size chooses another"),
                           f->width, f->height, sizes->least_width, sizes->least_height);
}

/* Of small pictures an architecture that halves them five times has one pixel left at the end: its recipe
 * enlarges them, unless the weights to begin with saw them as they are. */
static void enlarge(lince_trainer *t, const lince_transform *expected)
{
    lince_transform *f = &t->transform;
    int least = t->by_recipe ? lince_architecture_named(t->settings->model)->recipe->least_size : 0,
        shorter = f->width < f->height ? f->width : f->height,
        longer = f->width < f->height ? f->height : f->width;
    bool known = f->width == expected->width && f->height == expected->height;
    if (shorter >= least || known || longer * least > LARGEST * shorter) return;
    f->width = f->width * least / shorter;
    f->height = f->height * least / shorter;
}

static int choose_size(lince_trainer *t, const lince_sizes *sizes, const lince_transform *expected)
{
    lince_transform *f = &t->transform;
    LINCE_TRY(lince_image_size_parse(t->settings->image_size, &f->height, &f->width));
    if (f->width) return 0;
    if (!sizes->pictures) return fail_unknown(t);
    bool common = lince_sizes_agree(sizes) && sizes->least_width <= LARGEST && sizes->least_height <= LARGEST;
    f->width = common ? sizes->least_width : USUAL;
    f->height = common ? sizes->least_height : USUAL;
    if (common) enlarge(t, expected);
    tell_size(t, sizes);
    return 0;
}

/* The least and the greatest value of the training part are black and white. */
static int measure_range(lince_trainer *t, size_t deep)
{
    lince_extent extent = {0};
    lince_watch watch = lince_watch_for(t->observer);
    char range[LINCE_RANGE_MAX];
    LINCE_TRY(lince_depth_add(&extent, t->dataset, LINCE_TRAIN, lince_processors(), &watch));
    if (!extent.count || extent.least == extent.greatest) return 0;
    t->blueprint.range = (lince_range){true, extent.least, extent.greatest};
    lince_range_print(range, &t->blueprint.range);
    lince_trainer_note(
        t,
        _("pictures of grey with more than 8 bits, or of floats: %zu; the training part's least "
          "and greatest values become black and white: --range %s; --range chooses others"),
        deep, range);
    return 0;
}

/* What is asked for, else as the weights saw pictures, else measured where there is deep grey. */
static int range_for(lince_trainer *t, const lince_range *expected)
{
    lince_decoding how = {0};
    char range[LINCE_RANGE_MAX];
    int open = lince_range_parse(t->settings->range, &t->blueprint.range);
    if (open < 0) return open;
    if (open && expected->given)
        t->blueprint.range = *expected;
    else if (open && t->sizes.deep)
        LINCE_TRY(measure_range(t, t->sizes.deep));
    LINCE_TRY(lince_decoding_settings(t->settings, &how));
    how.range = t->blueprint.range;
    lince_dataset_decode_as(t->dataset, &how);
    lince_range_print(range, &how.range);
    return lince_settings_set(&t->own, "range", range);
}

/* What headers say of all pictures, where something is left open that they decide. */
static void look_at_sizes(lince_trainer *t)
{
    bool open = !strcmp(t->settings->image_size, "0") || !strcmp(t->settings->range, "auto");
    for (int part = 0; part < LINCE_PARTS && open; part++)
        lince_sizes_add(&t->sizes, t->dataset, (lince_part)part);
}

int lince_trainer_choose_range(lince_trainer *t)
{
    lince_blueprint expected;
    lince_buffer said = {0};
    int code = lince_trainer_expected(t, &expected, &said);
    lince_buffer_release(&said);
    if (code) return code;
    look_at_sizes(t);
    return range_for(t, &expected.range);
}

/* As the weights saw pictures, where they saw them at this size and nothing else is asked for. */
static int choose_fit(lince_trainer *t, const lince_transform *expected, const lince_buffer *said)
{
    const lince_settings *s = t->settings;
    lince_transform *f = &t->transform;
    const char *fit = strcmp(s->fit, "auto") != 0 ? s->fit : NULL,
               *interpolation = strcmp(s->interpolation, "auto") != 0 ? s->interpolation : NULL;
    bool alike = f->width == expected->width && f->height == expected->height;
    if (alike) {
        f->fit = expected->fit;
        f->resize = expected->resize;
        f->interpolation = expected->interpolation;
    }
    if (fit && strcmp(fit, lince_fit_name(LINCE_FIT_CROP)) != 0) f->resize = 0;
    LINCE_TRY(lince_transform_set(f, fit, s->resize, interpolation));
    LINCE_TRY(lince_transform_check(f));
    if (alike && f->resize && !s->resize) {
        if (said->size) lince_trainer_note(t, "%.*s", (int)said->size - 1, said->data);
        lince_trainer_note(
            t,
            _("pictures as the weights expect them: the shorter side resized to %d pixels (%s), "
              "then %d x %d cut out; --resize chooses another"),
            f->resize, lince_interpolation_name(f->interpolation), f->width, f->height);
    }
    return 0;
}

/* As is asked for, and told where the weights expect something else. Returns 1 where the numbers are to be
 * measured. */
static int normalise_otherwise(lince_trainer *t, const char *name, const lince_blueprint *expected)
{
    int code = lince_normalize_parse(name, t->transform.mean, t->transform.std);
    bool other = code == 1 || (!code && !lince_normalise_alike(&t->transform, &expected->transform));
    if (other && expected->normalize[0])
        lince_trainer_note(t, _("--normalize %s: the weights expect %s"), name, expected->normalize);
    return code;
}

/* Returns 1 where the numbers are to be measured. */
static int choose_normalisation(lince_trainer *t, const lince_blueprint *expected)
{
    const lince_settings *s = t->settings;
    lince_transform *f = &t->transform;
    const char *name = s->normalize ? s->normalize : "auto";
    bool from_weights = !strcmp(name, "auto") && expected->normalize[0];
    snprintf(t->blueprint.normalize, sizeof t->blueprint.normalize, "%s", from_weights ? "weights" : name);
    if (!from_weights) return normalise_otherwise(t, name, expected);
    memcpy(f->mean, expected->transform.mean, sizeof f->mean);
    memcpy(f->std, expected->transform.std, sizeof f->std);
    lince_trainer_note(t, _("normalised by the numbers that the weights expect: %s"), expected->normalize);
    return lince_settings_set(&t->own, "normalize", expected->normalize);
}

/* What a resumed run is to find without measuring or the weights file. */
static int keep_choices(lince_trainer *t)
{
    const lince_transform *f = &t->transform;
    char size[32], resize[16];
    snprintf(size, sizeof size, f->width == f->height ? "%d" : "%dx%d", f->height, f->width);
    snprintf(resize, sizeof resize, "%d", f->resize);
    LINCE_TRY(lince_settings_set(&t->own, "image-size", size));
    LINCE_TRY(lince_settings_set(&t->own, "fit", lince_fit_name(f->fit)));
    LINCE_TRY(lince_settings_set(&t->own, "resize", resize));
    return lince_settings_set(&t->own, "interpolation", lince_interpolation_name(f->interpolation));
}

/* What the settings leave open, as far as weights and sizes decide it. Returns 1 where the normalisation is
 * to be measured. `said`: of the weights. */
static int choose_all(lince_trainer *t, lince_buffer *said)
{
    lince_blueprint expected;
    LINCE_TRY(lince_trainer_expected(t, &expected, said));
    LINCE_TRY(choose_size(t, &t->sizes, &expected.transform));
    LINCE_TRY(choose_fit(t, &expected.transform, said));
    LINCE_TRY(lince_augment_parse(&t->transform.augment, t->settings->augment));
    return choose_normalisation(t, &expected);
}

int lince_trainer_open_pictures(lince_trainer *t)
{
    lince_buffer said = {0};
    int measured = choose_all(t, &said);
    lince_buffer_release(&said);
    if (measured < 0) return measured;
    LINCE_TRY(keep_choices(t));
    LINCE_TRY(lince_trainer_loader(t, LINCE_TRAIN, true, &t->train));
    if (!measured) return 0;
    LINCE_TRY(lince_loader_measure(t->train, t->transform.mean, t->transform.std));
    lince_loader_normalize(t->train, t->transform.mean, t->transform.std);
    return 0;
}
