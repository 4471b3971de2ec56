/* Pictures a second of a model: training (forward, loss, backward; without and with the optimizer) and
 * inference. bench_model [model [size [batch [threads]]]] */
#include "core/parallel.h"
#include "kernels/kernels.h"
#include "models/model_zoo.h"

#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "vgg16";
    int size = argc > 2 ? atoi(argv[2]) : 32, batch = argc > 3 ? atoi(argv[3]) : 128;
    int threads = argc > 4 ? atoi(argv[4]) : lince_processors();
    lince_net_options options = {.batch = batch, .threads = threads};
    const lince_architecture *a = lince_architecture_named(name);
    lince_net *net;
    if (!a || lince_net_new(&net, (lince_shape){3, size, size, 1}, &options) ||
        lince_architecture_build(a, net, &(lince_architecture_options){.classes = 10, .dropout = -1}) ||
        lince_net_prepare(net))
        return fprintf(stderr, "%s\n", lince_error()), 1;
    lince_net_init(net, 1);
    uint64_t *key = calloc((size_t)batch, sizeof *key);
    int32_t *label = calloc((size_t)batch, sizeof *label);
    for (int i = 0; i < batch; i++) key[i] = (uint64_t)i, label[i] = i % 10;
    for (int i = 0; i < batch * 3 * size * size; i++)
        lince_net_input(net)[i] = (float)(i * 7919 % 1000) / 500 - 1;
    double fwd = 0, bwd = 0;
    for (int step = -2; step < 6; step++) {
        double t0 = now();
        lince_net_forward(net, batch, true, key);
        double loss = lince_cross_entropy(lince_net_output(net), label, (size_t)batch, 10, 0, NULL,
                                          lince_net_output_gradient(net), NULL);
        double t1 = now();
        lince_net_backward(net);
        double t2 = now();
        if (step >= 0)
            fwd += t1 - t0, bwd += t2 - t1;
        else
            printf("loss %.6f\n", loss);
    }
    printf("%s %dx%d batch %d threads %d: forward %.1f ms, backward %.1f ms, %.1f pictures/s\n", name, size,
           size, batch, threads, fwd / 6 * 1e3, bwd / 6 * 1e3, 6 * batch / (fwd + bwd));
    lince_net_memory m = lince_net_memory_used(net);
    printf("MiB: parameters %zu, gradients %zu, activations %zu, scratch %zu\n", m.params >> 20,
           m.grads >> 20, m.activations >> 20, m.scratch >> 20);
    lince_net_free(net);
    free(key);
    free(label);
    return 0;
}
