/* Batches of texts: of about the same length, padded, in an order that seed and epoch decide. */
#include "data/fixture.h"
#include "data/loader/sampler.h"
#include "modality/modality.h"
#include "modality/texts/loading.h"

#include <lince/language.h>

#include <math.h>

enum { TEXTS = 500, BATCH = 16, BATCHES = (TEXTS + BATCH - 1) / BATCH, MOST = 12 };

static lince_encoder encoder;

/* TEXTS texts of 0 to 16 words, "w1 w2 ...", of which the first MOST are read. */
static int setup(void **state)
{
    char csv[65536] = "label,text\n", *at = csv + strlen(csv);
    lince_language_set("en");
    for (int i = 0; i < TEXTS; i++) {
        int words = i * 7919 % 17;
        at += sprintf(at, "%s,", i % 3 ? "yes" : "no");
        for (int k = 0; k < words; k++) at += sprintf(at, "w%d ", (i + k) % 40);
        at += sprintf(at, ".%d\n", i);
    }
    const char *folder = fresh_folder("loader-texts");
    put_text(folder, "texts.csv", csv);
    lince_dataset *dataset;
    assert_done(lince_dataset_open(&dataset, folder));
    lince_counter counter = {0};
    assert_done(lince_encoder_init(&encoder, &(lince_encoder_options){.words = {.clean = LINCE_CLEAN_WORDS},
                                                                      .max_tokens = MOST}));
    assert_done(lince_tokens_count(&counter, dataset, LINCE_TRAIN, &encoder));
    lince_vocabulary_release(&encoder.vocabulary);
    assert_done(lince_vocabulary_make(&encoder.vocabulary, &counter, 10, 0));
    lince_counter_release(&counter);
    *state = dataset;
    return 0;
}

static int teardown(void **state)
{
    lince_encoder_release(&encoder);
    lince_dataset_free(*state);
    return 0;
}

static lince_loader *new_loader(lince_dataset *dataset, bool train, int workers)
{
    lince_loader *loader;
    lince_loader_options options = {.batch_size = BATCH, .train = train, .seed = 5, .workers = workers};
    assert_done(lince_loader_new_texts(&loader, dataset, LINCE_TRAIN, &encoder, 0, &options));
    assert_int_equal(lince_loader_samples(loader), TEXTS);
    assert_int_equal(lince_loader_batches(loader), BATCHES);
    return loader;
}

/* The indices of an epoch in their order; each batch is checked against the texts themselves. */
static void run_epoch(lince_dataset *dataset, lince_loader *loader, int epoch, size_t first, uint32_t *order)
{
    lince_batch b;
    size_t seen = first * BATCH;
    int code;
    assert_done(lince_loader_start(loader, epoch, first));
    while ((code = lince_loader_next(loader, &b)) > 0) {
        int longest = 0;
        assert_null(b.input.x);
        for (int i = 0; i < b.n; i++) {
            int32_t expected[MOST];
            int n =
                lince_encode(&encoder, lince_dataset_text(dataset, LINCE_TRAIN, b.index[i]), expected, NULL);
            assert_int_equal(b.input.length[i], n);
            assert_memory_equal(b.input.token + i * b.input.steps, expected, (size_t)n * sizeof *expected);
            for (int k = n; k < b.input.steps; k++)
                assert_int_equal(b.input.token[i * b.input.steps + k], LINCE_PAD);
            assert_int_equal(b.y[i], lince_dataset_label(dataset, LINCE_TRAIN, b.index[i]));
            if (n > longest) longest = n;
            order[seen++] = b.index[i];
        }
        assert_int_equal(b.input.steps, longest);
    }
    assert_int_equal(code, 0);
    assert_int_equal(seen, TEXTS);
}

