/* What the list of formats promises: each has a name of its own, can be told and read; endings lead to one that
 * writes. */
#include "weights/formats/format.h"

#include "../fuzz/weights.h"
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

/* --- what is written, read again, whole and damaged ---------------------------------------------------- */

/* A tensor of each type, of 2 x 3 numbers, and one without dimensions, as a count of batches is. */
enum { TENSORS = LINCE_DTYPES + 1, NUMBERS = 6 };

static const lince_metadata pairs[] = {{"lince.classes", "[\"a\",\"b\"]"}, {"note", "two words"}};
enum { PAIRS = sizeof pairs / sizeof *pairs };

static void fill_tensors(lince_tensor tensors[TENSORS], char names[TENSORS][24])
{
    static const union {
        unsigned char bytes[8 * NUMBERS];
        double align;
    } data = {{1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 128, 63, 0, 0, 0, 64, 7, 9, 20, 33, 4, 5, 6, 1}};
    for (int i = 0; i < TENSORS; i++) {
        lince_tensor *t = &tensors[i];
        bool single = i == LINCE_DTYPES;
        *t = (lince_tensor){.dtype = single ? LINCE_I64 : (lince_dtype)i,
                            .ndim = single ? 0 : 2,
                            .dims = {2, 3}};
        t->data = data.bytes;
        t->bytes = lince_dtype_size(t->dtype) * (single ? 1 : NUMBERS);
        snprintf(names[i], sizeof names[i], "%d.weight", i);
        t->name = names[i];
    }
}

static blob written(const lince_weights_format *row, const lince_tensor *tensors)
{
    char path[512];
    snprintf(path, sizeof path, "%s/written", TEST_SCRATCH);
    if (row->write(path, tensors, TENSORS, pairs, PAIRS)) fail_msg("%s: %s", row->name, lince_error());
    return read_back(path);
}

static void test_what_a_row_writes_it_reads(void **state)
{
    (void)state;
    lince_tensor tensors[TENSORS];
    char names[TENSORS][24];
    fill_tensors(tensors, names);
    for (size_t i = 0; i < COUNT; i++) {
        if (!rows[i]->write) continue;
        blob file = written(rows[i], tensors);
        lince_weights *w;
        if (lince_weights_parse(&w, file.data, file.size, "written")) fail_msg("%s", lince_error());
        assert_string_equal(lince_weights_format_name(w), rows[i]->name);
        assert_int_equal(lince_weights_count(w), TENSORS);
        for (int k = 0; k < TENSORS; k++) {
            const lince_tensor *t = lince_weights_find(w, names[k]);
            assert_non_null(t);
            assert_int_equal(t->dtype, tensors[k].dtype);
            assert_int_equal(t->ndim, tensors[k].ndim);
            assert_int_equal(t->bytes, tensors[k].bytes);
            for (int d = 0; d < t->ndim; d++) assert_int_equal(t->dims[d], tensors[k].dims[d]);
            assert_memory_equal(t->data, tensors[k].data, t->bytes);
        }
        for (int k = 0; k < PAIRS; k++)
            assert_string_equal(lince_weights_metadata(w, pairs[k].key), pairs[k].value);
        lince_weights_free(w);
        free(file.data);
    }
}

/* Whether it is refused. */
static bool read_damaged(const lince_weights_format *row, const char *bytes, size_t size)
{
    lince_weights *w;
    int code = lince_weights_parse_as(row, &w, bytes, size, "damaged");
    check_weights(code, w);
    return code != 0;
}

/* Whatever is missing at the end is missed; a bit that is another one may be another number. Each in memory of its own
 * size, so that a sanitizer sees who reads behind it. */
