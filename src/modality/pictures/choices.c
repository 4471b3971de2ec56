/* What the network sees of pictures: their size, how they are fitted to it, and by which numbers they are
 * normalised. What the settings leave open the data and the weights decide; the run's settings say how. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "data/depth.h"
#include "modality/pictures/loading.h"
#include "modality/pictures/pictures.h"
#include "settings/reading.h"

#include <stdio.h>
#include <string.h>

/* For pictures of many sizes: what most architectures were made for. Larger ones than LARGEST, all alike, are
 * photographs too. */
enum { USUAL = 224, LARGEST = 1024 };

/* Why the first picture, and with it all others, says no size. */
static int fail_unknown(lince_opening *o)
{
    lince_image image;
    int code = lince_dataset_read(o->dataset, LINCE_TRAIN, 0, &image);
    if (!code) lince_image_release(&image);
    return code ? lince_fail_in(LINCE_EDATA, o->settings->data)
                : lince_fail(LINCE_EDATA, "%s: no picture says its size; choose an --image-size",
                             o->settings->data);
}

static void tell_size(const lince_opening *o)
{
    const lince_picture_encoder *e = o->encoder;
    const lince_sizes *sizes = &e->sizes;
    const lince_transform *f = &e->transform;
    if (!lince_sizes_agree(sizes))
        lince_note(o->observer,
                   _("input: %d x %d pixels, because the pictures differ (%d to %d wide, %d to %d "
                     "high); --image-size chooses another, --fit how they are cut"),
                   f->width, f->height, sizes->least_width, sizes->greatest_width, sizes->least_height,
                   sizes->greatest_height);
    else if (f->width == sizes->least_width && f->height == sizes->least_height)
        lince_note(o->observer, _("input: %d x %d pixels, the size of all pictures"), f->width, f->height);
    else if (f->width > sizes->least_width && f->height > sizes->least_height)
        lince_note(o->observer,
                   _("input: %d x %d pixels, enlarged from %d x %d, the size of all pictures, by the "
                     "recipe of %s; --image-size chooses another"),
                   f->width, f->height, sizes->least_width, sizes->least_height, o->settings->model);
    else
        lince_note(o->observer,
                   _("input: %d x %d pixels, because %d x %d, the size of all pictures, is large; "
                     "--image-size chooses another"),
                   f->width, f->height, sizes->least_width, sizes->least_height);
}

/* Of small pictures an architecture that halves them five times has one pixel left at the end: its recipe
 * enlarges them, unless the weights to begin with saw them as they are. */
static void enlarge(lince_opening *o, const lince_transform *expected)
{
    lince_picture_encoder *e = o->encoder;
    lince_transform *f = &e->transform;
    int least = o->by_recipe ? o->architecture->recipe->least_size : 0,
        shorter = f->width < f->height ? f->width : f->height,
        longer = f->width < f->height ? f->height : f->width;
    bool known = f->width == expected->width && f->height == expected->height;
    if (shorter >= least || known || longer * least > LARGEST * shorter) return;
    f->width = f->width * least / shorter;
    f->height = f->height * least / shorter;
}

static int choose_size(lince_opening *o, const lince_transform *expected)
{
    lince_picture_encoder *e = o->encoder;
    const lince_sizes *sizes = &e->sizes;
    lince_transform *f = &e->transform;
    LINCE_TRY(lince_image_size_parse(o->settings->image_size, &f->height, &f->width));
    if (f->width) return 0;
    if (!sizes->pictures) return fail_unknown(o);
    bool common = lince_sizes_agree(sizes) && sizes->least_width <= LARGEST && sizes->least_height <= LARGEST;
    f->width = common ? sizes->least_width : USUAL;
    f->height = common ? sizes->least_height : USUAL;
    if (common) enlarge(o, expected);
    tell_size(o);
    return 0;
}

/* The least and the greatest value of the training part are black and white. */
static int measure_range(lince_opening *o)
{
    lince_picture_encoder *e = o->encoder;
    lince_extent extent = {0};
    lince_watch watch = lince_watch_for(o->observer);
    char range[LINCE_RANGE_MAX];
    LINCE_TRY(lince_depth_add(&extent, o->dataset, LINCE_TRAIN, lince_processors(), &watch));
    if (!extent.count || extent.least == extent.greatest) return 0;
    e->range = (lince_range){true, extent.least, extent.greatest};
    lince_range_print(range, &e->range);
    lince_note(o->observer,
               _("pictures of grey with more than 8 bits, or of floats: %zu; the training part's least "
                 "and greatest values become black and white: --range %s; --range chooses others"),
               e->sizes.deep, range);
    return 0;
}

/* What is asked for, else as the weights saw pictures, else measured where there is deep grey. */
static int range_for(lince_opening *o, const lince_range *expected)
{
    lince_picture_encoder *e = o->encoder;
    lince_decoding how = {0};
    char range[LINCE_RANGE_MAX];
    int open = lince_range_parse(o->settings->range, &e->range);
    if (open < 0) return open;
    if (open && expected->given)
        e->range = *expected;
    else if (open && e->sizes.deep)
        LINCE_TRY(measure_range(o));
    LINCE_TRY(lince_decoding_settings(o->settings, &how));
    how.range = e->range;
    lince_dataset_decode_as(o->dataset, &how);
    lince_range_print(range, &how.range);
    return lince_settings_set(o->settings, "range", range);
}

/* How the weights to begin with expect pictures (zero: there are none, or the run is resumed), with what there is
 * to say of that at their own size. */
