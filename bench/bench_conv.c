/* Every implementation of convolution over the shapes of VGG16 at 32x32, in all directions: milliseconds, and
 * GFLOP/s as the definition counts them (2 multiply-adds a tap), so that fast algorithms show as more than
 * the machine has.  bench_conv [batch [threads [only: part of an implementation's name]]] */
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/choose.h"
#include "kernels/conv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    int size, in, out, times; /* times: layers of this shape */
} shapes[] = {{32, 3, 64, 1},   {32, 64, 64, 1},  {16, 64, 128, 1}, {16, 128, 128, 1}, {8, 128, 256, 1},
              {8, 256, 256, 2}, {4, 256, 512, 1}, {4, 512, 512, 2}, {2, 512, 512, 3}};
enum { SHAPES = sizeof shapes / sizeof *shapes };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static lince_conv geometry(int i, int batch)
{
    int block = lince_preferred_block(), size = shapes[i].size;
    return (lince_conv){.batch = batch,
                        .in = {shapes[i].in, size, size, shapes[i].in < block ? 1 : block},
                        .out = {shapes[i].out, size, size, block},
                        .kernel = {3, 3},
                        .stride = {1, 1},
                        .padding = {1, 1},
                        .groups = 1};
}

static void fill(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = (float)(i * 7919 % 1000) / 500 - 1;
}

/* Seconds of the fastest of the runs that fit into a third of a second. */
static double measure(lince_conv_kernel *k, lince_conv_args *a)
{
    double best = 1e9, end = now() + 0.3;
    a->scratch = lince_alloc(k->scratch + 1, 1);
    for (int repeat = 0; repeat < 3 || now() < end; repeat++) {
        double start = now();
        lince_conv_kernel_run(k, a);
        double took = now() - start;
        if (repeat > 0 && took < best) best = took;
    }
    lince_free(a->scratch);
    return best;
}

int main(int argc, char **argv)
{
    int batch = argc > 1 ? atoi(argv[1]) : 128, threads = argc > 2 ? atoi(argv[2]) : lince_processors();
    const char *only = argc > 3 ? argv[3] : "";
    static const char *const directions[] = {"forward", "backward data", "backward weights"};
    double total = 0;
    lince_parallel_use(threads);
    for (int d = 0; d < 3; d++)
        for (int i = 0; i < SHAPES; i++) {
            lince_conv c = geometry(i, batch);
            if (d == LINCE_BACKWARD_DATA && c.in.channels == 3) continue;
            size_t x = (size_t)batch * lince_shape_size(c.in), y = (size_t)batch * lince_shape_size(c.out);
            size_t w = lince_conv_weights_size(&c);
            lince_conv_args a = {.x = lince_alloc(x, sizeof(float)),
                                 .w = lince_alloc(w, sizeof(float)),
                                 .b = lince_alloc((size_t)c.out.channels, sizeof(float)),
                                 .y = lince_alloc(y, sizeof(float))};
            if (!a.x || !a.w || !a.b || !a.y) return fprintf(stderr, "out of memory\n"), 1;
            fill(a.x, x), fill(a.w, w), fill(a.y, y);
            double flops = 2.0 * 9 * batch * c.in.channels * c.out.channels * c.out.height * c.out.width,
                   best = 1e9;
            printf("%-16s %2dx%-2d %3d -> %3d ", directions[d], c.in.height, c.in.width, c.in.channels,
                   c.out.channels);
            for (const lince_conv_implementation *const *im = lince_conv_implementations;
                 *im != &lince_conv_ref; im++) {
                lince_conv_kernel k;
                if (!strstr((*im)->name, only)) continue;
                if (lince_conv_kernel_init_as(&k, *im, &c, (lince_direction)d, d != LINCE_BACKWARD_DATA,
                                              threads))
                    continue;
                double took = measure(&k, &a);
                printf(" %s %.2f ms %.0f", (*im)->name, took * 1e3, flops / took * 1e-9);
                fflush(stdout);
                if (took < best) best = took;
                lince_conv_kernel_release(&k);
            }
            total += best * shapes[i].times;
            printf("\n");
            lince_free(a.x), lince_free(a.w), lince_free(a.b), lince_free(a.y);
        }
    printf("all layers, the best of each: %.1f ms, %.0f pictures/s\n", total * 1e3, batch / total);
    return 0;
}
