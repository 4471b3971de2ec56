/* A weights file is told by its content, whatever its name; and what people take for one is named. */
#include "weights/weights.h"

#include "fixture.h"

static void expect(const char *content, size_t size, const char *message)
{
    const char *path = TEST_SCRATCH "/unknown.bin";
    lince_weights *w;
    assert_int_equal(lince_file_write(path, content, size), 0);
    assert_int_equal(lince_weights_open(&w, path), LINCE_EFORMAT);
    assert_null(w);
    if (strncmp(lince_error(), path, strlen(path)) != 0 || !strstr(lince_error(), message))
        fail_msg("expected '%s' in: %s", message, lince_error());
}

static void test_formats_are_told_by_content(void **state)
{
    (void)state;
    static const char *const files[][2] = {{"python.safetensors", "safetensors"},
                                           {"python.pth", "PyTorch (zip)"},
                                           {"python-legacy.pth", "PyTorch (legacy)"}};
    for (size_t i = 0; i < 3; i++) {
        char path[4096];
        lince_weights *w;
        snprintf(path, sizeof path, "%s/tests/weights/%s", TEST_SOURCE_DIR, files[i][0]);
        blob b = read_back(path);
        assert_int_equal(lince_file_write(TEST_SCRATCH "/some.bin", b.data, b.size), 0);
        free(b.data);
        assert_true(lince_weights_recognise(TEST_SCRATCH "/some.bin"));
        if (lince_weights_open(&w, TEST_SCRATCH "/some.bin")) fail_msg("%s", lince_error());
        assert_string_equal(lince_weights_format_name(w), files[i][1]);
        lince_weights_free(w);
    }
}

static void test_what_is_no_weights_file_is_named(void **state)
{
    (void)state;
    static char tar[1024];
    memcpy(tar, "sys_info", 8);
    memcpy(tar + 257, "ustar\00000", 8);
    expect("", 0, "the file is empty");
    expect(tar, sizeof tar, "a tar file");
    expect(BYTES("version https://git-lfs.github.com/spec/v1\noid"), "Git LFS pointer");
    expect(BYTES("<!DOCTYPE html><html>"), "a web page");
    expect(BYTES("\x89HDF\r\n\x1a\n"), "not a weights file that lince knows");
    expect(BYTES("PK\3\4"), "zip: there is no end");
    expect(BYTES("\x80\2N."), "not of PyTorch");
    assert_false(lince_weights_recognise(TEST_SCRATCH));
    assert_false(lince_weights_recognise(TEST_SCRATCH "/nowhere"));
}

static void test_a_zip_file_of_pictures_is_not_a_weights_file(void **state)
{
    (void)state;
    memory m;
    memory_open(&m);
    lince_zip_writer w = {.stream = m.stream};
    lince_zip_add(&w, "train/cat/1.png", "", 0);
    lince_zip_finish(&w);
    lince_buffer_release(&w.directory);
    blob b = memory_close(&m);
    assert_int_equal(lince_file_write(TEST_SCRATCH "/pictures.zip", b.data, b.size), 0);
    free(b.data);
    assert_false(lince_weights_recognise(TEST_SCRATCH "/pictures.zip"));
}

static void test_a_pipe_or_a_folder_is_refused_at_once(void **state)
{
    (void)state;
    lince_weights *w;
    assert_int_equal(lince_weights_open(&w, TEST_SCRATCH), LINCE_EIO);
    assert_int_equal(lince_weights_open(&w, "/dev/null"), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "not a plain file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats_are_told_by_content),
        cmocka_unit_test(test_what_is_no_weights_file_is_named),
        cmocka_unit_test(test_a_zip_file_of_pictures_is_not_a_weights_file),
        cmocka_unit_test(test_a_pipe_or_a_folder_is_refused_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
