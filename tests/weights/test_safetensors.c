/* What a safetensors file must be, rule by rule, and that tensors survive the way there and back. */
#include "weights/formats/format.h"
#include "weights/formats/safetensors.h"

#include "fixture.h"

#include <math.h>
#include <unistd.h>

static const char PATH[] = TEST_SCRATCH "/tensors.safetensors";

/* --- files made by hand --------------------------------------------------------------------------- */

/* Prefix and header, then `size` zero bytes of data; in memory that ends where the file does. */
static blob made(const char *header, size_t size)
{
    size_t length = strlen(header);
    blob b = {calloc(1, 8 + length + size), 8 + length + size};
    assert_non_null(b.data);
    for (int i = 0; i < 8; i++) b.data[i] = (char)(length >> 8 * i);
    memcpy(b.data + 8, header, length);
    return b;
}

static void expect_refused(const char *header, size_t size, const char *message)
{
    lince_weights *w;
    blob b = made(header, size);
    int code = lince_weights_parse_as(&lince_safetensors, &w, b.data, b.size, "x.safetensors");
    free(b.data);
    if (code != LINCE_EFORMAT) fail_msg("%s: expected a refusal, found code %d", header, code);
    assert_null(w);
    if (strncmp(lince_error(), "x.safetensors: ", 15) != 0 || !strstr(lince_error(), message))
        fail_msg("%s: expected '%s' in: %s", header, message, lince_error());
}

static void expect_read(const char *header, size_t size, size_t count)
{
    lince_weights *w;
    blob b = made(header, size);
    if (lince_weights_parse_as(&lince_safetensors, &w, b.data, b.size, "x"))
        fail_msg("%s: %s", header, lince_error());
    assert_int_equal(lince_weights_count(w), count);
    lince_weights_free(w);
    free(b.data);
}

#define ONE(dtype, shape, range) \
    "{\"a\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" range "}}"

static void test_the_smallest_files_are_read(void **state)
{
    (void)state;
    expect_read("{}", 0, 0);
    expect_read("{}      ", 0, 0);
    expect_read(ONE("\"F32\"", "[]", "[0,4]"), 4, 1);
    expect_read(ONE("\"F32\"", "[3,0]", "[0,0]"), 0, 1);
    expect_read("{\"__metadata__\":{\"k\":\"v\"}}", 0, 0);
}

static void test_a_file_without_a_proper_header_is_refused(void **state)
{
    (void)state;
    lince_weights *w;
    const unsigned char huge[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, '{', '}'};
    const unsigned char above_limit[16] = {1, 0xe1, 0xf5, 5, 0, 0, 0, 0, '{', '}'}; /* 100,000,001 */
    assert_int_equal(lince_weights_parse_as(&lince_safetensors, &w, "", 0, "x"), LINCE_EFORMAT);
    assert_int_equal(lince_weights_parse_as(&lince_safetensors, &w, huge, sizeof huge, "x"), LINCE_EFORMAT);
    assert_non_null(strstr(lince_error(), "18446744073709551615"));
    assert_int_equal(lince_weights_parse_as(&lince_safetensors, &w, above_limit, sizeof above_limit, "x"),
                     LINCE_EFORMAT);
    expect_refused("", 0, "does not begin with '{'");
    expect_refused(" {}", 0, "does not begin with '{'");
    expect_refused("[]", 0, "does not begin with '{'");
    expect_refused("{", 0, "header, byte");
    expect_refused("{} {}", 0, "header, byte");
    expect_refused("{\"a\xff\":1}", 0, "header, byte");
    expect_refused("{\"a\\u0000b\":1}", 0, "header, byte");
}

static void test_a_header_nested_without_end_is_refused(void **state)
{
    (void)state;
    enum { DEPTH = 100000 };
    char *header = malloc(DEPTH + 1);
    memset(header, '[', DEPTH);
    memcpy(header, "{\"a\":", 5);
    header[DEPTH] = '\0';
    expect_refused(header, 0, "levels");
    free(header);
}

