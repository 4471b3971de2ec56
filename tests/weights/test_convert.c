/* Every tensor survives a conversion, bit for bit, both ways. */
#include <lince/lince.h>

#include "fixture.h"
#include "weights/weights.h"

static const char SOURCE[] = TEST_SOURCE_DIR "/tests/weights/";

static void expect_same(const char *a, const char *b)
{
    lince_weights *x, *y;
    if (lince_weights_open(&x, a) || lince_weights_open(&y, b)) fail_msg("%s", lince_error());
    assert_int_equal(lince_weights_count(x), lince_weights_count(y));
    for (size_t i = 0; i < lince_weights_count(x); i++) {
        const lince_tensor *t = lince_weights_at(x, i), *u = lince_weights_find(y, t->name);
        assert_non_null(u);
        assert_int_equal(t->dtype, u->dtype);
        assert_int_equal(t->ndim, u->ndim);
        if (t->ndim) assert_memory_equal(t->dims, u->dims, (size_t)t->ndim * sizeof *t->dims);
        assert_int_equal(t->bytes, u->bytes);
        if (t->bytes) assert_memory_equal(t->data, u->data, t->bytes);
    }
    lince_weights_free(x);
    lince_weights_free(y);
}

static void convert(const char *in, const char *out)
{
    char *text;
    if (lince_convert(in, out, &text)) fail_msg("%s", lince_error());
    assert_non_null(strstr(text, out));
    lince_text_free(text);
}

static void test_all_kinds_of_elements_go_both_ways(void **state)
{
    (void)state;
    static const char *const files[] = {"python.pth", "python-legacy.pth", "python.safetensors"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char in[4096];
        snprintf(in, sizeof in, "%s%s", SOURCE, files[i]);
        convert(in, TEST_SCRATCH "/one.safetensors");
        convert(TEST_SCRATCH "/one.safetensors", TEST_SCRATCH "/two.pth");
        convert(TEST_SCRATCH "/two.pth", TEST_SCRATCH "/three.safetensors");
        expect_same(in, TEST_SCRATCH "/one.safetensors");
        expect_same(in, TEST_SCRATCH "/two.pth");
        blob one = read_back(TEST_SCRATCH "/one.safetensors"),
             three = read_back(TEST_SCRATCH "/three.safetensors");
        assert_int_equal(one.size, three.size);
        assert_memory_equal(one.data, three.data, one.size);
        free(one.data);
        free(three.data);
    }
}

static void test_metadata_go_with_the_tensors(void **state)
{
    (void)state;
    lince_weights *w;
    convert(TEST_SOURCE_DIR "/tests/weights/python.safetensors", TEST_SCRATCH "/meta.pt");
    if (lince_weights_open(&w, TEST_SCRATCH "/meta.pt")) fail_msg("%s", lince_error());
    assert_string_equal(lince_weights_metadata(w, "format"), "pt");
    lince_weights_free(w);
}

static void test_what_was_found_is_said(void **state)
{
    (void)state;
    char *text;
    assert_int_equal(
        lince_convert(TEST_SOURCE_DIR "/tests/weights/python.pth", TEST_SCRATCH "/said.th", &text), 0);
    assert_string_equal(text, "a checkpoint; the weights are in 'state_dict'\n"
                              "beside it, left out: epoch, arch, best, history, large\n"
                              "all names begin with 'module.': taken away\n" TEST_SCRATCH
                              "/said.th: tensors: 14; bytes of data: 172\n");
    lince_text_free(text);
}

static void test_a_file_may_be_converted_onto_itself(void **state)
{
    (void)state;
    const char *path = TEST_SCRATCH "/itself.pth";
    convert(TEST_SOURCE_DIR "/tests/weights/python.pth", path);
    convert(path, path);
    expect_same(TEST_SOURCE_DIR "/tests/weights/python.pth", path);
}

static void test_what_cannot_be_is_refused(void **state)
{
    (void)state;
    char *text;
    const char *in = TEST_SOURCE_DIR "/tests/weights/python.pth";
    assert_int_equal(lince_convert(in, TEST_SCRATCH "/a.h5", &text), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "expected one of *.safetensors|*.pth|*.pt|*.th"));
    assert_null(text);
    assert_int_equal(lince_convert(in, TEST_SCRATCH "/nothing", &text), LINCE_EUSAGE);
    assert_int_equal(lince_convert(TEST_SCRATCH "/no-such.pth", TEST_SCRATCH "/a.pth", &text), LINCE_EIO);
    assert_int_equal(lince_convert(in, TEST_SCRATCH "/no/such/folder.pth", &text), LINCE_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_kinds_of_elements_go_both_ways),
        cmocka_unit_test(test_metadata_go_with_the_tensors),
        cmocka_unit_test(test_what_was_found_is_said),
        cmocka_unit_test(test_a_file_may_be_converted_onto_itself),
        cmocka_unit_test(test_what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
