/* Pictures where memory is missing: each allocation of decoding one fails once, of lince's and of the format's library, and what
 * comes out is the same picture or LINCE_ENOMEM, never a file that is called damaged. */
#include "picture/decode/image.h"
#include "picture/decoded.h"

#include <stdlib.h>

#include <jpeglib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { REPLACED = false }; /* sanitizers have an allocator of their own */
static size_t allocations, failing;
#else
enum { REPLACED = true };

static size_t allocations, failing; /* the failing-th returns NULL */

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

static bool fails(void)
{
    return ++allocations == failing;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails() ? NULL : __libc_memalign(alignment, size);
}
#endif

/* With the n-th allocation failing; false: there are fewer. */
static bool decode_without(size_t n, const sample *s, lince_image *image, int *code)
{
    allocations = 0, failing = n;
    *code = lince_image_decode(image, s->file, s->size, &(lince_decoding){0}, s->name);
    bool came = allocations >= n;
    failing = 0;
    return came;
}

static void check_each_allocation(const sample *s)
{
    lince_image right, image;
    int code;
    if (lince_image_decode(&right, s->file, s->size, &(lince_decoding){0}, s->name))
        fail_msg("%s", lince_error());
    for (size_t n = 1; decode_without(n, s, &image, &code); n++) {
        if (code && code != LINCE_ENOMEM) fail_msg("allocation %zu: %s", n, lince_error());
        if (code) continue;
        if (memcmp(image.pixels, right.pixels, (size_t)right.width * (size_t)right.height * 3) != 0)
            fail_msg("%s: allocation %zu: another picture", s->name, n);
        lince_image_release(&image);
    }
    if (!code) lince_image_release(&image);
    lince_image_release(&right);
}

static void test_formats(void **state)
{
    (void)state;
    static sample s;
    if (!REPLACED) skip();
    FILE *stream = open_samples("formats.txt");
    while (next_sample(stream, &s))
        if (strncmp(s.name, "webp", 4) != 0 &&
            strncmp(s.name, "tiff", 4) != 0) /* libwebp 1.2, libtiff 4.5 crash */
            check_each_allocation(&s);
    fclose(stream);
}

static void test_png(void **state)
{
    (void)state;
    static sample s = {.name = "made.png"};
    lince_image image;
    uint8_t *bytes;
    if (!REPLACED) skip();
    assert_int_equal(lince_image_init(&image, 40, 30), 0);
    for (size_t i = 0; i < 40 * 30 * 3; i++) image.pixels[i] = (uint8_t)(i * i);
    assert_int_equal(lince_image_encode_png(&image, &bytes, &s.size), 0);
    assert_true(s.size <= sizeof s.file);
    memcpy(s.file, bytes, s.size);
    check_each_allocation(&s);
    free(bytes);
    lince_image_release(&image);
}

static void test_jpeg(void **state)
{
    (void)state;
    static sample s = {.name = "made.jpg"};
    struct jpeg_error_mgr errors;
    struct jpeg_compress_struct jpeg = {.err = jpeg_std_error(&errors)};
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    uint8_t row[40 * 3];
    if (!REPLACED) skip();
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = 40, jpeg.image_height = 30, jpeg.input_components = 3, jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < 30; y++) {
        for (int i = 0; i < 40 * 3; i++) row[i] = (uint8_t)(3 * y + 2 * i);
        jpeg_write_scanlines(&jpeg, &(JSAMPROW){row}, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    assert_true(size <= sizeof s.file);
    memcpy(s.file, bytes, s.size = size);
    check_each_allocation(&s);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_png),
        cmocka_unit_test(test_jpeg),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
