/* Models, pictures and answers that are in memory: whatever way a picture comes, it has the same answer. */
#include "core/file.h"
#include "core/memory.h"
#include "net/net.h"
#include "picture/decode/image.h"
#include "picture_model.h"
#include "weights/state_dict.h"

#include <lince/lince.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CLASSES = 10, SIDE = 32, HEIGHT = 40, WIDTH = 50 };
static const char WEIGHTS[] = TEST_SCRATCH "/memory.safetensors", PICTURE[] = TEST_SCRATCH "/memory.png";

static lince_image picture; /* [HEIGHT][WIDTH][3] of anything */

static void assert_done(int code)
{
    if (code) fail_msg("%s", lince_error());
}

static int setup(void **state)
{
    (void)state;
    lince_net *net;
    lince_picture_encoder encoder;
    lince_blueprint b = picture_model(&encoder, "resnet20", CLASSES, SIDE);
    lince_net_options options = {.batch = 1, .threads = 1};
    lince_language_set("en");
    assert_done(lince_blueprint_build(&b, &options, &net));
    lince_net_init(net, 5);
    assert_done(lince_state_dict_save(net, NULL, WEIGHTS, NULL, 0));
    lince_net_free(net);
    assert_done(lince_image_init(&picture, WIDTH, HEIGHT));
    srand(3);
    for (size_t i = 0; i < 3 * HEIGHT * WIDTH; i++) picture.pixels[i] = (uint8_t)(rand() % 256);
    assert_done(lince_image_save_png(&picture, NULL, PICTURE));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lince_image_release(&picture);
    return 0;
}

static lince_model *open_model(void)
{
    lince_model *m;
    lince_open_options options = LINCE_OPEN_OPTIONS_INIT;
    options.weights = WEIGHTS;
    options.architecture = "resnet20";
    assert_done(lince_model_open_weights(&m, &options));
    lince_model_threads(m, 1);
    return m;
}

static lince_pixels dense(void)
{
    lince_pixels p = LINCE_PIXELS_INIT;
    p.data = picture.pixels;
    p.height = HEIGHT;
    p.width = WIDTH;
    return p;
}

static void assert_same(const lince_prediction *a, const lince_prediction *b)
{
    assert_int_equal(a->classes, CLASSES);
    assert_int_equal(a->best, b->best);
    assert_memory_equal(a->probability, b->probability, CLASSES * sizeof(float));
}

static void expect_the_files_answer(lince_model *m, const lince_pixels *pixels)
{
    lince_prediction file = LINCE_PREDICTION_INIT, memory = LINCE_PREDICTION_INIT;
    assert_done(lince_model_predict_file(m, PICTURE, &file));
    assert_done(lince_model_predict_pixels(m, pixels, 1, &memory));
    assert_same(&memory, &file);
    lince_prediction_release(&file);
    lince_prediction_release(&memory);
}

static void test_pixels_have_the_answer_of_their_file(void **state)
{
    (void)state;
    lince_model *m = open_model();
    lince_pixels p = dense();
    expect_the_files_answer(m, &p);
    lince_model_free(m);
}

/* Blue, green, red and alpha, rows from the bottom, with a gap behind each: what a camera may leave. */
static void test_strides_lead_to_the_same_pixels(void **state)
{
    (void)state;
    enum { ROW = 4 * WIDTH + 12 };
    static unsigned char camera[HEIGHT][ROW], planes[3][HEIGHT][WIDTH];
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            for (int c = 0; c < 3; c++) {
                unsigned char value = picture.pixels[3 * (y * WIDTH + x) + c];
                camera[HEIGHT - 1 - y][4 * x + 2 - c] = value;
                planes[c][y][x] = value;
            }
    lince_model *m = open_model();
    lince_pixels p = dense();
    p.data = camera[HEIGHT - 1] + 2;
    p.row = -ROW;
    p.pixel = 4;
    p.channel = -1;
    expect_the_files_answer(m, &p);
    p = dense();
    p.data = planes[0][0];
    p.pixel = 1;
    p.channel = HEIGHT * WIDTH;
    expect_the_files_answer(m, &p);
    lince_model_free(m);
}

static void test_grey_is_a_colour_of_three_equal_channels(void **state)
{
    (void)state;
    unsigned char grey[HEIGHT * WIDTH], colour[HEIGHT * WIDTH][3];
    for (int i = 0; i < HEIGHT * WIDTH; i++) memset(colour[i], grey[i] = picture.pixels[3 * i], 3);
    lince_pixels both[2] = {dense(), dense()};
    both[0].data = grey;
    both[0].channels = 1;
    both[1].data = colour[0];
    lince_prediction p[2] = {LINCE_PREDICTION_INIT, LINCE_PREDICTION_INIT};
    lince_model *m = open_model();
    assert_done(lince_model_predict_pixels(m, both, 2, p));
    assert_same(&p[0], &p[1]);
    for (int i = 0; i < 2; i++) lince_prediction_release(&p[i]);
    lince_model_free(m);
}

