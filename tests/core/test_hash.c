/* Hashes are the same everywhere; the table keeps what it was given. */
#include "core/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Wherever they lie, and whatever lies behind them. */
static void test_a_hash_depends_on_the_bytes_alone(void **state)
{
    (void)state;
    static const char text[] = "a text of more than sixteen bytes";
    char elsewhere[64];
    for (size_t offset = 0; offset < 16; offset++)
        for (size_t n = 0; n < sizeof text; n++) {
            memset(elsewhere, (int)('a' + offset), sizeof elsewhere);
            memcpy(elsewhere + offset, text, n);
            assert_true(lince_hash(3, elsewhere + offset, n) == lince_hash(3, text, n));
        }
}

static void test_a_hash_depends_on_every_byte_and_on_the_seed(void **state)
{
    (void)state;
    assert_true(lince_hash(0, "lince", 5) != lince_hash(0, "linces", 6));
    assert_true(lince_hash(0, "ab", 2) != lince_hash(0, "ba", 2));
    assert_true(lince_hash(0, "ab", 2) != lince_hash(1, "ab", 2));
    assert_true(lince_hash(0, "", 0) != lince_hash(0, "\0", 1));
}

static void test_hashes_are_part_of_what_runs_keep_and_do_not_change(void **state)
{
    (void)state;
    char found[17];
    snprintf(found, sizeof found, "%016llx", (unsigned long long)lince_hash(0, "lince", 5));
    assert_string_equal(found, "dabf0da007d7f230");
}

static void test_the_table_keeps_thousands_of_keys(void **state)
{
    (void)state;
    enum { KEYS = 5000 };
    lince_map map = {0};
    bool is_new;
    for (uint32_t i = 0; i < KEYS; i++) {
        uint32_t *value = lince_map_at(&map, i * 0x9e3779b97f4a7c15u, &is_new);
        assert_true(value && is_new && *value == 0);
        *value = i + 1;
    }
    assert_int_equal(map.count, KEYS);
    for (uint32_t i = 0; i < KEYS; i++) {
        assert_int_equal(*lince_map_at(&map, i * 0x9e3779b97f4a7c15u, &is_new), i + 1);
        assert_false(is_new);
    }
    assert_null(lince_map_find(&map, 12345));
    lince_map_clear(&map);
    assert_int_equal(map.count, 0);
    assert_null(lince_map_find(&map, 0x9e3779b97f4a7c15u));
    lince_map_release(&map);
}

static void test_the_key_zero_is_a_key_too(void **state)
{
    (void)state;
    lince_map map = {0};
    bool is_new;
    assert_null(lince_map_find(&map, 0));
    *lince_map_at(&map, 0, &is_new) = 7;
    assert_true(is_new);
    assert_int_equal(*lince_map_find(&map, 0), 7);
    lince_map_release(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_hash_depends_on_the_bytes_alone),
        cmocka_unit_test(test_a_hash_depends_on_every_byte_and_on_the_seed),
        cmocka_unit_test(test_hashes_are_part_of_what_runs_keep_and_do_not_change),
        cmocka_unit_test(test_the_table_keeps_thousands_of_keys),
        cmocka_unit_test(test_the_key_zero_is_a_key_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
