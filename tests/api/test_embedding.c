/* lince inside a program that does as it likes: hands models from thread to thread, forks, opens one after the other
 * for days, and has little stack. */
#include <dirent.h>
#include <lince/lince.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FOLDER   TEST_SCRATCH "/embedding"
#define TEXTS    FOLDER "/texts"
#define PICTURES FOLDER "/pictures"
#define PICTURE  PICTURES "/test/disc/0005.png"

static const char OF_TEXTS[] = FOLDER "/of-texts", OF_PICTURES[] = FOLDER "/of-pictures";

/* --- two runs -------------------------------------------------------------------------------------- */

/* What a test's thread cannot say by cmocka, which belongs to the first one. */
static const char *train(const char *data, const char *model, const char *out, const char *report)
{
    const char *const values[][2] = {{"data", data},     {"out", out},         {"model", model},
                                     {"epochs", "1"},    {"threads", "1"},     {"workers", "1"},
                                     {"embedding", "4"}, {"hidden", "4"},      {"image-size", "8"},
                                     {"seed", "1"},      {"no-report", report}};
    bool texts = !strcmp(model, "rnn");
    lince_settings *s = lince_settings_new();
    int code = s ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < sizeof values / sizeof *values && !code; i++) {
        const char *name = values[i][0];
        if (texts ? !strcmp(name, "image-size") : !strcmp(name, "embedding") || !strcmp(name, "hidden"))
            continue;
        code = lince_settings_set(s, name, values[i][1]);
    }
    if (!code) code = lince_train(s, NULL, NULL, NULL, 0);
    lince_settings_free(s);
    return code ? lince_error() : NULL;
}

static int setup(void **state)
{
    (void)state;
    setenv("XDG_CACHE_HOME", FOLDER "/cache", 1); /* kernels are chosen once */
    if (system("rm -rf '" FOLDER "'") || lince_synth_tweets(TEXTS, 60, 1) ||
        lince_synth_images(PICTURES, 60, 1))
        return -1;
    const char *wrong = train(TEXTS, "rnn", OF_TEXTS, "yes");
    if (!wrong) wrong = train(PICTURES, "resnet20", OF_PICTURES, "yes");
    if (wrong) fprintf(stderr, "%s\n", wrong);
    return wrong ? -1 : 0;
}

/* --- asking ---------------------------------------------------------------------------------------- */

enum { CLASSES = 16 };

typedef struct answer {
    float probability[CLASSES];
    int code;
} answer;

static answer ask(lince_model *m)
{
    answer a = {0};
    lince_prediction p = LINCE_PREDICTION_INIT;
    a.code = lince_model_is_text(m) ? lince_model_predict_text(m, "what a day", &p)
                                    : lince_model_predict_file(m, PICTURE, &p);
    for (int c = 0; c < p.classes && c < CLASSES && !a.code; c++) a.probability[c] = p.probability[c];
    lince_prediction_release(&p);
    return a;
}

static lince_model *opened(const char *run, int threads)
{
    lince_model *m;
    if (lince_model_open(&m, run)) fail_msg("%s", lince_error());
    lince_model_threads(m, threads);
    return m;
}

static void assert_same(answer a, answer b)
{
    assert_int_equal(a.code, 0);
    assert_int_equal(b.code, 0);
    assert_memory_equal(a.probability, b.probability, sizeof a.probability);
}

/* --- threads --------------------------------------------------------------------------------------- */

typedef struct hand {
    lince_model *model;
    answer answer;
} hand;

static void *ask_of(void *context)
{
    hand *h = context;
    h->answer = ask(h->model);
    return NULL;
}

static void *free_it(void *context)
{
    lince_model_free(((hand *)context)->model);
    return NULL;
}

static void in_a_thread(void *(*what)(void *context), void *context)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, what, context), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* Opened in one thread, asked in others, one after the other, and freed in another still. */
static void test_a_model_may_be_handed_from_thread_to_thread(void **state)
{
    (void)state;
    const char *const runs[] = {OF_TEXTS, OF_PICTURES};
    for (size_t i = 0; i < 2; i++) {
        hand h = {.model = opened(runs[i], 2)};
        answer here = ask(h.model);
        for (int k = 0; k < 4; k++) {
            in_a_thread(ask_of, &h);
            assert_same(h.answer, here);
        }
        assert_same(ask(h.model), here);
        in_a_thread(free_it, &h);
    }
}

/* --- fork ------------------------------------------------------------------------------------------ */

/* 0: the child has answered as its parent did, by its parent's model and by one of its own. */
static int child(lince_model *m, const char *run, answer parents)
{
    lince_model *own;
    alarm(30); /* one that waits for threads that it has not got */
    answer a = ask(m);
    if (a.code || memcmp(&a, &parents, sizeof a) != 0) return 1;
    if (lince_model_open(&own, run)) return 2;
    lince_model_threads(own, 1);
    a = ask(own);
    lince_model_free(own);
    return a.code || memcmp(&a, &parents, sizeof a) != 0 ? 3 : 0;
}

