#include "picture/decode/image.h"
#include "core/bytes.h"
#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "picture/decode/codec.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const lince_codec *const codecs[] = {
#define PICTURE_FORMAT(row) &row,
#include "picture/decode/list.def"
};

enum { CODECS = sizeof codecs / sizeof *codecs };

const char *lince_picture_formats(char out[LINCE_FORMATS_MAX])
{
    size_t used = 0;
    *out = '\0';
    for (size_t i = 0; i < CODECS && used < LINCE_FORMATS_MAX; i++)
        if (!codecs[i]->missing)
            used +=
                (size_t)snprintf(out + used, LINCE_FORMATS_MAX - used, used ? ", %s" : "%s", codecs[i]->name);
    return out;
}

bool lince_ends_picture_name(const char *ending)
{
    for (size_t i = 0; i < CODECS; i++)
        for (const char *const *e = codecs[i]->endings; *e; e++)
            if (!strcasecmp(*e, ending)) return true;
    return false;
}

/* Other things that are found under a picture's or an archive's name. */
static const struct {
    size_t offset;
    const char *magic, *name;
} strangers[] = {
    {0, "\x89PNG", "PNG"},
    {0, "\xff\xd8\xff", "JPEG"},
    {0, "GIF8", "GIF"},
    {0, "BM", "BMP"},
    {8, "WEBP", "WebP"},
    {0, "II*", "TIFF"},
    {0, "MM\0*", "TIFF"},
    {4, "ftypavi", "AVIF"},
    {4, "ftyphei", "HEIC"},
    {4, "ftypmif1", "HEIC"},
    {4, "ftyp", N_("a video (MP4)")},
    {4, "jP  ", "JPEG 2000"},
    {0, "\xff\x0a", "JPEG XL"},
    {4, "JXL ", "JPEG XL"},
    {0, "8BPS", N_("a Photoshop file")},
    {0, "P5", "PGM"},
    {0, "P6", "PPM"},
    {0, "%PDF", "PDF"},
    {0, "<svg", "SVG"},
    {0, "<?xml", "XML"},
    {0, "<!DOCTYPE", N_("an HTML page")},
    {0, "<!doctype", N_("an HTML page")},
    {0, "<html", N_("an HTML page")},
    {0, "<HTML", N_("an HTML page")},
    {0, "version https://git-lfs", N_("a Git LFS pointer, whose file was not downloaded")},
    {0, "PK\x03\x04", N_("a zip archive")},
    {0, "\x1f\x8b", N_("a gzip file")},
    {0,
     "\xfd"
     "7zXZ",
     N_("an xz file")},
    {0, "7z\xbc\xaf", N_("a 7-Zip archive")},
    {0, "Rar!", N_("a RAR archive")},
    {0, "\x80\x02", N_("a Python pickle")},
    {0, "\x89HDF", N_("an HDF5 file")},
    {0, "\x93NUMPY", N_("a NumPy array")},
    {0, "PAR1", N_("a Parquet table")},
    {0, "ARROW1", N_("an Arrow table")},
    {0, "BZh", N_("a bzip2 file")},
    {0, "\x28\xb5\x2f\xfd", N_("a Zstandard file")},
    {128, "DICM", "DICOM"},
    {257, "ustar", N_("a tar archive")},
};

static bool reads_as_text(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i] < ' ' && !strchr("\t\n\r\f", bytes[i])) return false;
    return size > 0;
}

/* A zip archive whose first file, named behind 30 bytes, is an array. */
static bool is_npz(const uint8_t *bytes, size_t size)
{
    enum { NAME_LENGTH = 26, NAME = 30, ENDING = 4 };
    if (size < NAME || memcmp(bytes, "PK\x03\x04", 4) != 0) return false;
    size_t length = bytes[NAME_LENGTH] | (size_t)bytes[NAME_LENGTH + 1] << 8;
    return length >= ENDING && NAME + length <= size &&
           !memcmp(bytes + NAME + length - ENDING, ".npy", ENDING);
}

