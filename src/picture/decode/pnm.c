/* PGM (P5) and PPM (P6) of up to 16 bits: a header of words, then bytes. Of a PGM of more than 8 bits the
 * header says the greatest value. */
#include "core/error.h"
#include "core/memory.h"
#include "picture/decode/codec.h"

#include <ctype.h>

typedef struct pnm {
    uint32_t width, height, most;
    size_t pixels_at, channels;
} pnm;

static bool recognise(const uint8_t *bytes, size_t size)
{
    return size >= 3 && bytes[0] == 'P' && (bytes[1] == '5' || bytes[1] == '6') &&
           (isspace(bytes[2]) || bytes[2] == '#');
}

/* A number behind blanks and comments. */
static bool read_number(const uint8_t *bytes, size_t size, size_t *at, uint32_t *number)
{
    enum { DIGITS = 9 };
    for (bool comment = false; *at < size; (*at)++) {
        if (comment || bytes[*at] == '#')
            comment = bytes[*at] != '\n';
        else if (!isspace(bytes[*at]))
            break;
    }
    size_t begin = *at;
    for (*number = 0; *at < size && isdigit(bytes[*at]) && *at - begin < DIGITS; (*at)++)
        *number = 10 * *number + (uint32_t)(bytes[*at] - '0');
    return *at > begin && *at < size && isspace(bytes[*at]);
}

static bool read_head(const uint8_t *bytes, size_t size, pnm *p)
{
    size_t at = 2;
    p->channels = bytes[1] == '6' ? 3 : 1;
    if (!read_number(bytes, size, &at, &p->width) || !read_number(bytes, size, &at, &p->height) ||
        !read_number(bytes, size, &at, &p->most))
        return false;
    p->pixels_at = at + 1;
    return p->most >= 1 && p->most <= 65535;
}

static bool measure(const uint8_t *bytes, size_t size, lince_picture_head *head)
{
    pnm p;
    if (!read_head(bytes, size, &p)) return false;
    head->deep = p.channels == 1 && p.most > 255;
    return lince_upright(p.width, p.height, 1, head);
}

static uint32_t value_at(const uint8_t *in, size_t wide)
{
    return wide == 2 ? (uint32_t)in[0] << 8 | in[1] : in[0];
}

static void put_bytes(const pnm *p, const uint8_t *in, size_t wide, lince_image *image)
{
    size_t values = (size_t)p->width * p->height * p->channels;
    for (size_t i = 0; i < values; i++, in += wide) {
        uint32_t value = value_at(in, wide);
        uint8_t byte = (uint8_t)((value < p->most ? value : p->most) * 255 / p->most);
        if (p->channels == 3)
            image->pixels[i] = byte;
        else
            image->pixels[3 * i] = image->pixels[3 * i + 1] = image->pixels[3 * i + 2] = byte;
    }
}

static int put_deep(const pnm *p, const uint8_t *in, const lince_range *range, lince_image *image)
{
    lince_range type = {true, 0, p->most + 1.0};
    double *row = lince_alloc(p->width, sizeof *row);
    for (int y = 0; row && y < image->height; y++) {
        for (size_t x = 0; x < p->width; x++, in += 2) row[x] = value_at(in, 2);
        lince_image_put_grey(image, 0, y, image->width, row, range, &type);
    }
    lince_free(row);
    return row ? 0 : LINCE_ENOMEM;
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name)
{
    pnm p;
    if (!read_head(bytes, size, &p))
        return lince_fail(LINCE_EFORMAT, "%s: damaged PGM or PPM: its header cannot be read", name);
    LINCE_TRY(lince_image_claim(image, p.width, p.height, size, 1, name));
    size_t values = (size_t)p.width * p.height * p.channels, wide = p.most > 255 ? 2 : 1;
    if (p.pixels_at > size || values * wide > size - p.pixels_at)
        return lince_fail(
            LINCE_EFORMAT,
            "%s: truncated PGM or PPM: the file ends at byte %zu, before the picture is complete", name,
            size);
    if (p.channels == 1 && wide == 2) return put_deep(&p, bytes + p.pixels_at, &how->range, image);
    put_bytes(&p, bytes + p.pixels_at, wide, image);
    return 0;
}

const lince_codec lince_pnm = {.name = "PPM, PGM",
                               .endings = {".ppm", ".pgm", ".pnm"},
                               .recognise = recognise,
                               .measure = measure,
                               .decode = decode};