static void test_a_name_that_is_there_twice_is_refused(void **state)
{
    (void)state;
#define EMPTY "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"
    expect_read("{\"a\":" EMPTY ",\"b\":" EMPTY "}", 0, 2);
    expect_refused("{\"a\":" EMPTY ",\"a\":" EMPTY "}", 0, "duplicate");
    expect_refused("{\"a\":" EMPTY ",\"\\u0061\":" EMPTY "}", 0, "duplicate");
    expect_refused("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}", 0,
                   "duplicate");
}

static void test_names_with_escapes_are_read(void **state)
{
    (void)state;
    lince_weights *w;
    blob b = made("{\"a\\u0062\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]},"
                  "\"\\ud83d\\ude00\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}      ",
                  2);
    if (lince_weights_parse_as(&lince_safetensors, &w, b.data, b.size, "x")) fail_msg("%s", lince_error());
    assert_non_null(lince_weights_find(w, "ab"));
    assert_non_null(lince_weights_find(w, "\xf0\x9f\x98\x80"));
    lince_weights_free(w);
    leave_seed("safetensors", "escaped", b);
    free(b.data);
}

static void test_an_entry_of_the_wrong_type_is_refused(void **state)
{
    (void)state;
    expect_refused("{\"a\":1}", 0, "tensor 'a': its entry is not an object");
    expect_refused("{\"a\":{}}", 0, "dtype is missing");
    expect_refused(ONE("\"F8\"", "[1]", "[0,1]"), 1, "F32 F16");
    expect_refused(ONE("4", "[1]", "[0,4]"), 4, "dtype is missing");
    expect_refused(ONE("\"F32\"", "1", "[0,4]"), 4, "not a list");
    expect_refused(ONE("\"F32\"", "[1.0]", "[0,4]"), 4, "not a size");
    expect_refused(ONE("\"F32\"", "[\"1\"]", "[0,4]"), 4, "not a size");
    expect_refused(ONE("\"F32\"", "[-1]", "[0,4]"), 4, "not a size");
    expect_refused(ONE("\"F32\"", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "more than 8 dimensions");
    expect_refused(ONE("\"F32\"", "[1]", "4"), 4, "not two sizes");
    expect_refused(ONE("\"F32\"", "[1]", "[0]"), 4, "not two sizes");
    expect_refused(ONE("\"F32\"", "[1]", "[0,4,8]"), 4, "not two sizes");
    expect_refused(ONE("\"F32\"", "[1]", "[-4,0]"), 4, "not two sizes");
    expect_refused(ONE("\"F32\"", "[1]", "[0,4.0]"), 4, "not two sizes");
    expect_refused("{\"__metadata__\":[]}", 0, "__metadata__ is not an object");
    expect_refused("{\"__metadata__\":{\"k\":1}}", 0, "'k' is not a string");
}

static void test_sizes_that_wrap_around_are_refused(void **state)
{
    (void)state;
    expect_refused(ONE("\"F32\"", "[4611686018427387905]", "[0,4]"), 4, "too large"); /* x 4 = 2^64 + 4 */
    expect_refused(ONE("\"U8\"", "[4294967296,4294967296]", "[0,0]"), 0, "too large");
    expect_refused(ONE("\"U8\"", "[18446744073709551616]", "[0,0]"), 0, "too big");
    expect_refused(ONE("\"U8\"", "[4]", "[9223372036854775807,3]"), 4, "9223372036854775807..3");
}

static void test_shape_and_range_must_agree(void **state)
{
    (void)state;
    expect_refused(ONE("\"F32\"", "[2]", "[0,4]"), 4, "need 8 bytes, its data have 4");
    expect_refused(ONE("\"F32\"", "[2]", "[0,8]"), 7, "0..8, the file has 7");
    expect_refused(ONE("\"U8\"", "[2]", "[4,2]"), 4, "4..2");
}

#define RANGE(n, range) "{\"dtype\":\"U8\",\"shape\":[" n "],\"data_offsets\":[" range "]}"

static void test_ranges_cover_the_data_once(void **state)
{
    (void)state;
    expect_read("{\"b\":" RANGE("2", "2,4") ",\"a\":" RANGE("2", "0,2") "}", 4, 2);
    expect_read("{\"b\":" RANGE("0", "2,2") ",\"a\":" RANGE("2", "0,2") ",\"c\":" RANGE("1", "2,3") "}", 3,
                3);
    expect_refused("{\"a\":" RANGE("2", "0,2") ",\"b\":" RANGE("2", "1,3") "}", 3, "'b': its data overlap");
    expect_refused("{\"a\":" RANGE("2", "0,2") ",\"b\":" RANGE("2", "0,2") "}", 2, "its data overlap");
    expect_refused("{\"a\":" RANGE("2", "0,2") ",\"b\":" RANGE("1", "3,4") "}", 4, "'b': there is a hole");
    expect_refused("{\"a\":" RANGE("2", "1,3") "}", 3, "'a': there is a hole");
    expect_refused("{\"a\":" RANGE("2", "0,2") "}", 5, "bytes behind the last tensor: 3");
    expect_refused("{}", 1, "bytes behind the last tensor: 1");
}

/* --- there and back ------------------------------------------------------------------------------- */

static const float weight[6] = {1.5f, -0.0f, 3e-45f, 4, 5, INFINITY};
static const uint16_t half[6] = {0x3c00, 0xc000, 0x0001, 0x7bff, 0xfc00, 0x8000};
static const uint16_t brain[2] = {0x3f80, 0xc049};
static const double wide[2] = {0.1, -1e300};
static const int64_t steps[2] = {3, -(INT64_C(1) << 40)};
static const int32_t ids[1] = {-7};
static const unsigned char small[3] = {0, 255, 7}, flag[1] = {1};

static const lince_tensor every_kind[] = {
    {"weight", LINCE_F32, 2, {2, 3}, weight, sizeof weight},
    {"half", LINCE_F16, 1, {6}, half, sizeof half},
    {"brain", LINCE_BF16, 1, {2}, brain, sizeof brain},
    {"flag", LINCE_BOOL, 0, {0}, flag, sizeof flag},
    {"wide", LINCE_F64, 1, {2}, wide, sizeof wide},
    {"steps", LINCE_I64, 1, {2}, steps, sizeof steps},
    {"ids", LINCE_I32, 1, {1}, ids, sizeof ids},
    {"small", LINCE_U8, 2, {3, 1}, small, sizeof small},
    {"empty", LINCE_F32, 2, {0, 3}, weight, 0},
    {"ni\303\261o \"q\"\n", LINCE_U8, 1, {1}, flag, 1},
};
enum { KINDS = sizeof every_kind / sizeof *every_kind };

static const lince_metadata texts[] = {{"classes", "[\"a\", \"b\"]"}, {"lince.model", "vgg16"}};

static void write_every_kind(void)
{
    if (lince_safetensors_write(PATH, every_kind, KINDS, texts, 2)) fail_msg("%s", lince_error());
}

static void test_every_kind_comes_back_bit_for_bit(void **state)
{
    (void)state;
    lince_weights *w;
    write_every_kind();
    if (lince_safetensors_open(&w, PATH)) fail_msg("%s", lince_error());
    assert_int_equal(lince_weights_count(w), KINDS);
    for (size_t i = 0; i < KINDS; i++) {
        const lince_tensor *t = lince_weights_find(w, every_kind[i].name), *e = &every_kind[i];
        assert_non_null(t);
        assert_int_equal(t->dtype, e->dtype);
        assert_int_equal(t->ndim, e->ndim);
        if (e->ndim) assert_memory_equal(t->dims, e->dims, (size_t)e->ndim * sizeof *e->dims);
        assert_int_equal(t->bytes, e->bytes);
        if (e->bytes) assert_memory_equal(t->data, e->data, e->bytes);
    }
    assert_string_equal(lince_weights_metadata(w, "lince.model"), "vgg16");
    assert_null(lince_weights_metadata(w, "other"));
    assert_null(lince_weights_find(w, "other"));
    lince_weights_free(w);
}

static void test_the_same_tensors_give_the_same_bytes_and_data_are_aligned(void **state)
{
    (void)state;
    write_every_kind();
    blob one = read_back(PATH);
    write_every_kind();
    blob two = read_back(PATH);
    assert_int_equal(one.size, two.size);
    assert_memory_equal(one.data, two.data, one.size);
    assert_int_equal(one.data[0] % 8, 0);
    leave_seed("safetensors", "kinds", one);
    free(one.data);
    free(two.data);
}

/* Takes `,"lince.checksum":"..."` out of a file's header, and pads and counts it anew. */
static blob without_checksum(blob b)
{
    size_t header = 0;
    for (int i = 7; i >= 0; i--) header = header << 8 | (unsigned char)b.data[i];
    char *text = strndup(b.data + 8, header), *begin = strstr(text, ",\"lince.checksum\":\"xxh3 ");
    assert_non_null(begin);
    char *end = strchr(begin, '}');
    memmove(begin, end, strlen(end) + 1);
    size_t length = strlen(text);
    while (text[length - 1] == ' ') length--;
    size_t padded = (length + 7) / 8 * 8, data = b.size - 8 - header;
    blob out = {malloc(8 + padded + data), 8 + padded + data};
    for (int i = 0; i < 8; i++) out.data[i] = (char)(padded >> 8 * i);
    memset(out.data + 8, ' ', padded);
    memcpy(out.data + 8, text, length);
    memcpy(out.data + 8 + padded, b.data + 8 + header, data);
    free(text);
    free(b.data);
    return out;
}

/* tests/reference/safetensors_file.py */
static void
test_a_file_of_the_python_package_is_written_again_byte_for_byte_but_for_the_checksum(void **state)
{
    (void)state;
    lince_weights *w;
    const char *path = TEST_SOURCE_DIR "/tests/weights/python.safetensors";
    if (lince_safetensors_open(&w, path)) fail_msg("%s", lince_error());
    assert_int_equal(lince_weights_count(w), KINDS);
    assert_int_equal(lince_weights_find(w, "steps")->ndim, 0);
    lince_metadata format = {"format", lince_weights_metadata(w, "format")};
    if (lince_safetensors_write(PATH, lince_weights_at(w, 0), KINDS, &format, 1))
        fail_msg("%s", lince_error());
    lince_weights_free(w);
    blob theirs = read_back(path), ours = without_checksum(read_back(PATH));
    assert_int_equal(ours.size, theirs.size);
    assert_memory_equal(ours.data, theirs.data, theirs.size);
    free(theirs.data);
    free(ours.data);
}

/* --- checksums ------------------------------------------------------------------------------------- */

static void expect_damaged(blob b, const char *message)
{
    lince_weights *w;
    assert_int_equal(lince_weights_parse_as(&lince_safetensors, &w, b.data, b.size, "x"), LINCE_EFORMAT);
    assert_null(w);
    if (!strstr(lince_error(), message)) fail_msg("expected '%s' in: %s", message, lince_error());
}

static void test_a_tensor_that_is_not_what_was_written_is_named(void **state)
{
    (void)state;
    write_every_kind();
    blob b = read_back(PATH);
    b.data[b.size - 1] ^= 1;
    expect_damaged(b, "x: damaged: tensor '");
    b.data[b.size - 1] ^= 1;
    memcpy(strstr(b.data + 8, "vgg16"), "vgg19", 5);
    expect_damaged(b, "x: damaged: its header is not what was written");
    free(b.data);
}

static void test_weights_are_checked_also_where_the_name_of_their_checksum_is_damaged(void **state)
{
    (void)state;
    write_every_kind();
    blob b = read_back(PATH);
    memcpy(strstr(b.data + 8, "lince.checksum"), "Lince", 5);
    b.data[b.size - 1] ^= 1;
    expect_damaged(b, "x: damaged: tensor '");
    free(b.data);
}

static void test_the_checksum_is_no_text_of_the_file_and_is_written_anew(void **state)
{
    (void)state;
    lince_weights *w;
    write_every_kind();
    if (lince_safetensors_open(&w, PATH)) fail_msg("%s", lince_error());
    assert_true(lince_weights_has_checksum(w));
    assert_null(lince_weights_metadata(w, "lince.checksum"));
    assert_null(lince_weights_metadata_at(w, 2));
    lince_weights_free(w);
    if (lince_safetensors_open(&w, TEST_SOURCE_DIR "/tests/weights/python.safetensors"))
        fail_msg("%s", lince_error());
    assert_false(lince_weights_has_checksum(w));
    lince_weights_free(w);
}

static void test_a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    write_every_kind();
    blob b = read_back(PATH);
    for (size_t size = 0; size < b.size; size++) {
        lince_weights *w;
        char *cut = malloc(size + 1); /* its own block, so that the sanitizer sees a byte too far */
        memcpy(cut, b.data, size);
        assert_int_equal(lince_weights_parse_as(&lince_safetensors, &w, cut, size, "cut"), LINCE_EFORMAT);
        assert_null(w);
        free(cut);
    }
    free(b.data);
}

