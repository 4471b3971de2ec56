/* Pictures a second of a model: training (forward, loss, backward, norm, update) and inference, and the most
 * memory that the process held.
 *     bench_model [model [size [batch [sgd|adam|adamw|rmsprop|infer [steps [threads [deterministic|bf16|int8]]]]]]] */
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "loss/loss.h"
#include "models/model_zoo.h"
#include "net/quantize.h"
#include "timing.h"
#include "train/loop/update.h"

#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { CLASSES = 10, WARM_UP = 2 };

typedef struct bench {
    const char *model, *optimizer; /* NULL: inference */
    int size, batch, steps, threads;
    bool deterministic, bf16, int8;
    lince_net *net;
    lince_update update;
    uint64_t *key;
    int32_t *label;
    double *seconds; /* [steps] */
} bench;

/* For inference: the net in 8 bits. Its scales are 1, whatever it computes: times do not depend on that. */
static int quantize(bench *b)
{
    lince_quantized q;
    int code = lince_net_quantize(b->net, "", &q);
    if (!code) code = lince_net_prepare(q.net);
    if (!code) code = lince_net_init(q.net, 1);
    if (!code) code = lince_quantized_weights(b->net, &q);
    if (!code) {
        lince_net_free(b->net);
        b->net = q.net;
        q.net = NULL;
    }
    lince_quantized_release(&q);
    return code;
}

static int build(bench *b)
{
    lince_architecture_options wanted = {.classes = CLASSES, .dropout = -1};
    lince_net_options options = {.batch = b->batch,
                                 .threads = b->threads,
                                 .inference = !b->optimizer,
                                 .deterministic = b->deterministic,
                                 .bf16 = b->bf16};
    const lince_architecture *a = lince_architecture_named(b->model);
    int code = a ? lince_net_new(&b->net, (lince_shape){3, b->size, b->size, 1}, &options) : LINCE_EUSAGE;
    if (!code) code = lince_architecture_build(a, b->net, &wanted);
    if (!code) code = lince_net_prepare(b->net);
    if (code) return code;
    lince_net_init(b->net, 1);
    if (b->int8 && !b->optimizer) LINCE_TRY(quantize(b));
    if (!b->optimizer) return 0;
    b->update = (lince_update){
        .optimizer = lince_optimizer_named(b->optimizer),
        .hyper = {.momentum = 0.9f, .beta1 = 0.9f, .beta2 = 0.999f, .alpha = 0.99f, .eps = 1e-8f}};
    return b->update.optimizer ? lince_update_init(&b->update, b->net) : LINCE_EUSAGE;
}

static int fill(bench *b)
{
    size_t floats = (size_t)b->batch * 3 * (size_t)b->size * (size_t)b->size;
    b->key = lince_alloc((size_t)b->batch, sizeof *b->key);
    b->label = lince_alloc((size_t)b->batch, sizeof *b->label);
    b->seconds = lince_alloc((size_t)b->steps, sizeof *b->seconds);
    if (!b->key || !b->label || !b->seconds) return LINCE_ENOMEM;
    for (int i = 0; i < b->batch; i++) b->key[i] = (uint64_t)i, b->label[i] = i % CLASSES;
    for (size_t i = 0; i < floats; i++) lince_net_input(b->net)[i] = (float)(i * 7919 % 1000) / 500 - 1;
    return 0;
}

static void run_step(bench *b, size_t number)
{
    const lince_loss loss = {.type = &lince_cross_entropy};
    lince_net_forward(b->net, b->batch, b->optimizer != NULL, b->key);
    if (!b->optimizer) return;
    loss.type->gradient(&loss, lince_net_output(b->net), (size_t)b->batch, CLASSES,
                        &(lince_targets){.label = b->label}, lince_net_output_gradient(b->net), NULL);
    lince_net_backward(b->net);
    if (lince_update_apply(&b->update, b->net, number, 1e-4, lince_update_norm(b->net))) abort();
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(bench *b)
{
    for (int i = -WARM_UP; i < b->steps; i++) {
        double start = bench_now(b->threads);
        run_step(b, (size_t)(i + WARM_UP + 1));
        if (i >= 0) b->seconds[i] = bench_now(b->threads) - start;
    }
    qsort(b->seconds, (size_t)b->steps, sizeof *b->seconds, ascending);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double median = b->seconds[b->steps / 2], best = b->seconds[0];
    printf("%-9s %4d px  batch %4d  %-8s %d threads: %8.1f pictures/s (best %8.1f), %8.1f ms, %5ld MiB\n",
           b->model, b->size, b->batch, b->optimizer ? b->optimizer : "infer", b->threads, b->batch / median,
           b->batch / best, 1e3 * median, usage.ru_maxrss >> 10);
}

int main(int argc, char **argv)
{
    bench b = {.model = argc > 1 ? argv[1] : "vgg16",
               .size = argc > 2 ? atoi(argv[2]) : 32,
               .batch = argc > 3 ? atoi(argv[3]) : 128,
               .optimizer = argc > 4 ? argv[4] : "sgd",
               .steps = argc > 5 ? atoi(argv[5]) : 10,
               .threads = argc > 6 ? atoi(argv[6]) : lince_processors(),
               .deterministic = argc > 7 && !strcmp(argv[7], "deterministic"),
               .bf16 = argc > 7 && !strcmp(argv[7], "bf16"),
               .int8 = argc > 7 && !strcmp(argv[7], "int8")};
    if (!strcmp(b.optimizer, "infer")) b.optimizer = NULL;
    if (b.size < 1 || b.batch < 1 || b.steps < 1 || b.threads < 1)
        return fprintf(stderr, "usage: bench_model [model [size [batch [optimizer|infer [steps [threads "
                               "[deterministic|bf16|int8]]]]]]]\n"),
               2;
    int code = build(&b);
    if (!code) code = fill(&b);
    if (!code)
        measure(&b);
    else
        fprintf(stderr, "%s\n", lince_error());
    lince_update_release(&b.update, b.net);
    lince_net_free(b.net);
    lince_free(b.key), lince_free(b.label), lince_free(b.seconds);
    return code != 0;
}
