/* Nets of bytes: they answer nearly as the nets of floats that they were made of, to the same bits on any number of threads and
 * at every level of instructions; layers that are named stay as they are; weights keep what AVX2 needs of them. */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/random.h"
#include "layers/bytes.h"
#include "models/model_zoo.h"
#include "net/net_internal.h"
#include "net/ranges.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { SIZE = 32, BATCH = 2, CLASSES = 10 };

typedef struct pair {
    lince_net *net; /* of floats, which keeps all values */
    lince_quantized q;
    float *x; /* [BATCH][3][SIZE][SIZE] */
} pair;

static lince_net *build(const char *name, int threads, int slice)
{
    lince_net *net;
    const lince_architecture *a = lince_architecture_named(name);
    lince_net_options options = {.batch = BATCH,
                                 .threads = threads,
                                 .slice = slice,
                                 .inference = true,
                                 .keep = true,
                                 .deterministic = true};
    lince_architecture_options wanted = {.classes = CLASSES, .dropout = -1, .stochastic_depth = -1};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, SIZE, SIZE, 1}, &options), 0);
    assert_int_equal(lince_architecture_build(a, net, &wanted), 0);
    return net;
}

/* Statistics of batch norms that are no ones and zeros, so that folding them is seen. */
static void spread_norms(lince_net *net)
{
    lince_random r = lince_random_at(7);
    for (size_t i = 0; i < lince_net_params(net); i++) {
        lince_param *p = lince_net_param(net, i);
        bool var = strstr(p->name, "running_var"), mean = strstr(p->name, "running_mean");
        for (size_t k = 0; k < (size_t)p->dims[0] && (var || mean); k++)
            p->value[k] = var ? 0.6f + lince_random_uniform(&r) : 0.2f * lince_random_normal(&r);
    }
}

/* slice: of the net of bytes; 0: the whole batch, as it is small. */
static pair quantized_in_slices(const char *name, const char *floats, int threads, int slice)
{
    pair p = {.net = build(name, threads, slice)};
    lince_ranges *ranges;
    lince_random r = lince_random_at(3);
    size_t n = (size_t)BATCH * 3 * SIZE * SIZE;
    assert_non_null(p.x = lince_alloc(n, sizeof *p.x));
    for (size_t i = 0; i < n; i++) p.x[i] = lince_random_normal(&r);
    assert_int_equal(lince_net_quantize(p.net, floats, &p.q), 0);
    assert_int_equal(lince_net_prepare(p.net), 0);
    assert_int_equal(lince_net_prepare(p.q.net), 0);
    assert_int_equal(lince_net_init(p.net, 1), 0);
    spread_norms(p.net);
    assert_int_equal(lince_quantized_weights(p.net, &p.q), 0);
    lince_net_feed(p.net, BATCH, p.x);
    lince_net_forward(p.net, BATCH, false, NULL);
    assert_int_equal(lince_ranges_new(&ranges, &p.q), 0);
    lince_ranges_count(ranges, p.net);
    for (size_t i = 0; i < p.q.scale_count; i++)
        lince_layer_set_scale(lince_net_layer(p.q.net, (size_t)p.q.scales[i].node),
                              lince_ranges_scale(ranges, i, LINCE_RANGE_MINMAX));
    lince_ranges_free(ranges);
    lince_net_feed(p.q.net, BATCH, p.x);
    lince_net_forward(p.q.net, BATCH, false, NULL);
    return p;
}

static pair quantized(const char *name, const char *floats, int threads)
{
    return quantized_in_slices(name, floats, threads, 0);
}

static void release(pair *p)
{
    lince_quantized_release(&p->q);
    lince_net_free(p->net);
    lince_free(p->x);
}

/* The distance of the two nets' scores beside how much the scores differ among themselves. */
static double distance(const pair *p)
{
    float theirs[BATCH * CLASSES], ours[BATCH * CLASSES];
    double mean = 0, spread = 0, apart = 0;
    lince_net_scores(p->net, theirs);
    lince_net_scores(p->q.net, ours);
    for (int i = 0; i < BATCH * CLASSES; i++) mean += (double)theirs[i] / (BATCH * CLASSES);
    for (int i = 0; i < BATCH * CLASSES; i++) {
        spread += pow((double)theirs[i] - mean, 2);
        apart += pow((double)theirs[i] - (double)ours[i], 2);
    }
    return sqrt(apart / spread);
}

static void test_scores_are_nearly_those_of_floats(void **state)
{
    (void)state;
    static const char *const models[] = {"resnet18",       "resnet20",     "vgg11_bn",
                                         "squeezenet1_1",  "mobilenet_v2", "mobilenet_v3_large",
                                         "efficientnet_b0"};
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        pair p = quantized(models[i], "", 1);
        double d = distance(&p);
        print_message("%-16s %5zu parts of %5zu layers, distance %.4f\n", models[i], p.q.part_count,
                      p.net->count, d);
        if (!(d < 0.15)) fail_msg("%s: scores are %.3f of their spread away", models[i], d);
        release(&p);
    }
}

static const lince_layer *made_of(const lince_net *net, const char *name)
{
    for (size_t i = 1; i < net->count; i++)
        if (!strcmp(net->nodes[i].layer.name, name)) return &net->nodes[i].layer;
    return NULL;
}

