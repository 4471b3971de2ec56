/* Pictures as an ONNX graph takes them: normalised, or (`raw`) as bytes.
 *
 * Resizing stays outside: what lince computes is Pillow's antialiased resize of 8-bit pictures, which ONNX's Resize of opset 17
 * has not. Of a crop the graph does what follows: the window in the middle, at torchvision's offsets. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "modality/pictures/pictures.h"

#include <stdio.h>

static const lince_onnx_dim batch = {.name = "batch"};

/* (whole - part) / 2, rounded half to even. */
static lince_onnx_value centre(lince_onnx *g, lince_onnx_value whole, lince_onnx_value part)
{
    lince_onnx_value more = LINCE_ONNX(g, "Cast", LINCE_ONNX(g, "Sub", whole, part));
    lince_onnx_int(g, "to", LINCE_ONNX_FLOAT);
    lince_onnx_value rounded = LINCE_ONNX(g, "Round", LINCE_ONNX(g, "Mul", more, lince_onnx_scalar(g, 0.5f))),
                     y = LINCE_ONNX(g, "Cast", rounded);
    lince_onnx_int(g, "to", LINCE_ONNX_INT64);
    return y;
}

/* The window in the middle of x [n][height][width][3]. */
static lince_onnx_value crop(lince_onnx *g, const lince_transform *t, lince_onnx_value x)
{
    lince_onnx_value size = lince_onnx_longs(g, 2, (int64_t[]){t->height, t->width}),
                     axes = lince_onnx_longs(g, 2, (int64_t[]){1, 2}),
                     whole = LINCE_ONNX(g, "Gather", LINCE_ONNX(g, "Shape", x), axes),
                     begin = centre(g, whole, size), end = LINCE_ONNX(g, "Add", begin, size);
    return LINCE_ONNX(g, "Slice", x, begin, end, axes);
}

/* ToTensor and Normalize, in their order of operations. */
static lince_onnx_value normalise(lince_onnx *g, const lince_transform *t, lince_onnx_value bytes)
{
    lince_onnx_value x = LINCE_ONNX(g, "Cast", bytes);
    lince_onnx_int(g, "to", LINCE_ONNX_FLOAT);
    x = LINCE_ONNX(g, "Div", x, lince_onnx_scalar(g, 255));
    x = LINCE_ONNX(g, "Sub", x, lince_onnx_floats(g, 3, t->mean));
    x = LINCE_ONNX(g, "Div", x, lince_onnx_floats(g, 3, t->std));
    return lince_onnx_transpose(g, x, 4, (int64_t[]){0, 3, 1, 2});
}

/* What has been done to pictures before they come in. */
static void say_fit(const lince_transform *t, char *out, size_t size)
{
    const char *how = lince_interpolation_name(t->interpolation);
    switch (t->fit) {
    case LINCE_FIT_CROP:
        if (t->resize)
            snprintf(out, size, "resized (Pillow's, %s) so that the shorter side has %d pixels", how,
                     t->resize);
        else
            snprintf(out, size, "resized (Pillow's, %s) to the smallest size that covers %d x %d", how,
                     t->height, t->width);
        break;
    case LINCE_FIT_SQUASH:
        snprintf(out, size, "resized (Pillow's, %s) to %d x %d", how, t->height, t->width);
        break;
    case LINCE_FIT_PAD:
        snprintf(out, size, "resized (Pillow's, %s) to fit into %d x %d, black around it", how, t->height,
                 t->width);
        break;
    }
}

lince_onnx_value lince_pictures_express(const void *encoder, lince_onnx *g, bool raw)
{
    const lince_transform *t = &((const lince_picture_encoder *)encoder)->transform;
    bool cropped = raw && t->fit == LINCE_FIT_CROP;
    char fit[128], about[384];
    say_fit(t, fit, sizeof fit);
    if (!raw) {
        snprintf(
            about, sizeof about,
            "red, green and blue of pictures %s%s, each (value / 255 - mean) / std: mean %.6g %.6g %.6g, std %.6g %.6g %.6g",
            fit, t->fit == LINCE_FIT_CROP ? " and cut to the middle" : "", (double)t->mean[0],
            (double)t->mean[1], (double)t->mean[2], (double)t->std[0], (double)t->std[1], (double)t->std[2]);
        return lince_onnx_input(
            g, "input", about, LINCE_ONNX_FLOAT, 4,
            (lince_onnx_dim[]){batch, {.size = 3}, {.size = t->height}, {.size = t->width}});
    }
    snprintf(about, sizeof about, "red, green and blue, 0 to 255, of pictures %s%s", fit,
             cropped ? "; the graph cuts out the middle" : "");
    lince_onnx_value x =
        lince_onnx_input(g, "pixels", about, LINCE_ONNX_UINT8, 4,
                         (lince_onnx_dim[]){batch,
                                            {.size = cropped ? 0 : t->height, .name = "height"},
                                            {.size = cropped ? 0 : t->width, .name = "width"},
                                            {.size = 3}});
    return normalise(g, t, cropped ? crop(g, t, x) : x);
}

