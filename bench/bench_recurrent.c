/* Texts a second of a training step of rnn, gru and lstm (forward, loss, backward, clipping, Adam):
 * vocabulary 30,000, embedding 128, hidden 256, 3 classes, on synthetic texts that are distributed like
 * tweets. bench_recurrent [model [batch [threads]]]; without: all models at 32 and 256.
 * bench/peers/recurrent.py does the same in PyTorch. */
#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "loss/loss.h"
#include "models/model_zoo.h"
#include "timing.h"
#include "train/loop/update.h"

#include <lince/error.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VOCABULARY = 30000,
    LONGEST = 50,
    EMBEDDING = 128,
    HIDDEN = 256,
    CLASSES = 3,
    SETS = 16,
    ROUNDS = 15,
    EPOCH = 47295
};

/* Lengths about exponential, 18 words on average; words log-uniform by rank (Zipf's law), spread over the
 * ids. */
static void draw_text(lince_random *r, int32_t *token, int32_t *length)
{
    float n = -20 * logf(1 - lince_random_uniform(r));
    *length = n < LONGEST - 1 ? 1 + (int32_t)n : LONGEST;
    for (int t = 0; t < *length; t++) {
        uint32_t rank = (uint32_t)expf(logf(12000) * lince_random_uniform(r));
        token[t] = 1 + (int32_t)((uint64_t)rank * 2654435761u % (VOCABULARY - 1));
    }
}

typedef struct bench {
    lince_net *net;
    lince_update update;
    int batch, threads;
    int32_t *token, *length, *label; /* SETS batches */
    uint64_t *key;
    size_t step;
    double part[4]; /* seconds: packing and catching up, forward, backward, update */
} bench;

static int open_bench(bench *b, const char *model, int batch, int threads)
{
    const lince_architecture *a = lince_architecture_named(model);
    lince_net_options options = {.batch = batch, .threads = threads, .sequences = true};
    lince_architecture_options sizes = {.classes = CLASSES,
                                        .dropout = -1,
                                        .text = {.vocabulary = VOCABULARY,
                                                 .embedding = EMBEDDING,
                                                 .hidden = HIDDEN,
                                                 .layers = 1,
                                                 .max_tokens = LONGEST}};
    *b = (bench){.batch = batch, .threads = threads};
    if (!a || lince_net_new(&b->net, (lince_shape){1, LONGEST, 1, 1}, &options) ||
        lince_architecture_build(a, b->net, &sizes) || lince_net_prepare(b->net))
        return -1;
    lince_net_init(b->net, 1);
    b->update = (lince_update){
        .optimizer = lince_optimizer_named("adam"),
        .hyper = {.beta1 = 0.9f, .beta2 = 0.999f, .eps = 1e-8f},
        .clip = 1,
    };
    if (lince_update_init(&b->update, b->net)) return -1;
    size_t texts = (size_t)batch * SETS;
    b->token = lince_alloc(texts * LONGEST, sizeof *b->token);
    b->length = lince_alloc(texts, sizeof *b->length);
    b->label = lince_alloc(texts, sizeof *b->label);
    b->key = lince_alloc(texts, sizeof *b->key);
    if (!b->token || !b->length || !b->label || !b->key) return -1;
    lince_random r = lince_random_at(7);
    for (size_t i = 0; i < texts; i++) {
        draw_text(&r, b->token + i * LONGEST, &b->length[i]);
        b->label[i] = (int32_t)lince_random_below(&r, CLASSES);
    }
    return 0;
}

static void close_bench(bench *b)
{
    lince_update_release(&b->update, b->net);
    lince_net_free(b->net);
    lince_free(b->token);
    lince_free(b->length);
    lince_free(b->label);
    lince_free(b->key);
}

/* `first`: of the batch's texts. */
static void train_step(bench *b, size_t first)
{
    const lince_loss loss = {.type = &lince_cross_entropy};
    double t[5] = {bench_now(b->threads)};
    lince_net_set_tokens(b->net, b->batch, b->token + first * LONGEST, b->length + first, LONGEST);
    lince_update_touch(&b->update, b->net, b->step);
    t[1] = bench_now(b->threads);
    lince_net_forward(b->net, b->batch, true, b->key);
    loss.type->gradient(&loss, lince_net_output(b->net), (size_t)b->batch, CLASSES,
                        &(lince_targets){.label = b->label + first}, lince_net_output_gradient(b->net), NULL);
    t[2] = bench_now(b->threads);
    lince_net_backward(b->net);
    t[3] = bench_now(b->threads);
    if (lince_update_apply(&b->update, b->net, ++b->step, 1e-3, lince_update_norm(b->net))) abort();
    t[4] = bench_now(b->threads);
    for (int i = 0; i < 4; i++) b->part[i] += t[i + 1] - t[i];
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Operations of the recurrent products of a training step a text: each gate multiplies input and state for
 * each word, forward, and twice as often backward. */
static double operations(const bench *b, const char *model, size_t texts)
{
    double gates = strcmp(model, "rnn") == 0 ? 1 : strcmp(model, "gru") == 0 ? 3 : 4, words = 0;
    for (size_t i = 0; i < texts; i++) words += b->length[i];
    return 3 * 2 * gates * HIDDEN * (EMBEDDING + HIDDEN) * words / (double)texts;
}

/* peak: FLOP/s */
static int run(const char *model, int batch, int threads, double peak)
{
    bench b;
    if (open_bench(&b, model, batch, threads)) return fprintf(stderr, "%s\n", lince_error()), 1;
    double seconds[ROUNDS]; /* a text; each round is over the same batches */
    int steps = batch < 128 ? SETS : SETS / 4;
    for (int round = -1; round < ROUNDS; round++) {
        double start = bench_now(threads);
        if (round == 0)
            for (int i = 0; i < 4; i++) b.part[i] = 0; /* the round before was for warming up */
        for (int i = 0; i < steps; i++) train_step(&b, (size_t)(i * batch));
        if (round >= 0) seconds[round] = (bench_now(threads) - start) / (steps * batch);
    }
    qsort(seconds, ROUNDS, sizeof *seconds, ascending);
    double all = b.part[0] + b.part[1] + b.part[2] + b.part[3];
    printf("%-4s batch %3d, %d threads: %7.0f texts/s (median %.0f), %5.1f s an epoch of %d", model, batch,
           threads, 1 / seconds[0], 1 / seconds[ROUNDS / 2], EPOCH * seconds[0], EPOCH);
    printf(", %.0f %% of peak", 100 * operations(&b, model, (size_t)(steps * batch)) / seconds[0] / peak);
    printf("  (packing %.0f %%, forward %.0f %%, backward %.0f %%, update %.0f %%)\n", 100 * b.part[0] / all,
           100 * b.part[1] / all, 100 * b.part[2] / all, 100 * b.part[3] / all);
    close_bench(&b);
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const models[] = {"rnn", "gru", "lstm"};
    int threads = argc > 3 ? atoi(argv[3]) : lince_processors();
    double peak = bench_peak_print(threads);
    if (argc > 1) return run(argv[1], argc > 2 ? atoi(argv[2]) : 32, threads, peak);
    for (int batch = 32; batch <= 256; batch *= 8)
        for (int i = 0; i < 3; i++)
            if (run(models[i], batch, threads, peak)) return 1;
    return 0;
}
