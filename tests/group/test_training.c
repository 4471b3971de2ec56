/* The members of a group in one process train together, each with its share of every batch. */
#include "core/error.h"
#include "data/fixture.h"
#include "group/threads.h"
#include "train/loop/trainer.h"

#include <dirent.h>
#include <jansson.h>
#include <lince/language.h>
#include <lince/model.h>
#include <lince/settings.h>
#include <lince/synth.h>
#include <math.h>

enum { MEMBERS = 5 };

static char pictures[LINCE_PATH_MAX], texts[LINCE_PATH_MAX], runs[LINCE_PATH_MAX];

typedef const char *setting[2];

/* Shares of 6 and 7 samples; an epoch's last batch has one, so that one member has none of it. */
static const setting of_pictures[] = {{"model", "squeezenet1_1"}, {"image-size", "32"}, {"batch-size", "13"},
                                      {"augment", "flip"},        {"optimizer", "sgd"}, {"lr", "0.02"},
                                      {"clip-grad", "1"},         {NULL, NULL}};
/* Likewise in its last batch. */
static const setting of_texts[] = {{"model", "gru"},      {"embedding", "8"},    {"hidden", "8"},
                                   {"batch-size", "32"},  {"lr", "0.01"},        {"split-by", "random"},
                                   {"optimizer", "adam"}, {"train-limit", "43"}, {"weight-decay", "0.001"},
                                   {"accumulate", "2"},   {NULL, NULL}};
static const setting of_norms[] = {
    {"model", "resnet20"}, {"image-size", "16"}, {"batch-size", "7"}, {"swa", "1"}, {NULL, NULL}};

static int setup(void **state)
{
    (void)state;
    lince_language_set("en");
    const char *root = fresh_folder("group");
    snprintf(pictures, sizeof pictures, "%.400s/pictures", root);
    snprintf(texts, sizeof texts, "%.400s/texts", root);
    snprintf(runs, sizeof runs, "%.400s/runs", root);
    assert_done(lince_make_folder(runs));
    assert_done(lince_synth_images(pictures, 60, 1));
    assert_done(lince_synth_tweets(texts, 300, 2));
    return 0;
}

/* Batches of 13 in 4 or 5 shards, the last of one sample, so that the others are empty; of five members the first then has no
 * shard of 4; statistics, an average whose
 * statistics are measured anew, dropout, accumulated batches, sparse gradients. */
static const setting of_norm_shards[] = {{"model", "resnet20"}, {"image-size", "16"}, {"batch-size", "13"},
                                         {"swa", "1"},          {"shards", "4"},      {"clip-grad", "1"},
                                         {"augment", "flip"},   {NULL, NULL}};
static const setting of_synced_norms[] = {{"model", "resnet20"}, {"image-size", "16"}, {"batch-size", "13"},
                                          {"swa", "1"},          {"shards", "4"},      {"sync-bn", "yes"},
                                          {"clip-grad", "1"},    {"augment", "flip"},  {NULL, NULL}};
static const setting of_text_shards[] = {
    {"model", "gru"},      {"embedding", "8"},    {"hidden", "8"},
    {"batch-size", "32"},  {"lr", "0.01"},        {"split-by", "random"},
    {"optimizer", "adam"}, {"train-limit", "43"}, {"weight-decay", "0.001"},
    {"accumulate", "2"},   {"shards", "5"},       {"dropout", "0.3"},
    {NULL, NULL}};
static const setting of_compressed[] = {
    {"model", "gru"},      {"embedding", "8"},    {"hidden", "8"},
    {"batch-size", "32"},  {"lr", "0.01"},        {"split-by", "random"},
    {"optimizer", "adam"}, {"train-limit", "43"}, {"weight-decay", "0.001"},
    {"compress", "bf16"},  {"accumulate", "2"},   {"shards", "5"},
    {"dropout", "0.3"},    {NULL, NULL}};

/* --- a training by members -------------------------------------------------------------------------- */

typedef struct outcome {
    int code;
    char message[512], folder[LINCE_PATH_MAX];
    float *weights; /* of all parameters and statistics, behind each other */
    size_t count;
    lince_epoch last;
    size_t updates, samples, left; /* left: samples of an epoch's last batch */
    int heard;                     /* notes and epochs */
} outcome;

typedef struct training {
    const setting *settings;
    const char *data, *out, *resume;
    const char *threads; /* of each member; NULL: 1 */
    int stops;           /* the member that is asked to stop after its first epoch begins; -1: none */
    int poisoned;        /* the member with a weight that is not a number; -1: none */
    outcome of[MEMBERS];
} training;