void lince_pictures_tell_express(const void *encoder, bool raw, lince_buffer *out)
{
    const lince_transform *t = &((const lince_picture_encoder *)encoder)->transform;
    if (!raw)
        lince_buffer_puts(
            out, _("normalised pictures go in; --with-preprocessing puts that into the file, too\n"));
    else if (t->fit != LINCE_FIT_CROP)
        lince_buffer_printf(
            out,
            _("pictures go in at %d x %d pixels: what lince resizes with (Pillow's way, --fit %s, %s) "
              "has no equal in ONNX, and stays outside\n"),
            t->height, t->width, lince_fit_name(t->fit), lince_interpolation_name(t->interpolation));
    else if (t->resize)
        lince_buffer_printf(
            out,
            _("pictures go in with %d pixels on their shorter side, and the middle is cut out: what lince "
              "resizes with (Pillow's way, %s) has no equal in ONNX, and stays outside\n"),
            t->resize, lince_interpolation_name(t->interpolation));
    else
        lince_buffer_printf(
            out,
            _("pictures go in at the smallest size that covers %d x %d pixels, and the middle is cut out: what "
              "lince resizes with (Pillow's way, %s) has no equal in ONNX, and stays outside\n"),
            t->height, t->width, lince_interpolation_name(t->interpolation));
}

/* --- made-up ones --------------------------------------------------------------------------------- */

/* As large as resizing would leave them, a little longer than what is cut out. */
static void probe_size(const lince_transform *t, bool raw, int *height, int *width)
{
    enum { MORE = 7 };
    *height = t->resize ? t->resize : t->height;
    *width = t->resize ? t->resize : t->width;
    if (t->fit == LINCE_FIT_CROP && raw && t->width >= t->height)
        *height += MORE;
    else if (t->fit == LINCE_FIT_CROP && raw)
        *width += MORE;
}

static int fill(const lince_transform *t, lince_probe *probe, uint8_t *bytes, int height, int width)
{
    lince_random random = lince_random_at(lince_key(1, LINCE_STREAM_SYNTH, 0, 0));
    size_t picture = 3 * (size_t)height * (size_t)width, input = 3 * (size_t)t->height * (size_t)t->width;
    for (size_t i = 0; i < (size_t)probe->n * picture; i++)
        bytes[i] = (uint8_t)lince_random_below(&random, 256);
    for (size_t i = 0; i < (size_t)probe->n; i++) {
        lince_image in = {.width = width, .height = height, .pixels = bytes + i * picture}, out;
        LINCE_TRY(lince_transform_fit(t, &in, &out));
        lince_transform_normalise(t, out.pixels, probe->x + i * input);
        lince_image_release(&out);
    }
    return 0;
}

int lince_pictures_try(const void *encoder, int n, bool raw, lince_probe *probe)
{
    const lince_transform *t = &((const lince_picture_encoder *)encoder)->transform;
    int height, width;
    size_t input = 3 * (size_t)t->height * (size_t)t->width;
    probe->n = n;
    probe_size(t, raw, &height, &width);
    if (!(probe->x = lince_alloc((size_t)n * input, sizeof *probe->x))) return LINCE_ENOMEM;
    if (raw) {
        uint8_t *bytes =
            lince_probe_add(probe, "pixels", LINCE_ONNX_UINT8, 4, (int64_t[]){n, height, width, 3});
        return bytes ? fill(t, probe, bytes, height, width) : LINCE_ENOMEM;
    }
    float *x = lince_probe_add(probe, "input", LINCE_ONNX_FLOAT, 4, (int64_t[]){n, 3, t->height, t->width});
    lince_random random = lince_random_at(lince_key(1, LINCE_STREAM_SYNTH, 0, 0));
    for (size_t i = 0; i < (size_t)n * input && x; i++) x[i] = probe->x[i] = lince_random_normal(&random);
    return x ? 0 : LINCE_ENOMEM;
}
