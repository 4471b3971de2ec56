/* Decoding: every PNG and JPEG that there is, against what PIL makes of the same files, and every way in
 * which a picture can be bad. */
#include "data/fixture.h"
#include "picture/decode/codec.h"

#include <jpeglib.h>
#include <png.h>

typedef struct file {
    uint8_t bytes[1 << 14];
    size_t size;
} file;

static file made; /* the picture that the test at hand has made */

/* The pictures are kept: for tests/reference/pictures.py to look at with PIL, and as seeds of
 * tests/fuzz/fuzz_image.c. */
static void keep(const char *name)
{
    char path[LINCE_PATH_MAX];
    assert_int_equal(lince_make_folder(TEST_SCRATCH "/seeds/image"), 0);
    snprintf(path, sizeof path, "%s/seeds/image/%s", TEST_SCRATCH, name);
    assert_int_equal(lince_file_write(path, made.bytes, made.size), 0);
}

static void write_bytes(png_structp png, png_bytep bytes, size_t size)
{
    (void)png;
    assert_true(made.size + size <= sizeof made.bytes);
    memcpy(made.bytes + made.size, bytes, size);
    made.size += size;
}

/* 9 x 7 pixels whose bits are a fixed jumble, of any colour type and depth. */
static void make_png(int type, int depth, int interlace, bool transparency)
{
    enum { WIDTH = 9, HEIGHT = 7 };
    made.size = 0;
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(png);
    png_set_write_fn(png, NULL, write_bytes, NULL);
    png_set_IHDR(png, info, WIDTH, HEIGHT, depth, type, interlace, 0, 0);
    png_color palette[256];
    png_byte alpha[256];
    for (int i = 0; i < 256; i++) {
        palette[i] = (png_color){(png_byte)(i * 7), (png_byte)(255 - i * 3), (png_byte)(i * i)};
        alpha[i] = (png_byte)(i * 5);
    }
    int colours = type == PNG_COLOR_TYPE_PALETTE ? 1 << depth : 0;
    if (colours) png_set_PLTE(png, info, palette, colours);
    png_color_16 clear = {.red = 1, .green = 2, .blue = 3, .gray = 1};
    if (transparency) png_set_tRNS(png, info, alpha, colours ? colours : 1, &clear);
    png_write_info(png, info);
    png_byte rows[HEIGHT][WIDTH * 8], *row[HEIGHT];
    uint32_t jumble = 1;
    for (int y = 0; y < HEIGHT; y++) {
        row[y] = rows[y];
        for (int x = 0; x < WIDTH * 8; x++)
            rows[y][x] = (png_byte)((jumble = jumble * 1664525 + 1013904223) >> 24);
    }
    png_write_image(png, row);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

/* Depends on every byte and its place. */
static uint32_t checksum(const lince_image *image)
{
    uint32_t sum = 0;
    for (int i = 0; i < image->width * image->height * 3; i++) sum += (uint32_t)(i + 1) * image->pixels[i];
    return sum;
}

static void decode_made(lince_image *image)
{
    if (lince_image_decode(image, made.bytes, made.size, &(lince_decoding){0}, "picture") < 0)
        fail_msg("%s", lince_error());
}

enum { GREY = PNG_COLOR_TYPE_GRAY, RGB = PNG_COLOR_TYPE_RGB, PALETTE = PNG_COLOR_TYPE_PALETTE };
enum { GREY_ALPHA = PNG_COLOR_TYPE_GRAY_ALPHA, RGBA = PNG_COLOR_TYPE_RGB_ALPHA };

/* The checksums: tests/reference/pictures.py, which is PIL's convert("RGB") but for 16-bit grey, of which PIL
 * keeps the lower bits (it cuts off at 255) where this keeps the upper. */
static void test_every_png_type_and_depth_decodes_as_in_pil(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int type, depth, interlaced, transparency;
        uint32_t sum;
    } cases[] = {
        {"grey1.png", GREY, 1, 0, 0, 2178720},
        {"grey2.png", GREY, 2, 0, 0, 2213400},
        {"grey4.png", GREY, 4, 0, 0, 2236656},
        {"grey8.png", GREY, 8, 0, 0, 2294937},
        {"grey16.png", GREY, 16, 0, 0, 2237976},
        {"rgb8.png", RGB, 8, 0, 0, 2407662},
        {"rgb16.png", RGB, 16, 0, 0, 2434958},
        {"palette1.png", PALETTE, 1, 0, 0, 1540223},
        {"palette2.png", PALETTE, 2, 0, 0, 1580099},
        {"palette4.png", PALETTE, 4, 0, 0, 2150833},
        {"palette8.png", PALETTE, 8, 0, 0, 2059496},
        {"grey_alpha8.png", GREY_ALPHA, 8, 0, 0, 2237976},
        {"grey_alpha16.png", GREY_ALPHA, 16, 0, 0, 2400885},
        {"rgba8.png", RGBA, 8, 0, 0, 2431493},
        {"rgba16.png", RGBA, 16, 0, 0, 2353393},
        {"grey4_clear.png", GREY, 4, 0, 1, 2236656},
        {"rgb8_clear.png", RGB, 8, 0, 1, 2407662},
        {"palette8_clear.png", PALETTE, 8, 0, 1, 2059496},
        {"grey1_interlaced.png", GREY, 1, 1, 0, 2178720},
        {"grey16_interlaced.png", GREY, 16, 1, 0, 2237976},
        {"rgb8_interlaced.png", RGB, 8, 1, 0, 2407662},
        {"palette4_interlaced.png", PALETTE, 4, 1, 0, 2150833},
        {"rgba16_interlaced.png", RGBA, 16, 1, 0, 2353393},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_png(cases[i].type, cases[i].depth, cases[i].interlaced, cases[i].transparency);
        keep(cases[i].name);
        lince_image image;
        decode_made(&image);
        assert_int_equal(image.width, 9);
        assert_int_equal(image.height, 7);
        if (checksum(&image) != cases[i].sum && ++wrong)
            print_error("%s: checksum %u, PIL's is %u\n", cases[i].name, checksum(&image), cases[i].sum);
        lince_image_release(&image);
    }
    assert_int_equal(wrong, 0);
}

