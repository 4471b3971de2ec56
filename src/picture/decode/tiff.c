/* The first page of a TIFF: deep grey (tiff_grey.h), or what libtiff makes 8-bit RGB of. */
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "picture/decode/codec.h"
#include "picture/decode/tiff_grey.h"

#include <stdio.h>
#include <string.h>
#include <tiffio.h>

/* Bytes, by libtiff. Version 4.5 writes where an allocation of what it makes of a header gave nothing. */
enum { ALLOCATED_AT_ONCE = 256 << 20, AT_HAND = 4 << 20 };

typedef struct tiff_reader {
    const uint8_t *bytes;
    size_t size, at;
    char reason[200];
} tiff_reader;

static bool recognise(const uint8_t *bytes, size_t size)
{
    return size >= 4 && (!memcmp(bytes, "II*\0", 4) || !memcmp(bytes, "MM\0*", 4));
}

static tmsize_t pull(thandle_t handle, void *out, tmsize_t count)
{
    tiff_reader *r = handle;
    size_t left = r->at < r->size ? r->size - r->at : 0, n = (size_t)count < left ? (size_t)count : left;
    memcpy(out, r->bytes + (n ? r->at : 0), n);
    r->at += n;
    return (tmsize_t)n;
}

static tmsize_t push(thandle_t handle, void *bytes, tmsize_t count)
{
    (void)handle, (void)bytes, (void)count;
    return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence)
{
    tiff_reader *r = handle;
    r->at = (size_t)offset + (whence == SEEK_CUR ? r->at : whence == SEEK_END ? r->size : 0);
    return r->at;
}

static int close_nothing(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t size_of(thandle_t handle)
{
    return ((const tiff_reader *)handle)->size;
}

static int on_error(TIFF *tiff, void *context, const char *module, const char *format, va_list args)
{
    tiff_reader *r = context;
    (void)tiff, (void)module;
    vsnprintf(r->reason, sizeof r->reason, format, args);
    return 1;
}

static int on_warning(TIFF *tiff, void *context, const char *module, const char *format, va_list args)
{
    (void)tiff, (void)context, (void)module, (void)format, (void)args;
    return 1;
}

static TIFF *open_tiff(tiff_reader *r)
{
    TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
    if (!options) return NULL;
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, ALLOCATED_AT_ONCE);
    TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, r);
    TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, r);
    TIFF *tiff =
        TIFFClientOpenExt("picture", "rm", r, pull, push, seek, close_nothing, size_of, NULL, NULL, options);
    TIFFOpenOptionsFree(options);
    return tiff;
}

static void read_head(TIFF *tiff, uint32_t *width, uint32_t *height, uint16_t *orientation)
{
    *width = *height = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, width);
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, height);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, orientation);
}

static bool measure(const uint8_t *bytes, size_t size, lince_picture_head *head)
{
    tiff_reader r = {.bytes = bytes, .size = size};
    TIFF *tiff = open_tiff(&r);
    uint32_t w, h;
    uint16_t orientation = 1;
    if (!tiff) return false;
    read_head(tiff, &w, &h, &orientation);
    head->deep = lince_tiff_is_deep(tiff);
    TIFFClose(tiff);
    return lince_upright(w, h, orientation, head);
}

static int damaged(const tiff_reader *r, const char *name)
{
    return lince_fail(LINCE_EFORMAT, "%s: truncated or damaged TIFF, or of a kind that is not read: %s", name,
                      *r->reason ? r->reason : "?");
}

/* Rows as they are stored, whatever their orientation: that is undone afterwards, for all formats alike. */
static int read_rgb(TIFF *tiff, uint16_t orientation, lince_image *image)
{
    size_t count = (size_t)image->width * (size_t)image->height;
    uint32_t *raster = lince_alloc(count, sizeof *raster);
    if (!raster) return LINCE_ENOMEM;
    int done = TIFFReadRGBAImageOriented(tiff, (uint32_t)image->width, (uint32_t)image->height, raster,
                                         orientation, 1);
    for (size_t i = 0; i < count && done; i++) {
        image->pixels[3 * i] = (uint8_t)TIFFGetR(raster[i]);
        image->pixels[3 * i + 1] = (uint8_t)TIFFGetG(raster[i]);
        image->pixels[3 * i + 2] = (uint8_t)TIFFGetB(raster[i]);
    }
    lince_free(raster);
    return done ? 0 : LINCE_EFORMAT;
}

/* Of several channels, which libtiff makes no RGB of. */
static int check_type(TIFF *tiff, const char *name)
{
    uint16_t bits = 8, format = SAMPLEFORMAT_UINT;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    if (bits <= 16 && (format == SAMPLEFORMAT_UINT || format == SAMPLEFORMAT_VOID)) return 0;
    return lince_fail(
        LINCE_EUNSUPPORTED,
        "%s: a TIFF of %d-bit %s; of colours only whole numbers of up to 16 bits, from 0 on, are "
        "read, of grey those of 16 and 32 bits and floats of 32 and 64; save it so",
        name, bits, format == SAMPLEFORMAT_IEEEFP ? _("floats") : _("numbers"));
}

static int read_picture(TIFF *tiff, const tiff_reader *r, const lince_range *range, lince_image *image,
                        const char *name)
{
    uint32_t width, height;
    uint16_t orientation = 1;
    bool deep = lince_tiff_is_deep(tiff);
    read_head(tiff, &width, &height, &orientation);
    if (orientation < 1 || orientation > 8) orientation = 1;
    if (!deep) LINCE_TRY(check_type(tiff, name));
    LINCE_TRY(lince_image_claim(image, width, height, r->size, 0, name));
    int code = deep ? lince_tiff_read_grey(tiff, range, image) : read_rgb(tiff, orientation, image);
    if (code == LINCE_EFORMAT) return damaged(r, name);
    return code ? code : lince_image_orient(image, orientation);
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name)
{
    tiff_reader r = {.bytes = bytes, .size = size};
    LINCE_TRY(lince_memory_at_hand(AT_HAND + 2 * size));
    TIFF *tiff = open_tiff(&r);
    if (!tiff) return damaged(&r, name);
    int code = read_picture(tiff, &r, &how->range, image, name);
    TIFFClose(tiff);
    return code;
}

const lince_codec lince_tiff = {.name = "TIFF",
                                .endings = {".tif", ".tiff"},
                                .recognise = recognise,
                                .measure = measure,
                                .decode = decode};
