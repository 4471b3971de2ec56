/* Batches: what is in them is a function of (data, seed, epoch) only, whoever prepares them and wherever one
 * begins. */
#include "core/i18n.h"
#include "core/random.h"
#include "data/fixture.h"
#include "data/loader/sampler.h"
#include "modality/modality.h"
#include "modality/pictures/loading.h"

#include <lince/language.h>

#include <math.h>
#include <stdatomic.h>
#include <sys/stat.h>

enum { SIDE = 8, PICTURE = SIDE * SIDE * 3, SAMPLES = 23, BATCH = 4, BATCHES = 6, SEED = 11 };

/* Every aligned block of this program is counted: lince_alloc takes no other. */
static atomic_long allocations;

void *aligned_alloc(size_t alignment, size_t size)
{
    void *memory = NULL;
    atomic_fetch_add(&allocations, 1);
    return posix_memalign(&memory, alignment, size) ? NULL : memory;
}

static const lince_transform evaluation = {
    .width = SIDE, .height = SIDE, .mean = {0.5f, 0.4f, 0.3f}, .std = {0.2f, 0.3f, 0.4f}};

static lince_transform augmenting(void)
{
    lince_transform t = evaluation;
    assert_done(lince_augment_parse(&t.augment,
                                    "resized-crop=0.5,crop=2,flip=alternating,translate=0.2,affine,"
                                    "jitter=0.3,hue,blur,randaugment,augmix,erase=0.5"));
    return t;
}

static void put_noise(const char *folder, const char *name, uint32_t number, int width, int height)
{
    lince_image image;
    uint8_t *bytes;
    size_t size;
    assert_done(lince_image_init(&image, width, height));
    for (uint32_t i = 0; i < (uint32_t)(width * height * 3); i++)
        image.pixels[i] = (uint8_t)(((number * 1000 + i + 1) * 2654435761u) >> 24);
    assert_done(lince_image_encode_png(&image, &bytes, &size));
    put_file(folder, name, bytes, size);
    lince_free(bytes);
    lince_image_release(&image);
}

/* SAMPLES pictures of two classes; every fifth has to be resized. */
static const char *noise_folder(const char *name)
{
    const char *folder = fresh_folder(name);
    for (int i = 0; i < SAMPLES; i++) {
        char path[32];
        snprintf(path, sizeof path, "%s/%02d.png", i < 12 ? "cat" : "dog", i);
        put_noise(folder, path, (uint32_t)i, i % 5 ? SIDE : SIDE + 3, i % 5 ? SIDE : SIDE + 2);
    }
    return folder;
}

static lince_dataset *open_folder(const char *folder)
{
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    return dataset;
}

static int setup(void **state)
{
    lince_language_set("en");
    *state = open_folder(noise_folder("loader"));
    return 0;
}

static int teardown(void **state)
{
    lince_dataset_free(*state);
    return 0;
}

static lince_loader *new_loader(lince_dataset *dataset, bool train, int workers, size_t cached)
{
    lince_loader *loader;
    lince_transform t = train ? augmenting() : evaluation;
    lince_loader_options options = {.batch_size = BATCH,
                                    .train = train,
                                    .seed = SEED,
                                    .workers = workers,
                                    .cache_bytes = cached * PICTURE};
    assert_done(lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, &t, NULL, &options));
    return loader;
}

static uint64_t mix(uint64_t h, const void *data, size_t size)
{
    for (size_t i = 0; i < size; i++) h = (h ^ ((const uint8_t *)data)[i]) * 0x100000001b3u;
    return h;
}

/* All of a batch, padding included. */
static uint64_t hash_batch(const lince_batch *b)
{
    size_t n = (size_t)b->n;
    uint64_t h = mix(1, &b->n, sizeof b->n);
    h = mix(h, b->input.x, (size_t)BATCH * PICTURE * sizeof *b->input.x);
    h = mix(h, b->y, n * sizeof *b->y);
    h = mix(h, &b->own, sizeof b->own);
    if (b->partner) h = mix(h, b->partner, n * sizeof *b->partner);
    h = mix(h, b->index, n * sizeof *b->index);
    return mix(h, b->key, n * sizeof *b->key);
}

