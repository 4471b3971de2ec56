/* A store gives out a device's memory; the host's access to it. The device here tells who came to it. */
#include "core/memory.h"
#include "kernels/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Memory that could be another machine's: its bytes are the complements of what was put there. */
typedef struct apart {
    lince_device device;
    int blocks, uploads, downloads;
} apart;

static apart *of(const lince_device *device)
{
    return (apart *)(size_t)device;
}

static void turn(void *to, const void *from, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ((unsigned char *)to)[i] = (unsigned char)~((const unsigned char *)from)[i];
}

static void *take(const lince_device *device, size_t size)
{
    of(device)->blocks++;
    void *memory = lince_alloc(1, size);
    if (memory) memset(memory, 0xFF, size);
    return memory;
}

static void give_back(const lince_device *device, void *memory, size_t size)
{
    (void)size;
    of(device)->blocks--;
    lince_free(memory);
}

static void upload(const lince_device *device, void *to, const void *from, size_t size)
{
    of(device)->uploads++;
    turn(to, from, size);
}

static void download(const lince_device *device, void *to, const void *from, size_t size)
{
    of(device)->downloads++;
    turn(to, from, size);
}

static apart new_device(void)
{
    return (apart){
        .device = {
            .name = "apart", .alloc = take, .free = give_back, .upload = upload, .download = download}};
}

static void test_a_store_gives_what_it_has_and_no_more(void **state)
{
    (void)state;
    apart d = new_device();
    lince_store store;
    assert_int_equal(lince_store_init(&store, &d.device, 4 * LINCE_ALIGNMENT), 0);
    unsigned char *one = lince_store_take(&store, 1), *two = lince_store_take(&store, LINCE_ALIGNMENT + 1);
    assert_true(one && two);
    assert_int_equal(two - one, LINCE_ALIGNMENT);
    assert_null(lince_store_take(&store, 2 * LINCE_ALIGNMENT));
    assert_null(lince_store_take(&store, SIZE_MAX));
    assert_non_null(lince_store_take(&store, LINCE_ALIGNMENT));
    assert_null(lince_store_take(&store, 1));
    assert_int_equal(d.blocks, 1);
    lince_store_release(&store);
    assert_null(store.memory);
    assert_int_equal(d.blocks, 0);
}

static void test_a_store_for_nothing_takes_nothing(void **state)
{
    (void)state;
    apart d = new_device();
    lince_store store;
    assert_int_equal(lince_store_init(&store, &d.device, 0), 0);
    assert_int_equal(d.blocks, 0);
    assert_null(lince_store_take(&store, 1));
    lince_store_release(&store);
}

static void test_the_host_comes_to_its_own_memory_without_a_copy(void **state)
{
    (void)state;
    int numbers[] = {1, 2, 3};
    lince_access a;
    assert_int_equal(lince_access_change(&a, &lince_host, numbers, sizeof numbers), 0);
    assert_ptr_equal(a.host, numbers);
    lince_access_end(&a);
    assert_int_equal(lince_access_read(&a, &lince_host, numbers, sizeof numbers), 0);
    assert_ptr_equal(a.host, numbers);
    lince_access_end(&a);
}

static void test_what_lies_elsewhere_is_copied_and_goes_back_where_it_was_changed(void **state)
{
    (void)state;
    apart d = new_device();
    const int first[] = {1, 2, 3};
    int found[3];
    lince_access a;
    lince_store store;
    assert_int_equal(lince_store_init(&store, &d.device, lince_align(sizeof first)), 0);
    void *memory = lince_store_take(&store, sizeof first);
    d.device.upload(&d.device, memory, first, sizeof first);

    assert_int_equal(lince_access_read(&a, &d.device, memory, sizeof first), 0);
    assert_memory_equal(a.host, first, sizeof first);
    lince_access_end(&a);
    assert_int_equal(d.uploads, 1);

    assert_int_equal(lince_access_change(&a, &d.device, memory, sizeof first), 0);
    ((int *)a.host)[1] = 7;
    lince_access_end(&a);
    assert_int_equal(d.uploads, 2);
    assert_int_equal(d.downloads, 2);
    d.device.download(&d.device, found, memory, sizeof found);
    assert_true(found[0] == 1 && found[1] == 7 && found[2] == 3);

    lince_access_end(&a); /* once is enough */
    assert_int_equal(d.uploads, 2);
    lince_store_release(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_store_gives_what_it_has_and_no_more),
        cmocka_unit_test(test_a_store_for_nothing_takes_nothing),
        cmocka_unit_test(test_the_host_comes_to_its_own_memory_without_a_copy),
        cmocka_unit_test(test_what_lies_elsewhere_is_copied_and_goes_back_where_it_was_changed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
