/* Zip files: entries are found where they lie, and what does not add up is refused, at its byte. */
#include "weights/torch/stored_zip.h"

#include "fixture.h"

/* Three entries, one of them empty; not sorted by name. */
static blob small_zip(void)
{
    memory m;
    memory_open(&m);
    lince_zip_writer w = {.stream = m.stream};
    lince_zip_add(&w, "b/two", "22", 2);
    lince_zip_add(&w, "a", "", 0);
    lince_zip_add(&w, "b/one", "1", 1);
    lince_zip_finish(&w);
    lince_buffer_release(&w.directory);
    return memory_close(&m);
}

static int read_bytes(lince_stored_zip *zip, blob b)
{
    char *copy = malloc(b.size + 1); /* its own block, so that the sanitizer sees a byte too far */
    memcpy(copy, b.data, b.size);
    int code = lince_stored_zip_read(zip, "x.zip", copy, b.size);
    lince_stored_zip_release(zip);
    free(copy);
    return code;
}

static void expect_refused(blob b, const char *message)
{
    lince_stored_zip zip;
    assert_int_equal(read_bytes(&zip, b), LINCE_EFORMAT);
    if (strncmp(lince_error(), "x.zip, byte ", 12) != 0 || !strstr(lince_error(), message))
        fail_msg("expected '%s' in: %s", message, lince_error());
}

/* The n-th place (from 0) where a signature stands. */
static char *find(blob b, const char *signature, int n)
{
    for (char *at = b.data; (at = memmem(at, (size_t)(b.data + b.size - at), signature, 4)); at++)
        if (!n--) return at;
    fail_msg("no %s", signature);
    return NULL;
}

static void test_entries_are_found_by_name(void **state)
{
    (void)state;
    lince_stored_zip zip;
    blob b = small_zip();
    if (lince_stored_zip_read(&zip, "x.zip", b.data, b.size)) fail_msg("%s", lince_error());
    assert_int_equal(zip.count, 3);
    const lince_zip_entry *two = lince_stored_zip_find(&zip, "b/two", 5);
    assert_non_null(two);
    assert_int_equal(two->size, 2);
    assert_memory_equal(b.data + two->offset, "22", 2);
    assert_int_equal(two->offset % 64, 0);
    assert_int_equal(lince_stored_zip_find(&zip, "a", 1)->size, 0);
    assert_null(lince_stored_zip_find(&zip, "b", 1));
    lince_stored_zip_release(&zip);
    leave_seed("torch_zip", "small", b);
    free(b.data);
}

static void test_a_file_cut_anywhere_is_refused(void **state)
{
    (void)state;
    blob b = small_zip();
    for (size_t size = 0; size < b.size; size++) expect_refused((blob){b.data, size}, "");
    free(b.data);
}

/* Overwrites `width` bytes behind the n-th signature and expects a refusal. */
static void expect_refused_with(const char *signature, int n, size_t offset, const char *with, size_t width,
                                const char *message)
{
    blob b = small_zip();
    memcpy(find(b, signature, n) + offset, with, width);
    expect_refused(b, message);
    free(b.data);
}