static const char *stranger_of(const void *bytes, size_t size)
{
    if (is_npz(bytes, size)) return _("NumPy arrays (.npz)");
    /* A magic number ends at its first zero byte here, except TIFF's, whose rest follows from the offset. */
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        size_t length = memcmp(strangers[i].magic, "MM", 2) ? strlen(strangers[i].magic) : 4;
        if (size >= strangers[i].offset + length &&
            !memcmp((const uint8_t *)bytes + strangers[i].offset, strangers[i].magic, length))
            return _(strangers[i].name);
    }
    return NULL;
}

bool lince_looks_like_text(const void *bytes, size_t size)
{
    enum { HEAD = 512 };
    return !stranger_of(bytes, size) && reads_as_text(bytes, size < HEAD ? size : HEAD);
}

const char *lince_looks_like(const void *bytes, size_t size)
{
    return lince_looks_like_text(bytes, size) ? _("a text") : stranger_of(bytes, size);
}

static int refuse(const void *bytes, size_t size, const char *name)
{
    if (size == 0)
        return lince_fail(LINCE_EFORMAT, "%s: the file is empty (0 bytes); expected a picture", name);
    const char *found = lince_looks_like(bytes, size);
    char formats[LINCE_FORMATS_MAX];
    if (found)
        return lince_fail(LINCE_EFORMAT, "%s: expected a picture (%s), but this looks like %s", name,
                          lince_picture_formats(formats), found);
    return lince_fail(LINCE_EFORMAT, "%s: expected a picture (%s); the content is none of them", name,
                      lince_picture_formats(formats));
}

static const lince_codec *codec_of(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < CODECS; i++)
        if (codecs[i]->recognise(bytes, size)) return codecs[i];
    return NULL;
}

bool lince_image_recognised(const uint8_t *bytes, size_t size)
{
    return codec_of(bytes, size) != NULL;
}

static int refuse_incomplete(const char *name)
{
    return lince_fail(
        LINCE_EFORMAT,
        "%s: damaged JPEG: its data end before the picture is complete; --incomplete read takes "
        "what there is",
        name);
}

/* giflib, libwebp and libtiff call it damage where they lack memory: what is damaged is so once more. */
static int decode_by(const lince_codec *codec, lince_image *image, const void *bytes, size_t size,
                     const lince_decoding *how, const char *name)
{
    int code = codec->decode(image, bytes, size, how, name);
    if (code != LINCE_EFORMAT) return code;
    lince_image_release(image);
    return codec->decode(image, bytes, size, how, name);
}

/* Before a codec takes memory for them. */
static int check_most(const lince_codec *codec, const void *bytes, size_t size, size_t most, const char *name)
{
    lince_picture_head head = {0};
    if (!most || !codec->measure(bytes, size, &head) || (size_t)head.width <= most / 3 / (size_t)head.height)
        return 0;
    return lince_fail(LINCE_EFORMAT,
                      "%s: %d x %d pixels take %zu MiB; at most %zu are taken here (--max-picture-mb)", name,
                      head.width, head.height, 3 * (size_t)head.width * (size_t)head.height >> 20,
                      most >> 20);
}

int lince_image_decode(lince_image *image, const void *bytes, size_t size, const lince_decoding *how,
                       const char *name)
{
    *image = (lince_image){0};
    const lince_codec *codec = codec_of(bytes, size);
    if (!codec) return refuse(bytes, size, name);
    LINCE_TRY(check_most(codec, bytes, size, how->most, name));
    int code = decode_by(codec, image, bytes, size, how, name);
    if (!code && how->complete_only && image->incomplete) code = refuse_incomplete(name);
    if (code < 0) lince_image_release(image);
    return code;
}

bool lince_image_measure(const void *bytes, size_t size, lince_picture_head *head)
{
    const lince_codec *codec = codec_of(bytes, size);
    *head = (lince_picture_head){0};
    return codec && codec->measure(bytes, size, head);
}

static ssize_t pull_stdin(void *context, void *out, size_t size)
{
    (void)context;
    return read(STDIN_FILENO, out, size);
}