static void hear(void *context, const char *text)
{
    (void)text;
    ++*(int *)context;
}

static lince_settings *settings_of(const training *t)
{
    static const setting common[] = {{"seed", "5"},  {"epochs", "2"},          {"no-report", "yes"},
                                     {"lang", "en"}, {"deterministic", "yes"}, {"workers", "1"}};
    lince_settings *s = lince_settings_new();
    int code = s ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; !code && i < sizeof common / sizeof *common; i++)
        code = lince_settings_set(s, common[i][0], common[i][1]);
    for (size_t i = 0; !code && t->settings[i][0]; i++)
        code = lince_settings_set(s, t->settings[i][0], t->settings[i][1]);
    if (!code) code = lince_settings_set(s, "threads", t->threads ? t->threads : "1");
    if (!code) code = lince_settings_set(s, "data", t->data);
    if (!code && t->out) code = lince_settings_set(s, "out", t->out);
    if (!code && t->resume) code = lince_settings_set(s, "resume", t->resume);
    return s;
}

static void keep_weights(outcome *o, lince_trainer *t)
{
    for (size_t i = 0; i < lince_net_params(t->net); i++) o->count += lince_net_param(t->net, i)->size;
    o->weights = malloc((o->count + 1) * sizeof *o->weights);
    for (size_t i = 0, at = 0; i < lince_net_params(t->net); i++) {
        const lince_param *p = lince_net_param(t->net, i);
        memcpy(o->weights + at, p->value, p->size * sizeof *o->weights);
        at += p->size;
    }
}

static void train(const lince_group *g, void *context)
{
    training *all = context;
    outcome *o = &all->of[g->rank];
    lince_trainer t;
    lince_language_set("en");
    lince_settings *s = settings_of(all);
    sig_atomic_t stop = all->stops == g->rank;
    lince_observer observer = {.size = sizeof observer, .context = &o->heard, .note = hear, .stop = &stop};
    o->code = lince_trainer_open(&t, g, s, &observer, "lince train");
    if (!o->code && all->poisoned == g->rank)
        lince_net_param(t.net, lince_net_params(t.net) - 1)->value[0] = NAN;
    if (!o->code) o->code = lince_trainer_run(&t);
    if (!o->code) {
        keep_weights(o, &t);
        o->last = t.history.epochs[t.history.count - 1];
        o->updates = t.at.updates;
        o->samples = lince_loader_samples(t.train);
        o->left = o->samples % (size_t)lince_loader_batch_size(t.train);
        o->code = lince_trainer_test(&t);
    }
    if (o->code) snprintf(o->message, sizeof o->message, "%.500s", lince_error());
    snprintf(o->folder, sizeof o->folder, "%s", t.run.folder);
    lince_trainer_close(&t);
    lince_settings_free(s);
}

/* Into runs/NAME. */
static void train_together(training *t, int members, const char *name)
{
    char out[LINCE_PATH_MAX];
    snprintf(out, sizeof out, "%.500s/%s", runs, name);
    t->stops = t->poisoned = -1;
    t->out = out;
    in_a_group(members, train, t);
    for (int r = 0; r < members; r++)
        if (t->of[r].code) fail_msg("member %d of %d: %s", r, members, t->of[r].message);
    t->out = NULL;
}

static void release(training *t)
{
    for (int r = 0; r < MEMBERS; r++) free(t->of[r].weights);
}

/* The largest difference, as a share of the largest weight. */
static double difference(const outcome *a, const outcome *b)
{
    double most = 0, largest = 0;
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++) {
        most = fmax(most, fabs((double)a->weights[i] - (double)b->weights[i]));
        largest = fmax(largest, fabs((double)a->weights[i]));
    }
    return most / largest;
}

static void expect_same_training(const outcome *a, const outcome *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->weights, b->weights, a->count * sizeof *a->weights);
    assert_true(a->last.train_loss == b->last.train_loss);
    assert_true(a->last.train_accuracy == b->last.train_accuracy);
    assert_true(a->last.val_loss == b->last.val_loss);
    assert_true(a->last.val_accuracy == b->last.val_accuracy);
    assert_int_equal(a->updates, b->updates);
}

static void expect_same(const outcome *a, const outcome *b)
{
    expect_same_training(a, b);
    assert_string_equal(a->folder, b->folder);
}