/* The hashes of an epoch's batches from `first` on, and how many there are. */
static size_t hash_epoch(lince_loader *loader, int epoch, size_t first, uint64_t hash[BATCHES])
{
    lince_batch batch;
    size_t n = first;
    int code;
    assert_done(lince_loader_start(loader, epoch, first));
    while ((code = lince_loader_next(loader, &batch)) > 0) {
        assert_true(n < BATCHES);
        hash[n++] = hash_batch(&batch);
    }
    assert_int_equal(code, 0);
    assert_int_equal(lince_loader_next(loader, &batch), 0);
    return n;
}

/* --- what is in a batch --------------------------------------------------------------------------- */

static void check_sample(lince_loader *loader, const lince_transform *t, const lince_batch *b, int i,
                         bool train, int epoch, uint32_t turn)
{
    void *scratch = lince_alloc(lince_draw_scratch(t), 1);
    float expected[PICTURE];
    lince_image picture;
    assert_int_equal(b->key[i], lince_key(SEED, LINCE_STREAM_AUGMENT, (uint64_t)epoch,
                                          (uint64_t)turn << 32 | b->index[i]));
    assert_int_equal(b->y[i], b->index[i] >= 12);
    assert_done(lince_loader_picture(loader, b->index[i], &picture));
    lince_occasion occasion = {SEED, epoch, b->index[i], turn};
    lince_transform_apply(t, picture.pixels, train ? &occasion : NULL, scratch, expected);
    assert_memory_equal(b->input.x + (size_t)i * PICTURE, expected, sizeof expected);
    lince_image_release(&picture);
    lince_free(scratch);
}

static void test_evaluation_sees_every_sample_in_its_order_and_as_it_is(void **state)
{
    lince_loader *loader = new_loader(*state, false, 2, SAMPLES);
    lince_batch batch;
    uint32_t next = 0;
    assert_int_equal(lince_loader_samples(loader), SAMPLES);
    assert_int_equal(lince_loader_batches(loader), BATCHES);
    assert_done(lince_loader_start(loader, 3, 0));
    while (lince_loader_next(loader, &batch) > 0)
        for (int i = 0; i < batch.n; i++) {
            assert_int_equal(batch.index[i], next++);
            check_sample(loader, &evaluation, &batch, i, false, 3, 0);
        }
    assert_int_equal(next, SAMPLES);
    lince_loader_free(loader);
}

static void test_training_follows_the_permutation_and_augments_by_the_samples_key(void **state)
{
    lince_loader *loader = new_loader(*state, true, 2, SAMPLES);
    lince_transform t = augmenting();
    for (int epoch = 0; epoch < 2; epoch++) {
        uint32_t order[SAMPLES];
        size_t next = 0;
        lince_batch batch;
        lince_random_permutation(lince_key(SEED, LINCE_STREAM_SHUFFLE, (uint64_t)epoch, 0), order, SAMPLES);
        assert_done(lince_loader_start(loader, epoch, 0));
        while (lince_loader_next(loader, &batch) > 0)
            for (int i = 0; i < batch.n; i++) {
                assert_int_equal(batch.index[i], order[next++]);
                check_sample(loader, &t, &batch, i, true, epoch, 0);
            }
        assert_int_equal(next, SAMPLES);
    }
    lince_loader_free(loader);
}

static lince_loader *new_balanced(lince_dataset *dataset, int workers)
{
    lince_loader *loader;
    lince_transform t = augmenting();
    const lince_loader_options options = {
        .batch_size = BATCH, .train = true, .balanced = true, .seed = SEED, .workers = workers};
    assert_done(lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, &t, NULL, &options));
    return loader;
}

