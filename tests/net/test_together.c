/* A batch in several passes side by side, whose norms see all of it, is computed as in one pass. */
#include "core/memory.h"
#include "core/random.h"
#include "cross_entropy.h"
#include "models/model_zoo.h"

#include <lince/error.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { SAMPLES = 7, SIZE = 8, FLOATS = 3 * SIZE * SIZE, CLASSES = 4, PASSES = 3 };
static const int N[PASSES] = {4, 0, 3};
static const double WEIGHT[PASSES] = {4, 0, 3};
static const int32_t LABEL[SAMPLES] = {0, 1, 2, 3, 0, 1, 1};
static const uint64_t KEY[SAMPLES] = {1, 2, 3, 4, 5, 6, 7};

static lince_net *build(int batch, int passes)
{
    lince_net *net;
    lince_net_options options = {.batch = batch, .passes = passes, .threads = 2, .deterministic = true};
    lince_architecture_options wanted = {.classes = CLASSES};
    assert_int_equal(lince_net_new(&net, (lince_shape){3, SIZE, SIZE, 1}, &options), 0);
    assert_int_equal(lince_architecture_build(lince_architecture_named("resnet20"), net, &wanted), 0);
    if (lince_net_prepare(net)) fail_msg("%s", lince_error());
    lince_net_init(net, 1);
    return net;
}

static void draw(float *x)
{
    lince_random random = lince_random_at(3);
    for (int i = 0; i < SAMPLES * FLOATS; i++) x[i] = 2 + lince_random_normal(&random);
}

typedef struct summing {
    lince_net *net;
    float *sum[256]; /* [param] */
    int calls;
} summing;

/* sum over the passes of weight / all weights times gradient: that of a mean over all samples. */
static void add(void *context, int pass, size_t node)
{
    summing *s = context;
    for (size_t i = 0; i < lince_net_params(s->net) && N[pass]; i++) {
        const lince_param *p = lince_net_param(s->net, i), *first = lince_net_layer(s->net, node)->params;
        if (!p->grad || p < first || p >= first + lince_net_layer(s->net, node)->param_count) continue;
        for (size_t k = 0; k < p->size; k++) s->sum[i][k] += (float)(WEIGHT[pass] / SAMPLES) * p->grad[k];
    }
    s->calls++;
}

static int add_passes(void *context, double *sums, size_t count)
{
    (void)context;
    for (size_t k = 1; k < PASSES; k++)
        for (size_t i = 0; i < count; i++) sums[i] += sums[k * count + i];
    return 0;
}

static void expect_near(const char *what, const float *a, const float *b, size_t n)
{
    double most = 0, size = 0;
    for (size_t i = 0; i < n; i++) {
        most = fmax(most, fabs((double)a[i] - (double)b[i]));
        size = fmax(size, fabs((double)b[i]));
    }
    if (!(most <= 2e-5 * fmax(size, 1e-2))) fail_msg("%s: differs by %g of %g", what, most, size);
}

static void test_passes_side_by_side_are_one_batch(void **state)
{
    (void)state;
    static float x[SAMPLES * FLOATS];
    const uint64_t *key[PASSES] = {KEY, KEY + 4, KEY + 4};
    lince_net *whole = build(SAMPLES, 0), *parts = build(4, PASSES);
    summing s = {.net = parts};
    lince_net_together t = {PASSES, N, key, WEIGHT, add_passes, NULL};
    draw(x);

    memcpy(lince_net_input(whole), x, sizeof x);
    lince_net_forward(whole, SAMPLES, true, KEY);
    cross_entropy(whole, LABEL, SAMPLES, 0, NULL);
    lince_net_backward(whole);

    for (int k = 0, begin = 0; k < PASSES; begin += N[k++]) {
        lince_net_turn(parts, k);
        if (N[k]) memcpy(lince_net_input(parts), x + begin * FLOATS, (size_t)N[k] * FLOATS * sizeof *x);
    }
    assert_int_equal(lince_net_forward_together(parts, &t), 0);
    for (int k = 0, begin = 0; k < PASSES; begin += N[k++]) {
        lince_net_turn(parts, k);
        if (!N[k]) continue;
        expect_near("scores", lince_net_output(parts), lince_net_output(whole) + begin * CLASSES,
                    (size_t)(N[k] * CLASSES));
        cross_entropy(parts, LABEL + begin, (size_t)N[k], 0, NULL);
    }
    for (size_t i = 0; i < lince_net_params(parts); i++)
        s.sum[i] = lince_alloc(lince_net_param(parts, i)->size, sizeof(float));
    assert_int_equal(lince_net_backward_together(parts, &t, add, &s), 0);
    assert_int_equal(s.calls, PASSES * ((int)lince_net_nodes(parts) - 1));

    for (size_t i = 0; i < lince_net_params(parts); i++) {
        const lince_param *p = lince_net_param(parts, i), *q = lince_net_param(whole, i);
        if (p->buffer) expect_near(p->name, p->value, q->value, p->size);
        if (p->grad) expect_near(p->name, s.sum[i], q->grad, p->size);
        lince_free(s.sum[i]);
    }
    lince_net_free(whole);
    lince_net_free(parts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_passes_side_by_side_are_one_batch)};
    return cmocka_run_group_tests_name("net/together", tests, NULL, NULL);
}
