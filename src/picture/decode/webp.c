#include "core/error.h"
#include "core/memory.h"
#include "picture/decode/codec.h"

#include <string.h>
#include <webp/decode.h>

static bool recognise(const uint8_t *bytes, size_t size)
{
    return size >= 12 && !memcmp(bytes, "RIFF", 4) && !memcmp(bytes + 8, "WEBP", 4);
}

static uint32_t u32(const uint8_t *b)
{
    return (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
}

/* Chunks: a name of four letters, a length, data padded to an even one. Exif stands behind the pixels. */
static int orientation_of(const uint8_t *bytes, size_t size)
{
    for (size_t at = 12; at + 8 <= size;) {
        uint32_t length = u32(bytes + at + 4);
        const uint8_t *data = bytes + at + 8;
        if (length > size - at - 8) break;
        if (!memcmp(bytes + at, "EXIF", 4)) {
            bool marked = length > 6 && !memcmp(data, "Exif\0", 6);
            return marked ? lince_exif_orientation(data + 6, length - 6)
                          : lince_exif_orientation(data, length);
        }
        at += 8 + (size_t)length + (length & 1);
    }
    return 1;
}

static bool measure(const uint8_t *bytes, size_t size, lince_picture_head *head)
{
    int w, h;
    if (size < 12 || size - 8 < u32(bytes + 4) || !WebPGetInfo(bytes, size, &w, &h)) return false;
    return lince_upright((uint32_t)w, (uint32_t)h, orientation_of(bytes, size), head);
}

/* libwebp 1.2 writes where an allocation of a lossless picture gave nothing: it holds its pixels, 4 bytes each, a second
 * time in rows, and codes of its own, of some megabytes. */
static int see_that_there_is_memory(const lince_image *image)
{
    enum { CODES = 8 << 20 };
    return lince_memory_at_hand((size_t)image->width * (size_t)image->height * 8 + CODES);
}

static int decode_rgb(lince_image *image, const uint8_t *bytes, size_t size, const char *name)
{
    size_t stride = (size_t)image->width * 3;
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config))
        return lince_fail(LINCE_EUNSUPPORTED, "libwebp is of another version than lince was built for");
    config.output.colorspace = MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA = (WebPRGBABuffer){.rgba = image->pixels,
                                            .stride = (int)stride,
                                            .size = stride * (size_t)image->height};
    VP8StatusCode status = WebPDecode(bytes, size, &config);
    if (status == VP8_STATUS_OUT_OF_MEMORY)
        return lince_fail(LINCE_ENOMEM, "%s: out of memory while reading a WebP", name);
    return status
               ? lince_fail(LINCE_EFORMAT, "%s: truncated or damaged WebP (size in bytes: %zu)", name, size)
               : 0;
}

static int decode(lince_image *image, const uint8_t *bytes, size_t size, const lince_decoding *how,
                  const char *name)
{
    (void)how;
    WebPBitstreamFeatures f;
    if (WebPGetFeatures(bytes, size, &f) != VP8_STATUS_OK)
        return lince_fail(LINCE_EFORMAT, "%s: damaged WebP: its header cannot be read", name);
    if (f.has_animation)
        return lince_fail(LINCE_EUNSUPPORTED, "%s: an animated WebP; save one of its frames as a picture",
                          name);
    LINCE_TRY(lince_image_claim(image, (size_t)f.width, (size_t)f.height, size, 0, name));
    LINCE_TRY(see_that_there_is_memory(image));
    LINCE_TRY(decode_rgb(image, bytes, size, name));
    return lince_image_orient(image, orientation_of(bytes, size));
}

const lince_codec lince_webp = {
    .name = "WebP", .endings = {".webp"}, .recognise = recognise, .measure = measure, .decode = decode};