/* And a sample that comes again in an epoch is augmented in another way. */
static void test_balanced_epochs_have_what_the_sampler_draws_each_time_as_another_turn(void **state)
{
    lince_loader *loader = new_balanced(*state, 2);
    lince_transform t = augmenting();
    lince_sampler sampler;
    assert_done(lince_sampler_init(&sampler, *state, LINCE_TRAIN, NULL, SAMPLES));
    for (int epoch = 0; epoch < 2; epoch++) {
        uint32_t order[SAMPLES], turn[SAMPLES] = {0}, twice = 0;
        size_t next = 0;
        lince_batch batch;
        lince_sampler_draw(&sampler, SEED, epoch, order);
        assert_done(lince_loader_start(loader, epoch, 0));
        while (lince_loader_next(loader, &batch) > 0)
            for (int i = 0; i < batch.n; i++) {
                assert_int_equal(batch.index[i], order[next++]);
                twice += turn[batch.index[i]] > 0;
                check_sample(loader, &t, &batch, i, true, epoch, turn[batch.index[i]]++);
            }
        assert_int_equal(next, SAMPLES);
        assert_true(twice > 0);
    }
    lince_sampler_release(&sampler);
    lince_loader_free(loader);
}

static void test_balanced_epochs_depend_neither_on_workers_nor_on_where_they_were_resumed(void **state)
{
    uint64_t expected[BATCHES], found[BATCHES];
    lince_loader *plain = new_balanced(*state, 0), *loader = new_balanced(*state, 3);
    assert_int_equal(hash_epoch(plain, 5, 0, expected), BATCHES);
    for (size_t first = 0; first <= BATCHES; first++) {
        assert_int_equal(hash_epoch(loader, 5, first, found), BATCHES);
        assert_memory_equal(found + first, expected + first, (BATCHES - first) * sizeof *found);
    }
    lince_loader_free(plain);
    lince_loader_free(loader);
}

/* What keeps something of each sample has to see each. */
static void test_a_whole_epoch_has_each_sample_once_also_where_epochs_are_balanced(void **state)
{
    lince_loader *loader = new_balanced(*state, 1);
    lince_batch batch;
    int seen[SAMPLES] = {0};
    assert_done(lince_loader_start_whole(loader));
    while (lince_loader_next(loader, &batch) > 0)
        for (int i = 0; i < batch.n; i++) seen[batch.index[i]]++;
    for (int i = 0; i < SAMPLES; i++) assert_int_equal(seen[i], 1);
    lince_loader_free(loader);
}

static void test_the_last_batch_is_short_and_padded_with_zeros(void **state)
{
    lince_loader *loader = new_loader(*state, true, 1, SAMPLES);
    lince_batch batch;
    /* Twice, so that its slot held a full batch before. */
    for (int epoch = 0; epoch < 2; epoch++) {
        assert_done(lince_loader_start(loader, epoch, 0));
        for (int i = 0; i < BATCHES; i++) {
            assert_int_equal(lince_loader_next(loader, &batch), 1);
            assert_int_equal(batch.n, i < BATCHES - 1 ? BATCH : SAMPLES % BATCH);
        }
        for (size_t i = (size_t)batch.n * PICTURE; i < (size_t)BATCH * PICTURE; i++)
            assert_true(batch.input.x[i] == 0);
        assert_int_equal(lince_loader_next(loader, &batch), 0);
    }
    lince_loader_free(loader);
}

static void test_a_batch_larger_than_the_part_is_one_short_batch(void **state)
{
    lince_loader *loader;
    lince_batch batch;
    lince_loader_options options = {.batch_size = SAMPLES + 9, .workers = 3, .cache_bytes = 1 << 20};
    assert_done(lince_loader_new_pictures(&loader, *state, LINCE_TRAIN, &evaluation, NULL, &options));
    assert_int_equal(lince_loader_batches(loader), 1);
    assert_done(lince_loader_start(loader, 0, 0));
    assert_int_equal(lince_loader_next(loader, &batch), 1);
    assert_int_equal(batch.n, SAMPLES);
    assert_int_equal(lince_loader_next(loader, &batch), 0);
    lince_loader_free(loader);
}

static void test_an_empty_part_has_no_batches(void **state)
{
    lince_loader *loader;
    lince_batch batch;
    float mean[3], std[3];
    lince_loader_options options = {.batch_size = BATCH, .workers = 1, .cache_bytes = 1 << 20};
    assert_done(lince_loader_new_pictures(&loader, *state, LINCE_VAL, &evaluation, NULL, &options));
    assert_int_equal(lince_loader_batches(loader), 0);
    assert_done(lince_loader_start(loader, 0, 0));
    assert_int_equal(lince_loader_next(loader, &batch), 0);
    assert_int_equal(lince_loader_measure(loader, mean, std), LINCE_EDATA);
    assert_message("the validation part has no pictures");
    lince_loader_free(loader);
}

