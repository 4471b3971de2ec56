/* A checkpoint comes back bit for bit into the buffers it was written from, or is refused with the difference
 * named. */
#include "train/run/checkpoint.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char PATH[] = TEST_SCRATCH "/state.safetensors";

static float weight[6] = {1.5f, -0.0f, 3e-45f, 4, 5, INFINITY}, momentum[3] = {7, -8, 9};

static void describe(lince_checkpoint_array arrays[2], float *w, float *m)
{
    arrays[0] = (lince_checkpoint_array){"model.weight", &lince_host, w, 6};
    arrays[1] = (lince_checkpoint_array){"optimizer.0", &lince_host, m, 3};
}

static int save(void **state)
{
    (void)state;
    lince_checkpoint_array arrays[2];
    describe(arrays, weight, momentum);
    return lince_checkpoint_write(NULL, PATH, arrays, 2, &(lince_metadata){"step", "12"}, 1);
}

static void test_arrays_and_texts_come_back_bit_for_bit(void **state)
{
    (void)state;
    lince_weights *checkpoint;
    lince_checkpoint_array arrays[2];
    float w[6] = {0}, m[3] = {0};
    describe(arrays, w, m);
    assert_int_equal(lince_checkpoint_open(&checkpoint, PATH), 0);
    assert_int_equal(lince_checkpoint_restore(checkpoint, PATH, arrays, 2), 0);
    assert_memory_equal(w, weight, sizeof w);
    assert_memory_equal(m, momentum, sizeof m);
    assert_string_equal(lince_weights_metadata(checkpoint, "step"), "12");
    lince_weights_free(checkpoint);
}

static void test_the_same_state_gives_the_same_bytes(void **state)
{
    char bytes[2][4096];
    size_t sizes[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(save(state), 0);
        FILE *f = fopen(PATH, "rb");
        sizes[i] = fread(bytes[i], 1, sizeof bytes[i], f);
        fclose(f);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
}

static void expect_refused(const lince_checkpoint_array *arrays, size_t count, const char *message)
{
    lince_weights *checkpoint;
    float before[6];
    memcpy(before, arrays[0].data, sizeof before);
    assert_int_equal(lince_checkpoint_open(&checkpoint, PATH), 0);
    assert_int_equal(lince_checkpoint_restore(checkpoint, PATH, arrays, count), LINCE_EDATA);
    if (!strstr(lince_error(), message)) fail_msg("expected '%s' in: %s", message, lince_error());
    assert_memory_equal(arrays[0].data, before, sizeof before);
    lince_weights_free(checkpoint);
}

static void test_another_model_is_refused_and_nothing_is_filled(void **state)
{
    (void)state;
    lince_checkpoint_array arrays[2];
    float w[6] = {9, 9, 9, 9, 9, 9}, m[3];
    describe(arrays, w, m);
    expect_refused(arrays, 1, "2 arrays, expected 1");
    arrays[1].count = 2;
    expect_refused(arrays, 2, "'optimizer.0' is missing or of another size");
    describe(arrays, w, m);
    strcpy(arrays[1].name, "optimizer.1");
    expect_refused(arrays, 2, "'optimizer.1' is missing or of another size");
}

static void test_a_missing_checkpoint_is_named(void **state)
{
    (void)state;
    lince_weights *checkpoint;
    assert_int_equal(lince_checkpoint_open(&checkpoint, TEST_SCRATCH "/nowhere.safetensors"), LINCE_EIO);
    assert_non_null(strstr(lince_error(), "nowhere.safetensors"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrays_and_texts_come_back_bit_for_bit),
        cmocka_unit_test(test_the_same_state_gives_the_same_bytes),
        cmocka_unit_test(test_another_model_is_refused_and_nothing_is_filled),
        cmocka_unit_test(test_a_missing_checkpoint_is_named),
    };
    return cmocka_run_group_tests_name("train/checkpoint", tests, save, NULL);
}
