#include "core/error.h"
#include "core/memory.h"
#include "data/codec.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

/* Deflate shrinks at most 1032 to 1 (zlib's technical notes), and a row takes at least one bit a pixel. */
enum { PIXELS_PER_BYTE = 1032 * 8 };

/* libpng reports failures by longjmp. All state lives in such a struct of the caller's, so that no local
 * variable of a function that calls setjmp is changed between the jump and its target. */
typedef struct png_reader {
    const char *name;
    const uint8_t *bytes;
    size_t size, used;
    bool ended; /* libpng asked for more than there is */
    char reason[128];
} png_reader;

static bool recognise(const uint8_t *bytes, size_t size)
{
    return size >= 8 && !png_sig_cmp(bytes, 0, 8);
}

static void read_bytes(png_structp png, png_bytep out, size_t size)
{
    png_reader *reader = png_get_io_ptr(png);
    if (size > reader->size - reader->used) {
        reader->ended = true;
        png_error(png, "the end of the file");
    }
    memcpy(out, reader->bytes + reader->used, size);
    reader->used += size;
}

static void on_error(png_structp png, png_const_charp message)
{
    png_reader *reader = png_get_error_ptr(png);
    snprintf(reader->reason, sizeof reader->reason, "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

/* Whatever is stored, rows come out as 8-bit RGB. */
static void ask_for_rgb(png_structp png)
{
    png_set_strip_16(png);
    png_set_expand(png);
    png_set_strip_alpha(png);
    png_set_gray_to_rgb(png);
}

/* Chunks: length, type, data, checksum. Exif may stand before the pixels or behind them. */
enum { SIGNATURE = 8, AROUND = 12 };

static int orientation_of(const uint8_t *bytes, size_t size)
{
    for (size_t at = SIGNATURE; at + AROUND <= size;) {
        uint32_t length = png_get_uint_32(bytes + at);
        if (length > size - at - AROUND) break;
        if (!memcmp(bytes + at + 4, "eXIf", 4)) return lince_exif_orientation(bytes + at + 8, length);
        at += AROUND + length;
    }
    return 1;
}

static int read_picture(png_structp png, png_infop info, png_reader *reader, lince_image *image)
{
    if (setjmp(png_jmpbuf(png))) {
        if (reader->ended)
            return lince_fail(
                LINCE_EFORMAT,
                "%s: truncated PNG: the file ends after %zu bytes, before the picture is complete",
                reader->name, reader->size);
        return lince_fail(LINCE_EFORMAT, "%s: damaged PNG: %s (after %zu of %zu bytes)", reader->name,
                          reader->reason, reader->used, reader->size);
    }
    png_set_read_fn(png, reader, read_bytes);
    /* Our own limit is told better than libpng's. */
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_read_info(png, info);
    LINCE_TRY(lince_image_claim(image, png_get_image_width(png, info), png_get_image_height(png, info),
                                reader->size, PIXELS_PER_BYTE, reader->name));
    ask_for_rgb(png);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = (size_t)image->width * 3;
    if (png_get_rowbytes(png, info) != stride) png_error(png, "rows of an unexpected size");
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < image->height; y++) png_read_row(png, image->pixels + (size_t)y * stride, NULL);
    return lince_image_orient(image, orientation_of(reader->bytes, reader->size));
}

/* The size is in the first chunk. A turn that stands behind the bytes at hand is not seen: few files have it
 * there, and reading all of each would take as long as decoding. */
static bool measure(const uint8_t *bytes, size_t size, int *width, int *height)
{
    enum { IHDR = 13 };
    if (size < SIGNATURE + AROUND + IHDR) return false;
    uint32_t w = png_get_uint_32(bytes + 16), h = png_get_uint_32(bytes + 20);
    return lince_upright(w, h, orientation_of(bytes, size), width, height);
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const char *name)
{
    png_reader reader = {.name = name, .bytes = bytes, .size = size};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    int code = info ? read_picture(png, info, &reader, image)
                    : lince_fail(LINCE_ENOMEM, "%s: out of memory while reading a PNG", name);
    png_destroy_read_struct(&png, &info, NULL);
    return code;
}

const lince_codec lince_png = {.name = "PNG", .recognise = recognise, .measure = measure, .decode = decode};

typedef struct png_writer {
    uint8_t *bytes;
    size_t size, capacity;
} png_writer;

static void write_bytes(png_structp png, png_bytep bytes, size_t size)
{
    png_writer *writer = png_get_io_ptr(png);
    if (lince_grow(&writer->bytes, &writer->capacity, writer->size + size, 1) < 0)
        png_error(png, "out of memory");
    memcpy(writer->bytes + writer->size, bytes, size);
    writer->size += size;
}

static void flush_nothing(png_structp png)
{
    (void)png;
}

static int write_picture(png_structp png, png_infop info, png_writer *writer, const lince_image *image)
{
    if (setjmp(png_jmpbuf(png))) return LINCE_ENOMEM;
    png_set_write_fn(png, writer, write_bytes, flush_nothing);
    png_set_IHDR(png, info, (png_uint_32)image->width, (png_uint_32)image->height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < image->height; y++)
        png_write_row(png, image->pixels + (size_t)y * (size_t)image->width * 3);
    png_write_end(png, info);
    return 0;
}

int lince_image_encode_png(const lince_image *image, uint8_t **bytes, size_t *size)
{
    png_writer writer = {0};
    png_reader failure = {0};
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &failure, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    int code = info ? write_picture(png, info, &writer, image) : LINCE_ENOMEM;
    png_destroy_write_struct(&png, &info);
    if (code < 0) {
        lince_free(writer.bytes);
        return lince_fail(code, "out of memory while writing a PNG of %d x %d pixels", image->width,
                          image->height);
    }
    *bytes = writer.bytes;
    *size = writer.size;
    return 0;
}