static void test_a_batch_stays_as_it_is_until_the_next_is_asked_for(void **state)
{
    lince_loader *loader = new_loader(*state, true, 4, SAMPLES);
    lince_batch batch;
    assert_done(lince_loader_start(loader, 0, 0));
    while (lince_loader_next(loader, &batch) > 0) {
        uint64_t before = hash_batch(&batch);
        usleep(2000); /* the workers go on meanwhile */
        assert_int_equal(hash_batch(&batch), before);
    }
    lince_loader_free(loader);
}

/* --- what it does not depend on ------------------------------------------------------------------- */

static void test_neither_workers_nor_cache_change_a_byte(void **state)
{
    static const int workers[] = {0, 1, 2, 4, 9};
    static const size_t cached[] = {SAMPLES, 7, 0};
    uint64_t expected[2][BATCHES], found[BATCHES];
    lince_loader *plain = new_loader(*state, true, 0, SAMPLES);
    for (int epoch = 0; epoch < 2; epoch++)
        assert_int_equal(hash_epoch(plain, epoch, 0, expected[epoch]), BATCHES);
    assert_memory_not_equal(expected[0], expected[1], sizeof expected[0]);
    lince_loader_free(plain);
    for (size_t w = 0; w < sizeof workers / sizeof *workers; w++)
        for (size_t c = 0; c < sizeof cached / sizeof *cached; c++) {
            lince_loader *loader = new_loader(*state, true, workers[w], cached[c]);
            for (int epoch = 0; epoch < 2; epoch++) {
                assert_int_equal(hash_epoch(loader, epoch, 0, found), BATCHES);
                assert_memory_equal(found, expected[epoch], sizeof found);
            }
            lince_loader_free(loader);
        }
}

static void test_an_epoch_resumed_at_any_batch_goes_on_as_if_never_interrupted(void **state)
{
    uint64_t expected[BATCHES], found[BATCHES];
    lince_batch batch;
    lince_loader *loader = new_loader(*state, true, 3, SAMPLES);
    hash_epoch(loader, 5, 0, expected);
    for (size_t first = 0; first <= BATCHES; first++) {
        /* Another epoch is left in the middle, with batches prepared ahead. */
        assert_done(lince_loader_start(loader, (int)first + 6, 0));
        assert_int_equal(lince_loader_next(loader, &batch), 1);
        usleep(2000);
        assert_int_equal(hash_epoch(loader, 5, first, found), BATCHES);
        assert_memory_equal(found + first, expected + first, (BATCHES - first) * sizeof *found);
    }
    lince_loader_free(loader);
}

static void test_an_epoch_cannot_be_resumed_after_more_batches_than_it_has(void **state)
{
    lince_loader *loader = new_loader(*state, true, 1, SAMPLES);
    lince_batch batch;
    assert_int_equal(lince_loader_start(loader, 0, BATCHES + 1), LINCE_EDATA);
    assert_message("batches in an epoch: 6; it cannot be resumed after 7");
    assert_int_equal(lince_loader_next(loader, &batch), 0);
    lince_loader_free(loader);
}

static void test_it_can_be_freed_at_any_moment(void **state)
{
    for (int taken = 0; taken < BATCHES; taken++)
        for (int workers = 0; workers < 4; workers++) {
            lince_batch batch;
            lince_loader *loader = new_loader(*state, true, workers, 5);
            assert_done(lince_loader_start(loader, 0, 0));
            for (int i = 0; i < taken; i++) assert_int_equal(lince_loader_next(loader, &batch), 1);
            lince_loader_free(loader);
        }
    lince_loader *unused = new_loader(*state, true, 4, 5);
    lince_loader_free(unused);
    lince_loader_free(NULL);
}

static void test_a_cached_epoch_allocates_nothing(void **state)
{
    for (int workers = 0; workers < 3; workers++) {
        lince_batch batch;
        lince_loader *loader = new_loader(*state, true, workers, SAMPLES);
        long before = atomic_load(&allocations);
        for (int epoch = 0; epoch < 3; epoch++) {
            assert_done(lince_loader_start(loader, epoch, 0));
            while (lince_loader_next(loader, &batch) > 0) continue;
        }
        assert_int_equal(atomic_load(&allocations) - before, 0);
        assert_true(before > 0);
        lince_loader_free(loader);
    }
}

