/* WebP, TIFF, GIF, BMP, PPM and PGM against what PIL makes of the same files (tests/reference/formats.py),
 * and what is said of files cut short. */
#include "picture/decode/codec.h"
#include "picture/decoded.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

static void test_all_formats_decode_as_pil_does(void **state)
{
    (void)state;
    static sample s;
    int count = 0;
    FILE *stream = open_samples("formats.txt");
    for (; next_sample(stream, &s); count++) {
        lince_image image;
        lince_picture_head head;
        keep_as_seed(&s);
        if (lince_image_decode(&image, s.file, s.size, &(lince_decoding){0}, s.name) < 0)
            fail_msg("%s", lince_error());
        assert_int_equal(image.width, s.width);
        assert_int_equal(image.height, s.height);
        assert_int_equal((size_t)image.width * (size_t)image.height * 3, s.pixel_size);
        if (memcmp(image.pixels, s.pixels, s.pixel_size) != 0)
            fail_msg("%s: other pixels than PIL's", s.name);
        assert_true(lince_image_measure(s.file, s.size, &head));
        if (head.width != s.width || head.height != s.height)
            fail_msg("%s: measured %d x %d", s.name, head.width, head.height);
        lince_image_release(&image);
    }
    fclose(stream);
    assert_int_equal(count, 25);
}

static void test_a_file_cut_anywhere_is_refused_or_decoded_whole(void **state)
{
    (void)state;
    static sample s;
    FILE *stream = open_samples("formats.txt");
    while (next_sample(stream, &s))
        for (size_t size = 0; size < s.size; size++) {
            lince_image image;
            lince_picture_head head;
            int code = lince_image_decode(&image, s.file, size, &(lince_decoding){0}, s.name);
            lince_image_measure(s.file, size, &head);
            if (code < 0) {
                if (strncmp(lince_error(), s.name, strlen(s.name)) != 0) fail_msg("%s", lince_error());
                assert_null(image.pixels);
                continue;
            }
            assert_int_equal(image.width * image.height, s.width * s.height);
            lince_image_release(&image);
        }
    fclose(stream);
}

static void assert_refused(const void *bytes, size_t size, const char *why)
{
    lince_image image;
    assert_true(lince_image_decode(&image, bytes, size, &(lince_decoding){0}, "picture") < 0);
    assert_message(why);
}

static void test_what_is_claimed_is_checked_before_memory_is_taken(void **state)
{
    (void)state;
    assert_refused("P5 999999999 999999999 255\nx", 28, "the header claims 999999999 x 999999999 pixels");
    assert_refused("P6 9000 9000 255\nx", 18, "which 18 bytes cannot hold");
    uint8_t bmp[58] = "BM";
    bmp[10] = 54, bmp[14] = 40, bmp[28] = 24;
    memset(bmp + 18, 0x7f, 3);
    memset(bmp + 22, 0x7f, 3);
    assert_refused(bmp, sizeof bmp, "the header claims 8355711 x 8355711 pixels");
    bmp[30] = 1;
    assert_refused(bmp, sizeof bmp, "a compressed BMP");
}

static void test_what_is_not_read_is_told_by_name(void **state)
{
    (void)state;
    assert_refused("\0\0\0\x0c"
                   "jP  ....",
                   12, "but this looks like JPEG 2000");
    assert_refused("II*\0\x08\0\0\0\0\0", 10, "truncated or damaged TIFF");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_formats_decode_as_pil_does),
        cmocka_unit_test(test_a_file_cut_anywhere_is_refused_or_decoded_whole),
        cmocka_unit_test(test_what_is_claimed_is_checked_before_memory_is_taken),
        cmocka_unit_test(test_what_is_not_read_is_told_by_name),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