static void put_exif(struct jpeg_compress_struct *jpeg, int orientation, bool big)
{
    uint8_t little_endian[] = "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0o\0\0\0\0\0\0";
    uint8_t big_endian[] = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0o\0\0\0\0\0";
    uint8_t *block = big ? big_endian : little_endian;
    *(uint8_t *)memchr(block, 'o', sizeof big_endian) = (uint8_t)orientation;
    jpeg_write_marker(jpeg, JPEG_APP0 + 1, block, sizeof big_endian);
}

typedef struct jpeg_case {
    const char *name;
    J_COLOR_SPACE in, stored;
    bool adobe, progressive;
    int orientation;   /* 0: no Exif block */
    int corners[4][3]; /* upright, by PIL: top left, top right, bottom left, bottom right */
} jpeg_case;

/* 32 x 16 pixels, a shade for each quarter and channel. */
static void make_jpeg(const jpeg_case *c)
{
    enum { WIDTH = 32, HEIGHT = 16 };
    static const uint8_t quarters[4][4] = {
        {250, 20, 30, 10}, {40, 200, 60, 90}, {30, 50, 220, 160}, {240, 230, 90, 200}};
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long size = 0;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &bytes, &size);
    jpeg.image_width = WIDTH, jpeg.image_height = HEIGHT;
    jpeg.in_color_space = c->in;
    jpeg.input_components = c->in == JCS_GRAYSCALE ? 1 : c->in == JCS_CMYK ? 4 : 3;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, c->stored);
    jpeg_set_quality(&jpeg, 95, TRUE);
    jpeg.write_Adobe_marker = c->adobe;
    if (c->progressive) jpeg_simple_progression(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    if (c->orientation) put_exif(&jpeg, c->orientation, c->orientation % 2);
    for (int y = 0; y < HEIGHT; y++) {
        uint8_t row[WIDTH * 4], *rows[1] = {row};
        for (int x = 0; x < WIDTH; x++)
            memcpy(row + x * jpeg.input_components, quarters[2 * (y >= HEIGHT / 2) + (x >= WIDTH / 2)],
                   (size_t)jpeg.input_components);
        jpeg_write_scanlines(&jpeg, rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    assert_true(size <= sizeof made.bytes);
    memcpy(made.bytes, bytes, size);
    made.size = size;
    free(bytes);
}

static const jpeg_case jpegs[] = {
    {"grey.jpg",
     JCS_GRAYSCALE,
     JCS_GRAYSCALE,
     false,
     false,
     0,
     {{250, 250, 250}, {40, 40, 40}, {30, 30, 30}, {240, 240, 240}}},
    {"ycbcr.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     false,
     0,
     {{250, 20, 30}, {39, 200, 60}, {29, 50, 219}, {239, 230, 89}}},
    {"progressive.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     true,
     0,
     {{250, 20, 30}, {39, 200, 60}, {29, 50, 219}, {239, 230, 89}}},
    {"rgb.jpg",
     JCS_RGB,
     JCS_RGB,
     true,
     false,
     0,
     {{250, 20, 30}, {40, 200, 60}, {30, 50, 220}, {240, 230, 90}}},
    {"cmyk.jpg",
     JCS_CMYK,
     JCS_CMYK,
     false,
     false,
     0,
     {{10, 1, 1}, {14, 71, 21}, {19, 31, 138}, {188, 180, 71}}},
    {"cmyk_adobe.jpg",
     JCS_CMYK,
     JCS_CMYK,
     true,
     false,
     0,
     {{10, 1, 1}, {14, 71, 21}, {19, 31, 138}, {188, 180, 71}}},
    {"ycck_adobe.jpg",
     JCS_CMYK,
     JCS_YCCK,
     true,
     false,
     0,
     {{10, 1, 1}, {14, 71, 21}, {18, 31, 137}, {187, 180, 70}}},
    {"exif1.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     false,
     1,
     {{250, 20, 30}, {39, 200, 60}, {29, 50, 219}, {239, 230, 89}}},
    {"exif2.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     false,
     2,
     {{39, 200, 60}, {250, 20, 30}, {239, 230, 89}, {29, 50, 219}}},
    {"exif3.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     false,
     3,
     {{239, 230, 89}, {29, 50, 219}, {39, 200, 60}, {250, 20, 30}}},
    {"exif4.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     false,
     4,
     {{29, 50, 219}, {239, 230, 89}, {250, 20, 30}, {39, 200, 60}}},
    {"exif5.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     false,
     5,
     {{250, 20, 30}, {29, 50, 219}, {39, 200, 60}, {239, 230, 89}}},
    {"exif6.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     false,
     6,
     {{29, 50, 219}, {250, 20, 30}, {239, 230, 89}, {39, 200, 60}}},
    {"exif7.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     false,
     7,
     {{239, 230, 89}, {39, 200, 60}, {29, 50, 219}, {250, 20, 30}}},
    {"exif8.jpg",
     JCS_RGB,
     JCS_YCbCr,
     false,
     false,
     8,
     {{39, 200, 60}, {239, 230, 89}, {250, 20, 30}, {29, 50, 219}}},
};

static void test_every_jpeg_colour_space_and_orientation_decodes_as_in_pil(void **state)
{
    (void)state;
    int wrong = 0;
    for (size_t i = 0; i < sizeof jpegs / sizeof *jpegs; i++) {
        make_jpeg(&jpegs[i]);
        keep(jpegs[i].name);
        lince_image image;
        decode_made(&image);
        assert_int_equal(image.width, jpegs[i].orientation < 5 ? 32 : 16);
        assert_int_equal(image.height, jpegs[i].orientation < 5 ? 16 : 32);
        for (int corner = 0; corner < 4; corner++) {
            int x = corner % 2 ? image.width - 1 : 0, y = corner / 2 ? image.height - 1 : 0;
            for (int c = 0; c < 3; c++) {
                int found = image.pixels[(y * image.width + x) * 3 + c],
                    expected = jpegs[i].corners[corner][c];
                if (abs(found - expected) > 2 && ++wrong)
                    print_error("%s: corner %d, channel %d: %d, PIL's is %d\n", jpegs[i].name, corner, c,
                                found, expected);
            }
        }
        lince_image_release(&image);
    }
    assert_int_equal(wrong, 0);
}

/* Little-endian: one entry, Orientation 6, as one LONG. */
static const uint8_t exif_long[26] = {'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 4, 0, 1, 0, 0, 0, 6};

static void test_an_orientation_of_type_long_behind_a_pngs_pixels_is_applied(void **state)
{
    (void)state;
    enum { END = 12, AROUND = 12 };
    lince_image upright;
    lince_picture_head head;
    assert_int_equal(lince_exif_orientation(exif_long, sizeof exif_long), 6);
    make_png(RGB, 8, 0, false);
    uint8_t *at = made.bytes + made.size - END, end[END];
    memcpy(end, at, END);
    memcpy(at,
           "\0\0\0\x1a"
           "eXIf",
           8);
    memcpy(at + 8, exif_long, sizeof exif_long);
    memcpy(at + AROUND + sizeof exif_long, end, END);
    made.size += AROUND + sizeof exif_long;
    decode_made(&upright);
    assert_true(upright.width == 7 && upright.height == 9);
    assert_true(lince_image_measure(made.bytes, made.size, &head));
    assert_true(head.width == 7 && head.height == 9);
    lince_image_release(&upright);
}

static void test_a_damaged_exif_block_means_upright(void **state)
{
    (void)state;
    const uint8_t block[] = "II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
    assert_int_equal(lince_exif_orientation(block, 22), 6);
    for (size_t size = 0; size < 22; size++) assert_int_equal(lince_exif_orientation(block, size), 1);
    uint8_t far[sizeof block];
    memcpy(far, block, sizeof block);
    memset(far + 4, 0xff, 4); /* the directory lies beyond the end */
    assert_int_equal(lince_exif_orientation(far, 22), 1);
    memcpy(far, block, sizeof block);
    far[18] = 9; /* there are eight orientations */
    assert_int_equal(lince_exif_orientation(far, 22), 1);
}

static void assert_refused(const void *bytes, size_t size, const char *why)
{
    lince_image image;
    assert_int_equal(lince_image_decode(&image, bytes, size, &(lince_decoding){0}, "pets/cat.png"),
                     LINCE_EFORMAT);
    assert_null(image.pixels);
    assert_message("pets/cat.png: ");
    assert_message(why);
}

static void test_what_is_no_picture_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *why;
    } cases[] = {
        {"", 0, "empty (0 bytes)"},
        {"\0\0\0\x1c"
         "ftypmp42",
         12, "looks like a video (MP4)"},
        {"8BPS\0\1", 6, "looks like a Photoshop file"},
        {"\xff\x0a\0\1", 4, "looks like JPEG XL"},
        {"<!DOCTYPE html><title>404</title>", 33, "looks like an HTML page"},
        {"version https://git-lfs.github.com/spec/v1\n", 43, "Git LFS pointer"},
        {"hello, world\n", 13, "looks like a text"},
        {"\0\1\2\3", 4, "none of them"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_refused(cases[i].bytes, cases[i].size, cases[i].why);
}

/* The first `size` bytes, in a block of just that size, so that a sanitizer sees what is read beyond. */
static int decode_beginning(size_t size, lince_image *image)
{
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, made.bytes, size);
    int code = lince_image_decode(image, copy, size, &(lince_decoding){0}, "picture");
    free(copy);
    return code;
}

static void test_a_truncated_png_is_refused_wherever_it_ends(void **state)
{
    (void)state;
    enum { END_CHUNK = 12 };
    lince_image image;
    make_png(RGBA, 16, 1, false);
    for (size_t size = 0; size < made.size - END_CHUNK; size++) {
        assert_int_equal(decode_beginning(size, &image), LINCE_EFORMAT);
        assert_null(image.pixels);
    }
    assert_message("truncated PNG: the file ends at byte");
    /* All pixels are there; PIL does not mind the missing end either. */
    assert_int_equal(decode_beginning(made.size - END_CHUNK, &image), 0);
    lince_image_release(&image);
}

/* The last marker says nothing that one scan of Huffman codes does not show. */
static void test_a_truncated_jpeg_is_refused_unless_all_is_there_but_its_last_marker(void **state)
{
    (void)state;
    enum { END_MARKER = 2 };
    lince_image image, whole;
    for (size_t kind = 0; kind < 7; kind++) {
        make_jpeg(&jpegs[kind]);
        size_t shortest = made.size - (jpegs[kind].progressive ? 0 : END_MARKER);
        for (size_t size = 0; size < shortest; size++) {
            assert_int_equal(decode_beginning(size, &image), LINCE_EFORMAT);
            assert_null(image.pixels);
        }
        assert_message("truncated JPEG: the file ends at byte");
        decode_made(&whole);
        for (size_t size = shortest; size < made.size; size++) {
            assert_int_equal(decode_beginning(size, &image), 0);
            assert_false(image.incomplete);
            assert_int_equal(checksum(&image), checksum(&whole));
            lince_image_release(&image);
        }
        lince_image_release(&whole);
    }
}

/* As PIL: libjpeg warns of "premature end of data segment", and the rest is grey. */
static void test_a_jpeg_whose_data_end_early_is_read_and_marked_or_refused(void **state)
{
    (void)state;
    lince_image whole, image;
    make_jpeg(&jpegs[1]);
    decode_made(&whole);
    size_t cut = made.size - 20;
    memcpy(made.bytes + cut, "\xff\xd9", 2);
    made.size = cut + 2;
    keep("closed_early.jpg");
    decode_made(&image);
    assert_true(image.incomplete && !whole.incomplete);
    assert_memory_equal(image.pixels, whole.pixels, 8 * 3); /* in the first block */
    assert_int_not_equal(checksum(&image), checksum(&whole));
    lince_image_release(&image);
    lince_image_release(&whole);
    lince_decoding how = {.complete_only = true};
    assert_int_equal(lince_image_decode(&image, made.bytes, made.size, &how, "cat.jpg"), LINCE_EFORMAT);
    assert_message("cat.jpg: damaged JPEG: its data end before the picture is complete");
    assert_null(image.pixels);
}

static void test_a_flipped_bit_in_a_png_is_refused(void **state)
{
    (void)state;
    make_png(RGB, 8, 0, false);
    made.bytes[made.size - 20] ^= 4;
    assert_refused(made.bytes, made.size, "damaged PNG");
}

/* Signature, IHDR with its CRC, IDAT with nothing. */
static void test_a_header_of_60000_x_60000_is_refused_before_memory_is_taken(void **state)
{
    (void)state;
    static const uint8_t png[] =
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\2\0\0\0\x0f\xb0\xe2\x15\0\0\0\0IDAT";
    assert_refused(png, sizeof png - 1, "60000 x 60000 pixels; at most 134217728");
}

static void test_a_header_that_claims_more_than_the_file_can_hold_is_refused(void **state)
{
    (void)state;
    static const uint8_t png[] =
        "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x27\x10\0\0\x27\x10\x08\2\0\0\0\x35\x2c\xf5\x70\0\0\0\0IDAT";
    assert_refused(png, sizeof png - 1, "10000 x 10000 pixels, which 41 bytes cannot hold");
    make_jpeg(&jpegs[0]);
    uint8_t *frame = memmem(made.bytes, made.size, "\xff\xc0", 2);
    memcpy(frame + 5, "\x27\x10\x27\x10", 4);
    assert_refused(made.bytes, made.size, "10000 x 10000 pixels, which");
}

static void test_a_saved_png_is_read_back_the_same(void **state)
{
    (void)state;
    const char *folder = fresh_folder("image-save");
    char path[LINCE_PATH_MAX];
    lince_image image, again;
    assert_int_equal(lince_image_init(&image, 33, 21), 0);
    for (int i = 0; i < 33 * 21 * 3; i++) image.pixels[i] = (uint8_t)(i * i / 7);
    snprintf(path, sizeof path, "%s/picture.jpg", folder); /* the extension has no say */
    assert_int_equal(lince_image_save_png(&image, NULL, path), 0);
    assert_int_equal(lince_image_load(&again, path, &(lince_decoding){0}), 0);
    assert_int_equal(again.width, 33);
    assert_int_equal(again.height, 21);
    assert_memory_equal(again.pixels, image.pixels, 33 * 21 * 3);
    lince_image_release(&again);
    lince_image_release(&image);
}

static void test_loading_what_is_not_there_names_it(void **state)
{
    (void)state;
    lince_image image;
    assert_int_equal(lince_image_load(&image, TEST_SCRATCH "/no-such.png", &(lince_decoding){0}), LINCE_EIO);
    assert_message("no-such.png");
    assert_null(image.pixels);
}

static void test_a_picture_comes_through_standard_input(void **state)
{
    (void)state;
    int pipes[2], kept = dup(STDIN_FILENO);
    lince_image image;
    make_png(RGB, 8, 0, false);
    assert_int_equal(pipe(pipes), 0);
    assert_int_equal(write(pipes[1], made.bytes, made.size), made.size);
    close(pipes[1]);
    dup2(pipes[0], STDIN_FILENO);
    close(pipes[0]);
    int code = lince_image_load(&image, "-", &(lince_decoding){0});
    dup2(kept, STDIN_FILENO);
    close(kept);
    assert_int_equal(code, 0);
    assert_int_equal(image.width, 9);
    lince_image_release(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_png_type_and_depth_decodes_as_in_pil),
        cmocka_unit_test(test_every_jpeg_colour_space_and_orientation_decodes_as_in_pil),
        cmocka_unit_test(test_an_orientation_of_type_long_behind_a_pngs_pixels_is_applied),
        cmocka_unit_test(test_a_damaged_exif_block_means_upright),
        cmocka_unit_test(test_what_is_no_picture_is_named),
        cmocka_unit_test(test_a_truncated_png_is_refused_wherever_it_ends),
        cmocka_unit_test(test_a_truncated_jpeg_is_refused_unless_all_is_there_but_its_last_marker),
        cmocka_unit_test(test_a_jpeg_whose_data_end_early_is_read_and_marked_or_refused),
        cmocka_unit_test(test_a_flipped_bit_in_a_png_is_refused),
        cmocka_unit_test(test_a_header_of_60000_x_60000_is_refused_before_memory_is_taken),
        cmocka_unit_test(test_a_header_that_claims_more_than_the_file_can_hold_is_refused),
        cmocka_unit_test(test_a_saved_png_is_read_back_the_same),
        cmocka_unit_test(test_loading_what_is_not_there_names_it),
        cmocka_unit_test(test_a_picture_comes_through_standard_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
