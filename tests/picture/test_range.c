/* Deep grey: what a range says, and what becomes of values of each type. */
#include "data/dataset_fixture.h"
#include "data/depth.h"
#include "modality/modality.h"

#include <math.h>
#include <tiffio.h>

static void test_a_range_is_read_and_printed(void **state)
{
    (void)state;
    lince_range range = {true, 1, 2};
    char text[LINCE_RANGE_MAX];
    assert_int_equal(lince_range_parse("auto", &range), 1);
    lince_range_print(text, &range);
    assert_string_equal(text, "1:2");
    assert_done(lince_range_parse("-1000:3000.5", &range));
    lince_range_print(text, &range);
    assert_string_equal(text, "-1000:3000.5");
    assert_done(lince_range_parse("full", &range));
    lince_range_print(text, &range);
    assert_string_equal(text, "full");
    static const char *const wrong[] = {"",           ":",    "1",     "1:",    ":1",    "2:1",
                                        "1:1",        "0:1x", "0:nan", "0:inf", "0:1:2", "-1e308:1e308",
                                        "black:white"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(lince_range_parse(wrong[i], &range), LINCE_EUSAGE);
        assert_message("expected auto, full, or the values that are black and white as LOW:HIGH");
    }
}

/* floor(256 (x - low) / (high - low)): of all values of 16 bits the upper eight bits. */
static void test_levels_are_equal_steps(void **state)
{
    (void)state;
    lince_range all = {true, 0, 65536}, some = {true, -100, 156};
    for (int x = 0; x < 65536; x++) assert_int_equal(lince_range_level(&all, x), x >> 8);
    for (int x = -100; x < 156; x++) assert_int_equal(lince_range_level(&some, x), x + 100);
    assert_int_equal(lince_range_level(&some, -101), 0);
    assert_int_equal(lince_range_level(&some, 1e300), 255);
    assert_int_equal(lince_range_level(&some, (double)INFINITY), 255);
    assert_int_equal(lince_range_level(&some, (double)NAN), 0);
}

/* --- TIFF ------------------------------------------------------------------------------------------ */

enum { WIDTH = 21, HEIGHT = 18 /* more than one tile of 16 x 16 */ };

typedef struct kind {
    uint16_t format, bits;
    double base, step; /* of the value at x + WIDTH * y */
    double low, high;  /* of the full range */
} kind;

static const kind kinds[] = {
    {SAMPLEFORMAT_UINT, 16, 3, 150, 0, 65536},
    {SAMPLEFORMAT_UINT, 32, 10, 11000000, 0, 4294967296},
    {SAMPLEFORMAT_INT, 8, -90, 0.5, -128, 128},
    {SAMPLEFORMAT_INT, 16, -1024, 11, -32768, 32768},
    {SAMPLEFORMAT_INT, 32, -2e9, 1e7, -2147483648.0, 2147483648.0},
    {SAMPLEFORMAT_IEEEFP, 32, -0.25, 0.0078125, 0, 1},
    {SAMPLEFORMAT_IEEEFP, 64, -0.25, 0.0078125, 0, 1},
};

static double value_of(const kind *k, int x, int y)
{
    double value = k->base + k->step * (x + WIDTH * y);
    return k->format == SAMPLEFORMAT_IEEEFP ? value : floor(value);
}

static void store(const kind *k, double value, uint8_t *out)
{
    int64_t whole = (int64_t)value; /* of whichever size: the lower bytes come first */
    float single = (float)value;
    if (k->format != SAMPLEFORMAT_IEEEFP)
        memcpy(out, &whole, k->bits / 8);
    else if (k->bits == 32)
        memcpy(out, &single, sizeof single);
    else
        memcpy(out, &value, sizeof value);
}

static void fill(const kind *k, int left, int top, int width, int height, uint8_t *out)
{
    for (int y = top; y < top + height; y++)
        for (int x = left; x < left + width; x++, out += k->bits / 8) store(k, value_of(k, x, y), out);
}