static void test_elements_become_floats(void **state)
{
    (void)state;
    float out[6];
    lince_tensor_floats(&every_kind[0], 0, lince_tensor_elements(&every_kind[0]), out);
    assert_memory_equal(out, weight, sizeof weight);
    lince_tensor_floats(&every_kind[1], 0, lince_tensor_elements(&every_kind[1]), out);
    assert_memory_equal(out, ((float[]){1, -2, 0x1p-24f, 65504, -INFINITY, -0.0f}), sizeof out);
    lince_tensor_floats(&every_kind[2], 0, lince_tensor_elements(&every_kind[2]), out);
    assert_true(out[0] == 1 && out[1] == -3.140625f);
    lince_tensor_floats(&every_kind[4], 0, lince_tensor_elements(&every_kind[4]), out);
    assert_true(out[0] == 0.1f && isinf(out[1]) && out[1] < 0);
    lince_tensor_floats(&every_kind[5], 0, lince_tensor_elements(&every_kind[5]), out);
    assert_true(out[0] == 3 && out[1] == -0x1p40f);
    lince_tensor_floats(&every_kind[6], 0, lince_tensor_elements(&every_kind[6]), out);
    assert_true(out[0] == -7);
    lince_tensor_floats(&every_kind[7], 0, lince_tensor_elements(&every_kind[7]), out);
    assert_true(out[0] == 0 && out[1] == 255 && out[2] == 7);
}