static void test_what_the_records_say_must_hold(void **state)
{
    (void)state;
    static const char central[] = "PK\1\2", local[] = "PK\3\4", end[] = "PK\5\6", end64[] = "PK\6\6",
                      locator[] = "PK\6\7";
    enum { EXTRA_OF_A = 46 + 1, EXTRA_OF_TWO = 46 + 5 };
    expect_refused_with(end, 0, 4, BYTES("\1"), "it is a part of several");
    expect_refused_with(end, 0, 20, BYTES("\1"), "no end of the central directory");
    expect_refused_with(locator, 0, 8, BYTES("\1"), "ZIP64 end record is not where it says");
    expect_refused_with(end64, 0, 48, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"),
                        "does not lie before its end");
    expect_refused_with(end64, 0, 40, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"),
                        "does not lie before its end");
    expect_refused_with(end64, 0, 32, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"), "more entries than");
    expect_refused_with(end64, 0, 32, BYTES("\2"), "bytes behind the last entry");
    expect_refused_with(end64, 0, 32, BYTES("\4"), "there is no entry of the central directory");
    expect_refused_with(central, 1, 0, BYTES("PK\1\3"), "there is no entry of the central directory");
    expect_refused_with(central, 2, 28, BYTES("\xff\xff"), "reaches beyond the central directory");
    expect_refused_with(central, 0, 8, BYTES("\1"), "encrypted");
    expect_refused_with(central, 0, 24, BYTES("\1\0\0\0"), "a stored entry has two different sizes");
    expect_refused_with(central, 1, EXTRA_OF_A + 2, BYTES("\xff"), "an extra field reaches beyond its entry");
    expect_refused_with(central, 1, EXTRA_OF_A + 2, BYTES("\x10"), "the ZIP64 field is too short");
    expect_refused_with(central, 1, EXTRA_OF_A + 20, BYTES("\xff\xff\xff\xff\xff\xff\xff\xff"),
                        "no local header");
    expect_refused_with(central, 1, EXTRA_OF_A + 20, BYTES("\1"), "no local header");
    expect_refused_with(central, 0, EXTRA_OF_TWO + 4,
                        BYTES("\xff\xff\xff\xff\xff\xff\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x7f"),
                        "'b/two' claims 9223372036854775807 bytes");
    expect_refused_with(central, 0, EXTRA_OF_TWO + 4, BYTES("\x60\0\0\0\0\0\0\0\x60"), "two entries overlap");
    expect_refused_with(central, 0, 46, BYTES("c/two"), "another name than the directory");
    expect_refused_with(local, 0, 26, BYTES("\xff\xff"), "the local header reaches beyond the file");
    expect_refused_with(local, 0, 26, BYTES("\4"), "another name than the directory");
    expect_refused_with(local, 0, 0, BYTES("PK\3\5"), "no local header where the directory says");
}

static void test_a_name_that_is_there_twice_is_refused(void **state)
{
    (void)state;
    blob b = small_zip();
    memcpy(find(b, "PK\1\2", 0) + 46, "b/one", 5);
    memcpy(find(b, "PK\3\4", 0) + 30, "b/one", 5);
    expect_refused(b, "two entries have the same name");
    free(b.data);
}

static void test_two_names_for_one_place_overlap(void **state)
{
    (void)state;
    blob b = small_zip();
    memcpy(find(b, "PK\1\2", 2) + 46 + 5 + 20, "\0\0\0\0\0\0\0\0", 8); /* b/one where b/two is */
    memcpy(find(b, "PK\1\2", 2) + 46, "b/two", 5);
    expect_refused(b, "overlap");
    free(b.data);
}

/* As zip programs without ZIP64 write it, with a comment. */
static void test_an_old_zip_file_is_read(void **state)
{
    (void)state;
    static const char old[] =
        "PK\3\4\x0a\0\0\0\0\0\0\0\x21\0\0\0\0\0\2\0\0\0\2\0\0\0\1\0\0\0xhi"
        "PK\1\2\x0a\0\x0a\0\0\0\0\0\0\0\x21\0\0\0\0\0\2\0\0\0\2\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0"
        "\0\0\0\0\0\0x"
        "PK\5\6\0\0\0\0\1\0\1\0\x2f\0\0\0\x21\0\0\0\3\0PK\5";
    lince_stored_zip zip;
    if (lince_stored_zip_read(&zip, "x.zip", old, sizeof old - 1)) fail_msg("%s", lince_error());
    assert_int_equal(zip.count, 1);
    assert_memory_equal(old + zip.entries[0].offset, "hi", 2);
    lince_stored_zip_release(&zip);
    leave_seed("torch_zip", "old", (blob){(char *)old, sizeof old - 1});
}

static void test_what_unzip_says(void **state)
{
    (void)state;
    const char *path = TEST_SCRATCH "/small.zip";
    blob b = small_zip();
    assert_int_equal(lince_file_write(path, b.data, b.size), 0);
    free(b.data);
    if (system("command -v unzip >/dev/null") != 0) {
        print_message("skipped: there is no unzip\n");
        skip();
    }
    assert_int_equal(system("unzip -tqq " TEST_SCRATCH "/small.zip"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entries_are_found_by_name),
        cmocka_unit_test(test_a_file_cut_anywhere_is_refused),
        cmocka_unit_test(test_what_the_records_say_must_hold),
        cmocka_unit_test(test_a_name_that_is_there_twice_is_refused),
        cmocka_unit_test(test_two_names_for_one_place_overlap),
        cmocka_unit_test(test_an_old_zip_file_is_read),
        cmocka_unit_test(test_what_unzip_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
