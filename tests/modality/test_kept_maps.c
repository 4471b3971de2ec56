/* Maps of recordings that later runs find again: the same floats, or none. */
#include "core/file.h"
#include "data/fixture.h"
#include "modality/sounds/kept_maps.h"

#include <stdlib.h>
#include <sys/stat.h>

enum { RECORDINGS = 5, SAMPLES = 2048, FLOATS = 8 * 9, RECORD = 48 + 4 * FLOATS };

static char folder[512], file[LINCE_PATH_MAX];

static lince_sound_encoder encoder_of(int mels)
{
    lince_sound_encoder e = {.samples = SAMPLES};
    e.spec = (lince_feature_spec){.rate = 8000,
                                  .fft = 256,
                                  .hop = 256,
                                  .mels = mels,
                                  .power = 2,
                                  .top_db = 80,
                                  .scale = lince_mel_scale_at(0),
                                  .taper = lince_taper_at(0)};
    return e;
}

static lince_recording_key key_of(int i)
{
    lince_recording_key key;
    lince_recording_key_of(&key, &i, sizeof i);
    return key;
}

static void make_map(int i, float *map)
{
    for (int k = 0; k < FLOATS; k++) map[k] = (float)(i * 100 + k);
}

static int note_file(void *context, int descriptor, const char *name)
{
    (void)descriptor;
    ++*(int *)context;
    snprintf(file, sizeof file, "%s/lince/maps/%.200s", folder, name);
    return 0;
}

static int count_files(void)
{
    int count = 0;
    char maps[LINCE_PATH_MAX];
    snprintf(maps, sizeof maps, "%s/lince/maps", folder);
    return lince_file_is_missing(maps) || lince_folder_list(maps, note_file, &count) ? 0 : count;
}

/* Keeps all recordings in an empty cache. */
static int setup(void **state)
{
    (void)state;
    lince_kept_maps kept;
    lince_sound_encoder e = encoder_of(8);
    float map[FLOATS];
    snprintf(folder, sizeof folder, "%s", fresh_folder("kept-maps"));
    setenv("XDG_CACHE_HOME", folder, 1);
    lince_kept_maps_open(&kept, &e, "data", 1 << 20, RECORDINGS);
    for (int i = 0; i < RECORDINGS; i++) {
        lince_recording_key key = key_of(i);
        make_map(i, map);
        lince_kept_maps_add(&kept, &key, map, i + 1);
    }
    lince_kept_maps_close(&kept);
    assert_int_equal(count_files(), 1);
    return 0;
}

/* How many are found; those that are must be right. */
static int found(const char *data, int mels)
{
    int count = 0;
    lince_kept_maps kept;
    lince_sound_encoder e = encoder_of(mels);
    lince_kept_maps_open(&kept, &e, data, 1 << 20, RECORDINGS);
    for (int i = 0; i < RECORDINGS; i++) {
        float map[FLOATS], expected[FLOATS];
        int32_t length = 0;
        lince_recording_key key = key_of(i);
        if (!lince_kept_maps_find(&kept, &key, map, &length)) continue;
        make_map(i, expected);
        assert_memory_equal(map, expected, sizeof map);
        assert_int_equal(length, i + 1);
        count++;
    }
    lince_kept_maps_close(&kept);
    return count;
}

static void test_what_was_kept_is_found_for_the_same_data_and_features_alone(void **state)
{
    (void)state;
    assert_int_equal(found("data", 8), RECORDINGS);
    assert_int_equal(found("other data", 8), 0);
    assert_int_equal(found("data", 7), 0);
}

static void spoil(long at)
{
    FILE *stream = fopen(file, "r+b");
    fseek(stream, at, SEEK_SET);
    int byte = fgetc(stream);
    fseek(stream, at, SEEK_SET);
    fputc(byte ^ 4, stream);
    fclose(stream);
}

/* Of a record its key, its sum, its length, or its floats. */
static void test_what_was_damaged_is_not_found(void **state)
{
    (void)state;
    const long places[] = {3, RECORD + 33, 2 * RECORD + 40, 3 * RECORD + 60};
    for (int i = 0; i < 4; i++) {
        spoil(places[i]);
        assert_int_equal(found("data", 8), RECORDINGS - 1 - i);
    }
}

static void test_half_a_record_at_the_end_is_taken_away(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(truncate(file, 5 * RECORD - 7), 0);
    assert_int_equal(found("data", 8), RECORDINGS - 1);
    assert_int_equal(stat(file, &info), 0);
    assert_int_equal(info.st_size, 4 * RECORD);
}

static void test_files_that_were_not_used_for_longest_make_room(void **state)
{
    (void)state;
    lince_kept_maps kept;
    lince_sound_encoder e = encoder_of(8);
    lince_kept_maps_open(&kept, &e, "more", 9 * RECORD, 5); /* beside the first one there is none for five */
    assert_int_equal(count_files(), 1);
    assert_true(kept.writes);
    lince_kept_maps_close(&kept);
    lince_kept_maps_open(&kept, &e, "most", 4 * RECORD, 5); /* none for five at all */
    assert_false(kept.writes);
    lince_kept_maps_close(&kept);
}

static void test_one_process_writes_at_a_time(void **state)
{
    (void)state;
    lince_kept_maps first, second;
    lince_sound_encoder e = encoder_of(8);
    lince_kept_maps_open(&first, &e, "data", 1 << 20, 1);
    lince_kept_maps_open(&second, &e, "data", 1 << 20, 1);
    assert_true(first.writes);
    assert_false(second.writes);
    lince_kept_maps_close(&first);
    lince_kept_maps_close(&second);
}

static void test_without_a_cache_nothing_is_kept(void **state)
{
    (void)state;
    unsetenv("XDG_CACHE_HOME");
    unsetenv("HOME");
    assert_int_equal(found("data", 8), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_what_was_kept_is_found_for_the_same_data_and_features_alone, setup),
        cmocka_unit_test_setup(test_what_was_damaged_is_not_found, setup),
        cmocka_unit_test_setup(test_half_a_record_at_the_end_is_taken_away, setup),
        cmocka_unit_test_setup(test_files_that_were_not_used_for_longest_make_room, setup),
        cmocka_unit_test_setup(test_one_process_writes_at_a_time, setup),
        cmocka_unit_test_setup(test_without_a_cache_nothing_is_kept, setup)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
