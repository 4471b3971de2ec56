/* Every implementation of convolution over the shapes of VGG16 at 32x32, of speednet8, whose maps are odd, or
 * of depthwise ones over those of MobileNetV2 and EfficientNet-B0 at 224x224, in all directions:
 * milliseconds, and GFLOP/s as the definition counts them (2 operations a tap), also in percent of the
 * machine's peak: fast algorithms show as more than it has, at most as 400 % (36 products where the
 * definition has 144).
 *
 *     bench_conv [batch [threads [only: part of an implementation's name [vgg | speednet |
 * depthwise]]]] */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/conv.h"
#include "peak.h"
#include "timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct shape {
    int size, in, out, kernel, stride;
    int times; /* layers of this shape */
} shape;

static const shape vgg[] = {{32, 3, 64, 3, 1, 1},   {32, 64, 64, 3, 1, 1},
                            {16, 64, 128, 3, 1, 1}, {16, 128, 128, 3, 1, 1},
                            {8, 128, 256, 3, 1, 1}, {8, 256, 256, 3, 1, 2},
                            {4, 256, 512, 3, 1, 1}, {4, 512, 512, 3, 1, 2},
                            {2, 512, 512, 3, 1, 3}, {0}};
static const shape speednet[] = {{32, 3, 24, 2, 1, 1},
                                 {31, 24, 64, 3, 1, 1},
                                 {15, 64, 64, 3, 1, 1},
                                 {15, 64, 256, 3, 1, 1},
                                 {7, 256, 256, 3, 1, 2},
                                 {3, 256, 256, 3, 1, 1},
                                 {0}};
static const shape depthwise[] = {{112, 32, 32, 3, 1, 1},  {112, 96, 96, 3, 2, 1},   {56, 144, 144, 3, 1, 1},
                                  {56, 144, 144, 5, 2, 1}, {28, 192, 192, 3, 1, 2},  {28, 240, 240, 5, 1, 1},
                                  {14, 384, 384, 3, 1, 4}, {14, 672, 672, 5, 1, 2},  {14, 672, 672, 5, 2, 1},
                                  {7, 960, 960, 3, 1, 3},  {7, 1152, 1152, 5, 1, 3}, {0}};

static lince_conv geometry(const shape *s, bool each, int batch)
{
    int block = lince_cpu_lanes(), padding = (s->kernel - 1) / 2;
    int out = (s->size + 2 * padding - s->kernel) / s->stride + 1;
    return (lince_conv){.batch = batch,
                        .in = {s->in, s->size, s->size, s->in < block ? 1 : block},
                        .out = {s->out, out, out, block},
                        .kernel = {s->kernel, s->kernel},
                        .stride = {s->stride, s->stride},
                        .padding = {padding, padding},
                        .groups = each ? s->in : 1};
}

static void fill(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) x[i] = (float)(i * 7919 % 1000) / 500 - 1;
}

/* Seconds of the fastest of the runs that fit into a third of a second. */
static double measure(lince_conv_kernel *k, lince_conv_args *a)
{
    double best = 1e9, end = bench_now(k->threads) + 0.3;
    a->scratch = lince_alloc(k->scratch + 1, 1);
    for (int repeat = 0; repeat < 3 || bench_now(k->threads) < end; repeat++) {
        double start = bench_now(k->threads);
        lince_conv_kernel_run(k, a);
        double took = bench_now(k->threads) - start;
        if (repeat > 0 && took < best) best = took;
    }
    lince_free(a->scratch);
    return best;
}

int main(int argc, char **argv)
{
    int batch = argc > 1 ? atoi(argv[1]) : 128, threads = argc > 2 ? atoi(argv[2]) : lince_processors();
    const char *only = argc > 3 ? argv[3] : "";
    const char *set = argc > 4 ? argv[4] : "vgg";
    bool each = !strcmp(set, "depthwise");
    const shape *shapes = each ? depthwise : !strcmp(set, "speednet") ? speednet : vgg;
    static const char *const directions[] = {"forward", "backward data", "backward weights"};
    double total = 0;
    lince_parallel_use(threads);
    double peak = bench_peak_print(threads) * 1e9;
    for (int d = 0; d < 3; d++)
        for (const shape *s = shapes; s->size; s++) {
            lince_conv c = geometry(s, each, batch);
            if (d == LINCE_BACKWARD_DATA && c.in.channels == 3) continue;
            size_t x = (size_t)batch * lince_shape_size(c.in), y = (size_t)batch * lince_shape_size(c.out);
            size_t w = lince_conv_weights_size(&c);
            lince_conv_args a = {.x = lince_alloc(x, sizeof(float)),
                                 .w = lince_alloc(w, sizeof(float)),
                                 .b = lince_alloc((size_t)c.out.channels, sizeof(float)),
                                 .y = lince_alloc(y, sizeof(float))};
            if (!a.x || !a.w || !a.b || !a.y) return fprintf(stderr, "out of memory\n"), 1;
            fill(a.x, x), fill(a.w, w), fill(a.y, y);
            double flops = 2.0 * s->kernel * s->kernel * batch * (c.in.channels / c.groups) * c.out.channels *
                           c.out.height * c.out.width,
                   best = 1e9;
            printf("%-16s %dx%d/%d %3dx%-3d %3d -> %3d ", directions[d], s->kernel, s->kernel, s->stride,
                   c.in.height, c.in.width, c.in.channels, c.out.channels);
            for (const lince_conv_implementation *const *im = lince_conv_implementations;
                 *im != &lince_conv_ref; im++) {
                lince_conv_kernel k;
                if (!strstr((*im)->name, only)) continue;
                if (lince_conv_kernel_init_as(&k, *im, &c, (lince_direction)d, d != LINCE_BACKWARD_DATA,
                                              threads))
                    continue;
                double took = measure(&k, &a);
                printf(" %s %.2f ms %.0f (%.0f %%)", (*im)->name, took * 1e3, flops / took * 1e-9,
                       100 * flops / took / peak);
                fflush(stdout);
                if (took < best) best = took;
                lince_conv_kernel_release(&k);
            }
            if (best < 1e9) total += best * s->times;
            printf("\n");
            lince_free(a.x), lince_free(a.w), lince_free(a.b), lince_free(a.y);
        }
    printf("all layers, the best of each: %.1f ms, %.0f pictures/s\n", total * 1e3, batch / total);
    return 0;
}