/* --- mixing --------------------------------------------------------------------------------------- */

static lince_loader *mixing_loader(lince_dataset *dataset, int workers, lince_mixing mixing)
{
    lince_loader *loader;
    lince_transform t = augmenting();
    lince_loader_options options = {.batch_size = BATCH,
                                    .train = true,
                                    .seed = SEED,
                                    .workers = workers,
                                    .cache_bytes = SAMPLES * PICTURE};
    assert_done(lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, &t, &mixing, &options));
    return loader;
}

/* Against a loader that does not mix. */
static void test_each_sample_of_a_batch_is_mixed_with_the_one_before_it(void **state)
{
    const lince_mixing mixing = {.mixup = 0.5, .cutmix = 1};
    lince_loader *plain = mixing_loader(*state, 1, (lince_mixing){0}),
                 *loader = mixing_loader(*state, 1, mixing);
    lince_batch batch, before;
    int mixed = 0;
    assert_done(lince_loader_start(plain, 2, 0));
    assert_done(lince_loader_start(loader, 2, 0));
    for (size_t step = 0; lince_loader_next(plain, &before) > 0; step++) {
        float x[BATCH * PICTURE], spare[PICTURE];
        assert_int_equal(lince_loader_next(loader, &batch), 1);
        assert_null(before.partner);
        memcpy(x, before.input.x, sizeof x);
        lince_mix m = lince_mix_draw(&mixing, SEED, 2, step, SIDE, SIDE);
        lince_mix_pixels(&m, (size_t)batch.n, 3, SIDE, SIDE, x, spare);
        assert_memory_equal(batch.input.x, x, sizeof x);
        assert_memory_equal(batch.y, before.y, (size_t)batch.n * sizeof *batch.y);
        assert_true(batch.own == m.own);
        for (int i = 0; batch.partner && i < batch.n; i++)
            assert_int_equal(batch.partner[i], before.y[i ? i - 1 : batch.n - 1]);
        mixed += batch.partner != NULL;
    }
    assert_true(mixed > 0);
    lince_loader_free(plain);
    lince_loader_free(loader);
}

static void test_mixed_batches_depend_neither_on_workers_nor_on_where_the_epoch_was_resumed(void **state)
{
    const lince_mixing mixing = {.mixup = 0.5, .cutmix = 1};
    uint64_t expected[BATCHES], found[BATCHES];
    lince_loader *loader = mixing_loader(*state, 0, mixing);
    hash_epoch(loader, 1, 0, expected);
    lince_loader_free(loader);
    for (int workers = 1; workers < 4; workers++) {
        loader = mixing_loader(*state, workers, mixing);
        for (size_t first = 0; first < BATCHES; first++) {
            assert_int_equal(hash_epoch(loader, 1, first, found), BATCHES);
            assert_memory_equal(found + first, expected + first, (BATCHES - first) * sizeof *found);
        }
        lince_loader_free(loader);
    }
}

static void test_what_is_waited_for_is_counted(void **state)
{
    lince_loader *loader = new_loader(*state, true, 0, 0);
    uint64_t hash[BATCHES];
    assert_true(lince_loader_waited(loader) == 0);
    hash_epoch(loader, 0, 0, hash);
    double once = lince_loader_waited(loader);
    hash_epoch(loader, 1, 0, hash);
    assert_true(once > 0 && lince_loader_waited(loader) > once);
    lince_loader_free(loader);
}

/* --- pictures and their measure ------------------------------------------------------------------- */

static void test_pictures_are_the_fitted_ones_cached_or_not(void **state)
{
    lince_loader *loader = new_loader(*state, true, 1, 10);
    for (uint32_t i = 0; i < SAMPLES; i++) {
        lince_image decoded, fitted, found;
        assert_done(lince_dataset_read(*state, LINCE_TRAIN, i, &decoded));
        assert_done(lince_transform_fit(&evaluation, &decoded, &fitted));
        assert_done(lince_loader_picture(loader, i, &found));
        assert_int_equal(found.width, SIDE);
        assert_memory_equal(found.pixels, fitted.pixels, PICTURE);
        lince_image_release(&decoded);
        lince_image_release(&fitted);
        lince_image_release(&found);
    }
    lince_loader_free(loader);
}

