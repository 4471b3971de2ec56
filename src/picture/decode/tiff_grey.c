#include "picture/decode/tiff_grey.h"
#include "core/error.h"
#include "core/memory.h"
#include "picture/decode/codec.h"

#include <string.h>

/* name(bytes): a value of this type, which need not be aligned. */
#define VALUE(name, type)                \
    static double name(const uint8_t *b) \
    {                                    \
        type value;                      \
        memcpy(&value, b, sizeof value); \
        return (double)value;            \
    }
VALUE(unsigned16, uint16_t)
VALUE(unsigned32, uint32_t)
VALUE(signed8, int8_t)
VALUE(signed16, int16_t)
VALUE(signed32, int32_t)
VALUE(float32, float)
VALUE(float64, double)
#undef VALUE

/* What a value can be, and how libtiff hands it over: in the machine's own order of bytes. */
typedef struct value_type {
    uint16_t format, bits;
    lince_range range;
    double (*read)(const uint8_t *bytes);
} value_type;

static const value_type types[] = {
    {SAMPLEFORMAT_UINT, 16, {true, 0, 65536}, unsigned16},
    {SAMPLEFORMAT_UINT, 32, {true, 0, 4294967296}, unsigned32},
    {SAMPLEFORMAT_INT, 8, {true, -128, 128}, signed8},
    {SAMPLEFORMAT_INT, 16, {true, -32768, 32768}, signed16},
    {SAMPLEFORMAT_INT, 32, {true, -2147483648.0, 2147483648.0}, signed32},
    {SAMPLEFORMAT_IEEEFP, 32, {true, 0, 1}, float32},
    {SAMPLEFORMAT_IEEEFP, 64, {true, 0, 1}, float64},
};

/* Grey is one channel, perhaps with alpha behind it. */
typedef struct grey {
    TIFF *tiff;
    const value_type *type; /* NULL: not deep */
    uint16_t samples;
    bool inverted; /* 0 is white */
    const lince_range *range;
    lince_image *image;
    uint8_t *bytes; /* a row, or a tile */
    double *values; /* a row of it */
} grey;

static void look_at(grey *g)
{
    uint16_t bits = 1, format = SAMPLEFORMAT_UINT, photometric = PHOTOMETRIC_MINISBLACK,
             planar = PLANARCONFIG_CONTIG;
    TIFFGetFieldDefaulted(g->tiff, TIFFTAG_BITSPERSAMPLE, &bits);
    TIFFGetFieldDefaulted(g->tiff, TIFFTAG_SAMPLEFORMAT, &format);
    TIFFGetFieldDefaulted(g->tiff, TIFFTAG_SAMPLESPERPIXEL, &g->samples);
    TIFFGetFieldDefaulted(g->tiff, TIFFTAG_PLANARCONFIG, &planar);
    TIFFGetField(g->tiff, TIFFTAG_PHOTOMETRIC, &photometric);
    g->inverted = photometric == PHOTOMETRIC_MINISWHITE;
    if (format == SAMPLEFORMAT_VOID) format = SAMPLEFORMAT_UINT;
    bool one = g->samples == 1 || (g->samples == 2 && planar == PLANARCONFIG_CONTIG);
    if (!one || photometric > PHOTOMETRIC_MINISBLACK) return;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].format == format && types[i].bits == bits) g->type = &types[i];
}

bool lince_tiff_is_deep(TIFF *tiff)
{
    grey g = {.tiff = tiff, .samples = 1};
    look_at(&g);
    return g.type != NULL;
}

static size_t pixel_size(const grey *g)
{
    return (size_t)g->type->bits / 8 * g->samples;
}

static void put(grey *g, int x, int y, int width, const uint8_t *bytes)
{
    for (int i = 0; i < width; i++) g->values[i] = g->type->read(bytes + (size_t)i * pixel_size(g));
    lince_image_put_grey(g->image, x, y, width, g->values, g->range, &g->type->range);
    uint8_t *out = g->image->pixels + ((size_t)y * (size_t)g->image->width + (size_t)x) * 3;
    for (int i = 0; i < 3 * width && g->inverted; i++) out[i] = (uint8_t)(255 - out[i]);
}

static int take_room(grey *g, tmsize_t bytes, size_t width)
{
    g->bytes = lince_alloc((size_t)bytes, 1);
    g->values = lince_alloc(width, sizeof *g->values);
    return g->bytes && g->values ? 0 : LINCE_ENOMEM;
}

static int read_rows(grey *g)
{
    tmsize_t size = TIFFScanlineSize(g->tiff);
    if (size < 1 || (size_t)size < (size_t)g->image->width * pixel_size(g)) return LINCE_EFORMAT;
    LINCE_TRY(take_room(g, size, (size_t)g->image->width));
    for (int y = 0; y < g->image->height; y++) {
        if (TIFFReadScanline(g->tiff, g->bytes, (uint32_t)y, 0) < 0) return LINCE_EFORMAT;
        put(g, 0, y, g->image->width, g->bytes);
    }
    return 0;
}

static int smaller(int64_t a, int64_t b)
{
    return (int)(a < b ? a : b);
}

static int read_tile(grey *g, int left, int top, uint32_t width, uint32_t height)
{
    if (TIFFReadTile(g->tiff, g->bytes, (uint32_t)left, (uint32_t)top, 0, 0) < 0) return LINCE_EFORMAT;
    int columns = smaller(width, g->image->width - left), rows = smaller(height, g->image->height - top);
    for (int y = 0; y < rows; y++)
        put(g, left, top + y, columns, g->bytes + (size_t)y * width * pixel_size(g));
    return 0;
}

static int read_tiles(grey *g)
{
    uint32_t width = 0, height = 0;
    tmsize_t size = TIFFTileSize(g->tiff);
    size_t area, needed;
    TIFFGetField(g->tiff, TIFFTAG_TILEWIDTH, &width);
    TIFFGetField(g->tiff, TIFFTAG_TILELENGTH, &height);
    if (!width || !height || size < 1 || size > LINCE_IMAGE_MAX_BYTES || !lince_mul(width, height, &area) ||
        !lince_mul(area, pixel_size(g), &needed) || (size_t)size < needed)
        return LINCE_EFORMAT;
    LINCE_TRY(take_room(g, size, width));
    for (int64_t top = 0; top < g->image->height; top += height)
        for (int64_t left = 0; left < g->image->width; left += width)
            LINCE_TRY(read_tile(g, (int)left, (int)top, width, height));
    return 0;
}

int lince_tiff_read_grey(TIFF *tiff, const lince_range *range, lince_image *image)
{
    grey g = {.tiff = tiff, .samples = 1, .range = range, .image = image};
    look_at(&g);
    int code = TIFFIsTiled(tiff) ? read_tiles(&g) : read_rows(&g);
    lince_free(g.bytes);
    lince_free(g.values);
    return code;
}