static void test_cut_files_are_refused_and_damaged_ones_are_refused_or_read(void **state)
{
    (void)state;
    lince_tensor tensors[TENSORS];
    char names[TENSORS][24];
    fill_tensors(tensors, names);
    for (size_t i = 0; i < COUNT; i++) {
        if (!rows[i]->write) continue;
        blob file = written(rows[i], tensors);
        for (size_t size = 0; size < file.size; size++) {
            char *part = malloc(size + 1);
            memcpy(part, file.data, size);
            if (!read_damaged(rows[i], part, size))
                fail_msg("%s: a file cut at byte %zu of %zu is read", rows[i]->name, size, file.size);
            free(part);
        }
        for (size_t bit = 0; bit < 8 * file.size; bit++) {
            file.data[bit / 8] ^= (char)(1 << bit % 8);
            read_damaged(rows[i], file.data, file.size);
            file.data[bit / 8] ^= (char)(1 << bit % 8);
        }
        free(file.data);
    }
}

static void keep_as(const char *path, const blob *file)
{
    FILE *stream = fopen(path, "wb");
    assert_int_equal(fwrite(file->data, 1, file->size, stream), file->size);
    fclose(stream);
}

static void assert_same_outline(const char *path, const lince_weights *whole)
{
    lince_weights *w;
    if (lince_weights_open_outline(&w, path)) fail_msg("%s", lince_error());
    assert_int_equal(lince_weights_count(w), lince_weights_count(whole));
    for (size_t k = 0; k < lince_weights_count(w); k++) {
        const lince_tensor *t = lince_weights_at(w, k), *of = lince_weights_at(whole, k);
        assert_string_equal(t->name, of->name);
        assert_true(t->dtype == of->dtype && t->ndim == of->ndim && t->bytes == of->bytes);
        assert_memory_equal(t->dims, of->dims, sizeof t->dims);
    }
    for (int k = 0; k < PAIRS; k++)
        assert_string_equal(lince_weights_metadata(w, pairs[k].key), pairs[k].value);
    assert_string_equal(lince_weights_notes(w), lince_weights_notes(whole));
    lince_weights_free(w);
}

/* What tensors hold is no matter to it, what is said of them is. */
static void test_an_outline_says_what_the_whole_says(void **state)
{
    (void)state;
    lince_tensor tensors[TENSORS];
    char names[TENSORS][24];
    const char *path = TEST_SCRATCH "/outlined";
    fill_tensors(tensors, names);
    for (size_t i = 0; i < COUNT; i++) {
        if (!rows[i]->write) continue;
        blob file = written(rows[i], tensors);
        lince_weights *whole, *w;
        if (lince_weights_parse(&whole, file.data, file.size, "written")) fail_msg("%s", lince_error());
        keep_as(path, &file);
        assert_same_outline(path, whole);
        char *number = (char *)(uintptr_t)lince_weights_find(whole, names[0])->data;
        if (!rows[i]->outline) number = NULL;
        if (number) {
            *number ^= 1;
            keep_as(path, &file);
            assert_same_outline(path, whole);
            assert_int_equal(lince_weights_open(&w, path), LINCE_EFORMAT);
            *number ^= 1;
        }
        char *said = memmem(file.data, file.size, "two words", 9);
        if (said && number) {
            *said ^= 1;
            keep_as(path, &file);
            assert_int_equal(lince_weights_open_outline(&w, path), LINCE_EFORMAT);
            assert_non_null(strstr(lince_error(), "its header is not what was written"));
            *said ^= 1;
        }
        for (size_t size = 0; size < file.size; size += 1 + size / 8) {
            blob part = {file.data, size};
            keep_as(path, &part);
            assert_true(lince_weights_open_outline(&w, path) < 0);
        }
        lince_weights_free(whole);
        free(file.data);
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
        cmocka_unit_test(test_what_a_row_writes_it_reads),
        cmocka_unit_test(test_cut_files_are_refused_and_damaged_ones_are_refused_or_read),
        cmocka_unit_test(test_an_outline_says_what_the_whole_says),
        cmocka_unit_test(test_a_network_that_is_described_by_halves_is_told),
    };
    return cmocka_run_group_tests_name("weights/formats", tests, NULL, NULL);
}
