/* Windows bitmaps that are not compressed: palettes, 16, 24 and 32 bits. */
#include "core/error.h"
#include "picture/decode/codec.h"

#include <string.h>

typedef struct bmp {
    const uint8_t *bytes;
    size_t size;
    uint32_t header; /* bytes of the second one */
    int64_t width, height;
    bool downwards; /* rows are stored from the top */
    uint32_t bits, pixels_at, stride, mask[3];
    const uint8_t *palette;
    uint32_t colours, colour_size;
} bmp;

static uint32_t u16(const uint8_t *b)
{
    return (uint32_t)b[1] << 8 | b[0];
}

static uint32_t u32(const uint8_t *b)
{
    return u16(b + 2) << 16 | u16(b);
}

static bool recognise(const uint8_t *bytes, size_t size)
{
    return size >= 18 && !memcmp(bytes, "BM", 2) && (u32(bytes + 14) == 12 || u32(bytes + 14) >= 40) &&
           u32(bytes + 14) <= 256;
}

/* Both of its kinds: OS/2's of 12 bytes, and all that begin with Windows' 40. */
static bool read_size(bmp *b)
{
    enum { FIRST = 14, CORE = 12, INFO = 40 };
    b->header = u32(b->bytes + FIRST);
    bool core = b->header == CORE;
    if (b->size < FIRST + (core ? (size_t)CORE : (size_t)INFO)) return false;
    b->width = core ? (int64_t)u16(b->bytes + 18) : (int32_t)u32(b->bytes + 18);
    b->height = core ? (int64_t)u16(b->bytes + 20) : (int32_t)u32(b->bytes + 22);
    b->downwards = b->height < 0;
    if (b->downwards) b->height = -b->height;
    b->bits = u16(b->bytes + (core ? 24 : 28));
    b->pixels_at = u32(b->bytes + 10);
    return b->width > 0 && b->height > 0;
}

static bool measure(const uint8_t *bytes, size_t size, lince_picture_head *head)
{
    bmp b = {.bytes = bytes, .size = size};
    return read_size(&b) && lince_upright((uint32_t)b.width, (uint32_t)b.height, 1, head);
}

/* What stands between the headers and the pixels. */
static int read_colours(bmp *b, const char *name)
{
    enum { RGB = 0, BITFIELDS = 3, MASKS_AT = 54 };
    uint32_t how = b->header == 12 ? RGB : u32(b->bytes + 30), at = 14 + b->header;
    static const uint32_t usual[2][3] = {{0x7c00, 0x3e0, 0x1f}, {0xff0000, 0xff00, 0xff}};
    if (how != RGB && how != BITFIELDS)
        return lince_fail(LINCE_EUNSUPPORTED, "%s: a compressed BMP; save it as PNG", name);
    if (b->bits == 16 || b->bits == 32) memcpy(b->mask, usual[b->bits == 32], sizeof b->mask);
    if (how == BITFIELDS && b->size >= MASKS_AT + 12)
        for (int c = 0; c < 3; c++) b->mask[c] = u32(b->bytes + MASKS_AT + 4 * c);
    if (b->bits > 8) return 0;
    b->colour_size = b->header == 12 ? 3 : 4;
    b->colours = b->header == 12 ? 0 : u32(b->bytes + 46);
    if (!b->colours || b->colours > 1u << b->bits) b->colours = 1u << b->bits;
    b->palette = b->bytes + at;
    if (at > b->size || (size_t)b->colours * b->colour_size > b->size - at)
        return lince_fail(LINCE_EFORMAT, "%s: truncated BMP: the file ends within its colours", name);
    return 0;
}

/* A channel's bits, brought to eight. */
static uint8_t channel(uint32_t value, uint32_t mask)
{
    if (!mask) return 0;
    while (!(mask & 1)) mask >>= 1, value >>= 1;
    return (uint8_t)((uint64_t)(value & mask) * 255 / mask);
}

static void paint(const bmp *b, const uint8_t *row, int64_t x, uint8_t *out)
{
    if (b->bits <= 8) {
        uint32_t in_byte = 8 / b->bits, shift = 8 - b->bits * (uint32_t)(x % in_byte + 1),
                 index = row[x / in_byte] >> shift & ((1u << b->bits) - 1);
        static const uint8_t black[3];
        const uint8_t *colour = index < b->colours ? b->palette + (size_t)index * b->colour_size : black;
        out[0] = colour[2], out[1] = colour[1], out[2] = colour[0];
    } else if (b->bits == 24) {
        const uint8_t *p = row + 3 * x;
        out[0] = p[2], out[1] = p[1], out[2] = p[0];
    } else {
        uint32_t value = b->bits == 16 ? u16(row + 2 * x) : u32(row + 4 * x);
        for (int c = 0; c < 3; c++) out[c] = channel(value, b->mask[c]);
    }
}

static int read_rows(const bmp *b, lince_image *image, const char *name)
{
    size_t stride = ((size_t)b->width * b->bits + 31) / 32 * 4; /* whole words */
    if (b->pixels_at > b->size || stride * (size_t)b->height > b->size - b->pixels_at)
        return lince_fail(LINCE_EFORMAT,
                          "%s: truncated BMP: the file ends at byte %zu, before the picture is complete",
                          name, b->size);
    for (int64_t y = 0; y < b->height; y++) {
        const uint8_t *row =
            b->bytes + b->pixels_at + stride * (size_t)(b->downwards ? y : b->height - 1 - y);
        uint8_t *out = image->pixels + 3 * (size_t)(y * b->width);
        for (int64_t x = 0; x < b->width; x++) paint(b, row, x, out + 3 * x);
    }
    return 0;
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name)
{
    enum { PIXELS_PER_BYTE = 8 };
    (void)how;
    bmp b = {.bytes = bytes, .size = size};
    if (!read_size(&b)) return lince_fail(LINCE_EFORMAT, "%s: damaged BMP: it has no size", name);
    if (b.bits != 1 && b.bits != 4 && b.bits != 8 && b.bits != 16 && b.bits != 24 && b.bits != 32)
        return lince_fail(LINCE_EFORMAT, "%s: damaged BMP: %d bits a pixel", name, (int)b.bits);
    LINCE_TRY(read_colours(&b, name));
    LINCE_TRY(lince_image_claim(image, (size_t)b.width, (size_t)b.height, size, PIXELS_PER_BYTE, name));
    return read_rows(&b, image, name);
}

const lince_codec lince_bmp = {
    .name = "BMP", .endings = {".bmp", ".dib"}, .recognise = recognise, .measure = measure, .decode = decode};
