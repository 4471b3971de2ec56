/* What weights say of the pictures that they expect: size, fit, range and normalisation. */
#include "core/error.h"
#include "core/i18n.h"
#include "modality/pictures/pictures.h"
#include "models/published.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    float mean[3], std[3];
} known[] = {
    {"imagenet", {0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}},      /* torchvision's models */
    {"cifar10", {0.4914f, 0.4822f, 0.4465f}, {0.2470f, 0.2435f, 0.2616f}}, /* of its training part */
    {"none", {0, 0, 0}, {1, 1, 1}},
};

int lince_normalize_parse(const char *text, float mean[3], float std[3])
{
    if (!strcmp(text, "auto") || !strcmp(text, "measured")) return 1;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(known[i].name, text)) {
            memcpy(mean, known[i].mean, sizeof known[i].mean);
            memcpy(std, known[i].std, sizeof known[i].std);
            return 0;
        }
    int end = 0;
    if (sscanf(text, "%f,%f,%f:%f,%f,%f%n", &mean[0], &mean[1], &mean[2], &std[0], &std[1], &std[2], &end) ==
            6 &&
        !text[end] && std[0] > 0 && std[1] > 0 && std[2] > 0)
        return 0;
    return lince_fail(LINCE_EUSAGE,
                      "--normalize %s: expected auto, measured, imagenet, cifar10, none or "
                      "mean,mean,mean:std,std,std",
                      text);
}

bool lince_normalise_alike(const lince_transform *a, const lince_transform *b)
{
    for (int c = 0; c < 3; c++)
        if (a->mean[c] != b->mean[c] || a->std[c] != b->std[c]) return false;
    return true;
}

int lince_pictures_write(const void *encoder, lince_passport *passport)
{
    const lince_picture_encoder *e = encoder;
    char size[32], resize[16], numbers[160], range[LINCE_RANGE_MAX];
    const lince_transform *t = &e->transform;
    snprintf(size, sizeof size, "%dx%d", t->width, t->height);
    snprintf(numbers, sizeof numbers, "%.9g,%.9g,%.9g:%.9g,%.9g,%.9g", (double)t->mean[0], (double)t->mean[1],
             (double)t->mean[2], (double)t->std[0], (double)t->std[1], (double)t->std[2]);
    snprintf(resize, sizeof resize, "%d", t->resize);
    lince_range_print(range, &e->range);
    LINCE_TRY(lince_passport_put(passport, "lince.image_size", size));
    LINCE_TRY(lince_passport_put(passport, "lince.fit", lince_fit_name(t->fit)));
    LINCE_TRY(lince_passport_put(passport, "lince.resize", resize));
    LINCE_TRY(
        lince_passport_put(passport, "lince.interpolation", lince_interpolation_name(t->interpolation)));
    LINCE_TRY(lince_passport_put(passport, "lince.range", range));
    return lince_passport_put(passport, "lince.normalize", numbers);
}

/* Files of lince 0.1 have none of this: they were made with what is usual. */
static int read_fit(lince_picture_encoder *e, const lince_weights *w, const char *path)
{
    lince_transform *t = &e->transform;
    const char *resize = lince_weights_metadata(w, "lince.resize"),
               *range = lince_weights_metadata(w, "lince.range");
    int code = lince_transform_set(t, lince_weights_metadata(w, "lince.fit"),
                                   resize ? (int)strtol(resize, NULL, 10) : 0,
                                   lince_weights_metadata(w, "lince.interpolation"));
    if (!code) code = lince_transform_check(t);
    if (!code && range) code = lince_range_parse(range, &e->range);
    return code ? lince_fail_in(LINCE_EDATA, path) : 0;
}

int lince_pictures_read(void *encoder, const lince_weights *w, const char *path)
{
    lince_picture_encoder *e = encoder;
    const char *size = lince_weights_metadata(w, "lince.image_size"),
               *normalize = lince_weights_metadata(w, "lince.normalize");
    lince_transform *t = &e->transform;
    if (sscanf(size, "%dx%d", &t->width, &t->height) != 2 || t->width < 1 || t->height < 1 ||
        t->width > 4096 || t->height > 4096)
        return lince_fail(LINCE_EDATA,
                          "%s: its metadata 'lince.image_size' is '%.40s'; expected WIDTHxHEIGHT", path,
                          size);
    LINCE_TRY(read_fit(e, w, path));
    snprintf(e->normalize, sizeof e->normalize, "%s", normalize);
    return lince_normalize_parse(normalize, t->mean, t->std);
}

static lince_interpolation of_curve(bool bicubic)
{
    return bicubic ? LINCE_BICUBIC : LINCE_BILINEAR;
}

/* As their file says or, where lince did not write it, as the architecture was published (`normalize` alone may be in its
 * metadata). LINCE_EDATA. */
static int expected_of(lince_picture_encoder *e, const lince_architecture *a, const lince_weights *w,
                       const char *path)
{
    const char *said = lince_weights_metadata(w, "normalize"), *normalize = said           ? said
                                                                            : a->normalize ? a->normalize
                                                                                           : "imagenet";
    if (lince_weights_metadata(w, "lince.image_size") && lince_weights_metadata(w, "lince.normalize"))
        return lince_pictures_read(e, w, path);
    const lince_published *set = lince_published_named(a->name, path);
    e->transform = (lince_transform){.width = a->image_size,
                                     .height = a->image_size,
                                     .resize = set ? set->resize : a->resize,
                                     .interpolation = of_curve(set ? set->bicubic : a->bicubic)};
    snprintf(e->normalize, sizeof e->normalize, "%s", normalize);
    return lince_normalize_parse(e->normalize, e->transform.mean, e->transform.std);
}

/* Which of the architecture's published sets the file is by its name, where they want pictures fitted differently, or that
 * it cannot be told. A line, or nothing. */
static void tell_published(const lince_architecture *a, const lince_weights *w, const char *path,
                           lince_buffer *out)
{
    const lince_published *set = lince_published_named(a->name, path),
                          *second = lince_published_second(a->name);
    if (!second || lince_weights_metadata(w, "lince.image_size")) return;
    if (set)
        lince_buffer_printf(out, _("%s: by its name torchvision's %s: the shorter side at %d pixels\n"), path,
                            set->name, set->resize);
    else
        lince_buffer_printf(out,
                            _("%s: its name does not tell which of the published weights of %s it holds; the "
                              "shorter side at %d pixels (%s), as for IMAGENET1K_V1; for V2: --resize %d "
                              "--interpolation %s\n"),
                            path, a->name, a->resize, lince_interpolation_name(of_curve(a->bicubic)),
                            second->resize, lince_interpolation_name(of_curve(second->bicubic)));
}

int lince_pictures_guess(void *encoder, const lince_architecture *a, const lince_weights *w, const char *path,
                         lince_buffer *notes)
{
    LINCE_TRY(expected_of(encoder, a, w, path));
    if (notes) tell_published(a, w, path, notes);
    return 0;
}

void lince_pictures_publish(void *encoder, const lince_architecture *a)
{
    lince_picture_encoder *e = encoder;
    e->transform = (lince_transform){.width = a->image_size, .height = a->image_size};
}
