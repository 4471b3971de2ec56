#include "core/error.h"
#include "core/memory.h"
#include "picture/decode/codec.h"

#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

/* A Huffman-coded block of 8 x 8 takes at least one bit in a scan. Arithmetic coding has no such bound. */
enum { PIXELS_PER_BYTE = 64 * 8, EXIF_MARKER = JPEG_APP0 + 1, MAX_SCANS = 500 };

/* As in png.c: what changes between setjmp and longjmp lives in a struct of the caller's. */
typedef struct jpeg_reader {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    const char *name;
    const uint8_t *bytes;
    size_t size;
    int least;     /* pixels of the shorter side that suffice; 0: all */
    bool ended;    /* libjpeg asked for more than there is */
    bool lost;     /* data are damaged or missing: libjpeg goes on, with grey where it has nothing */
    uint8_t *cmyk; /* one row */
    char reason[JMSG_LENGTH_MAX];
} jpeg_reader;

static bool recognise(const uint8_t *bytes, size_t size)
{
    return size >= 3 && !memcmp(bytes, "\xff\xd8\xff", 3);
}

static void on_error(j_common_ptr jpeg)
{
    jpeg_reader *reader = jpeg->client_data;
    jpeg->err->format_message(jpeg, reader->reason);
    longjmp(reader->failed, 1);
}

/* Warnings that cost a part of the picture; others (bytes between markers, ...) lose nothing. */
static void on_message(j_common_ptr jpeg, int level)
{
    static const int losses[] = {JWRN_HIT_MARKER, JWRN_HUFF_BAD_CODE, JWRN_ARITH_BAD_CODE, JWRN_MUST_RESYNC};
    jpeg_reader *reader = jpeg->client_data;
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++)
        if (level < 0 && jpeg->err->msg_code == losses[i]) reader->lost = true;
}

static void source_begin(j_decompress_ptr jpeg)
{
    (void)jpeg;
}

/* Behind the file's last byte stands an end-of-image marker, as in libjpeg's own sources: the picture may be
 * there but for its marker. */
static boolean source_fill(j_decompress_ptr jpeg)
{
    static const JOCTET end[2] = {0xff, JPEG_EOI};
    jpeg_reader *reader = jpeg->client_data;
    reader->ended = true;
    jpeg->src->next_input_byte = end;
    jpeg->src->bytes_in_buffer = sizeof end;
    return TRUE;
}

static void source_skip(j_decompress_ptr jpeg, long count)
{
    if (count <= 0) return;
    if ((size_t)count > jpeg->src->bytes_in_buffer) {
        source_fill(jpeg);
        return;
    }
    jpeg->src->next_input_byte += count;
    jpeg->src->bytes_in_buffer -= (size_t)count;
}

/* Thousands of scans over a large picture are an attack on the reader's patience, not a photograph. */
static void on_progress(j_common_ptr jpeg)
{
    jpeg_reader *reader = jpeg->client_data;
    if (reader->jpeg.input_scan_number <= MAX_SCANS) return;
    snprintf(reader->reason, sizeof reader->reason, "more than %d scans", MAX_SCANS);
    longjmp(reader->failed, 1);
}

static void prepare(jpeg_reader *reader)
{
    reader->jpeg.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->jpeg.client_data = reader;
    jpeg_create_decompress(&reader->jpeg);
    reader->source = (struct jpeg_source_mgr){.next_input_byte = reader->bytes,
                                              .bytes_in_buffer = reader->size,
                                              .init_source = source_begin,
                                              .fill_input_buffer = source_fill,
                                              .skip_input_data = source_skip,
                                              .resync_to_restart = jpeg_resync_to_restart,
                                              .term_source = source_begin};
    reader->jpeg.src = &reader->source;
    reader->progress.progress_monitor = on_progress;
    reader->jpeg.progress = &reader->progress;
    jpeg_save_markers(&reader->jpeg, EXIF_MARKER, 0xffff);
}

/* Of an APP1 segment; 0: it is not Exif's. */
static int exif_orientation(const uint8_t *data, size_t size)
{
    static const uint8_t signature[6] = "Exif\0";
    if (size <= sizeof signature || memcmp(data, signature, sizeof signature) != 0) return 0;
    return lince_exif_orientation(data + sizeof signature, size - sizeof signature);
}

static int orientation_of(const jpeg_reader *reader)
{
    int orientation = 0;
    for (jpeg_saved_marker_ptr m = reader->jpeg.marker_list; m && !orientation; m = m->next)
        if (m->marker == EXIF_MARKER) orientation = exif_orientation(m->data, m->data_length);
    return orientation ? orientation : 1;
}

/* a * b / 255, rounded, for bytes */
static int scaled(int a, int b)
{
    int product = a * b + 128;
    return (product + (product >> 8)) >> 8;
}

/* Naive CMYK as PIL has it: R = (1 - C) (1 - K). All four are taken to be stored inverted, as Adobe's
 * programs do and everybody since; PIL and browsers do not ask for Adobe's marker either. */