static void test_named_layers_stay_in_floats(void **state)
{
    (void)state;
    pair all = quantized("resnet18", "", 1), some = quantized("resnet18", "conv1 fc", 1);
    assert_string_equal(made_of(all.q.net, "conv1")->type->name, "conv2d_int8");
    assert_string_equal(made_of(some.q.net, "conv1")->type->name, "conv2d");
    assert_string_equal(made_of(some.q.net, "fc")->type->name, "linear");
    assert_string_equal(made_of(some.q.net, "layer1.0.conv1")->type->name, "conv2d_int8");
    assert_int_equal(some.q.part_count, all.q.part_count - 2);
    assert_true(distance(&some) < distance(&all));
    release(&all);
    release(&some);
}

static void test_neighbouring_weights_fit_together_into_16_bits(void **state)
{
    (void)state;
    pair p = quantized("resnet18", "", 1);
    for (size_t i = 0; i < p.q.part_count; i++) {
        const lince_param *w =
            &lince_net_layer(p.q.net, (size_t)p.q.parts[i].node)->params[LINCE_INT8_WEIGHT];
        size_t places = w->ndim > 2 ? (size_t)w->dims[2] * (size_t)w->dims[3] : 1, ins = (size_t)w->dims[1];
        float *plain = lince_alloc(lince_param_elements(w), sizeof *plain), most = 0;
        assert_int_equal(lince_param_read(w, plain), 0);
        for (size_t k = 0; k < lince_param_elements(w); k++) {
            bool first = k / places % ins % 2 == 0 && k / places % ins + 1 < ins;
            most = fmaxf(most, fmaxf(fabsf(plain[k]), first ? fabsf(plain[k] + plain[k + places]) : 0));
        }
        assert_true(most >= 126 && most <= LINCE_INT8_PAIR);
        lince_free(plain);
    }
    release(&p);
}

/* A sum of the scores' bits in a process whose LINCE_CPU is `level`. The scales are those of this process: floats round
 * differently at each level. */
static int bits_at(const char *level)
{
    int ends[2], status, sum = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("LINCE_CPU", level, 1);
        setenv("LINCE_TEST_CHILD", "1", 1);
        char number[16];
        snprintf(number, sizeof number, "%d", ends[1]);
        execl("/proc/self/exe", "net_quantize_test", number, (char *)NULL);
        _exit(1);
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &sum, sizeof sum), sizeof sum);
    close(ends[0]);
    assert_true(waitpid(child, &status, 0) == child && WIFEXITED(status) && !WEXITSTATUS(status));
    return sum;
}

/* With scales that depend on nothing that floats have rounded. */
static int bits_of_fixed(int threads, int slice)
{
    pair p = quantized_in_slices("resnet20", "", threads, slice);
    float scores[BATCH * CLASSES];
    unsigned sum = 0, bits;
    assert_int_equal(p.q.net->slice, slice);
    for (size_t i = 0; i < p.q.scale_count; i++)
        lince_layer_set_scale(lince_net_layer(p.q.net, (size_t)p.q.scales[i].node),
                              (lince_byte_scale){i ? 0.01f : 0.03f, i ? 0 : 128});
    lince_net_feed(p.q.net, BATCH, p.x);
    lince_net_forward(p.q.net, BATCH, false, NULL);
    lince_net_scores(p.q.net, scores);
    for (int i = 0; i < BATCH * CLASSES; i++) {
        memcpy(&bits, &scores[i], sizeof bits);
        sum = sum * 31 + bits;
    }
    release(&p);
    return (int)sum;
}

static void test_bits_depend_on_neither_level_nor_threads_nor_slices(void **state)
{
    (void)state;
    int here = bits_of_fixed(1, 0);
    assert_int_equal(bits_of_fixed(3, 0), here);
    assert_int_equal(bits_of_fixed(1, 1), here);
    const lince_cpu_mask *mask;
    for (size_t i = 0; (mask = lince_cpu_mask_at(i)); i++)
        if (lince_cpu_offers(mask)) assert_int_equal(bits_at(mask->name), here);
}

static void test_texts_are_refused(void **state)
{
    (void)state;
    lince_net *net;
    lince_quantized q;
    lince_net_options options = {.batch = 2, .threads = 1, .inference = true, .sequences = true};
    assert_int_equal(lince_net_new(&net, (lince_shape){1, 20, 1, 1}, &options), 0);
    assert_int_equal(lince_net_quantize(net, "", &q), LINCE_EUNSUPPORTED);
    lince_quantized_release(&q);
    lince_net_free(net);
}

int main(int argc, char **argv)
{
    if (getenv("LINCE_TEST_CHILD") && argc == 2) {
        int sum = bits_of_fixed(1, 0);
        return write(atoi(argv[1]), &sum, sizeof sum) == sizeof sum ? 0 : 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scores_are_nearly_those_of_floats),
        cmocka_unit_test(test_named_layers_stay_in_floats),
        cmocka_unit_test(test_neighbouring_weights_fit_together_into_16_bits),
        cmocka_unit_test(test_bits_depend_on_neither_level_nor_threads_nor_slices),
        cmocka_unit_test(test_texts_are_refused),
    };
    return cmocka_run_group_tests_name("net/quantize", tests, NULL, NULL);
}