/* Left for tests/fuzz/fuzz_image.c. */
static const char *make_tiff(const kind *k, const char *order, bool tiled, bool inverted)
{
    static uint8_t bytes[16 * WIDTH * 8];
    static char path[512];
    snprintf(path, sizeof path, TEST_SCRATCH "/seeds/image/%d-bits-%d-%s-%d-%d.tif", k->bits, k->format,
             order, tiled, inverted);
    TIFF *tiff = TIFFOpen(path, order);
    assert_non_null(tiff);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, WIDTH);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, HEIGHT);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, k->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, k->format);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, inverted ? PHOTOMETRIC_MINISWHITE : PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, tiled ? COMPRESSION_LZW : COMPRESSION_NONE);
    if (tiled) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, 16);
    } else
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 5);
    for (int top = 0; top < HEIGHT; top += tiled ? 16 : 1)
        for (int left = 0; left < WIDTH; left += tiled ? 16 : WIDTH) {
            fill(k, left, top, tiled ? 16 : WIDTH, tiled ? 16 : 1, bytes);
            if (tiled)
                assert_true(TIFFWriteTile(tiff, bytes, (uint32_t)left, (uint32_t)top, 0, 0) > 0);
            else
                assert_true(TIFFWriteScanline(tiff, bytes, (uint32_t)top, 0) > 0);
        }
    TIFFClose(tiff);
    return path;
}

static void check_tiff(const kind *k, const char *order, bool tiled, bool inverted, const lince_range *range)
{
    lince_image image;
    lince_decoding how = {.range = *range};
    lince_range full = {true, k->low, k->high};
    assert_done(lince_image_load(&image, make_tiff(k, order, tiled, inverted), &how));
    assert_true(image.width == WIDTH && image.height == HEIGHT);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            uint8_t level = lince_range_level(range->given ? range : &full, value_of(k, x, y)),
                    expected = inverted ? (uint8_t)(255 - level) : level;
            const uint8_t *found = image.pixels + 3 * (y * WIDTH + x);
            if (found[0] != expected || found[1] != expected || found[2] != expected)
                fail_msg("%d bits of format %d at %d, %d: %d, expected %d", k->bits, k->format, x, y,
                         found[0], expected);
        }
    assert_true(image.extent.least == value_of(k, 0, 0));
    assert_true(image.extent.greatest == value_of(k, WIDTH - 1, HEIGHT - 1));
    lince_image_release(&image);
}

static void test_tiffs_of_all_types_are_seen_through_their_range(void **state)
{
    (void)state;
    assert_int_equal(lince_make_folder(TEST_SCRATCH "/seeds/image"), 0);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const kind *k = &kinds[i];
        lince_range full = {0}, own = {true, value_of(k, 0, 0), value_of(k, WIDTH - 1, HEIGHT - 1)};
        check_tiff(k, "wl", false, false, &full);
        check_tiff(k, "wb", true, false, &own);
        check_tiff(k, "wl", true, true, &own);
    }
}

/* --- a data set ------------------------------------------------------------------------------------ */

/* Two pixels of 16 bits. */
static void put_pgm(const char *folder, const char *name, int a, int b)
{
    uint8_t bytes[] = "P5 2 1 65535\nabcd";
    uint8_t *pixels = bytes + 13;
    pixels[0] = (uint8_t)(a >> 8), pixels[1] = (uint8_t)a, pixels[2] = (uint8_t)(b >> 8),
    pixels[3] = (uint8_t)b;
    put_file(folder, name, bytes, sizeof bytes - 1);
}

static void test_the_extent_of_a_part_is_that_of_its_deep_pictures(void **state)
{
    (void)state;
    const char *folder = fresh_folder("depth");
    lince_dataset *d;
    lince_extent extent = {0};
    lince_image image;
    lince_decoding how = {.range = {true, 0, 4096}};
    put_pgm(folder, "train/a/1.pgm", 300, 4000);
    put_pgm(folder, "train/a/2.pgm", 17, 18);
    put_pgm(folder, "train/b/1.pgm", 1000, 1000);
    put_file(folder, "train/b/2.pgm", "P5 2 1 255\n\0\xff", 13); /* not deep */
    put_file(folder, "train/b/3.pgm", "P5 2 1 65535\n\0", 14);   /* cut short */
    put_pgm(folder, "test/a/1.pgm", 0, 65535);
    put_pgm(folder, "test/b/1.pgm", 0, 65535);
    assert_done(lince_dataset_open(&d, folder));
    assert_done(lince_depth_add(&extent, d, LINCE_TRAIN, 2, NULL));
    assert_true(extent.least == 17 && extent.greatest == 4000);
    lince_dataset_decode_as(d, &how);
    assert_done(lince_dataset_read(d, LINCE_TRAIN, 0, &image));
    assert_int_equal(image.pixels[0], 300 / 16);
    assert_int_equal(image.pixels[3], 4000 / 16);
    lince_image_release(&image);
    lince_dataset_free(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_range_is_read_and_printed),
        cmocka_unit_test(test_levels_are_equal_steps),
        cmocka_unit_test(test_tiffs_of_all_types_are_seen_through_their_range),
        cmocka_unit_test(test_the_extent_of_a_part_is_that_of_its_deep_pictures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
