/* Pictures where memory is missing: each allocation of decoding one fails once, of lince's and of the format's library, and what
 * comes out is the same picture or LINCE_ENOMEM, never a file that is called damaged. Those of libwebp and libtiff, which do
 * not look at all of theirs, do not fail: that there is memory for them is seen beforehand, which does. */
#include "picture/decode/image.h"
#include "picture/decoded.h"

#include <link.h>
#include <stdlib.h>

#include <jpeglib.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { REPLACED = false }; /* sanitizers have an allocator of their own */
static size_t allocations, failing;

static void find_libraries(void) {}
#else
enum { REPLACED = true };

static size_t allocations, failing; /* the failing-th returns NULL */

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);

/* Where the code of libraries lies whose allocations do not fail. */
static struct {
    const char *begin, *end;
} seen[2];
static size_t seen_count;

static int find(struct dl_phdr_info *library, size_t size, void *context)
{
    (void)size, (void)context;
    if (!strstr(library->dlpi_name, "/libwebp.so") && !strstr(library->dlpi_name, "/libtiff.so")) return 0;
    for (int i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
        seen[seen_count].begin = (const char *)library->dlpi_addr + part->p_vaddr;
        seen[seen_count].end = seen[seen_count].begin + part->p_memsz;
        seen_count++;
    }
    return 0;
}

static bool fails_for(const char *caller)
{
    for (size_t i = 0; i < seen_count; i++)
        if (caller >= seen[i].begin && caller < seen[i].end) return false;
    return ++allocations == failing;
}

#define fails() fails_for(__builtin_return_address(0))

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

static void find_libraries(void)
{
    dl_iterate_phdr(find, NULL);
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
    find_libraries();
    FILE *stream = open_samples("formats.txt");
    while (next_sample(stream, &s)) check_each_allocation(&s);
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
