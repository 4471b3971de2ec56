/* Speed of each optimizer's step, in milliseconds and in GB/s of memory read and written.
 *     bench_optim [million parameters [threads]] */
#include "core/memory.h"
#include "core/parallel.h"
#include "optim/optim.h"
#include "timing.h"

#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>

/* The shortest of five: other programs only ever make it longer. */
static void measure(const char *name, int threads, float *value, const float *grad, float *const state[2],
                    size_t n)
{
    const lince_optimizer *optimizer = lince_optimizer_named(name);
    lince_hyper h = {.lr = 1e-3f,
                     .momentum = 0.9f,
                     .beta1 = 0.9f,
                     .beta2 = 0.999f,
                     .alpha = 0.99f,
                     .eps = 1e-8f,
                     .weight_decay = 1e-4f,
                     .grad_scale = 1};
    double best = 1e9;
    for (h.step = 1; h.step <= 6; h.step++) {
        double begin = bench_now(threads);
        lince_optimizer_step(optimizer, threads, &h, value, grad, state, NULL, n);
        double seconds = bench_now(threads) - begin;
        if (h.step > 1 && seconds < best) best = seconds;
    }
    /* value and states are read and written, gradients read */
    double bytes = (double)n * sizeof(float) * (3 + 2 * optimizer->states);
    printf("%-8s %8.1f ms %6.1f GB/s\n", name, best * 1e3, bytes / best / 1e9);
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"sgd", "adam", "adamw", "rmsprop"};
    size_t n = (size_t)(argc > 1 ? atoi(argv[1]) : 134) * 1000000;
    int threads = argc > 2 ? atoi(argv[2]) : lince_processors();
    float *memory[4];
    for (int i = 0; i < 4; i++)
        if (!(memory[i] = lince_alloc(n, sizeof(float)))) return fprintf(stderr, "%s\n", lince_error()), 1;
    for (size_t i = 0; i < n; i++) memory[0][i] = memory[1][i] = (float)(i % 1009) / 1009 - 0.5f;
    printf("%zu parameters, %d threads\n", n, threads);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        measure(names[i], threads, memory[0], memory[1], memory + 2, n);
    double begin = bench_now(threads), sum = lince_sum_of_squares(threads, memory[1], n),
           seconds = bench_now(threads) - begin;
    printf("%-8s %8.1f ms %6.1f GB/s (%.6g)\n", "norm", seconds * 1e3,
           (double)n * sizeof(float) / seconds / 1e9, sum);
    for (int i = 0; i < 4; i++) lince_free(memory[i]);
    return 0;
}
