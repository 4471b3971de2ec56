#include "core/error.h"
#include "core/memory.h"
#include "picture/decode/codec.h"

#include <string.h>

typedef struct tiff {
    const uint8_t *bytes;
    size_t size;
    bool big; /* byte order: "MM" is big-endian, "II" little-endian */
} tiff;

static uint32_t u16(const tiff *t, size_t at)
{
    const uint8_t *b = t->bytes + at;
    return t->big ? (uint32_t)b[0] << 8 | b[1] : (uint32_t)b[1] << 8 | b[0];
}

static uint32_t u32(const tiff *t, size_t at)
{
    return t->big ? u16(t, at) << 16 | u16(t, at + 2) : u16(t, at + 2) << 16 | u16(t, at);
}

int lince_exif_orientation(const uint8_t *exif, size_t size)
{
    enum { HEADER = 8, ENTRY = 12, ORIENTATION = 0x0112, SHORT = 3, LONG = 4 };
    tiff t = {.bytes = exif, .size = size};
    if (size < HEADER) return 1;
    t.big = !memcmp(exif, "MM", 2);
    if (!t.big && memcmp(exif, "II", 2) != 0) return 1;
    size_t directory = u32(&t, 4);
    if (directory > size - 2) return 1;
    size_t entries = u16(&t, directory), at = directory + 2;
    for (; entries > 0 && size - at >= ENTRY; entries--, at += ENTRY) {
        uint32_t type = u16(&t, at + 2);
        if (u16(&t, at) != ORIENTATION || (type != SHORT && type != LONG)) continue;
        uint32_t value = type == SHORT ? u16(&t, at + 8) : u32(&t, at + 8);
        return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

/* Upright pixel (x, y) is stored pixel (u, v): (x, y), swapped where `turn` says so, then mirrored. */
static const struct {
    bool turn, mirror_u, mirror_v;
} orientations[9] = {
    [1] = {false, false, false}, [2] = {false, true, false}, [3] = {false, true, true},
    [4] = {false, false, true},  [5] = {true, false, false}, [6] = {true, false, true},
    [7] = {true, true, true},    [8] = {true, true, false},
};

bool lince_upright(uint32_t width, uint32_t height, int orientation, lince_picture_head *head)
{
    bool turn = orientation >= 5 && orientation <= 8;
    if (width < 1 || height < 1 || width > INT32_MAX || height > INT32_MAX) return false;
    head->width = (int)(turn ? height : width);
    head->height = (int)(turn ? width : height);
    return true;
}

int lince_image_orient(lince_image *image, int orientation)
{
    if (orientation <= 1 || orientation > 8) return 0;
    bool turn = orientations[orientation].turn;
    int w = image->width, h = image->height;
    lince_image upright;
    if (lince_image_init(&upright, turn ? h : w, turn ? w : h) < 0) return LINCE_ENOMEM;
    uint8_t *out = upright.pixels;
    for (int y = 0; y < upright.height; y++)
        for (int x = 0; x < upright.width; x++, out += 3) {
            int u = turn ? y : x, v = turn ? x : y;
            if (orientations[orientation].mirror_u) u = w - 1 - u;
            if (orientations[orientation].mirror_v) v = h - 1 - v;
            memcpy(out, image->pixels + ((size_t)v * (size_t)w + (size_t)u) * 3, 3);
        }
    lince_free(image->pixels);
    image->pixels = upright.pixels;
    image->width = upright.width;
    image->height = upright.height;
    return 0;
}
