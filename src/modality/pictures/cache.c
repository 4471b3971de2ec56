#include "modality/pictures/cache.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { MAX_THREADS = 64 };

/* Sets *incomplete where the picture is, and *original to what it holds (or NULL). */
static int fit(const lince_pictures *p, uint32_t index, uint8_t *pixels, bool *incomplete, uint64_t *original)
{
    lince_image image, fitted;
    LINCE_TRY(lince_dataset_read(p->dataset, p->part, index, &image));
    *incomplete = image.incomplete;
    if (original) *original = lince_image_content(&image);
    int code = lince_transform_fit(&p->transform, &image, &fitted);
    lince_image_release(&image);
    if (code) return code;
    memcpy(pixels, fitted.pixels, p->size);
    lince_image_release(&fitted);
    return 0;
}

int lince_pictures_get(const lince_pictures *p, uint32_t index, uint8_t *spare, const uint8_t **pixels)
{
    bool kept = index < p->cached, incomplete;
    *pixels = kept ? p->cache + index * p->size : spare;
    if (kept) return 0;
    LINCE_TRY(fit(p, index, spare, &incomplete, NULL));
    if (lince_hash_content(spare, p->size) == p->contents[index]) return 0;
    return lince_fail(LINCE_EDATA, "%s: %s: it has changed since it was first read",
                      lince_dataset_path(p->dataset), lince_dataset_name(p->dataset, p->part, index));
}

uint64_t lince_pictures_digest(const lince_pictures *p)
{
    uint64_t digest = 0;
    for (size_t i = 0; i < p->count; i++) {
        uint64_t pair[2] = {digest, p->contents[p->good[i]]};
        digest = lince_hash_content(pair, sizeof pair);
    }
    return digest;
}

/* --- decoding all of it once ---------------------------------------------------------------------- */

/* What became of a sample: 0, or an error and its message (owned; NULL where there was no memory for it). */
typedef struct outcome {
    int code;
    bool incomplete;
    char *message;
} outcome;

typedef struct scan {
    const lince_pictures *pictures;
    size_t total;
    atomic_size_t next;
    outcome *outcomes; /* [total] */
    bool skip_bad;
    lince_voice voice;
    const lince_watch *watch; /* or NULL */
    pthread_t caller;
} scan;

typedef struct scanner {
    scan *shared;
    pthread_t thread;
    uint64_t sum[3], squares[3]; /* whole numbers: the same total in whatever order they are added */
} scanner;

LINCE_EACH_LEVEL(add_up, (const uint8_t *pixels, size_t size, uint64_t *sum, uint64_t *squares),
                 (pixels, size, sum, squares))
{
    uint64_t total = 0, total_squares = 0;
    for (size_t i = 0; i < size; i += 3) {
        total += pixels[i];
        total_squares += (uint32_t)pixels[i] * pixels[i];
    }
    *sum += total;
    *squares += total_squares;
}

static int scan_one(scanner *s, size_t i, uint8_t *spare, bool *incomplete)
{
    const lince_pictures *p = s->shared->pictures;
    uint8_t *pixels = i < p->cached ? p->cache + i * p->size : spare;
    LINCE_TRY(fit(p, (uint32_t)i, pixels, incomplete, &p->originals[i]));
    p->contents[i] = lince_hash_content(pixels, p->size);
    for (size_t c = 0; c < 3; c++) add_up(pixels + c, p->size - c, &s->sum[c], &s->squares[c]);
    return 0;
}

static bool stop_wanted(const scan *shared)
{
    return shared->watch && shared->watch->stop && *shared->watch->stop;
}

static void tell(const scan *shared, size_t done)
{
    const lince_watch *w = shared->watch;
    if (w && w->progress && pthread_equal(pthread_self(), shared->caller))
        w->progress(w->context, done, shared->total);
}

/* Takes samples in their order until there are none. An error that ends the scan lets those before it finish,
 * so that the first of the part is among those that are found. */
static void *scan_samples(void *context)
{
    LINCE_PLAIN_LOCALE;
    scanner *s = context;
    scan *shared = s->shared;
    lince_voice_use(shared->voice);
    uint8_t *spare = lince_alloc(shared->pictures->size, 1);
    size_t i;
    while (!stop_wanted(shared) && (i = atomic_fetch_add(&shared->next, 1)) < shared->total) {
        tell(shared, i);
        outcome *o = &shared->outcomes[i];
        o->code = spare ? scan_one(s, i, spare, &o->incomplete) : LINCE_ENOMEM;
        if (!o->code) continue;
        if (!(o->message = lince_strdup(lince_error()))) o->code = LINCE_ENOMEM;
        if (!shared->skip_bad || o->code == LINCE_ENOMEM) atomic_store(&shared->next, shared->total);
    }
    lince_free(spare);
    return NULL;
}