static int expect(lince_opening *o, lince_picture_encoder *expected, lince_buffer *said)
{
    const char *path = o->settings->weights;
    lince_weights *w;
    *expected = (lince_picture_encoder){0};
    if (!path || o->settings->resume) return 0;
    LINCE_TRY(lince_weights_open(&w, path));
    int code = lince_pictures_guess(expected, o->architecture, w, path, said);
    lince_weights_free(w);
    return code;
}

/* What headers say of all pictures, where something is left open that they decide. */
static int look_at_sizes(lince_opening *o)
{
    lince_picture_encoder *e = o->encoder;
    lince_watch watch = lince_watch_for(o->observer);
    bool open = !strcmp(o->settings->image_size, "0") || !strcmp(o->settings->range, "auto");
    for (int part = 0; part < LINCE_PARTS && open; part++)
        LINCE_TRY(lince_sizes_add(&e->sizes, o->group, o->dataset, (lince_part)part, &watch));
    return 0;
}

int lince_pictures_look(lince_opening *o)
{
    lince_picture_encoder expected;
    lince_buffer said = {0};
    int code = expect(o, &expected, &said);
    lince_buffer_release(&said);
    LINCE_TRY(lince_group_all(o->group, code));
    LINCE_TRY(look_at_sizes(o));
    return range_for(o, &expected.range);
}

/* As the weights saw pictures, where they saw them at this size and nothing else is asked for. */
static int choose_fit(lince_opening *o, const lince_transform *expected, const lince_buffer *said)
{
    lince_picture_encoder *e = o->encoder;
    const lince_settings *s = o->settings;
    lince_transform *f = &e->transform;
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
        if (said->size) lince_note(o->observer, "%.*s", (int)said->size - 1, said->data);
        lince_note(o->observer,
                   _("pictures as the weights expect them: the shorter side resized to %d pixels (%s), "
                     "then %d x %d cut out; --resize chooses another"),
                   f->resize, lince_interpolation_name(f->interpolation), f->width, f->height);
    }
    return 0;
}

/* Whether its numbers are those of the training part. */
static bool is_measured(const lince_picture_encoder *e)
{
    return !strcmp(e->normalize, "auto") || !strcmp(e->normalize, "measured");
}

/* As is asked for, and told where the weights expect something else. */
static int normalise_otherwise(lince_opening *o, const char *name, const lince_picture_encoder *expected)
{
    lince_picture_encoder *e = o->encoder;
    int code = lince_normalize_parse(name, e->transform.mean, e->transform.std);
    bool other = is_measured(e) || (!code && !lince_normalise_alike(&e->transform, &expected->transform));
    if (other && expected->normalize[0])
        lince_note(o->observer, _("--normalize %s: the weights expect %s"), name, expected->normalize);
    return code < 0 ? code : 0;
}

static int choose_normalisation(lince_opening *o, const lince_picture_encoder *expected)
{
    lince_picture_encoder *e = o->encoder;
    const lince_settings *s = o->settings;
    lince_transform *f = &e->transform;
    const char *name = s->normalize ? s->normalize : "auto";
    bool from_weights = !strcmp(name, "auto") && expected->normalize[0];
    snprintf(e->normalize, sizeof e->normalize, "%s", from_weights ? "weights" : name);
    if (!from_weights) return normalise_otherwise(o, name, expected);
    memcpy(f->mean, expected->transform.mean, sizeof f->mean);
    memcpy(f->std, expected->transform.std, sizeof f->std);
    lince_note(o->observer, _("normalised by the numbers that the weights expect: %s"), expected->normalize);
    return lince_settings_set(o->settings, "normalize", expected->normalize);
}

/* What a resumed run is to find without measuring or the weights file. */
static int keep_choices(lince_opening *o)
{
    lince_picture_encoder *e = o->encoder;
    const lince_transform *f = &e->transform;
    char size[32], resize[16];
    snprintf(size, sizeof size, f->width == f->height ? "%d" : "%dx%d", f->height, f->width);
    snprintf(resize, sizeof resize, "%d", f->resize);
    LINCE_TRY(lince_settings_set(o->settings, "image-size", size));
    LINCE_TRY(lince_settings_set(o->settings, "fit", lince_fit_name(f->fit)));
    LINCE_TRY(lince_settings_set(o->settings, "resize", resize));
    return lince_settings_set(o->settings, "interpolation", lince_interpolation_name(f->interpolation));
}

/* What the settings leave open, as far as weights and sizes decide it. `said`: of the weights. */
static int choose_all(lince_opening *o, lince_buffer *said)
{
    lince_picture_encoder *e = o->encoder;
    lince_picture_encoder expected;
    LINCE_TRY(expect(o, &expected, said));
    LINCE_TRY(choose_size(o, &expected.transform));
    LINCE_TRY(choose_fit(o, &expected.transform, said));
    LINCE_TRY(lince_augment_parse(&e->augment, o->settings->augment));
    return choose_normalisation(o, &expected);
}

int lince_pictures_prepare(lince_opening *o)
{
    lince_buffer said = {0};
    int code = choose_all(o, &said);
    lince_buffer_release(&said);
    return code ? code : keep_choices(o);
}

int lince_pictures_measure(lince_opening *o)
{
    lince_picture_encoder *e = o->encoder;
    lince_transform *f = &e->transform;
    if (!is_measured(e)) return 0;
    LINCE_TRY(lince_loader_measure(o->train, f->mean, f->std));
    lince_loader_normalize(o->train, f->mean, f->std);
    return 0;
}
