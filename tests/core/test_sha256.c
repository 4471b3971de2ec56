/* SHA-256 is the standard's, in one piece or many; and of files. */
#include "core/file.h"
#include "core/sha256.h"

#include <lince/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char PATH[] = TEST_SCRATCH "/core_sha256";

/* Examples of FIPS 180-4 (https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values),
 * and of nothing. */
static const char *const examples[][2] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"}};

static void test_it_is_the_standard_s(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const char *text = examples[i][0];
        char whole[LINCE_SHA256_DIGITS + 1], pieces[LINCE_SHA256_DIGITS + 1];
        lince_sha256 sum;
        lince_sha256_begin(&sum);
        lince_sha256_add(&sum, text, strlen(text));
        lince_sha256_end(&sum, whole);
        assert_string_equal(whole, examples[i][1]);
        lince_sha256_begin(&sum);
        for (const char *c = text; *c; c++) lince_sha256_add(&sum, c, 1);
        lince_sha256_end(&sum, pieces);
        assert_string_equal(pieces, whole);
    }
}

static void test_a_file_s_is_that_of_its_bytes(void **state)
{
    (void)state;
    char digits[LINCE_SHA256_DIGITS + 1];
    assert_int_equal(lince_file_write(PATH, "abc", 3), 0);
    assert_int_equal(lince_sha256_file(PATH, NULL, digits), 0);
    assert_string_equal(digits, examples[1][1]);
    assert_int_equal(lince_sha256_file(TEST_SCRATCH "/no-such-file", NULL, digits), LINCE_EIO);
    volatile sig_atomic_t stop = 1;
    assert_int_equal(lince_sha256_file(PATH, &stop, digits), LINCE_EINTERRUPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_is_the_standard_s),
        cmocka_unit_test(test_a_file_s_is_that_of_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
