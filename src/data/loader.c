#include "data/loader.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"

#include <lince/language.h>

#include <math.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

enum { RING = 4, MAX_WORKERS = 64, MESSAGE = 1024 };

/* A batch being prepared, or waiting to be taken. */
typedef struct slot {
    float *x;
    int32_t *y;
    uint32_t *index;
    uint64_t *key;
    int n;
    bool ready;
} slot;

struct lince_loader {
    lince_dataset *dataset;
    lince_part part;
    lince_transform transform;
    lince_loader_options options;
    size_t picture; /* bytes of a fitted one */
    uint32_t *good; /* samples that can be decoded */
    size_t samples;
    uint8_t *cache; /* the first `cached` of the part's samples */
    size_t cached;
    char **bad; /* messages */
    size_t bad_count;
    uint32_t *order; /* of this epoch: positions in good */
    int epoch;
    double waited;

    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t changed;
    slot ring[RING];
    size_t next, taken,
        end;      /* batch to be prepared next, batch to be handed out next, batches of the epoch */
    bool holding; /* the caller uses batch taken - 1 */
    int error;
    char message[MESSAGE];
    bool stop;
    pthread_t worker[MAX_WORKERS];
    int workers;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- decoding all of it once ---------------------------------------------------------------------- */

typedef struct scan {
    lince_loader *loader;
    size_t next, total;
    char **message; /* [total]: NULL where the picture is good */
    int *code;
    pthread_mutex_t lock;
    const char *language;
} scan;

static int fit_sample(lince_loader *l, uint32_t index, uint8_t *pixels)
{
    lince_image image = {0}, fitted = {0};
    int code = lince_dataset_read(l->dataset, l->part, index, &image);
    if (!code) code = lince_transform_fit(&l->transform, &image, &fitted);
    if (!code) memcpy(pixels, fitted.pixels, l->picture);
    lince_image_release(&image);
    lince_image_release(&fitted);
    return code;
}

static void *scan_thread(void *context)
{
    scan *s = context;
    lince_loader *l = s->loader;
    lince_language_set(s->language);
    uint8_t *spare = lince_alloc(l->picture, 1);
    for (;;) {
        pthread_mutex_lock(&s->lock);
        size_t i = s->next++;
        pthread_mutex_unlock(&s->lock);
        if (i >= s->total) break;
        uint8_t *pixels = i < l->cached ? l->cache + i * l->picture : spare;
        s->code[i] = pixels ? fit_sample(l, (uint32_t)i, pixels) : LINCE_ENOMEM;
        if (s->code[i]) s->message[i] = lince_strdup(lince_error());
    }
    lince_free(spare);
    return NULL;
}

/* Keeps what is good; the first failure in sample order decides where failing is asked for. */
static int sort_out(lince_loader *l, scan *s)
{
    int code = 0;
    for (size_t i = 0; i < s->total; i++) {
        if (!s->code[i]) {
            l->good[l->samples++] = (uint32_t)i;
            continue;
        }
        if (!l->options.skip_bad || s->code[i] == LINCE_ENOMEM) {
            if (!code) code = lince_fail(s->code[i], "%s", s->message[i] ? s->message[i] : "");
        }
        l->bad[l->bad_count++] = s->message[i];
        s->message[i] = NULL;
    }
    return code;
}

static int scan_all(lince_loader *l, size_t total)
{
    scan s = {.loader = l, .total = total, .language = lince_language()};
    s.message = lince_alloc(total + 1, sizeof *s.message);
    s.code = lince_alloc(total + 1, sizeof *s.code);
    int code = s.message && s.code ? 0 : LINCE_ENOMEM;
    if (!code) {
        pthread_t thread[MAX_WORKERS];
        int wanted = lince_processors(), count = 0;
        pthread_mutex_init(&s.lock, NULL);
        while (count < wanted - 1 && count < MAX_WORKERS &&
               !pthread_create(&thread[count], NULL, scan_thread, &s))
            count++;
        scan_thread(&s);
        while (count > 0) pthread_join(thread[--count], NULL);
        pthread_mutex_destroy(&s.lock);
        code = sort_out(l, &s);
    }
    for (size_t i = 0; s.message && i < total; i++) lince_free(s.message[i]);
    lince_free(s.message);
    lince_free(s.code);
    return code;
}

/* --- preparing batches ---------------------------------------------------------------------------- */

static int prepare_sample(lince_loader *l, slot *s, size_t i, uint32_t index, uint8_t *scratch)
{
    size_t floats = l->picture;
    const uint8_t *pixels = index < l->cached ? l->cache + index * l->picture : NULL;
    if (!pixels) {
        LINCE_TRY(fit_sample(l, index, scratch + l->picture));
        pixels = scratch + l->picture;
    }
    s->index[i] = index;
    s->y[i] = lince_dataset_label(l->dataset, l->part, index);
    s->key[i] = lince_key(l->options.seed, LINCE_STREAM_AUGMENT, (uint64_t)l->epoch, index);
    lince_transform_apply(&l->transform, pixels, l->options.train, s->key[i], scratch, s->x + i * floats);
    return 0;
}

static int prepare(lince_loader *l, size_t batch, slot *s, uint8_t *scratch)
{
    size_t size = (size_t)l->options.batch_size, first = batch * size;
    s->n = (int)(l->samples - first < size ? l->samples - first : size);
    for (size_t i = 0; i < (size_t)s->n; i++) {
        uint32_t position = l->options.train ? l->order[first + i] : (uint32_t)(first + i);
        LINCE_TRY(prepare_sample(l, s, i, l->good[position], scratch));
    }
    memset(s->x + (size_t)s->n * l->picture, 0, (size - (size_t)s->n) * l->picture * sizeof *s->x);
    return 0;
}

/* Whether batch `next` may be written: its slot is neither waiting nor in the caller's hands. */
static bool room(const lince_loader *l)
{
    size_t held = l->taken - (l->holding ? 1 : 0);
    return l->next < l->end && l->next < held + RING;
}

static void *work(void *context)
{
    lince_loader *l = context;
    uint8_t *scratch = lince_alloc(2 * l->picture, 1);
    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        if (l->error || !room(l)) {
            pthread_cond_wait(&l->changed, &l->lock);
            continue;
        }
        size_t batch = l->next++;
        slot *s = &l->ring[batch % RING];
        pthread_mutex_unlock(&l->lock);
        int code = scratch ? prepare(l, batch, s, scratch) : LINCE_ENOMEM;
        pthread_mutex_lock(&l->lock);
        if (code && !l->error) {
            l->error = code;
            strncpy(l->message, lince_error(), MESSAGE - 1);
        }
        s->ready = true;
        pthread_cond_broadcast(&l->changed);
    }
    pthread_mutex_unlock(&l->lock);
    lince_free(scratch);
    return NULL;
}

