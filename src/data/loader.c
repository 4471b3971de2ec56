#include "data/loader.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/random.h"
#include "data/pictures.h"

#include <assert.h>
#include <lince/language.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A batch that is being prepared, waits to be taken, or is in the caller's hands. */
typedef struct slot {
    float *x;
    int32_t *y;
    uint32_t *index;
    uint64_t *key;
    int n;
    bool ready;
    int code; /* of its preparation, and the message: errors reach the caller in the batches' order */
    char message[2048];
} slot;

typedef struct worker {
    lince_loader *loader;
    uint8_t *scratch; /* [2][picture]: one to augment in, one to decode into */
    pthread_t thread;
} worker;

struct lince_loader {
    lince_pictures pictures;
    lince_transform transform;
    lince_loader_options options;
    worker *workers; /* [1] where the caller's thread does the work */
    int running;     /* of them */
    slot *ring;
    size_t ring_size; /* batch b lies in ring[b % ring_size] */
    double waited;

    /* this epoch's */
    int epoch;
    uint32_t *order; /* positions in pictures.good, where training */
    const char *language;

    pthread_mutex_t lock; /* guards what follows, and each slot's `ready` */
    pthread_cond_t vacant, ready;
    size_t next;  /* batch to be prepared next */
    size_t taken; /* batch to be handed out next */
    size_t end;   /* batches of the epoch */
    bool holding; /* the caller uses batch taken - 1 */
    bool stop;
};

/* --- one batch ------------------------------------------------------------------------------------ */

static int prepare_sample(lince_loader *l, slot *s, size_t i, uint32_t index, uint8_t *scratch)
{
    const lince_pictures *p = &l->pictures;
    const uint8_t *pixels;
    LINCE_TRY(lince_pictures_get(p, index, scratch + p->size, &pixels));
    s->index[i] = index;
    s->y[i] = lince_dataset_label(p->dataset, p->part, index);
    s->key[i] = lince_key(l->options.seed, LINCE_STREAM_AUGMENT, (uint64_t)l->epoch, index);
    lince_transform_apply(&l->transform, pixels, l->options.train, s->key[i], scratch, s->x + i * p->size);
    return 0;
}

static int prepare_samples(lince_loader *l, slot *s, size_t batch, uint8_t *scratch)
{
    const lince_pictures *p = &l->pictures;
    size_t size = (size_t)l->options.batch_size, first = batch * size, left = p->count - first;
    size_t n = left < size ? left : size;
    for (size_t i = 0; i < n; i++) {
        size_t position = l->options.train ? l->order[first + i] : first + i;
        LINCE_TRY(prepare_sample(l, s, i, p->good[position], scratch));
    }
    memset(s->x + n * p->size, 0, (size - n) * p->size * sizeof *s->x);
    s->n = (int)n;
    return 0;
}

static void prepare(lince_loader *l, size_t batch, uint8_t *scratch)
{
    slot *s = &l->ring[batch % l->ring_size];
    s->code = prepare_samples(l, s, batch, scratch);
    if (s->code) snprintf(s->message, sizeof s->message, "%s", lince_error());
}

/* --- workers -------------------------------------------------------------------------------------- */

/* Whether batch `next` may be written: what its slot held before was taken and is no longer in use. */
static bool has_room(const lince_loader *l)
{
    size_t oldest = l->taken - (l->holding ? 1 : 0);
    return l->next < l->end && l->next - oldest < l->ring_size;
}

static void *work(void *context)
{
    worker *w = context;
    lince_loader *l = w->loader;
    lince_language_set(l->language);
    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        if (!has_room(l)) {
            pthread_cond_wait(&l->vacant, &l->lock);
            continue;
        }
        size_t batch = l->next++;
        pthread_mutex_unlock(&l->lock);
        prepare(l, batch, w->scratch);
        pthread_mutex_lock(&l->lock);
        l->ring[batch % l->ring_size].ready = true;
        pthread_cond_signal(&l->ready);
    }
    pthread_mutex_unlock(&l->lock);
    return NULL;
}

static void stop_workers(lince_loader *l)
{
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->vacant);
    pthread_mutex_unlock(&l->lock);
    while (l->running > 0) pthread_join(l->workers[--l->running].thread, NULL);
    l->stop = false;
}

/* Where the system gives no thread, those there are do the work, or the caller's. */
static void start_workers(lince_loader *l)
{
    while (l->running < l->options.workers &&
           !pthread_create(&l->workers[l->running].thread, NULL, work, &l->workers[l->running]))
        l->running++;
}

/* --- an epoch ------------------------------------------------------------------------------------- */

int lince_loader_start(lince_loader *l, int epoch, size_t first)
{
    stop_workers(l);
    l->end = lince_loader_batches(l);
    if (first > l->end) {
        l->taken = first;
        return lince_fail(LINCE_EDATA, "%s: an epoch has %zu batches: it cannot be resumed after %zu",
                          lince_dataset_path(l->pictures.dataset), l->end, first);
    }
    l->epoch = epoch;
    l->language = lince_language();
    if (l->options.train)
        lince_random_permutation(lince_key(l->options.seed, LINCE_STREAM_SHUFFLE, (uint64_t)epoch, 0),
                                 l->order, l->pictures.count);
    l->next = l->taken = first;
    l->holding = false;
    for (size_t i = 0; i < l->ring_size; i++) l->ring[i].ready = false;
    start_workers(l);
    return 0;
}

