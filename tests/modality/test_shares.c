/* The members of a group open a part together, each its share of the samples, and know of all of them what one alone would. */
#include "data/fixture.h"
#include "group/threads.h"
#include "modality/modality.h"
#include "modality/pictures/loading.h"

#include <lince/language.h>
#include <stdatomic.h>

enum { WIDTH = 4, HEIGHT = 3, PICTURE = WIDTH * HEIGHT * 3, SAMPLES = 25, BATCH = 6, PIECES = 6, SEED = 3 };
static const lince_transform plain = {.width = WIDTH, .height = HEIGHT, .std = {1, 1, 1}};

static const char *name_of(int i)
{
    static _Thread_local char name[32];
    snprintf(name, sizeof name, "%s/%02d.png", i < SAMPLES / 2 ? "cat" : "dog", i);
    return name;
}

/* `shift`: what the shades of its pictures begin with. */
static const char *folder_of_shades(const char *name, int shift)
{
    const char *folder = fresh_folder(name);
    for (int i = 0; i < SAMPLES; i++) put_png(folder, name_of(i), shift + 9 * i);
    return folder;
}

/* What members do in a test, and what came of it. */
typedef struct work {
    const char *folder;
    const char *other; /* what the second member has; NULL: the same */
    size_t cache;
    bool skips;
    void (*open)(const lince_group *group, lince_loader *loader, struct work *work);
    atomic_size_t read, failed;
    int code;
    char message[512];
    uint64_t digest[MOST_MEMBERS];
    float mean[MOST_MEMBERS][3];
    uint8_t seen[2][SAMPLES]; /* [epoch] shade of the picture at each place */
} work;

static void count_read(void *context, size_t done, size_t total)
{
    work *w = context;
    if (done == total) w->read += total;
}

static void open_share(const lince_group *group, void *context)
{
    work *w = context;
    lince_dataset *dataset;
    lince_loader *loader = NULL;
    const lince_loader_options options = {.batch_size = BATCH,
                                          .train = true,
                                          .seed = SEED,
                                          .cache_bytes = w->cache,
                                          .skip_bad = w->skips,
                                          .watch = {.progress = count_read, .context = w},
                                          .group = group,
                                          .pieces = PIECES};
    lince_language_set("en");
    assert_done(lince_dataset_open(&dataset, group->rank == 1 && w->other ? w->other : w->folder));
    int code = lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, &plain, NULL, &options);
    if (code) w->failed++;
    if (code && group->rank == 0) snprintf(w->message, sizeof w->message, "%s", lince_error());
    if (code && group->rank == 0) w->code = code;
    if (!code) w->open(group, loader, w);
    lince_loader_free(loader);
    lince_dataset_free(dataset);
}

static void measure(const lince_group *group, lince_loader *loader, work *w)
{
    float deviation[3];
    w->digest[group->rank] = lince_loader_digest(loader) + lince_loader_identities(loader);
    assert_done(lince_loader_measure(loader, w->mean[group->rank], deviation));
}

static void test_each_decodes_its_share_and_finds_what_one_alone_does(void **state)
{
    (void)state;
    work alone = {.folder = folder_of_shades("shares", 0), .open = measure, .cache = SAMPLES * PICTURE};
    in_a_group(1, open_share, &alone);
    for (int size = 2; size <= 7; size++) {
        work w = {.folder = alone.folder, .open = measure, .cache = SAMPLES * PICTURE};
        in_a_group(size, open_share, &w);
        assert_int_equal(w.failed, 0);
        assert_int_equal(w.read, SAMPLES);
        for (int r = 0; r < size; r++) {
            assert_true(w.digest[r] == alone.digest[0]);
            assert_memory_equal(w.mean[r], alone.mean[0], sizeof *w.mean);
        }
    }
}

/* Two epochs, for whose batches nothing is there any more but what is cached. */
static void train_on_cache(const lince_group *group, lince_loader *loader, work *w)
{
    lince_batch batch;
    for (int epoch = 0; epoch < 2; epoch++) {
        int code;
        assert_done(lince_loader_start(loader, epoch, 0));
        for (size_t first = 0; (code = lince_loader_next(loader, &batch)) > 0; first += BATCH)
            for (int i = 0; i < batch.n; i++)
                w->seen[epoch][first + (size_t)(batch.begin + i)] =
                    (uint8_t)(batch.input.x[i * PICTURE] * 255 + 0.5f);
        w->failed += code != 0;
    }
    (void)group;
}