static void cmyk_to_rgb(const uint8_t *cmyk, uint8_t *rgb, int width)
{
    for (int x = 0; x < width; x++, cmyk += 4, rgb += 3)
        for (int c = 0; c < 3; c++) rgb[c] = (uint8_t)(cmyk[3] - scaled(255 - cmyk[c], cmyk[3]));
}

/* Halved as long as enough is left, up to an eighth, where a block's mean is all that is decoded. */
static unsigned denominator(const jpeg_reader *reader)
{
    unsigned width = reader->jpeg.image_width, height = reader->jpeg.image_height, n = 1;
    while (reader->least && n < 8 && (width < height ? width : height) / (2 * n) >= (unsigned)reader->least)
        n *= 2;
    return n;
}

static int start(jpeg_reader *reader, lince_image *image)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg_read_header(jpeg, TRUE);
    LINCE_TRY(lince_image_check_claim(jpeg->image_width, jpeg->image_height, reader->size,
                                      jpeg->arith_code ? 0 : PIXELS_PER_BYTE, reader->name));
    bool four = jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK;
    jpeg->out_color_space = four ? JCS_CMYK : JCS_RGB;
    jpeg->scale_num = 1;
    jpeg->scale_denom = denominator(reader);
    jpeg_calc_output_dimensions(jpeg);
    LINCE_TRY(lince_image_init(image, (int)jpeg->output_width, (int)jpeg->output_height));
    if (four && !(reader->cmyk = lince_alloc(jpeg->output_width, 4))) return LINCE_ENOMEM;
    jpeg_start_decompress(jpeg);
    return 0;
}

/* Whether a file that ends without its last marker lacks more than that. Only one scan of Huffman codes shows
 * it: there could be more scans, and to arithmetic coding zeros at the end are as good as none. */
static bool is_truncated(jpeg_reader *reader)
{
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    return reader->ended && (reader->lost || jpeg->arith_code || jpeg_has_multiple_scans(jpeg));
}

static int truncated(const jpeg_reader *reader)
{
    return lince_fail(LINCE_EFORMAT,
                      "%s: truncated JPEG: the file ends at byte %zu, before the picture is complete",
                      reader->name, reader->size);
}

static int read_picture(jpeg_reader *reader, lince_image *image)
{
    if (setjmp(reader->failed))
        return reader->errors.msg_code == JERR_OUT_OF_MEMORY
                   ? lince_fail(LINCE_ENOMEM, "%s: out of memory while reading a JPEG", reader->name)
               : reader->ended
                   ? truncated(reader)
                   : lince_fail(LINCE_EFORMAT, "%s: damaged JPEG: %s", reader->name, reader->reason);
    prepare(reader);
    LINCE_TRY(start(reader, image));
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *row = image->pixels + (size_t)jpeg->output_scanline * (size_t)image->width * 3;
        JSAMPROW target = reader->cmyk ? reader->cmyk : row;
        jpeg_read_scanlines(jpeg, &target, 1);
        if (reader->cmyk) cmyk_to_rgb(reader->cmyk, row, image->width);
    }
    if (reader->lost && !reader->ended)
        jpeg_finish_decompress(jpeg); /* as PIL, which refuses what ends badly */
    if (is_truncated(reader)) return truncated(reader);
    image->incomplete = reader->lost;
    return lince_image_orient(image, orientation_of(reader));
}

/* Start of frame: 0xc0 to 0xcf without the tables' DHT, JPG and DAC. */
static bool begins_frame(uint8_t marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Segments: 0xff (any number of them), a marker, the length with its own two bytes, data. ITU-T T.81, B.1. */
static bool measure(const uint8_t *bytes, size_t size, lince_picture_head *head)
{
    int orientation = 0;
    for (size_t at = 2; at + 9 <= size;) {
        if (bytes[at] != 0xff || bytes[at + 1] == 0xff) {
            at++;
            continue;
        }
        uint8_t marker = bytes[at + 1];
        const uint8_t *data = bytes + at + 4;
        size_t length = (size_t)bytes[at + 2] << 8 | bytes[at + 3];
        if (begins_frame(marker))
            return lince_upright((uint32_t)data[3] << 8 | data[4], (uint32_t)data[1] << 8 | data[2],
                                 orientation, head);
        if (length < 2 || length > size - at - 2) return false;
        if (marker == EXIF_MARKER && !orientation) orientation = exif_orientation(data, length - 2);
        at += 2 + length;
    }
    return false;
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name)
{
    jpeg_reader reader = {.name = name, .bytes = bytes, .size = size, .least = how ? how->least : 0};
    int code = read_picture(&reader, image);
    jpeg_destroy_decompress(&reader.jpeg);
    lince_free(reader.cmyk);
    return code;
}

const lince_codec lince_jpeg = {.name = "JPEG",
                                .endings = {".jpg", ".jpeg", ".jpe", ".jfif"},
                                .recognise = recognise,
                                .measure = measure,
                                .decode = decode};
