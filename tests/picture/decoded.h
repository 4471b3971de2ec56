/* Files of pictures with what Pillow makes of them, a line each as tests/reference writes them: name, width,
 * height, the file and its pixels [height][width][3] in hexadecimal. */
#ifndef TESTS_DATA_DECODED_H
#define TESTS_DATA_DECODED_H

#include "data/fixture.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct sample {
    char name[64];
    int width, height;
    uint8_t file[4096], pixels[1024];
    size_t size, pixel_size;
} sample;

static inline size_t read_hex(const char *text, uint8_t *out, size_t most)
{
    size_t n = 0;
    unsigned byte;
    for (; n < most && sscanf(text + 2 * n, "%2x", &byte) == 1; n++) out[n] = (uint8_t)byte;
    return n;
}

/* False behind the last. */
static inline bool next_sample(FILE *stream, sample *s)
{
    static char line[1 << 14], file[1 << 13], pixels[1 << 11];
    if (!fgets(line, sizeof line, stream)) return false;
    assert_int_equal(sscanf(line, "%63s %d %d %8191s %2047s", s->name, &s->width, &s->height, file, pixels),
                     5);
    s->size = read_hex(file, s->file, sizeof s->file);
    s->pixel_size = read_hex(pixels, s->pixels, sizeof s->pixels);
    return true;
}

/* Those of tests/data/NAME. */
static inline FILE *open_samples(const char *name)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/tests/picture/%s", TEST_SOURCE_DIR, name);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    return stream;
}

/* For tests/fuzz/fuzz_image.c. */
static inline void keep_as_seed(const sample *s)
{
    put_file(TEST_SCRATCH "/seeds/image", s->name, s->file, s->size);
}

#endif