static void fork_with(const char *run, int threads)
{
    int status;
    lince_model *m = opened(run, threads);
    answer before = ask(m);
    pid_t pid = fork();
    if (!pid) _exit(child(m, run, before));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (status) fail_msg("%s, threads: %d: the child ended with status %x", run, threads, (unsigned)status);
    assert_same(ask(m), before);
    lince_model_free(m);
}

static void test_a_child_process_asks_its_parents_model(void **state)
{
    (void)state;
    fork_with(OF_TEXTS, 1);
    fork_with(OF_PICTURES, 1);
    fork_with(OF_TEXTS, 2);
    fork_with(OF_PICTURES, 2);
}

/* --- a thousand openings: of texts; of pictures, which take longer, fewer ------------------------------- */

static size_t open_files(void)
{
    size_t count = 0;
    DIR *stream = opendir("/proc/self/fd");
    while (stream && readdir(stream)) count++;
    if (stream) closedir(stream);
    return count;
}

/* 1 of 20 is one that cannot be opened. */
static void open_and_close(const char *run, int times)
{
    lince_model *m;
    for (int i = 0; i < times; i++) {
        m = opened(run, 1);
        if (ask(m).code) fail_msg("%s", lince_error());
        lince_model_free(m);
        if (i % 20 == 0) assert_int_equal(lince_model_open(&m, TEXTS), LINCE_EIO);
    }
}

static void test_a_thousand_openings_leave_nothing_behind(void **state)
{
    (void)state;
    enum { CACHES = 65536 /* bytes: of the C library, which come and go */ };
    const char *const runs[] = {OF_TEXTS, OF_PICTURES};
    static const int times[] = {1000, 100};
    for (size_t i = 0; i < 2; i++) {
        open_and_close(runs[i], 20);
        size_t files = open_files();
        struct mallinfo2 before = mallinfo2();
        open_and_close(runs[i], times[i]);
        struct mallinfo2 after = mallinfo2();
        assert_int_equal(open_files(), files);
        if (after.uordblks > before.uordblks + CACHES || after.hblkhd > before.hblkhd)
            fail_msg("%s: %zu bytes more are in use after %d openings, and %zu in mappings", runs[i],
                     after.uordblks - before.uordblks, times[i], after.hblkhd - before.hblkhd);
    }
}

/* --- little stack ---------------------------------------------------------------------------------- */

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__ /* whose frames are larger */
enum { STACK = 1 << 20 };
#else
enum { STACK = 128 << 10 };
#endif

/* The thread's own message is gone with it. */
static const char *kept(const char *message)
{
    static char text[1024];
    if (!message) return NULL;
    snprintf(text, sizeof text, "%s", message);
    return text;
}

static void *do_all(void *context)
{
    const char **wrong = context;
    const char *const runs[] = {OF_TEXTS, OF_PICTURES};
    char folder[256], *text = NULL;
    for (size_t i = 0; i < 2 && !*wrong; i++) {
        lince_model *m;
        if (lince_model_open(&m, runs[i]) || ask(m).code ||
            lince_model_evaluate(m, NULL, NULL, 1, FOLDER "/predictions.csv", NULL, &text))
            *wrong = kept(lince_error());
        lince_model_free(m);
        lince_text_free(text);
        if (!*wrong && lince_report(runs[i], "es", NULL)) *wrong = kept(lince_error());
    }
    if (!*wrong) *wrong = kept(train(TEXTS, "rnn", FOLDER "/other-texts", "no"));
    if (!*wrong) *wrong = kept(train(PICTURES, "resnet20", FOLDER "/other-pictures", "no"));
    const char *const pair[] = {OF_TEXTS, FOLDER "/other-texts"};
    if (!*wrong && lince_compare(pair, 2, FOLDER "/compare", 0, NULL, folder, sizeof folder, &text))
        *wrong = kept(lince_error());
    if (!*wrong) lince_text_free(text);
    const char *const described[] = {TEXTS, PICTURES, OF_TEXTS,
                                     FOLDER "/of-pictures/weights/best.safetensors"};
    for (size_t i = 0; i < 4 && !*wrong; i++) {
        if (lince_describe(described[i], 0, &text)) *wrong = kept(lince_error());
        if (!*wrong) lince_text_free(text);
    }
    if (!*wrong && lince_convert(FOLDER "/of-pictures/weights/best.safetensors", FOLDER "/x.pth", &text))
        *wrong = kept(lince_error());
    if (!*wrong) lince_text_free(text);
    return NULL;
}

static void test_a_stack_of_128_kib_is_enough(void **state)
{
    (void)state;
    const char *wrong = NULL;
    pthread_t thread;
    pthread_attr_t attributes;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, STACK), 0);
    assert_int_equal(pthread_create(&thread, &attributes, do_all, &wrong), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
    if (wrong) fail_msg("%s", wrong);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_model_may_be_handed_from_thread_to_thread),
        cmocka_unit_test(test_a_child_process_asks_its_parents_model),
        cmocka_unit_test(test_a_thousand_openings_leave_nothing_behind),
        cmocka_unit_test(test_a_stack_of_128_kib_is_enough),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