static void test_measured_mean_and_deviation_normalise_to_zero_and_one(void **state)
{
    for (size_t cached = 0; cached <= SAMPLES; cached += SAMPLES) {
        lince_loader *loader = new_loader(*state, false, 2, cached);
        float mean[3], std[3];
        double sum[3] = {0}, squares[3] = {0};
        lince_batch batch;
        assert_done(lince_loader_measure(loader, mean, std));
        lince_loader_normalize(loader, mean, std);
        assert_done(lince_loader_start(loader, 0, 0));
        while (lince_loader_next(loader, &batch) > 0)
            for (int i = 0; i < batch.n * PICTURE; i++) {
                int c = i / (SIDE * SIDE) % 3;
                sum[c] += (double)batch.input.x[i];
                squares[c] += (double)batch.input.x[i] * (double)batch.input.x[i];
            }
        for (int c = 0; c < 3; c++) {
            assert_float_equal(sum[c] / (SAMPLES * SIDE * SIDE), 0, 1e-5);
            assert_float_equal(squares[c] / (SAMPLES * SIDE * SIDE), 1, 1e-5);
        }
        lince_loader_free(loader);
    }
}

static void test_a_constant_channel_has_a_deviation_of_one_grey_level(void **state)
{
    (void)state;
    const char *folder = fresh_folder("loader-constant");
    put_png(folder, "a/1.png", 51);
    put_png(folder, "b/1.png", 51);
    lince_dataset *dataset = open_folder(folder);
    lince_loader *loader = new_loader(dataset, true, 0, SAMPLES);
    float mean[3], std[3];
    assert_done(lince_loader_measure(loader, mean, std));
    for (int c = 0; c < 3; c++) {
        assert_float_equal(mean[c], 0.2f, 1e-7);
        assert_float_equal(std[c], 1.0f / 255, 1e-7);
    }
    lince_loader_free(loader);
    lince_dataset_free(dataset);
}

/* Computed independently from the same pictures: github.com/akamaster/pytorch_resnet_cifar10, issue 9. */
static void test_cifar10_measures_as_published(void **state)
{
    (void)state;
    static const float known_mean[3] = {0.49139968f, 0.48215841f, 0.44653091f};
    static const float known_std[3] = {0.24703223f, 0.24348513f, 0.26158784f};
    const char *data = getenv("LINCE_DATA");
    char path[LINCE_PATH_MAX];
    snprintf(path, sizeof path, "%s/cifar10-pngs-in-folders.zip",
             data ? data : TEST_SOURCE_DIR "/../shared/data");
    if (access(path, R_OK)) {
        print_message("skipped: %s is not there (LINCE_DATA names the folder)\n", path);
        skip();
    }
    lince_dataset *dataset = open_folder(path);
    lince_transform t = {.width = 32, .height = 32, .std = {1, 1, 1}};
    lince_loader_options options = {.batch_size = BATCH};
    lince_loader *loader;
    float mean[3], std[3];
    assert_done(lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, &t, NULL, &options));
    assert_done(lince_loader_measure(loader, mean, std));
    for (int c = 0; c < 3; c++) {
        assert_float_equal(mean[c], known_mean[c], 1e-6);
        assert_float_equal(std[c], known_std[c], 1e-6);
    }
    lince_loader_free(loader);
    lince_dataset_free(dataset);
}

/* --- bad pictures --------------------------------------------------------------------------------- */

/* Pictures 4, 5 and 17 are bad in different ways. */
static lince_dataset *open_with_bad(const char *name)
{
    const char *folder = noise_folder(name);
    put_text(folder, "cat/04.png", "");
    put_text(folder, "cat/05.png", "no picture");
    put_text(folder, "dog/17.png", "\x89PNG\r\n\x1a\n");
    return open_folder(folder);
}