/* More than are answered at a time, and not a multiple of that. */
static void test_many_have_the_answers_of_each(void **state)
{
    (void)state;
    enum { MANY = 70 };
    static lince_pixels pictures[MANY];
    static lince_prediction predictions[MANY];
    lince_model *m = open_model();
    for (int i = 0; i < MANY; i++) {
        pictures[i] = dense();
        pictures[i].height = HEIGHT - i % 7;
        predictions[i] = (lince_prediction)LINCE_PREDICTION_INIT;
    }
    assert_done(lince_model_predict_pixels(m, pictures, MANY, predictions));
    lince_model *one = open_model();
    for (int i = 0; i < MANY; i++) {
        lince_prediction alone = LINCE_PREDICTION_INIT;
        assert_done(lince_model_predict_pixels(one, &pictures[i], 1, &alone));
        assert_int_equal(predictions[i].best, alone.best);
        for (int c = 0; c < CLASSES; c++)
            assert_float_equal(predictions[i].probability[c], alone.probability[c], 1e-5);
        lince_prediction_release(&alone);
        lince_prediction_release(&predictions[i]);
    }
    lince_model_free(m);
    lince_model_free(one);
}

static void test_floats_are_taken_as_they_are(void **state)
{
    (void)state;
    static float values[3][SIDE][SIDE];
    int height, width;
    lince_pixels p = dense();
    p.height = SIDE;
    p.width = SIDE;
    p.row = 3 * WIDTH;
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                values[c][y][x] = (float)picture.pixels[3 * (y * WIDTH + x) + c] / 255.0f;
    lince_prediction bytes = LINCE_PREDICTION_INIT, floats = LINCE_PREDICTION_INIT;
    lince_model *m = open_model();
    assert_done(lince_model_input(m, &height, &width));
    assert_int_equal(height, SIDE);
    assert_int_equal(width, SIDE);
    assert_done(lince_model_predict_pixels(m, &p, 1, &bytes));
    assert_done(lince_model_predict_floats(m, values[0][0], 1, &floats));
    assert_same(&floats, &bytes);
    lince_prediction_release(&bytes);
    lince_prediction_release(&floats);
    lince_model_free(m);
}

static void test_weights_may_be_in_memory(void **state)
{
    (void)state;
    char *bytes;
    lince_model *m;
    lince_pixels p = dense();
    lince_open_options options = LINCE_OPEN_OPTIONS_INIT;
    assert_done(lince_file_read(WEIGHTS, (size_t)64 << 20, &bytes, &options.byte_count));
    options.bytes = bytes;
    options.architecture = "resnet20";
    assert_done(lince_model_open_weights(&m, &options));
    lince_model_threads(m, 1);
    expect_the_files_answer(m, &p);
    lince_model_free(m);
    options.byte_count = 100; /* cut */
    assert_int_equal(lince_model_open_weights(&m, &options), LINCE_EFORMAT);
    assert_non_null(strstr(lince_error(), "weights in memory: "));
    options.weights = WEIGHTS; /* and both at once are one too many */
    assert_int_equal(lince_model_open_weights(&m, &options), LINCE_EUSAGE);
    lince_free(bytes);
}

static void refused(lince_model *m, lince_pixels p, const char *why)
{
    lince_pixels two[2] = {dense(), p};
    lince_prediction answers[2] = {LINCE_PREDICTION_INIT, LINCE_PREDICTION_INIT};
    assert_int_equal(lince_model_predict_pixels(m, two, 2, answers), LINCE_EUSAGE);
    assert_non_null(strstr(lince_error(), "picture 1: "));
    if (!strstr(lince_error(), why)) fail_msg("expected '%s' in: %s", why, lince_error());
    assert_non_null(answers[0].probability); /* it was answered before */
    assert_null(answers[1].probability);
    lince_prediction_release(&answers[0]);
}

static void test_what_is_no_picture_is_refused_with_its_place(void **state)
{
    (void)state;
    lince_model *m = open_model();
    lince_pixels p = dense();
    p.data = NULL;
    refused(m, p, "there are no data");
    p = dense();
    p.channels = 4;
    refused(m, p, "expected 3 channels, or 1, found 4");
    p = dense();
    p.width = 0;
    refused(m, p, "found 0 x 40");
    p = dense();
    p.height = p.width = 1 << 20;
    refused(m, p, "found 1048576 x 1048576");
    p = dense();
    p.size = 3;
    refused(m, p, "its size is said to be 3 bytes");
    lince_model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pixels_have_the_answer_of_their_file),
        cmocka_unit_test(test_strides_lead_to_the_same_pixels),
        cmocka_unit_test(test_grey_is_a_colour_of_three_equal_channels),
        cmocka_unit_test(test_many_have_the_answers_of_each),
        cmocka_unit_test(test_floats_are_taken_as_they_are),
        cmocka_unit_test(test_weights_may_be_in_memory),
        cmocka_unit_test(test_what_is_no_picture_is_refused_with_its_place),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