static void test_every_text_comes_once_and_padded(void **state)
{
    bool seen[TEXTS] = {false};
    uint32_t order[TEXTS];
    lince_loader *loader = new_loader(*state, true, 1);
    run_epoch(*state, loader, 0, 0, order);
    for (int i = 0; i < TEXTS; i++) {
        assert_false(seen[order[i]]);
        seen[order[i]] = true;
    }
    lince_loader_free(loader);
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static void test_balanced_epochs_have_what_the_sampler_draws_arranged_by_length(void **state)
{
    const lince_loader_options options = {.batch_size = BATCH, .train = true, .balanced = true, .seed = 5};
    lince_loader *loader;
    lince_sampler sampler;
    uint32_t order[TEXTS], drawn[TEXTS];
    assert_done(lince_loader_new_texts(&loader, *state, LINCE_TRAIN, &encoder, 0, &options));
    assert_done(lince_sampler_init(&sampler, *state, LINCE_TRAIN, NULL, TEXTS));
    run_epoch(*state, loader, 3, 0, order);
    lince_sampler_draw(&sampler, 5, 3, drawn);
    qsort(order, TEXTS, sizeof *order, by_number);
    qsort(drawn, TEXTS, sizeof *drawn, by_number);
    assert_memory_equal(order, drawn, sizeof order);
    lince_sampler_release(&sampler);
    lince_loader_free(loader);
}

static void test_texts_of_a_batch_are_about_as_long_as_each_other(void **state)
{
    lince_loader *loader = new_loader(*state, true, 0);
    lince_batch b;
    int padded = 0, tokens = 0;
    assert_done(lince_loader_start(loader, 0, 0));
    while (lince_loader_next(loader, &b) > 0)
        for (int i = 0; i < b.n; i++)
            padded += b.input.steps - b.input.length[i], tokens += b.input.length[i];
    assert_true(padded < tokens / 10); /* drawn at random: more than a half */
    lince_loader_free(loader);
}

static void test_seed_and_epoch_decide_the_order_and_nothing_else(void **state)
{
    uint32_t a[TEXTS], b[TEXTS], c[TEXTS];
    lince_loader *one = new_loader(*state, true, 0), *two = new_loader(*state, true, 3);
    run_epoch(*state, one, 4, 0, a);
    run_epoch(*state, two, 4, 0, b);
    assert_memory_equal(a, b, sizeof a);
    run_epoch(*state, one, 5, 0, c);
    assert_memory_not_equal(a, c, sizeof a);
    lince_loader_free(one);
    lince_loader_free(two);
}

static void test_an_epoch_resumed_goes_on_as_if_never_interrupted(void **state)
{
    uint32_t whole[TEXTS], rest[TEXTS];
    lince_loader *loader = new_loader(*state, true, 2);
    run_epoch(*state, loader, 2, 0, whole);
    for (size_t first = 0; first < BATCHES; first += 7) {
        run_epoch(*state, loader, 2, first, rest);
        assert_memory_equal(whole + first * BATCH, rest + first * BATCH,
                            (TEXTS - first * BATCH) * sizeof *whole);
    }
    lince_loader_free(loader);
}

static void test_batches_of_an_epoch_are_not_sorted_among_themselves(void **state)
{
    lince_loader *loader = new_loader(*state, true, 0);
    lince_batch b;
    int last = 0, falls = 0;
    assert_done(lince_loader_start(loader, 0, 0));
    while (lince_loader_next(loader, &b) > 0) {
        falls += b.input.steps < last;
        last = b.input.steps;
    }
    assert_true(falls > BATCHES / 5);
    lince_loader_free(loader);
}

static void test_evaluation_begins_with_the_shortest(void **state)
{
    uint32_t order[TEXTS];
    lince_loader *loader = new_loader(*state, false, 1);
    const lince_tokens *t = lince_loader_tokens(loader);
    run_epoch(*state, loader, 0, 0, order);
    for (int i = 1; i < TEXTS; i++) {
        size_t before = lince_tokens_length(t, order[i - 1]), now = lince_tokens_length(t, order[i]);
        assert_true(before < now || (before == now && order[i - 1] < order[i]));
    }
    lince_loader_free(loader);
}

/* Puts an epoch's tokens [TEXTS][MOST] at their texts' places, and counts those that are <unk>. */
static int tokens_of_epoch(lince_loader *loader, int epoch, int32_t *tokens)
{
    lince_batch b;
    int unknown = 0;
    memset(tokens, 0, sizeof(int32_t) * TEXTS * MOST);
    assert_done(lince_loader_start(loader, epoch, 0));
    while (lince_loader_next(loader, &b) > 0)
        for (int i = 0; i < b.n; i++)
            for (int k = 0; k < b.input.length[i]; k++) {
                unknown += b.input.token[i * b.input.steps + k] == LINCE_UNK;
                tokens[b.index[i] * MOST + (size_t)k] = b.input.token[i * b.input.steps + k];
            }
    return unknown;
}

static void test_dropped_words_are_unknown_by_seed_and_epoch(void **state)
{
    static int32_t plain[TEXTS * MOST], one[TEXTS * MOST], two[TEXTS * MOST];
    lince_loader_options options = {.batch_size = BATCH, .train = true, .seed = 5};
    lince_loader *loader = new_loader(*state, true, 0), *dropping, *other, *evaluating;
    assert_done(lince_loader_new_texts(&dropping, *state, LINCE_TRAIN, &encoder, 0.25, &options));
    options.workers = 3;
    assert_done(lince_loader_new_texts(&other, *state, LINCE_TRAIN, &encoder, 0.25, &options));
    options.train = false;
    assert_done(lince_loader_new_texts(&evaluating, *state, LINCE_TRAIN, &encoder, 0.25, &options));

    int before = tokens_of_epoch(loader, 3, plain), after = tokens_of_epoch(dropping, 3, one),
        known = -before;
    for (size_t i = 0; i < TEXTS * MOST; i++) {
        assert_true(one[i] == plain[i] || one[i] == LINCE_UNK);
        known += plain[i] != LINCE_PAD;
    }
    /* binomial: 0.25 +- 4 standard deviations */
    double share = (double)(after - before) / known, four = 4 * sqrt(0.25 * 0.75 / known);
    assert_true(share > 0.25 - four && share < 0.25 + four);

    tokens_of_epoch(other, 3, two);
    assert_memory_equal(one, two, sizeof one);
    tokens_of_epoch(other, 4, two);
    assert_memory_not_equal(one, two, sizeof one);
    assert_int_equal(tokens_of_epoch(evaluating, 0, two), before);
    assert_memory_equal(plain, two, sizeof plain);
    lince_loader_free(loader);
    lince_loader_free(dropping);
    lince_loader_free(other);
    lince_loader_free(evaluating);
}

static void test_what_was_seen_is_counted(void **state)
{
    lince_loader *loader = new_loader(*state, false, 0);
    const lince_tokens *t = lince_loader_tokens(loader);
    size_t words = 0, read = 0, cut = 0;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t n = i * 7919 % 17 + 1; /* and the number behind the point, a word that is not known */
        words += n;
        read += n < MOST ? n : MOST;
        cut += n > MOST;
    }
    assert_int_equal(t->words, words);
    assert_int_equal(t->read, read);
    assert_int_equal(t->cut, cut);
    assert_int_equal(t->empty, 0);
    assert_true(t->unknown > TEXTS / 3 && t->unknown <= TEXTS);
    lince_loader_free(loader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text_comes_once_and_padded),
        cmocka_unit_test(test_balanced_epochs_have_what_the_sampler_draws_arranged_by_length),
        cmocka_unit_test(test_texts_of_a_batch_are_about_as_long_as_each_other),
        cmocka_unit_test(test_seed_and_epoch_decide_the_order_and_nothing_else),
        cmocka_unit_test(test_an_epoch_resumed_goes_on_as_if_never_interrupted),
        cmocka_unit_test(test_batches_of_an_epoch_are_not_sorted_among_themselves),
        cmocka_unit_test(test_evaluation_begins_with_the_shortest),
        cmocka_unit_test(test_dropped_words_are_unknown_by_seed_and_epoch),
        cmocka_unit_test(test_what_was_seen_is_counted),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
