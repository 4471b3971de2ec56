/* Memory: zeroed, aligned, of the size that was asked for, and refused where a size does not fit. */
#include "core/free_memory.h"
#include "core/memory.h"

#include <lince/error.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool is_zero(const void *memory, size_t size)
{
    const unsigned char *bytes = memory;
    return !size || (!bytes[0] && !memcmp(bytes, bytes + 1, size - 1));
}

static void test_a_block_is_zeroed_and_begins_a_line_of_the_cache(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 63, 64, 65, 4096, (2 << 20) - 1, 2 << 20, (2 << 20) + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *block = lince_alloc(sizes[i], 1);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % LINCE_ALIGNMENT, 0);
        assert_true(is_zero(block, sizes[i]));
        memset(block, 0xff, sizes[i]); /* so that the next block is not zero by chance */
        lince_free(block);
    }
    lince_free(NULL);
}

/* Two MiB are one huge page, not two. */
static void test_a_block_takes_no_more_than_its_alignment_asks_for(void **state)
{
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
    (void)state;
    void *block = lince_alloc(2 << 20, 1);
    assert_non_null(block);
    assert_in_range(malloc_usable_size(block), 2 << 20, (2 << 20) + 8192);
    lince_free(block);
#else
    (void)state;
    skip(); /* the sanitizer's allocator tells sizes of its own */
#endif
}

static void test_sizes_that_do_not_fit_are_refused_with_a_message(void **state)
{
    (void)state;
    assert_null(lince_alloc(SIZE_MAX, 2));
    assert_non_null(strstr(lince_error(), "out of memory"));
    assert_null(lince_alloc(SIZE_MAX / 2, 1));
    assert_null(lince_pages(SIZE_MAX));
    size_t free = lince_free_memory();
    if (free < SIZE_MAX / 4) assert_null(lince_alloc(free, 2)); /* not taken, and not ended for it */
    size_t result;
    assert_false(lince_mul(SIZE_MAX / 2, 3, &result));
    assert_false(lince_add(SIZE_MAX, 1, &result));
    assert_true(lince_mul(6, 7, &result) && result == 42);
}

static void test_an_array_grows_and_keeps_what_it_holds(void **state)
{
    (void)state;
    int *numbers = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(lince_grow(&numbers, &capacity, (size_t)i + 1, sizeof *numbers), 0);
        assert_true(capacity > (size_t)i && numbers[i] == 0);
        numbers[i] = i;
    }
    for (int i = 0; i < 1000; i++) assert_int_equal(numbers[i], i);
    int *before = numbers;
    assert_int_equal(lince_grow(&numbers, &capacity, SIZE_MAX / 2, sizeof *numbers), LINCE_ENOMEM);
    assert_ptr_equal(numbers, before); /* and it is still there */
    assert_int_equal(numbers[999], 999);
    lince_free(numbers);
}

static void test_copies_of_texts_end_where_they_should(void **state)
{
    (void)state;
    char *whole = lince_strdup("lince"), *part = lince_strndup("lince", 3),
         *short_one = lince_strndup("ab", 9);
    assert_string_equal(whole, "lince");
    assert_string_equal(part, "lin");
    assert_string_equal(short_one, "ab");
    lince_free(whole);
    lince_free(part);
    lince_free(short_one);
}

static void test_pages_begin_zeroed_and_where_a_huge_page_does(void **state)
{
    (void)state;
    enum { HUGE_PAGE = 2 << 20 };
    static const size_t sizes[] = {0, 1, HUGE_PAGE - 1, HUGE_PAGE, HUGE_PAGE + 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *pages = lince_pages(sizes[i]);
        assert_non_null(pages);
        assert_int_equal((uintptr_t)pages % HUGE_PAGE, 0);
        assert_true(is_zero(pages, sizes[i]));
        memset(pages, 1, sizes[i]);
        lince_pages_free(pages, sizes[i]);
    }
    lince_pages_free(NULL, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_block_is_zeroed_and_begins_a_line_of_the_cache),
        cmocka_unit_test(test_a_block_takes_no_more_than_its_alignment_asks_for),
        cmocka_unit_test(test_sizes_that_do_not_fit_are_refused_with_a_message),
        cmocka_unit_test(test_an_array_grows_and_keeps_what_it_holds),
        cmocka_unit_test(test_copies_of_texts_end_where_they_should),
        cmocka_unit_test(test_pages_begin_zeroed_and_where_a_huge_page_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
