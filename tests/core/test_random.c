/* Philox4x32-10 against its published answers, and every way to read a sequence against block by block. */
#include "core/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* J. K. Salmon et al., Random123's kat_vectors, where counter words 2 and 3 are zero. */
static void test_the_published_answer(void **state)
{
    (void)state;
    static const uint32_t expected[4] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    uint32_t found[4];
    lince_random4(0, 0, found);
    assert_memory_equal(found, expected, sizeof found);
}

static void test_blocks_at_once_are_the_blocks_one_by_one(void **state)
{
    (void)state;
    static const uint64_t starts[] = {0, 5, UINT32_MAX - 7, UINT64_MAX - 3};
    uint32_t all[4 * 41], one[4];
    for (size_t s = 0; s < sizeof starts / sizeof *starts; s++)
        for (size_t count = 0; count <= 41; count += 41 / 3) {
            memset(all, 0, sizeof all);
            lince_random_blocks(12345678901u, starts[s], count, all);
            for (size_t i = 0; i < count; i++) {
                lince_random4(12345678901u, starts[s] + i, one);
                assert_memory_equal(all + 4 * i, one, sizeof one);
            }
            for (size_t i = 4 * count; i < sizeof all / sizeof *all; i++) assert_int_equal(all[i], 0);
        }
}

static void test_a_reader_takes_the_blocks_in_order(void **state)
{
    (void)state;
    uint32_t blocks[12];
    lince_random_blocks(77, 0, 3, blocks);
    lince_random random = lince_random_at(77);
    for (int i = 0; i < 12; i++) assert_int_equal(lince_random_u32(&random), blocks[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_published_answer),
        cmocka_unit_test(test_blocks_at_once_are_the_blocks_one_by_one),
        cmocka_unit_test(test_a_reader_takes_the_blocks_in_order),
    };
    return cmocka_run_group_tests_name("core/random", tests, NULL, NULL);
}