static void test_the_first_bad_picture_in_sample_order_is_the_error(void **state)
{
    (void)state;
    lince_dataset *dataset = open_with_bad("loader-bad");
    lince_loader_options options = {.batch_size = BATCH, .cache_bytes = 1 << 20};
    for (int i = 0; i < 50; i++) {
        lince_loader *loader;
        assert_int_equal(lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, &evaluation, NULL,
                                                   &options),
                         LINCE_EFORMAT);
        assert_null(loader);
        assert_message("cat/04.png: the file is empty");
    }
    lince_dataset_free(dataset);
}

static void test_skipped_pictures_are_left_out_counted_and_named(void **state)
{
    (void)state;
    lince_dataset *dataset = open_with_bad("loader-skip");
    for (size_t cached = 0; cached <= SAMPLES; cached += SAMPLES) {
        lince_loader *loader;
        lince_batch batch;
        lince_loader_options options = {.batch_size = BATCH,
                                        .train = true,
                                        .seed = SEED,
                                        .workers = 2,
                                        .skip_bad = true,
                                        .cache_bytes = cached * PICTURE};
        int seen[SAMPLES] = {0};
        assert_done(lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, &evaluation, NULL, &options));
        assert_int_equal(lince_loader_samples(loader), SAMPLES - 3);
        assert_int_equal(lince_dataset_left_out(dataset), 3);
        assert_int_equal(lince_dataset_used(dataset, LINCE_TRAIN), SAMPLES - 3);
        assert_non_null(
            strstr(lince_dataset_left_out_at(dataset, 0)->reason, "cat/04.png: the file is empty"));
        assert_string_equal(lince_dataset_left_out_at(dataset, 0)->name, "cat/04.png");
        assert_string_equal(lince_dataset_left_out_at(dataset, 1)->name, "cat/05.png");
        assert_string_equal(lince_dataset_left_out_at(dataset, 2)->class, "dog");
        assert_done(lince_loader_start(loader, 0, 0));
        while (lince_loader_next(loader, &batch) > 0)
            for (int i = 0; i < batch.n; i++) {
                seen[batch.index[i]]++;
                assert_int_equal(batch.y[i], lince_dataset_label(dataset, LINCE_TRAIN, batch.index[i]));
            }
        for (int i = 0; i < SAMPLES; i++) assert_int_equal(seen[i], i != 4 && i != 5 && i != 17);
        lince_loader_free(loader);
    }
    lince_dataset_free(dataset);
}

static void test_a_part_of_bad_pictures_only_is_refused_even_where_they_may_be_skipped(void **state)
{
    (void)state;
    const char *folder = fresh_folder("loader-all-bad");
    put_text(folder, "a/1.png", "");
    put_text(folder, "b/2.png", "");
    lince_dataset *dataset = open_folder(folder);
    lince_loader *loader;
    lince_loader_options options = {.batch_size = BATCH, .skip_bad = true};
    assert_int_equal(lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, &evaluation, NULL, &options),
                     LINCE_EDATA);
    assert_message("no picture of the training part can be read (pictures: 2); the first: ");
    assert_message("a/1.png: the file is empty");
    lince_dataset_free(dataset);
}

/* The batches before it are handed out, however far ahead the workers are. */
static void test_a_picture_that_goes_bad_later_fails_in_its_own_batch(void **state)
{
    (void)state;
    for (int workers = 0; workers < 5; workers++) {
        const char *folder = noise_folder("loader-later");
        lince_dataset *dataset = open_folder(folder);
        lince_loader *loader = new_loader(dataset, false, workers, 0);
        lince_batch batch;
        put_text(folder, "dog/14.png", "");
        put_text(folder, "dog/20.png", "");
        assert_done(lince_loader_start(loader, 0, 0));
        for (int i = 0; i < 14 / BATCH; i++) assert_int_equal(lince_loader_next(loader, &batch), 1);
        assert_int_equal(lince_loader_next(loader, &batch), LINCE_EFORMAT);
        assert_message("dog/14.png");
        assert_int_equal(lince_loader_next(loader, &batch), 0);
        assert_done(lince_loader_start(loader, 1, 0)); /* another epoch begins afresh */
        assert_int_equal(lince_loader_next(loader, &batch), 1);
        lince_loader_free(loader);
        lince_dataset_free(dataset);
    }
}

