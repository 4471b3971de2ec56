/* YAML files: the one document is handed on; what is none, or more than one, is refused with its line. */
#include "core/error.h"
#include "core/file.h"
#include "core/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char path[] = TEST_SCRATCH "/test.yaml";

static int count(void *context, yaml_document_t *document, const char *file)
{
    (void)file;
    const yaml_node_t *root = yaml_document_get_root_node(document);
    if (root) *(long *)context += root->data.mapping.pairs.top - root->data.mapping.pairs.start;
    return 0;
}

static int read_text(const char *text, long *pairs)
{
    *pairs = 0;
    assert_int_equal(lince_file_write(path, text, strlen(text)), 0);
    int code = lince_yaml_read(path, count, pairs);
    unlink(path);
    return code;
}

static void test_the_document_is_handed_on(void **state)
{
    (void)state;
    long pairs;
    assert_int_equal(read_text("a: 1\nb: [2, 3]\n", &pairs), 0);
    assert_int_equal(pairs, 2);
    assert_int_equal(read_text("# nothing\n", &pairs), 0);
    assert_int_equal(pairs, 0);
    assert_int_equal(read_text("---\na: 1\n...\n", &pairs), 0);
    assert_int_equal(pairs, 1);
}

static void test_what_is_not_yaml_is_refused_with_its_line(void **state)
{
    (void)state;
    long pairs;
    assert_int_equal(read_text("a: 1\nb: [2\n", &pairs), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "test.yaml:3: not YAML"));
    assert_int_equal(pairs, 0);
}

static void test_a_second_document_is_refused_with_its_line(void **state)
{
    (void)state;
    long pairs;
    assert_int_equal(read_text("a: 1\n---\nb: 2\n", &pairs), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "test.yaml:3: a second YAML document"));
    assert_int_equal(pairs, 0);
}

static int refuse(void *context, yaml_document_t *document, const char *file)
{
    (void)context, (void)document;
    return lince_fail(LINCE_EDATA, "%s: refused", file);
}

static void test_what_its_reader_says_is_the_answer(void **state)
{
    (void)state;
    assert_int_equal(lince_file_write(path, "a: 1\n", 5), 0);
    assert_int_equal(lince_yaml_read(path, refuse, NULL), LINCE_EDATA);
    unlink(path);
    assert_int_equal(lince_yaml_read(path, refuse, NULL), LINCE_EIO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_document_is_handed_on),
        cmocka_unit_test(test_what_is_not_yaml_is_refused_with_its_line),
        cmocka_unit_test(test_a_second_document_is_refused_with_its_line),
        cmocka_unit_test(test_what_its_reader_says_is_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