int lince_image_read_stdin(lince_bytes *bytes)
{
    LINCE_TRY(lince_bytes_fill(bytes, 0, (size_t)LINCE_IMAGE_MAX_BYTES + 1, pull_stdin, NULL));
    if (bytes->size <= LINCE_IMAGE_MAX_BYTES) return 0;
    lince_bytes_release(bytes);
    return lince_fail(LINCE_EFORMAT, "standard input: more than %d bytes, too many for a picture",
                      LINCE_IMAGE_MAX_BYTES);
}

int lince_image_load(lince_image *image, const char *path, const lince_decoding *how)
{
    *image = (lince_image){0};
    bool from_stdin = !strcmp(path, "-");
    lince_bytes bytes = {0};
    if (from_stdin)
        LINCE_TRY(lince_image_read_stdin(&bytes));
    else {
        char *content;
        LINCE_TRY(lince_file_read(path, LINCE_IMAGE_MAX_BYTES, &content, &bytes.size));
        bytes.data = bytes.owned = (uint8_t *)content;
    }
    int code =
        lince_image_decode(image, bytes.data, bytes.size, how, from_stdin ? _("standard input") : path);
    lince_bytes_release(&bytes);
    return code;
}

int lince_image_save_png(const lince_image *image, const char *folder, const char *name)
{
    uint8_t *bytes;
    size_t size;
    LINCE_TRY(lince_image_encode_png(image, &bytes, &size));
    int code = lince_file_write_in(folder, name, bytes, size);
    lince_free(bytes);
    return code;
}

int lince_image_check_claim(size_t width, size_t height, size_t size, size_t pixels_per_byte,
                            const char *name)
{
    if (width == 0 || height == 0)
        return lince_fail(LINCE_EFORMAT, "%s: a picture of %zu x %zu pixels", name, width, height);
    if (width > LINCE_IMAGE_MAX_PIXELS / height)
        return lince_fail(LINCE_EFORMAT,
                          "%s: the header claims %zu x %zu pixels; at most %d are read; make it smaller",
                          name, width, height, LINCE_IMAGE_MAX_PIXELS);
    if (pixels_per_byte && width * height / pixels_per_byte > size)
        return lince_fail(
            LINCE_EFORMAT,
            "%s: the header claims %zu x %zu pixels, which %zu bytes cannot hold: truncated or damaged", name,
            width, height, size);
    return 0;
}

int lince_image_claim(lince_image *image, size_t width, size_t height, size_t size, size_t pixels_per_byte,
                      const char *name)
{
    LINCE_TRY(lince_image_check_claim(width, height, size, pixels_per_byte, name));
    return lince_image_init(image, (int)width, (int)height);
}

void lince_image_put_grey(lince_image *image, int x, int y, int count, const double *values,
                          const lince_range *range, const lince_range *type)
{
    uint8_t *out = image->pixels + ((size_t)y * (size_t)image->width + (size_t)x) * 3;
    for (int i = 0; i < count; i++, out += 3) {
        out[0] = out[1] = out[2] = lince_range_level(range->given ? range : type, values[i]);
        lince_extent_add(&image->extent, values[i]);
    }
}

int lince_image_init(lince_image *image, int width, int height)
{
    assert(width > 0 && height > 0);
    *image = (lince_image){.width = width, .height = height};
    size_t size = 0;
    if (!lince_mul((size_t)width, (size_t)height, &size)) size = SIZE_MAX;
    image->pixels = lince_alloc(size, 3);
    return image->pixels ? 0 : LINCE_ENOMEM;
}

void lince_image_release(lince_image *image)
{
    lince_free(image->pixels);
    *image = (lince_image){0};
}

uint64_t lince_image_content(const lince_image *image)
{
    uint64_t size = (uint64_t)image->width * (uint64_t)image->height,
             pair[] = {(uint64_t)image->width, lince_hash_content(image->pixels, 3 * (size_t)size)};
    return lince_hash_content(pair, sizeof pair);
}