/* The workers' and those that decode at first; as far as there is a translation. */
static void test_threads_word_their_errors_in_the_callers_language(void **state)
{
    (void)state;
    static const char empty[] = "%s: the file is empty (0 bytes); expected a picture";
    static const char cut[] = "%s: %llu bytes were expected, only %llu found; truncated?";
    const char *folder = noise_folder("loader-language");
    for (int i = 0; i < 8; i++) {
        char name[32];
        snprintf(name, sizeof name, "cat/%02d.png", i);
        put_text(folder, name, "");
    }
    lince_dataset *dataset = open_folder(folder);
    lince_loader *loader;
    lince_batch batch;
    lince_loader_options options = {.batch_size = BATCH, .workers = 3, .skip_bad = true};
    char path[256], expected[512];
    lince_language_set("es");
    assert_done(lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, &evaluation, NULL, &options));
    for (size_t i = 0; i < 8; i++) {
        snprintf(path, sizeof path, "%s/cat/%02zu.png", folder, i);
        snprintf(expected, sizeof expected, lince_tr_in("es", empty), path);
        assert_string_equal(lince_dataset_left_out_at(dataset, i)->reason, expected);
    }
    snprintf(path, sizeof path, "%s/cat/08.png", folder);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    put_text(folder, "cat/08.png", "");
    assert_done(lince_loader_start(loader, 0, 0));
    assert_int_equal(lince_loader_next(loader, &batch), LINCE_EFORMAT);
    lince_language_set("en");
    snprintf(expected, sizeof expected, lince_tr_in("es", cut), path, (unsigned long long)status.st_size,
             0ULL);
    assert_message(expected);
    lince_loader_free(loader);
    lince_dataset_free(dataset);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_evaluation_sees_every_sample_in_its_order_and_as_it_is),
        cmocka_unit_test(test_training_follows_the_permutation_and_augments_by_the_samples_key),
        cmocka_unit_test(test_balanced_epochs_have_what_the_sampler_draws_each_time_as_another_turn),
        cmocka_unit_test(test_balanced_epochs_depend_neither_on_workers_nor_on_where_they_were_resumed),
        cmocka_unit_test(test_a_whole_epoch_has_each_sample_once_also_where_epochs_are_balanced),
        cmocka_unit_test(test_the_last_batch_is_short_and_padded_with_zeros),
        cmocka_unit_test(test_a_batch_larger_than_the_part_is_one_short_batch),
        cmocka_unit_test(test_an_empty_part_has_no_batches),
        cmocka_unit_test(test_a_batch_stays_as_it_is_until_the_next_is_asked_for),
        cmocka_unit_test(test_neither_workers_nor_cache_change_a_byte),
        cmocka_unit_test(test_an_epoch_resumed_at_any_batch_goes_on_as_if_never_interrupted),
        cmocka_unit_test(test_an_epoch_cannot_be_resumed_after_more_batches_than_it_has),
        cmocka_unit_test(test_it_can_be_freed_at_any_moment),
        cmocka_unit_test(test_a_cached_epoch_allocates_nothing),
        cmocka_unit_test(test_each_sample_of_a_batch_is_mixed_with_the_one_before_it),
        cmocka_unit_test(test_mixed_batches_depend_neither_on_workers_nor_on_where_the_epoch_was_resumed),
        cmocka_unit_test(test_what_is_waited_for_is_counted),
        cmocka_unit_test(test_pictures_are_the_fitted_ones_cached_or_not),
        cmocka_unit_test(test_measured_mean_and_deviation_normalise_to_zero_and_one),
        cmocka_unit_test(test_a_constant_channel_has_a_deviation_of_one_grey_level),
        cmocka_unit_test(test_cifar10_measures_as_published),
        cmocka_unit_test(test_the_first_bad_picture_in_sample_order_is_the_error),
        cmocka_unit_test(test_skipped_pictures_are_left_out_counted_and_named),
        cmocka_unit_test(test_a_part_of_bad_pictures_only_is_refused_even_where_they_may_be_skipped),
        cmocka_unit_test(test_a_picture_that_goes_bad_later_fails_in_its_own_batch),
        cmocka_unit_test(test_threads_word_their_errors_in_the_callers_language),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