static void expect_not_written(const lince_tensor *tensors, size_t count, const lince_metadata *metadata,
                               int code)
{
    const char *path = TEST_SCRATCH "/refused.safetensors";
    assert_int_equal(lince_safetensors_write(path, tensors, count, metadata, metadata ? 1 : 0), code);
    assert_non_null(strstr(lince_error(), path));
    assert_int_not_equal(access(path, F_OK), 0);
}

static void test_what_a_file_cannot_hold_is_not_written(void **state)
{
    (void)state;
    const lince_tensor twice[] = {{"a", LINCE_U8, 1, {1}, flag, 1}, {"a", LINCE_U8, 1, {1}, flag, 1}};
    expect_not_written(twice, 2, NULL, LINCE_EDATA);
    expect_not_written(&(lince_tensor){"\xff", LINCE_U8, 1, {1}, flag, 1}, 1, NULL, LINCE_EDATA);
    expect_not_written(&(lince_tensor){"__metadata__", LINCE_U8, 1, {1}, flag, 1}, 1, NULL, LINCE_EDATA);
    expect_not_written(&(lince_tensor){"a", LINCE_F32, 1, {1}, weight, 5}, 1, NULL, LINCE_ESHAPE);
    expect_not_written(NULL, 0, &(lince_metadata){"classes", "Ni\xf1o"}, LINCE_EDATA);
}