static void take_away_and_train(const lince_group *group, lince_loader *loader, work *w)
{
    if (group->rank == 0)
        for (int i = 0; i < SAMPLES; i++) put_text(w->folder, name_of(i), "");
    assert_done(lince_group_all(group, 0));
    train_on_cache(group, loader, w);
}

static void test_what_a_member_keeps_is_what_it_needs_in_every_epoch(void **state)
{
    (void)state;
    work alone = {.folder = folder_of_shades("shares-alone", 0), .open = train_on_cache};
    in_a_group(1, open_share, &alone);
    for (int size = 2; size <= 7; size++) {
        size_t pieces = (size_t)(PIECES + size - 1) / (size_t)size, most = SAMPLES / PIECES + 1;
        work w = {.folder = folder_of_shades("shares-gone", 0),
                  .open = take_away_and_train,
                  .cache = pieces * most * PICTURE};
        in_a_group(size, open_share, &w);
        assert_int_equal(w.failed, 0);
        assert_memory_equal(w.seen, alone.seen, sizeof w.seen);
    }
}

static void count_left_out(const lince_group *group, lince_loader *loader, work *w)
{
    const lince_dataset *d = lince_loader_dataset(loader);
    w->digest[group->rank] = lince_dataset_left_out(d);
    w->failed += strcmp(lince_dataset_left_out_at(d, 0)->name, "cat/04.png") != 0 ||
                 strcmp(lince_dataset_left_out_at(d, 2)->name, "dog/17.png") != 0;
    train_on_cache(group, loader, w);
}

static const char *folder_with_bad(const char *name)
{
    const char *folder = folder_of_shades(name, 0);
    put_text(folder, "cat/04.png", "");
    put_text(folder, "cat/05.png", "no picture");
    put_text(folder, "dog/17.png", "\x89PNG\r\n\x1a\n");
    return folder;
}

static void test_all_leave_out_what_one_cannot_read(void **state)
{
    (void)state;
    work alone = {.folder = folder_with_bad("shares-bad"), .open = count_left_out, .skips = true};
    in_a_group(1, open_share, &alone);
    for (int size = 2; size <= 5; size++) {
        work w = {.folder = alone.folder, .open = count_left_out, .skips = true};
        in_a_group(size, open_share, &w);
        assert_int_equal(w.failed, 0);
        for (int r = 0; r < size; r++) assert_int_equal(w.digest[r], 3);
        assert_memory_equal(w.seen, alone.seen, sizeof w.seen);
    }
}

static void test_the_first_bad_sample_is_the_error_of_all(void **state)
{
    (void)state;
    for (int size = 1; size <= 5; size++) {
        work w = {.folder = folder_with_bad("shares-refused")};
        in_a_group(size, open_share, &w);
        assert_int_equal(w.failed, size);
        assert_int_equal(w.code, LINCE_EFORMAT);
        assert_non_null(strstr(w.message, "cat/04.png: the file is empty"));
    }
}

static void test_a_copy_of_other_pictures_under_the_same_names_is_told(void **state)
{
    (void)state;
    work w = {.folder = folder_of_shades("shares-here", 0)};
    char here[LINCE_PATH_MAX];
    snprintf(here, sizeof here, "%s", w.folder);
    w.other = folder_of_shades("shares-there", 5);
    w.folder = here;
    in_a_group(3, open_share, &w);
    assert_int_equal(w.failed, 3);
    assert_int_equal(w.code, LINCE_EDATA);
    assert_non_null(strstr(w.message, "the next process has another one under this name"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_decodes_its_share_and_finds_what_one_alone_does),
        cmocka_unit_test(test_what_a_member_keeps_is_what_it_needs_in_every_epoch),
        cmocka_unit_test(test_all_leave_out_what_one_cannot_read),
        cmocka_unit_test(test_the_first_bad_sample_is_the_error_of_all),
        cmocka_unit_test(test_a_copy_of_other_pictures_under_the_same_names_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