/* Gives the last batch back, and waits for the next one or prepares it. */
static slot *obtain(lince_loader *l)
{
    slot *s = &l->ring[l->taken % l->ring_size];
    if (!l->running) prepare(l, l->taken, l->workers[0].scratch);
    pthread_mutex_lock(&l->lock);
    l->holding = false;
    pthread_cond_signal(&l->vacant);
    while (l->running && !s->ready) pthread_cond_wait(&l->ready, &l->lock);
    s->ready = false;
    l->holding = true;
    l->taken++;
    if (s->code) l->end = l->taken;
    pthread_mutex_unlock(&l->lock);
    return s;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int lince_loader_next(lince_loader *l, lince_batch *batch)
{
    if (l->taken >= l->end) return 0;
    double start = now();
    const slot *s = obtain(l);
    l->waited += now() - start;
    if (s->code) return lince_fail(s->code, "%s", s->message);
    *batch = (lince_batch){.n = s->n, .x = s->x, .y = s->y, .index = s->index, .key = s->key};
    return 1;
}

/* --- making and asking ---------------------------------------------------------------------------- */

static int allocate_slot(slot *s, size_t batch, size_t picture)
{
    size_t floats;
    if (!lince_mul(batch, picture, &floats)) floats = SIZE_MAX;
    s->x = lince_alloc(floats, sizeof *s->x);
    s->y = lince_alloc(batch, sizeof *s->y);
    s->index = lince_alloc(batch, sizeof *s->index);
    s->key = lince_alloc(batch, sizeof *s->key);
    return s->x && s->y && s->index && s->key ? 0 : LINCE_ENOMEM;
}

/* Each worker has a batch in the making; one is ready and one in the caller's hands. */
static int allocate(lince_loader *l)
{
    size_t workers = (size_t)(l->options.workers > 0 ? l->options.workers : 1), picture = l->pictures.size;
    l->ring_size = l->options.workers > 0 ? workers + 2 : 1;
    l->ring = lince_alloc(l->ring_size, sizeof *l->ring);
    l->workers = lince_alloc(workers, sizeof *l->workers);
    l->order = lince_alloc(l->pictures.count, sizeof *l->order);
    if (!l->ring || !l->workers || !l->order) return LINCE_ENOMEM;
    for (size_t i = 0; i < l->ring_size; i++)
        LINCE_TRY(allocate_slot(&l->ring[i], (size_t)l->options.batch_size, picture));
    for (size_t i = 0; i < workers; i++) {
        l->workers[i].loader = l;
        if (!(l->workers[i].scratch = lince_alloc(2, picture))) return LINCE_ENOMEM;
    }
    return 0;
}

int lince_loader_new(lince_loader **loader, lince_dataset *dataset, lince_part part,
                     const lince_transform *transform, const lince_loader_options *options)
{
    assert(options->batch_size > 0);
    lince_loader *l = *loader = lince_alloc(1, sizeof *l);
    if (!l) return LINCE_ENOMEM;
    l->transform = *transform;
    l->options = *options;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->vacant, NULL);
    pthread_cond_init(&l->ready, NULL);
    int code = lince_pictures_init(&l->pictures, dataset, part, transform, options->cache_bytes,
                                   options->skip_bad, lince_processors());
    if (!code) code = allocate(l);
    if (code) {
        lince_loader_free(l);
        *loader = NULL;
    }
    return code;
}

void lince_loader_free(lince_loader *l)
{
    if (!l) return;
    stop_workers(l);
    for (size_t i = 0; l->ring && i < l->ring_size; i++) {
        lince_free(l->ring[i].x);
        lince_free(l->ring[i].y);
        lince_free(l->ring[i].index);
        lince_free(l->ring[i].key);
    }
    for (int i = 0; l->workers && (i == 0 || i < l->options.workers); i++) lince_free(l->workers[i].scratch);
    lince_free(l->ring);
    lince_free(l->workers);
    lince_free(l->order);
    lince_pictures_release(&l->pictures);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->vacant);
    pthread_cond_destroy(&l->ready);
    lince_free(l);
}

void lince_loader_normalize(lince_loader *l, const float mean[3], const float std[3])
{
    memcpy(l->transform.mean, mean, sizeof l->transform.mean);
    memcpy(l->transform.std, std, sizeof l->transform.std);
}

size_t lince_loader_samples(const lince_loader *l)
{
    return l->pictures.count;
}

size_t lince_loader_batches(const lince_loader *l)
{
    size_t size = (size_t)l->options.batch_size;
    return l->pictures.count / size + (l->pictures.count % size != 0);
}

int lince_loader_picture(lince_loader *l, uint32_t index, lince_image *image)
{
    const uint8_t *pixels;
    LINCE_TRY(lince_image_init(image, l->transform.width, l->transform.height));
    int code = lince_pictures_get(&l->pictures, index, image->pixels, &pixels);
    if (code)
        lince_image_release(image);
    else if (pixels != image->pixels)
        memcpy(image->pixels, pixels, l->pictures.size);
    return code;
}

double lince_loader_waited(const lince_loader *l)
{
    return l->waited;
}

size_t lince_loader_bad(const lince_loader *l)
{
    return l->pictures.bad_count;
}

const char *lince_loader_bad_message(const lince_loader *l, size_t index)
{
    return l->pictures.bad[index];
}

int lince_loader_measure(lince_loader *l, float mean[3], float std[3])
{
    const lince_pictures *p = &l->pictures;
    if (!p->count)
        return lince_fail(LINCE_EDATA, "%s: the %s part has no pictures to measure",
                          lince_dataset_path(p->dataset), lince_part_name(p->part));
    double n = (double)p->count * (double)(p->size / 3);
    for (int c = 0; c < 3; c++) {
        double m = (double)p->sum[c] / n, variance = (double)p->squares[c] / n - m * m;
        mean[c] = (float)(m / 255);
        std[c] = (float)(sqrt(fmax(variance, 1)) / 255);
    }
    return 0;
}