static void test_a_path_that_cannot_be_written_leaves_nothing(void **state)
{
    (void)state;
    assert_int_equal(lince_safetensors_write(TEST_SCRATCH "/no/such/folder.safetensors", every_kind, 1, NULL,
                                             0),
                     LINCE_EIO);
    assert_int_equal(lince_safetensors_write(TEST_SCRATCH, every_kind, 1, NULL, 0), LINCE_EIO);
    assert_int_not_equal(access(TEST_SCRATCH "/no", F_OK), 0);
}

static void test_what_is_not_a_file_is_named(void **state)
{
    (void)state;
    lince_weights *w;
    assert_int_equal(lince_safetensors_open(&w, TEST_SCRATCH "/nowhere"), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "/nowhere"));
    assert_int_equal(lince_safetensors_open(&w, TEST_SCRATCH), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "Is a directory"));
}

static void test_a_real_file_opens(void **state)
{
    (void)state;
    const char *folder = getenv("LINCE_DATA");
    char path[4096];
    snprintf(path, sizeof path, "%s/squeezenet1_1-imagenet.safetensors",
             folder ? folder : TEST_SOURCE_DIR "/../shared/data");
    if (access(path, R_OK)) {
        print_message("skipped: %s is not there (LINCE_DATA names the folder)\n", path);
        skip();
    }
    lince_weights *w;
    if (lince_safetensors_open(&w, path)) fail_msg("%s", lince_error());
    const lince_tensor *t = lince_weights_find(w, "features.0.weight");
    assert_non_null(t);
    assert_int_equal(t->ndim, 4);
    assert_int_equal(t->dims[0], 64);
    lince_weights_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_smallest_files_are_read),
        cmocka_unit_test(test_a_tensor_that_is_not_what_was_written_is_named),
        cmocka_unit_test(test_weights_are_checked_also_where_the_name_of_their_checksum_is_damaged),
        cmocka_unit_test(test_the_checksum_is_no_text_of_the_file_and_is_written_anew),
        cmocka_unit_test(test_a_file_without_a_proper_header_is_refused),
        cmocka_unit_test(test_a_header_nested_without_end_is_refused),
        cmocka_unit_test(test_a_name_that_is_there_twice_is_refused),
        cmocka_unit_test(test_names_with_escapes_are_read),
        cmocka_unit_test(test_an_entry_of_the_wrong_type_is_refused),
        cmocka_unit_test(test_sizes_that_wrap_around_are_refused),
        cmocka_unit_test(test_shape_and_range_must_agree),
        cmocka_unit_test(test_ranges_cover_the_data_once),
        cmocka_unit_test(test_every_kind_comes_back_bit_for_bit),
        cmocka_unit_test(test_the_same_tensors_give_the_same_bytes_and_data_are_aligned),
        cmocka_unit_test(
            test_a_file_of_the_python_package_is_written_again_byte_for_byte_but_for_the_checksum),
        cmocka_unit_test(test_a_file_cut_anywhere_is_refused),
        cmocka_unit_test(test_elements_become_floats),
        cmocka_unit_test(test_what_a_file_cannot_hold_is_not_written),
        cmocka_unit_test(test_a_path_that_cannot_be_written_leaves_nothing),
        cmocka_unit_test(test_what_is_not_a_file_is_named),
        cmocka_unit_test(test_a_real_file_opens),
    };
    return cmocka_run_group_tests_name("weights/safetensors", tests, NULL, NULL);
}
