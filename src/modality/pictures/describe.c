/* What there is to say of pictures: in a run's data.json, of a part that is measured, and by `lince info`. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/number.h"
#include "core/parallel.h"
#include "core/tell.h"
#include "data/depth.h"
#include "modality/pictures/pictures.h"

/* --- data.json ------------------------------------------------------------------------------------ */

/* Pictures that are used though their data end before they are complete. */
static json_t *incomplete_json(const lince_dataset *d)
{
    json_t *array = json_array();
    for (int p = 0; p < LINCE_PARTS; p++)
        for (size_t i = 0; i < lince_dataset_count(d, (lince_part)p); i++)
            if (lince_dataset_is_incomplete(d, (lince_part)p, i))
                lince_json_add(&array, lince_json_pack("{s:s, s:s}", "part", lince_part_name((lince_part)p),
                                                       "path", lince_dataset_name(d, (lince_part)p, i)));
    return array;
}

static json_t *three(const float v[3])
{
    return lince_json_pack("[f, f, f]", (double)v[0], (double)v[1], (double)v[2]);
}

void lince_pictures_describe(const lince_opening *o, json_t **data)
{
    const lince_picture_encoder *e = o->encoder;
    const lince_transform *f = &e->transform;
    char range[LINCE_RANGE_MAX];
    lince_range_print(range, &e->range);
    lince_json_put(data, "range", lince_json_string(range));
    lince_json_put(data, "incomplete", incomplete_json(o->dataset));
    const char *augment = o->settings->augment ? o->settings->augment : "none";
    lince_json_put(data, "image_size", lince_json_pack("[i, i]", f->width, f->height));
    lince_json_put(data, "fit", lince_json_string(lince_fit_name(f->fit)));
    lince_json_put(data, "resize", json_integer(f->resize));
    lince_json_put(data, "interpolation", lince_json_string(lince_interpolation_name(f->interpolation)));
    lince_json_put(data, "normalize",
                   lince_json_pack("{s:s, s:o, s:o}", "name", e->normalize, "mean", three(f->mean), "std",
                                   three(f->std)));
    lince_json_put(data, "augment", lince_json_string(augment));
}

/* --- a part ------------------------------------------------------------------------------------- */

void lince_pictures_tell_part(const lince_dataset *d, lince_part part, const lince_observer *o)
{
    const char *first;
    size_t incomplete = lince_dataset_incomplete(d, part, &first);
    if (incomplete)
        lince_warn(
            o,
            _("JPEGs of the %s part whose data end before the picture is complete: %zu, the first: %s; what "
              "there is of them is used, the rest is grey (--incomplete refuse takes them for unreadable)"),
            lince_part_title(part), incomplete, first);
}

void lince_pictures_tell_views(const void *encoder, const lince_loader *loader, lince_part part,
                               const lince_observer *observer)
{
    const lince_picture_encoder *e = encoder;
    (void)loader;
    (void)part;
    if (e->views.count)
        lince_note(observer, _("each answer is the mean of %d views of the picture (--tta %s)"),
                   e->views.count, e->views.name);
}

/* --- lince info ----------------------------------------------------------------------------------- */

/* What the pictures measure, over all parts; of deep grey also its values. */
int lince_pictures_put_info(lince_dataset *d, const lince_watch *watch, json_t **info)
{
    lince_sizes s = {0};
    lince_extent e = {0};
    for (int p = 0; p < LINCE_PARTS; p++)
        LINCE_TRY(lince_sizes_add(&s, &lince_alone, d, (lince_part)p, watch));
    json_t *sizes =
        lince_json_pack("{s:[i, i], s:[i, i], s:I}", "width", s.least_width, s.greatest_width, "height",
                        s.least_height, s.greatest_height, "unknown", (json_int_t)s.unknown);
    if (s.unread)
        lince_json_put(&sizes, "unread",
                       lince_json_pack("{s:I, s:s}", "n", (json_int_t)s.unread, "first", s.why));
    int code = 0;
    for (int p = 0; p < LINCE_PARTS && s.deep && !code; p++)
        code = lince_depth_add(&e, d, (lince_part)p, lince_processors(), watch);
    if (e.count)
        lince_json_put(&sizes, "deep",
                       lince_json_pack("{s:I, s:f, s:f}", "n", (json_int_t)s.deep, "least", e.least,
                                       "greatest", e.greatest));
    lince_json_put(info, "pixels", sizes);
    return code;
}

static void put_depth(lince_buffer *out, const json_t *deep)
{
    char least[LINCE_NUMBER_MAX], greatest[LINCE_NUMBER_MAX];
    lince_number_print(least, json_number_value(json_object_get(deep, "least")), 9);
    lince_number_print(greatest, json_number_value(json_object_get(deep, "greatest")), 9);
    lince_buffer_printf(
        out,
        _("pictures of grey with more than 8 bits, or of floats: %.0f, with values from %s to "
          "%s (--range says which are black and white)\n"),
        json_number_value(json_object_get(deep, "n")), least, greatest);
}

static void put_sizes(lince_buffer *out, const json_t *pixels)
{
    const json_t *width = json_object_get(pixels, "width"), *height = json_object_get(pixels, "height");
    double unknown = json_number_value(json_object_get(pixels, "unknown")),
           narrowest = json_number_value(json_array_get(width, 0)),
           widest = json_number_value(json_array_get(width, 1)),
           lowest = json_number_value(json_array_get(height, 0)),
           highest = json_number_value(json_array_get(height, 1));
    if (narrowest == widest && lowest == highest)
        lince_buffer_printf(out, _("pictures: %.0fx%.0f pixels\n"), widest, highest);
    else
        lince_buffer_printf(out, _("pictures: %.0f to %.0f pixels wide, %.0f to %.0f high\n"), narrowest,
                            widest, lowest, highest);
    if (unknown > 0) lince_buffer_printf(out, _("pictures whose size cannot be read: %.0f\n"), unknown);
    const json_t *unread = json_object_get(pixels, "unread");
    if (unread)
        lince_buffer_printf(out, _("files that cannot be read: %.0f, the first: %s\n"),
                            json_number_value(json_object_get(unread, "n")),
                            json_string_value(json_object_get(unread, "first")));
    if (json_object_get(pixels, "deep")) put_depth(out, json_object_get(pixels, "deep"));
}

void lince_pictures_print_info(const json_t *info, lince_buffer *out)
{
    const json_t *pixels = json_object_get(info, "pixels");
    if (pixels) put_sizes(out, pixels);
}