static void stop_workers(lince_loader *l)
{
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->changed);
    pthread_mutex_unlock(&l->lock);
    while (l->workers > 0) pthread_join(l->worker[--l->workers], NULL);
    l->stop = false;
}

int lince_loader_start(lince_loader *l, int epoch, size_t first)
{
    stop_workers(l);
    l->epoch = epoch;
    if (l->options.train)
        lince_random_permutation(lince_key(l->options.seed, LINCE_STREAM_SHUFFLE, (uint64_t)epoch, 0),
                                 l->order, l->samples);
    l->next = l->taken = first;
    l->end = lince_loader_batches(l);
    l->holding = false;
    l->error = 0;
    for (int i = 0; i < RING; i++) l->ring[i].ready = false;
    int wanted = l->options.workers < MAX_WORKERS ? l->options.workers : MAX_WORKERS;
    while (l->workers < wanted && !pthread_create(&l->worker[l->workers], NULL, work, l)) l->workers++;
    return 0;
}

/* Waits until batch `taken` is there, or prepares it where there are no workers. */
static int obtain(lince_loader *l, slot *s)
{
    if (!l->workers) {
        uint8_t *scratch = lince_alloc(2 * l->picture, 1);
        int code = scratch ? prepare(l, l->taken, s, scratch) : LINCE_ENOMEM;
        lince_free(scratch);
        return code;
    }
    double start = now();
    pthread_mutex_lock(&l->lock);
    l->holding = false;
    pthread_cond_broadcast(&l->changed);
    while (!s->ready && !l->error) pthread_cond_wait(&l->changed, &l->lock);
    int code = l->error;
    s->ready = false;
    l->holding = true;
    l->taken++;
    pthread_mutex_unlock(&l->lock);
    l->waited += now() - start;
    return code ? lince_fail(code, "%s", l->message) : 0;
}

int lince_loader_next(lince_loader *l, lince_batch *batch)
{
    if (l->taken >= l->end) return 0;
    slot *s = &l->ring[l->taken % RING];
    bool alone = !l->workers;
    LINCE_TRY(obtain(l, s));
    if (alone) l->taken++;
    *batch = (lince_batch){.n = s->n, .x = s->x, .y = s->y, .index = s->index, .key = s->key};
    return 1;
}

/* --- making, asking ------------------------------------------------------------------------------- */

