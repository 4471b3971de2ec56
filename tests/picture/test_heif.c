/* HEIC and AVIF against what Pillow makes of the same files (tests/reference/heif.py); without libheif, what
 * is said. */
#include "picture/decode/codec.h"
#include "picture/decoded.h"

#include <lince/language.h>

static int setup(void **state)
{
    (void)state;
    return lince_language_set("en");
}

/* Calls `check` for each; how many there are. */
static int each_sample(void (*check)(const sample *s))
{
    static sample s;
    int count = 0;
    FILE *stream = open_samples("heif.txt");
    for (; next_sample(stream, &s); count++) check(&s);
    fclose(stream);
    return count;
}

/* Versions of the libraries round differently. */
static void check_pixels(const sample *s)
{
    lince_image image;
    lince_picture_head head;
    keep_as_seed(s);
    assert_done(lince_image_decode(&image, s->file, s->size, &(lince_decoding){0}, s->name));
    assert_true(image.width == s->width && image.height == s->height);
    assert_int_equal((size_t)image.width * (size_t)image.height * 3, s->pixel_size);
    for (size_t i = 0; i < s->pixel_size; i++)
        if (abs(image.pixels[i] - s->pixels[i]) > 2)
            fail_msg("%s: byte %zu is %d, Pillow's %d", s->name, i, image.pixels[i], s->pixels[i]);
    assert_true(lince_image_measure(s->file, s->size, &head));
    assert_true(head.width == s->width && head.height == s->height);
    lince_image_release(&image);
}

static void test_pictures_decode_as_pillow_does(void **state)
{
    (void)state;
    if (!lince_heif_version()) skip();
    assert_int_equal(each_sample(check_pixels), 4);
}

static void check_cuts(const sample *s)
{
    for (size_t size = 0; size < s->size; size += 7) {
        lince_image image;
        lince_picture_head head;
        int code = lince_image_decode(&image, s->file, size, &(lince_decoding){0}, s->name);
        lince_image_measure(s->file, size, &head);
        if (code < 0) {
            if (strncmp(lince_error(), s->name, strlen(s->name)) != 0) fail_msg("%s", lince_error());
            assert_null(image.pixels);
            continue;
        }
        assert_true(image.width == s->width && image.height == s->height);
        lince_image_release(&image);
    }
}

static void test_a_file_cut_anywhere_is_refused_or_decoded_whole(void **state)
{
    (void)state;
    assert_int_equal(each_sample(check_cuts), 4);
}

static void check_refused(const sample *s)
{
    lince_image image;
    assert_int_equal(lince_image_decode(&image, s->file, s->size, &(lince_decoding){0}, s->name),
                     LINCE_EUNSUPPORTED);
    assert_message(
        "this lince was built without libheif, which reads them: install it (Debian: libheif-dev)");
}

static void test_what_is_missing_is_named(void **state)
{
    (void)state;
    if (lince_heif_version()) skip();
    assert_int_equal(each_sample(check_refused), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pictures_decode_as_pillow_does),
        cmocka_unit_test(test_a_file_cut_anywhere_is_refused_or_decoded_whole),
        cmocka_unit_test(test_what_is_missing_is_named),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