/* --- batches by members ----------------------------------------------------------------------------- */

enum { DRAWN = 64 };

/* The samples of an epoch, by their place in it. */
typedef struct drawing {
    const char *out;
    int times[DRAWN]; /* that a place was handed out */
    uint32_t index[DRAWN];
    int32_t label[DRAWN];
    uint64_t key[DRAWN];
    size_t samples[MOST_MEMBERS]; /* as each member counts them; 0: failed */
} drawing;

static void draw(const lince_group *g, void *context)
{
    static const setting balanced[] = {{"model", "resnet20"},
                                       {"image-size", "16"},
                                       {"batch-size", "7"},
                                       {"sampler", "balanced"},
                                       {NULL, NULL}};
    drawing *d = context;
    lince_trainer t;
    lince_batch b;
    size_t place = 0;
    lince_settings *s = settings_of(&(training){.settings = balanced, .data = pictures, .out = d->out});
    int code = lince_trainer_open(&t, g, s, NULL, "lince train");
    if (!code) code = lince_loader_start(t.train, 3, 0);
    while (!code && lince_loader_next(t.train, &b) > 0) {
        for (int i = 0; i < b.n; i++) {
            size_t at = place + (size_t)(b.begin + i);
            d->times[at]++;
            d->index[at] = b.index[i];
            d->label[at] = b.y[i];
            d->key[at] = b.key[i];
        }
        place += (size_t)b.whole;
    }
    d->samples[g->rank] = code ? 0 : place;
    lince_trainer_close(&t);
    lince_settings_free(s);
}

static void test_members_have_the_samples_of_one_between_them(void **state)
{
    (void)state;
    char out[LINCE_PATH_MAX];
    drawing one = {.out = out};
    snprintf(out, sizeof out, "%.500s/drawn", runs);
    in_a_group(1, draw, &one);
    assert_in_range(one.samples[0], 30, DRAWN);
    for (int members = 2; members <= 4; members++) {
        drawing all = {.out = out};
        in_a_group(members, draw, &all);
        for (int r = 0; r < members; r++) assert_int_equal(all.samples[r], one.samples[0]);
        for (size_t i = 0; i < one.samples[0]; i++) assert_int_equal(all.times[i], 1);
        assert_memory_equal(all.index, one.index, sizeof one.index);
        assert_memory_equal(all.label, one.label, sizeof one.label);
        assert_memory_equal(all.key, one.key, sizeof one.key);
    }
}

/* --- tests ------------------------------------------------------------------------------------------ */

/* Both have the same weights, and nearly those of one that has the whole batches: sums are rounded in
 * another order. */
static void expect_alike(const setting *settings, const char *data, const char *name)
{
    training two = {.settings = settings, .data = data}, one = {.settings = settings, .data = data};
    char alone[64];
    snprintf(alone, sizeof alone, "%s-alone", name);
    train_together(&two, 2, name);
    train_together(&one, 1, alone);
    expect_same(&two.of[0], &two.of[1]);
    assert_int_equal(one.of[0].updates, two.of[0].updates);
    assert_int_equal(one.of[0].samples, two.of[0].samples);
    assert_int_equal(two.of[0].left, 1);
    print_message("%s: weights differ by %.1e of the largest, losses %.6f and %.6f\n", name,
                  difference(&one.of[0], &two.of[0]), one.of[0].last.train_loss, two.of[0].last.train_loss);
    assert_true(difference(&one.of[0], &two.of[0]) < 1e-5);
    assert_true(fabs(one.of[0].last.train_loss - two.of[0].last.train_loss) < 1e-5);
    assert_true(fabs(one.of[0].last.val_loss - two.of[0].last.val_loss) < 1e-5);
    release(&two);
    release(&one);
}

static void test_pictures_are_learned_as_by_one(void **state)
{
    (void)state;
    expect_alike(of_pictures, pictures, "pictures");
}

static void test_texts_are_learned_as_by_one(void **state)
{
    (void)state;
    expect_alike(of_texts, texts, "texts");
}

/* Each member normalises its half by itself, so that the weights are others than one member's. */
static void test_statistics_of_norms_are_the_same_in_both(void **state)
{
    (void)state;
    training two = {.settings = of_norms, .data = pictures};
    train_together(&two, 2, "norms");
    expect_same(&two.of[0], &two.of[1]);
    release(&two);
}

