#include "core/error.h"
#include "core/memory.h"
#include "picture/decode/codec.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
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
    bool no_memory;
    size_t most; /* bytes that it may ask for up to here, */
    bool behind; /* and it asked for more: all rows are there */
    const lince_range *range;
    uint8_t *rows;  /* of deep grey, */
    double *values; /* and a row of it */
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
    if (reader->used > reader->most) {
        reader->behind = true;
        png_error(png, "data behind the picture");
    }
    memcpy(out, reader->bytes + reader->used, size);
    reader->used += size;
}

/* Behind the last row libpng unpacks whatever is left, which may be gigabytes: the last row is all that is still needed. Of an
 * interlaced picture it is that of the seventh pass, which has the odd ones; a picture of one row has none there, and is small. */
static void expect_last(png_reader *reader, const lince_image *image, int passes, int pass, int y)
{
    enum { SLACK = 1 << 16, WIDEST = 8 /* bytes of a pixel */ };
    int last = passes == 1 ? image->height - 1 : (image->height & ~1) - 1;
    bool is_last = image->height == 1 || (pass == passes - 1 && y == last);
    if (is_last && reader->most == SIZE_MAX)
        reader->most = reader->used + SLACK + 2 * WIDEST * (size_t)image->width;
}

static void on_error(png_structp png, png_const_charp message)
{
    png_reader *reader = png_get_error_ptr(png);
    snprintf(reader->reason, sizeof reader->reason, "%s", message);
    png_longjmp(png, 1);
}

/* libpng, and zlib by way of it, call it damage where they have no memory. */
static png_voidp take_memory(png_structp png, png_alloc_size_t size)
{
    png_reader *reader = png_get_mem_ptr(png);
    void *memory = malloc(size);
    if (!memory) reader->no_memory = true;
    return memory;
}

static void give_memory(png_structp png, png_voidp memory)
{
    (void)png;
    free(memory);
}

static void on_warning(png_structp png, png_const_charp message)
{
    (void)png, (void)message;
}

static bool is_deep(int depth, int type)
{
    return depth == 16 && (type == PNG_COLOR_TYPE_GRAY || type == PNG_COLOR_TYPE_GRAY_ALPHA);
}

/* Rows of 16-bit grey come out as they are; whatever else is stored, as 8-bit RGB. */
static void ask_for_rgb(png_structp png, bool deep)
{
    if (deep) {
        png_set_strip_alpha(png);
        return;
    }
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

/* Two bytes a pixel, the upper one first. */
static void put_deep(lince_image *image, int y, const uint8_t *row, double *values, const lince_range *range)
{
    static const lince_range type = {true, 0, 65536};
    for (int x = 0; x < image->width; x++) values[x] = row[2 * x] << 8 | row[2 * x + 1];
    lince_image_put_grey(image, 0, y, image->width, values, range, &type);
}

static void read_rows(png_structp png, png_reader *reader, int passes, uint8_t *rows, size_t stride,
                      const lince_image *image)
{
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < image->height; y++) {
            expect_last(reader, image, passes, pass, y);
            png_read_row(png, rows + (size_t)y * stride, NULL);
        }
}

/* Of an interlaced picture a row is whole after the last pass only. */
static int read_deep(png_structp png, png_reader *reader, int passes, lince_image *image)
{
    size_t width = (size_t)image->width, stride = 2 * width;
    reader->rows = lince_alloc((size_t)image->height, stride);
    reader->values = lince_alloc(width, sizeof *reader->values);
    if (!reader->rows || !reader->values) return LINCE_ENOMEM;
    read_rows(png, reader, passes, reader->rows, stride, image);
    return 0;
}

/* What is left to do once all rows are there. */
static int finish(png_reader *reader, lince_image *image)
{
    for (int y = 0; y < image->height && reader->rows; y++)
        put_deep(image, y, reader->rows + 2 * (size_t)y * (size_t)image->width, reader->values,
                 reader->range);
    return lince_image_orient(image, orientation_of(reader->bytes, reader->size));
}

static int no_memory(const char *name)
{
    return lince_fail(LINCE_ENOMEM, "%s: out of memory while reading a PNG", name);
}

static int read_picture(png_structp png, png_infop info, png_reader *reader, lince_image *image)
{
    if (setjmp(png_jmpbuf(png))) {
        if (reader->no_memory) return no_memory(reader->name);
        if (reader->behind) return finish(reader, image);
        if (reader->ended)
            return lince_fail(LINCE_EFORMAT,
                              "%s: truncated PNG: the file ends at byte %zu, before the picture is complete",
                              reader->name, reader->size);
        return lince_fail(LINCE_EFORMAT, "%s: damaged PNG: %s (at byte %zu of %zu)", reader->name,
                          reader->reason, reader->used, reader->size);
    }
    png_set_read_fn(png, reader, read_bytes);
    /* Our own limit is told better than libpng's. */
    png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_read_info(png, info);
    LINCE_TRY(lince_image_claim(image, png_get_image_width(png, info), png_get_image_height(png, info),
                                reader->size, PIXELS_PER_BYTE, reader->name));
    bool deep = is_deep(png_get_bit_depth(png, info), png_get_color_type(png, info));
    ask_for_rgb(png, deep);
    int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    size_t stride = (size_t)image->width * (deep ? 2 : 3);
    if (png_get_rowbytes(png, info) != stride) png_error(png, "rows of an unexpected size");
    if (deep)
        LINCE_TRY(read_deep(png, reader, passes, image));
    else
        read_rows(png, reader, passes, image->pixels, stride, image);
    return finish(reader, image);
}

/* The size is in the first chunk. A turn that stands behind the bytes at hand is not seen: few files have it
 * there, and reading all of each would take as long as decoding. */
static bool measure(const uint8_t *bytes, size_t size, lince_picture_head *head)
{
    enum { IHDR = 13 };
    if (size < SIGNATURE + AROUND + IHDR) return false;
    uint32_t w = png_get_uint_32(bytes + 16), h = png_get_uint_32(bytes + 20);
    head->deep = is_deep(bytes[24], bytes[25]);
    return lince_upright(w, h, orientation_of(bytes, size), head);
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name)
{
    png_reader reader = {.name = name, .bytes = bytes, .size = size, .most = SIZE_MAX, .range = &how->range};
    png_structp png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, &reader, on_error, on_warning, &reader,
                                               take_memory, give_memory);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    int code = info ? read_picture(png, info, &reader, image) : no_memory(name);
    png_destroy_read_struct(&png, &info, NULL);
    lince_free(reader.rows);
    lince_free(reader.values);
    return code;
}

const lince_codec lince_png = {
    .name = "PNG", .endings = {".png"}, .recognise = recognise, .measure = measure, .decode = decode};

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
