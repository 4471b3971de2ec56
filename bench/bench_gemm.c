/* The matrix products of linear and recurrent layers: each implementation's GFLOP/s, also in percent of the
 * machine's peak, and the GB/s at which the three matrices pass once.       bench_gemm [threads [m n k ta
 * tb]] */
#include "core/cpu.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "kernels/kernels.h"
#include "peak.h"
#include "timing.h"

#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>

enum { REPEATS = 7 };

typedef struct shape {
    const char *what;
    size_t m, n, k;
    bool ta, tb;
} shape;

/* forward: y = x W^T;  data: dx = dy W;  weights: dW = dy^T x */
static const shape shapes[] = {
    {"forward 1, 25088 -> 4096", 1, 4096, 25088, false, true},
    {"forward 1, 4096 -> 4096", 1, 4096, 4096, false, true},
    {"forward 16, 512 -> 4096", 16, 4096, 512, false, true},
    {"forward 16, 4096 -> 4096", 16, 4096, 4096, false, true},
    {"forward 16, 4096 -> 10", 16, 10, 4096, false, true},
    {"forward 128, 512 -> 4096", 128, 4096, 512, false, true},
    {"forward 128, 4096 -> 4096", 128, 4096, 4096, false, true},
    {"forward 128, 4096 -> 10", 128, 10, 4096, false, true},
    {"data 16, 4096 -> 4096", 16, 4096, 4096, false, false},
    {"data 128, 4096 -> 4096", 128, 4096, 4096, false, false},
    {"data 128, 512 -> 4096", 128, 512, 4096, false, false},
    {"data 128, 4096 -> 10", 128, 4096, 10, false, false},
    {"weights 16, 512 -> 4096", 4096, 512, 16, true, false},
    {"weights 16, 4096 -> 4096", 4096, 4096, 16, true, false},
    {"weights 128, 4096 -> 4096", 4096, 4096, 128, true, false},
    {"weights 128, 4096 -> 10", 10, 4096, 128, true, false},
    {"recurrent forward 32", 32, 768, 256, false, true},
    {"recurrent forward 256", 256, 768, 256, false, true},
    {"recurrent data 256", 256, 256, 768, false, false},
    {"recurrent weights 3840", 768, 256, 3840, true, false},
    {"square 1024", 1024, 1024, 1024, false, false},
};

/* The shortest of several: other programs only ever make it longer. */
static double seconds(lince_gemm_function *run, int threads, const shape *s, const float *a, const float *b,
                      float *c)
{
    double best = 1e9;
    for (int i = 0; i < REPEATS; i++) {
        double begin = bench_now(threads);
        run(threads, s->ta, s->tb, s->m, s->n, s->k, a, s->ta ? s->m : s->k, b, s->tb ? s->k : s->n, 0, c,
            s->n);
        double took = bench_now(threads) - begin;
        if (took < best) best = took;
    }
    return best;
}

/* peak: FLOP/s */
static int measure(const shape *s, int threads, double peak)
{
    float *a = lince_alloc(s->m * s->k, sizeof *a), *b = lince_alloc(s->k * s->n, sizeof *b),
          *c = lince_alloc(s->m * s->n, sizeof *c);
    if (!a || !b || !c) return 1;
    for (size_t i = 0; i < s->m * s->k; i++) a[i] = (float)(i % 1009) / 1009 - 0.5f;
    for (size_t i = 0; i < s->k * s->n; i++) b[i] = (float)(i % 1013) / 1013 - 0.5f;
    double bytes = (double)(s->m * s->k + s->k * s->n + s->m * s->n) * sizeof(float);
    printf("%-28s", s->what);
    for (const lince_gemm_implementation *i = lince_gemm_implementations; i->name; i++) {
        if (i->needs > lince_cpu_level() || i->run == lince_gemm_ref) continue;
        double took = seconds(i->run, threads, s, a, b, c);
        double rate = 2 * (double)s->m * (double)s->n * (double)s->k / took;
        printf("  %s %8.3f ms %6.1f GFLOP/s (%2.0f %%) %5.1f GB/s", i->name, took * 1e3, rate * 1e-9,
               100 * rate / peak, bytes / took * 1e-9);
    }
    printf("\n");
    lince_free(a), lince_free(b), lince_free(c);
    return 0;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : lince_processors(), code = 0;
    double peak = bench_peak_print(threads) * 1e9;
    if (argc == 7) {
        shape s = {"as asked",
                   strtoul(argv[2], NULL, 10),
                   strtoul(argv[3], NULL, 10),
                   strtoul(argv[4], NULL, 10),
                   atoi(argv[5]) != 0,
                   atoi(argv[6]) != 0};
        code = measure(&s, threads, peak);
    } else
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes && !code; i++)
            code = measure(&shapes[i], threads, peak);
    if (code) fprintf(stderr, "%s\n", lince_error());
    return code;
}