static int allocate(lince_loader *l, size_t total)
{
    size_t batch = (size_t)l->options.batch_size, floats;
    l->cached = l->options.cache_bytes / l->picture < total ? l->options.cache_bytes / l->picture : total;
    l->good = lince_alloc(total + 1, sizeof *l->good);
    l->order = lince_alloc(total + 1, sizeof *l->order);
    l->bad = lince_alloc(total + 1, sizeof *l->bad);
    l->cache = lince_alloc(l->cached + 1, l->picture);
    if (!l->good || !l->order || !l->bad || !l->cache) return LINCE_ENOMEM;
    if (!lince_mul(batch, l->picture, &floats))
        return lince_fail(LINCE_ENOMEM, "--batch-size %d: too large", l->options.batch_size);
    for (int i = 0; i < RING; i++) {
        slot *s = &l->ring[i];
        s->x = lince_alloc(floats, sizeof *s->x);
        s->y = lince_alloc(batch, sizeof *s->y);
        s->index = lince_alloc(batch, sizeof *s->index);
        s->key = lince_alloc(batch, sizeof *s->key);
        if (!s->x || !s->y || !s->index || !s->key) return LINCE_ENOMEM;
    }
    return 0;
}

int lince_loader_new(lince_loader **result, lince_dataset *dataset, lince_part part,
                     const lince_transform *transform, const lince_loader_options *options)
{
    size_t total = lince_dataset_count(dataset, part);
    lince_loader *l = *result = lince_alloc(1, sizeof *l);
    if (!l) return LINCE_ENOMEM;
    l->dataset = dataset;
    l->part = part;
    l->transform = *transform;
    l->options = *options;
    l->picture = (size_t)transform->width * (size_t)transform->height * 3;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->changed, NULL);
    int code = allocate(l, total);
    if (!code) code = scan_all(l, total);
    if (code) {
        lince_loader_free(l);
        *result = NULL;
    }
    return code;
}

void lince_loader_free(lince_loader *l)
{
    if (!l) return;
    stop_workers(l);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->changed);
    for (size_t i = 0; l->bad && i < l->bad_count; i++) lince_free(l->bad[i]);
    for (int i = 0; i < RING; i++) {
        lince_free(l->ring[i].x), lince_free(l->ring[i].y);
        lince_free(l->ring[i].index), lince_free(l->ring[i].key);
    }
    lince_free(l->good);
    lince_free(l->order);
    lince_free(l->bad);
    lince_free(l->cache);
    lince_free(l);
}

void lince_loader_normalize(lince_loader *l, const float mean[3], const float std[3])
{
    memcpy(l->transform.mean, mean, sizeof l->transform.mean);
    memcpy(l->transform.std, std, sizeof l->transform.std);
}

size_t lince_loader_samples(const lince_loader *l)
{
    return l->samples;
}

size_t lince_loader_batches(const lince_loader *l)
{
    return (l->samples + (size_t)l->options.batch_size - 1) / (size_t)l->options.batch_size;
}

int lince_loader_picture(lince_loader *l, uint32_t index, lince_image *image)
{
    LINCE_TRY(lince_image_init(image, l->transform.width, l->transform.height));
    if (index < l->cached)
        memcpy(image->pixels, l->cache + index * l->picture, l->picture);
    else {
        int code = fit_sample(l, index, image->pixels);
        if (code) lince_image_release(image);
        return code;
    }
    return 0;
}

double lince_loader_waited(const lince_loader *l)
{
    return l->waited;
}

size_t lince_loader_bad(const lince_loader *l)
{
    return l->bad_count;
}

const char *lince_loader_bad_message(const lince_loader *l, size_t index)
{
    return l->bad[index] ? l->bad[index] : "";
}

int lince_loader_measure(lince_loader *l, float mean[3], float std[3])
{
    uint64_t sum[3] = {0}, squares[3] = {0};
    for (size_t i = 0; i < l->samples; i++) {
        lince_image image;
        LINCE_TRY(lince_loader_picture(l, l->good[i], &image));
        for (size_t p = 0; p < l->picture; p++) {
            sum[p % 3] += image.pixels[p];
            squares[p % 3] += (uint64_t)image.pixels[p] * image.pixels[p];
        }
        lince_image_release(&image);
    }
    double n = (double)l->samples * (double)(l->picture / 3);
    for (int c = 0; c < 3; c++) {
        double m = (double)sum[c] / n, variance = (double)squares[c] / n - m * m;
        mean[c] = (float)(m / 255);
        std[c] = (float)(sqrt(fmax(variance, 1)) /
                         255); /* at least one grey level: a constant channel stays finite */
    }
    return 0;
}
