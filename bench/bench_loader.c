/* Pictures a second on the data's way to the network: listing, decoding, and batches of several kinds.
 *     bench_loader DATA [size [batch [workers]]] */
#include "core/parallel.h"
#include "modality/modality.h"
#include "modality/pictures/loading.h"

#include <lince/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const struct bench {
    const char *name, *augment;
    bool train, alone, cached;
} benches[] = {
    {"as they are, one thread", "none", false, true, true},
    {"crop and flip, one thread", "crop=4,flip", true, true, true},
    {"crop and flip, workers", "crop=4,flip", true, false, true},
    {"every augmentation, workers", "crop=4,flip,translate,jitter,erase", true, false, true},
    {"crop and flip, streamed, workers", "crop=4,flip", true, false, false},
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void report(const char *what, size_t pictures, double start)
{
    double seconds = now() - start;
    printf("%-34s %9.0f pictures/s  (%zu in %.2f s)\n", what, (double)pictures / seconds, pictures, seconds);
}

static int run_epoch(const char *what, lince_loader *loader)
{
    lince_batch batch;
    double start = now();
    int code = lince_loader_start(loader, 0, 0);
    if (code) return code;
    while ((code = lince_loader_next(loader, &batch)) > 0) continue;
    if (!code) report(what, lince_loader_samples(loader), start);
    return code;
}

static int run(const struct bench *b, lince_dataset *dataset, lince_transform *transform, int batch,
               int workers)
{
    lince_loader *loader;
    lince_loader_options options = {.batch_size = batch,
                                    .train = b->train,
                                    .seed = 1,
                                    .workers = b->alone ? 0 : workers,
                                    .cache_bytes = b->cached ? SIZE_MAX : 0};
    int code = lince_augment_parse(&transform->augment, b->augment);
    double start = now();
    if (!code) code = lince_loader_new_pictures(&loader, dataset, LINCE_TRAIN, transform, NULL, &options);
    if (code) return code;
    if (b == benches) report("decoding, all processors", lince_loader_samples(loader), start);
    code = run_epoch(b->name, loader);
    lince_loader_free(loader);
    return code;
}

/* Each augmentation by itself, at its usual values and, where it has one, a probability of 1. */
static int run_each(lince_dataset *dataset, lince_transform *transform, int batch)
{
    int code = 0;
    const char *name;
    for (size_t i = 0; !code && (name = lince_augment_name(i)); i++) {
        char text[64];
        lince_augment probe;
        snprintf(text, sizeof text, "%s=1", name);
        if (lince_augment_parse(&probe, text)) snprintf(text, sizeof text, "%s", name);
        struct bench b = {text, text, true, true, true};
        code = run(&b, dataset, transform, batch, 0);
    }
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2) return fprintf(stderr, "usage: bench_loader DATA [size [batch [workers]]]\n"), 2;
    int size = argc > 2 ? atoi(argv[2]) : 32, batch = argc > 3 ? atoi(argv[3]) : 128;
    int workers = argc > 4 ? atoi(argv[4]) : lince_processors();
    lince_transform t = {
        .width = size, .height = size, .mean = {0.5f, 0.5f, 0.5f}, .std = {0.25f, 0.25f, 0.25f}};
    lince_dataset *dataset;
    double start = now();
    int code = lince_dataset_open(&dataset, argv[1]);
    if (!code) report("listing", lince_dataset_count(dataset, LINCE_TRAIN), start);
    for (size_t i = 0; !code && i < sizeof benches / sizeof *benches; i++)
        code = run(&benches[i], dataset, &t, batch, workers);
    if (!code) code = run_each(dataset, &t, batch);
    if (code) return fprintf(stderr, "%s\n", lince_error()), 1;
    lince_dataset_free(dataset);
    return 0;
}