static void scan_parallel(lince_pictures *p, scan *shared, int threads)
{
    scanner scanners[MAX_THREADS] = {0};
    int started = 1; /* the first is this thread */
    if (threads > MAX_THREADS) threads = MAX_THREADS;
    for (int i = 0; i < MAX_THREADS; i++) scanners[i].shared = shared;
    while (started < threads &&
           !pthread_create(&scanners[started].thread, NULL, scan_samples, &scanners[started]))
        started++;
    scan_samples(&scanners[0]);
    for (int i = 1; i < started; i++) pthread_join(scanners[i].thread, NULL);
    for (int i = 0; i < started; i++)
        for (int c = 0; c < 3; c++) {
            p->sum[c] += scanners[i].sum[c];
            p->squares[c] += scanners[i].squares[c];
        }
}

static int fail_with(const outcome *o)
{
    return lince_fail(o->code, "%s", o->message ? o->message : "out of memory");
}

/* Keeps the good ones; the data set leaves out the others. */
static int sort_out(lince_pictures *p, scan *s)
{
    const char *first = NULL;
    for (size_t i = 0; i < s->total; i++) {
        outcome *o = &s->outcomes[i];
        if (!o->code) {
            p->good[p->count++] = (uint32_t)i;
            if (o->incomplete) lince_dataset_mark_incomplete(p->dataset, p->part, i);
            continue;
        }
        if (!s->skip_bad || o->code == LINCE_ENOMEM) return fail_with(o);
        if (!first) first = o->message;
        LINCE_TRY(lince_dataset_leave_out(p->dataset, p->part, i, o->message));
    }
    if (s->total && !p->count)
        return lince_fail(LINCE_EDATA,
                          "%s: no picture of the %s part can be read (pictures: %zu); the first: %s",
                          lince_dataset_path(p->dataset), lince_part_title(p->part), s->total, first);
    return 0;
}

static int scan_all(lince_pictures *p, size_t total, bool skip_bad, int threads, const lince_watch *watch)
{
    scan s = {.pictures = p,
              .total = total,
              .skip_bad = skip_bad,
              .voice = lince_voice_now(),
              .watch = watch,
              .caller = pthread_self()};
    atomic_init(&s.next, 0);
    if (!(s.outcomes = lince_alloc(total, sizeof *s.outcomes))) return LINCE_ENOMEM;
    scan_parallel(p, &s, threads);
    tell(&s, total);
    int code = stop_wanted(&s) ? lince_fail(LINCE_EINTERRUPTED, "interrupted") : sort_out(p, &s);
    for (size_t i = 0; i < total; i++) lince_free(s.outcomes[i].message);
    lince_free(s.outcomes);
    return code;
}

int lince_pictures_init(lince_pictures *p, lince_dataset *dataset, lince_part part,
                        const lince_transform *transform, size_t cache_bytes, bool skip_bad, int threads,
                        const lince_watch *watch)
{
    size_t total = lince_dataset_count(dataset, part);
    *p = (lince_pictures){.dataset = dataset, .part = part, .transform = *transform};
    p->size = (size_t)transform->width * (size_t)transform->height * 3;
    p->cached = cache_bytes / p->size < total ? cache_bytes / p->size : total;
    p->good = lince_alloc(total, sizeof *p->good);
    p->contents = lince_alloc(total, sizeof *p->contents);
    p->originals = lince_alloc(total, sizeof *p->originals);
    int code = p->good && p->contents && p->originals ? 0 : LINCE_ENOMEM;
    if (!code && !(p->cache = lince_alloc(p->cached, p->size)))
        code = lince_fail(LINCE_ENOMEM,
                          "out of memory: the decoded pictures take %zu MiB; choose a smaller --cache-mb",
                          p->cached * p->size >> 20);
    if (!code) code = scan_all(p, total, skip_bad, threads, watch);
    if (code) lince_pictures_release(p);
    return code;
}

void lince_pictures_release(lince_pictures *p)
{
    lince_free(p->good);
    lince_free(p->contents);
    lince_free(p->originals);
    lince_free(p->cache);
    *p = (lince_pictures){0};
}
