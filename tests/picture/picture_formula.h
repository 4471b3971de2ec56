/* The pictures of tests/reference/transforms.py, and its hash. */
#include "core/memory.h"
#include "picture/decode/image.h"

static lince_image picture(int width, int height)
{
    lince_image image;
    assert_int_equal(lince_image_init(&image, width, height), 0);
    uint32_t w = (uint32_t)width, h = (uint32_t)height;
    for (uint32_t i = 0; i < w * h * 3; i++) {
        uint32_t c = i % 3, x = i / 3 % w, y = i / 3 / w, v = i * 2654435761u;
        v = (v ^ (v >> 15)) * 2246822519u;
        image.pixels[i] = (uint8_t)((v >> 13) % 128 + (x * 127 / w + y * c * 127 / h) % 128);
    }
    return image;
}

/* FNV-1a over what was hashed before, and this. */
static uint64_t fnv_on(uint64_t h, const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++) h = (h ^ ((const uint8_t *)data)[i]) * 0x100000001b3u;
    return h;
}

static uint64_t fnv(const void *data, size_t size)
{
    return fnv_on(0xcbf29ce484222325u, data, size);
}
