/* What the list of formats promises: each has a name of its own, can be told and read; endings lead to one that
 * writes. */
#include "weights/formats/format.h"

#include "fixture.h"

#include <lince/describe.h>

static const lince_weights_format *const rows[] = {
#define WEIGHTS_FORMAT(row, endings) &row,
#define WEIGHTS_ONLY_READ(row)       &row,
#include "weights/formats/list.def"
#undef WEIGHTS_FORMAT
#undef WEIGHTS_ONLY_READ
};
enum { COUNT = sizeof rows / sizeof *rows };

static void test_rows_are_whole_and_names_their_own(void **state)
{
    (void)state;
    const char *endings;
    for (size_t i = 0; i < COUNT; i++) {
        assert_non_null(rows[i]->recognise);
        assert_non_null(rows[i]->parse);
        assert_string_equal(lince_weights_format_at(i, &endings), rows[i]->name);
        assert_int_equal(*endings != '\0', rows[i]->write != NULL);
        for (size_t k = 0; k < i; k++) assert_string_not_equal(rows[i]->name, rows[k]->name);
    }
    assert_null(lince_weights_format_at(COUNT, &endings));
}

/* Of each format its endings, in small and capital letters. */
static void test_endings_lead_to_the_row_that_writes(void **state)
{
    (void)state;
    const char *endings;
    size_t found = 0;
    for (size_t i = 0; i < COUNT; i++) {
        lince_weights_format_at(i, &endings);
        for (const char *e = endings; *e; e += strcspn(e, "|"), e += *e == '|') {
            char name[64] = "folder.pth/some.name";
            int size = (int)strcspn(e, "|") - 1;
            snprintf(name + strlen(name), 32, "%.*s", size, e + 1);
            assert_ptr_equal(lince_weights_format_for(name), rows[i]);
            for (char *c = strrchr(name, '.'); *c; c++)
                if (*c >= 'a' && *c <= 'z') *c = (char)(*c - 'a' + 'A');
            assert_ptr_equal(lince_weights_format_for(name), rows[i]);
            found++;
        }
    }
    assert_true(found >= 4);
    static const char *const none[] = {"a", "a.", "a.pt.gz", "pth", "folder.pth/a", "a.pthx", "a.p"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_null(lince_weights_format_for(none[i]));
        assert_non_null(strstr(lince_error(), LINCE_WEIGHTS_ENDINGS));
    }
}

/* Whoever claims to bring a network must say all of itself: nothing is taken for granted, and nothing crashes. */
static void test_a_network_that_is_described_by_halves_is_told(void **state)
{
    (void)state;
    const float one = 1;
    const lince_tensor tensor = {"a", LINCE_F32, 1, {1}, &one, sizeof one};
    const lince_metadata all[] = {{LINCE_DESCRIBED, "no such format:1"},
                                  {"lince.model", "strange"},
                                  {"lince.classes", "[\"a\",\"b\"]"},
                                  {"lince.image_size", "4x4"},
                                  {"lince.normalize", "none"}};
    char path[512], *text;
    for (size_t count = 1; count <= sizeof all / sizeof *all; count++) {
        snprintf(path, sizeof path, "%s/described-%zu.safetensors", TEST_SCRATCH, count);
        if (lince_safetensors.write(path, &tensor, 1, all, count)) fail_msg("%s", lince_error());
        if (lince_describe(path, 1, &text)) fail_msg("%s", lince_error());
        assert_non_null(strstr(text, "\"architecture\": null"));
        lince_text_free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_whole_and_names_their_own),
        cmocka_unit_test(test_endings_lead_to_the_row_that_writes),
        cmocka_unit_test(test_a_network_that_is_described_by_halves_is_told),
    };
    return cmocka_run_group_tests_name("weights/formats", tests, NULL, NULL);
}