/* One number of the run's weights. */
static uint64_t weights_of(const char *name)
{
    char path[2 * LINCE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s/weights/last.safetensors", runs, name);
    uint64_t hash = 14695981039346656037u, bytes = 0;
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    for (int c; (c = getc(f)) != EOF; bytes++) hash = (hash ^ (uint64_t)c) * 1099511628211u;
    fclose(f);
    assert_true(bytes > 1000);
    return hash;
}

/* Whoever computes the shards. */
static void expect_same_of_any_number(const setting *settings, const char *data, const char *name)
{
    training one = {.settings = settings, .data = data, .threads = "2"};
    train_together(&one, 1, name);
    assert_true(isfinite(one.of[0].last.train_loss) && one.of[0].left < 13);
    for (int members = 2; members <= MEMBERS; members += members - 1) {
        training several = {.settings = settings, .data = data, .threads = members == 3 ? "2" : "1"};
        train_together(&several, members, name);
        for (int r = 0; r < members; r++) expect_same_training(&several.of[r], &one.of[0]);
        release(&several);
    }
    release(&one);
}

static void test_shards_of_pictures_have_the_same_bits_on_any_number_of_members(void **state)
{
    (void)state;
    expect_same_of_any_number(of_norm_shards, pictures, "norm-shards");
}

/* Norms look at the whole batch, of which members have pieces of three and four samples, or none. */
static void test_norms_of_the_whole_batch_have_the_same_bits_on_any_number_of_members(void **state)
{
    (void)state;
    expect_same_of_any_number(of_synced_norms, pictures, "synced");
    assert_true(weights_of("synced") != weights_of("norm-shards"));
}

static void test_shards_of_texts_have_the_same_bits_on_any_number_of_members(void **state)
{
    (void)state;
    expect_same_of_any_number(of_text_shards, texts, "text-shards");
}

/* Numbers that travel are rounded where the tree has them, also where nothing travels; other weights than without. */
static void test_compressed_gradients_have_the_same_bits_on_any_number_of_members(void **state)
{
    (void)state;
    expect_same_of_any_number(of_compressed, texts, "compressed");
    assert_true(weights_of("compressed") != weights_of("text-shards"));
}

/* Five members begin, two go on. */
static void test_shards_are_gone_on_with_by_another_number_of_members(void **state)
{
    (void)state;
    char out[LINCE_PATH_MAX];
    training whole = {.settings = of_text_shards, .data = texts},
             cut = {.settings = of_text_shards, .data = texts, .out = out, .stops = 4, .poisoned = -1};
    snprintf(out, sizeof out, "%.500s/sharded", runs);
    in_a_group(5, train, &cut);
    for (int r = 0; r < 5; r++) assert_int_equal(cut.of[r].code, LINCE_EINTERRUPTED);
    training again = {.settings = of_text_shards, .data = texts, .resume = out, .stops = -1, .poisoned = -1};
    in_a_group(2, train, &again);
    train_together(&whole, 1, "unsharded");
    for (int r = 0; r < 2; r++) {
        if (again.of[r].code) fail_msg("%s", again.of[r].message);
        expect_same_training(&again.of[r], &whole.of[0]);
    }
    release(&whole);
    release(&again);
}

/* What the group has measured of its test part is what one measures with the same weights, but for the last
 * digits: a net for other numbers of samples may have other kernels. */
static void test_measures_are_those_of_one(void **state)
{
    (void)state;
    static const char *const names[] = {"pictures", "texts"}, *const counts[] = {"n", "accuracy",
                                                                                 "confusion_matrix"};
    for (size_t i = 0; i < 2; i++) {
        char folder[LINCE_PATH_MAX], *text;
        lince_model *m;
        snprintf(folder, sizeof folder, "%.500s/%s", runs, names[i]);
        assert_done(lince_model_open(&m, folder));
        lince_model_threads(m, 1);
        assert_done(lince_model_evaluate(m, NULL, "test", 1, NULL, NULL, &text));
        char *written = get_text(folder, "test.json");
        json_t *one = json_loads(text, 0, NULL), *two = json_loads(written, 0, NULL);
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            assert_true(json_equal(json_object_get(one, counts[k]), json_object_get(two, counts[k])));
        assert_true(json_integer_value(json_object_get(one, "n")) > 1);
        assert_true(fabs(json_real_value(json_object_get(one, "loss")) -
                         json_real_value(json_object_get(two, "loss"))) < 1e-6);
        json_decref(one);
        json_decref(two);
        lince_free(written);
        lince_text_free(text);
        lince_model_free(m);
    }
}

static size_t folders_in(const char *path)
{
    size_t count = 0;
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (struct dirent *e; (e = readdir(folder));) count += e->d_name[0] != '.';
    closedir(folder);
    return count;
}

static void test_one_folder_is_written_and_all_is_said_once(void **state)
{
    (void)state;
    training two = {.settings = of_texts, .data = texts};
    size_t before = folders_in(runs);
    train_together(&two, 2, "once");
    assert_int_equal(folders_in(runs), before + 1);
    assert_true(two.of[0].heard > 0);
    assert_int_equal(two.of[1].heard, 0);
    release(&two);
}

/* Asked of the second member; both save and end, and go on to what the run would have been. */
static void test_the_stop_of_one_stops_both(void **state)
{
    (void)state;
    char out[LINCE_PATH_MAX];
    training whole = {.settings = of_texts, .data = texts},
             cut = {.settings = of_texts, .data = texts, .out = out, .stops = 1, .poisoned = -1};
    snprintf(out, sizeof out, "%.500s/stopped", runs);
    in_a_group(2, train, &cut);
    for (int r = 0; r < 2; r++) {
        assert_int_equal(cut.of[r].code, LINCE_EINTERRUPTED);
        assert_string_equal(cut.of[r].message, "interrupted in epoch 1 after step 2; the state is saved");
    }
    training again = {.settings = of_texts, .data = texts, .resume = out, .stops = -1, .poisoned = -1};
    in_a_group(2, train, &again);
    train_together(&whole, 2, "unstopped");
    for (int r = 0; r < 2; r++) {
        if (again.of[r].code) fail_msg("%s", again.of[r].message);
        assert_int_equal(again.of[r].count, whole.of[r].count);
        assert_memory_equal(again.of[r].weights, whole.of[r].weights, whole.of[r].count * sizeof(float));
    }
    release(&whole);
    release(&again);
}

static void test_what_is_not_finite_in_one_is_told_by_both(void **state)
{
    (void)state;
    char out[LINCE_PATH_MAX];
    training t = {.settings = of_texts, .data = texts, .out = out, .stops = -1, .poisoned = 1};
    snprintf(out, sizeof out, "%.500s/poisoned", runs);
    in_a_group(2, train, &t);
    for (int r = 0; r < 2; r++) assert_int_equal(t.of[r].code, LINCE_ENUMERIC);
    assert_string_equal(t.of[0].message, t.of[1].message);
    if (!strstr(t.of[0].message, "epoch 1, step 1: the loss is ")) fail_msg("%s", t.of[0].message);
}

/* What only one member can see (here that it may not write) ends all of them. */
static void test_the_failure_of_one_ends_both(void **state)
{
    (void)state;
    training t = {.settings = of_texts, .data = texts, .out = "/dev/null/run", .stops = -1, .poisoned = -1};
    in_a_group(2, train, &t);
    for (int r = 0; r < 2; r++) assert_int_equal(t.of[r].code, LINCE_EIO);
    assert_string_equal(t.of[0].message, t.of[1].message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_have_the_samples_of_one_between_them),
        cmocka_unit_test(test_pictures_are_learned_as_by_one),
        cmocka_unit_test(test_texts_are_learned_as_by_one),
        cmocka_unit_test(test_statistics_of_norms_are_the_same_in_both),
        cmocka_unit_test(test_shards_of_pictures_have_the_same_bits_on_any_number_of_members),
        cmocka_unit_test(test_norms_of_the_whole_batch_have_the_same_bits_on_any_number_of_members),
        cmocka_unit_test(test_shards_of_texts_have_the_same_bits_on_any_number_of_members),
        cmocka_unit_test(test_compressed_gradients_have_the_same_bits_on_any_number_of_members),
        cmocka_unit_test(test_shards_are_gone_on_with_by_another_number_of_members),
        cmocka_unit_test(test_measures_are_those_of_one),
        cmocka_unit_test(test_one_folder_is_written_and_all_is_said_once),
        cmocka_unit_test(test_the_stop_of_one_stops_both),
        cmocka_unit_test(test_what_is_not_finite_in_one_is_told_by_both),
        cmocka_unit_test(test_the_failure_of_one_ends_both),
    };
    /* The same kernels for whole batches and for halves of them, whatever is the faster on this machine. */
    setenv("LINCE_CPU", "plain", 1);
    setenv("XDG_CACHE_HOME", "/dev/null", 1);
    return cmocka_run_group_tests_name("group/training", tests, setup, NULL);
}
