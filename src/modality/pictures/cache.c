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
    uint32_t kept = p->kept[index];
    bool incomplete;
    *pixels = kept ? p->cache + (kept - 1) * p->size : spare;
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

/* --- decoding a member's own once ----------------------------------------------------------------- */

typedef struct scan {
    const lince_pictures *pictures;
    const lince_division *division;
    atomic_size_t next;
    lince_findings *findings;
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

static int scan_one(scanner *s, uint32_t i, uint8_t *spare, bool *incomplete)
{
    const lince_pictures *p = s->shared->pictures;
    uint8_t *pixels = p->kept[i] ? p->cache + (p->kept[i] - 1) * p->size : spare;
    LINCE_TRY(fit(p, i, pixels, incomplete, &p->originals[i]));
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
        w->progress(w->context, done, shared->division->owns);
}

/* Takes samples in their order until there are none. An error that ends the scan lets those before it finish,
 * so that the first of the part is among those that are found. */
static void *scan_samples(void *context)
{
    LINCE_PLAIN_LOCALE;
    scanner *s = context;
    scan *shared = s->shared;
    size_t total = shared->division->owns, i;
    lince_voice_use(shared->voice);
    uint8_t *spare = lince_alloc(shared->pictures->size, 1);
    while (!stop_wanted(shared) && (i = atomic_fetch_add(&shared->next, 1)) < total) {
        bool incomplete = false;
        uint32_t index = shared->division->own[i];
        tell(shared, i);
        int code = spare ? scan_one(s, index, spare, &incomplete) : LINCE_ENOMEM;
        if (code || incomplete) lince_findings_add(shared->findings, index, code);
        if (code && (!shared->skip_bad || code == LINCE_ENOMEM)) atomic_store(&shared->next, total);
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

/* The first of the member's own. */
static void choose_kept(lince_pictures *p, const lince_division *division, size_t cache_bytes)
{
    size_t most = cache_bytes / p->size;
    p->cached = most < division->owns ? most : division->owns;
    for (size_t i = 0; i < p->cached; i++) p->kept[division->own[i]] = (uint32_t)i + 1;
}

static int allocate(lince_pictures *p, const lince_division *division, size_t total, size_t cache_bytes)
{
    p->good = lince_alloc(total, sizeof *p->good);
    p->contents = lince_alloc(total, sizeof *p->contents);
    p->originals = lince_alloc(total, sizeof *p->originals);
    p->kept = lince_alloc(total, sizeof *p->kept);
    if (!p->good || !p->contents || !p->originals || !p->kept) return LINCE_ENOMEM;
    choose_kept(p, division, cache_bytes);
    if ((p->cache = lince_alloc(p->cached, p->size))) return 0;
    return lince_fail(LINCE_ENOMEM,
                      "out of memory: the decoded pictures take %zu MiB; choose a smaller --cache-mb",
                      p->cached * p->size >> 20);
}

int lince_pictures_init(lince_pictures *p, lince_dataset *dataset, lince_part part,
                        const lince_transform *transform, const lince_division *division, size_t cache_bytes,
                        bool skip_bad, int threads, const lince_watch *watch, lince_findings *findings)
{
    *p = (lince_pictures){.dataset = dataset, .part = part, .transform = *transform};
    p->size = (size_t)transform->width * (size_t)transform->height * 3;
    LINCE_TRY(allocate(p, division, lince_dataset_count(dataset, part), cache_bytes));
    scan s = {.pictures = p,
              .division = division,
              .findings = findings,
              .skip_bad = skip_bad,
              .voice = lince_voice_now(),
              .watch = watch,
              .caller = pthread_self()};
    atomic_init(&s.next, 0);
    scan_parallel(p, &s, threads);
    tell(&s, division->owns);
    return stop_wanted(&s) ? lince_fail(LINCE_EINTERRUPTED, "interrupted") : 0;
}

/* --- what all have found -------------------------------------------------------------------------- */

/* Whole numbers: in any order the same. */
static int share_sums(lince_pictures *p, const lince_group *group)
{
    size_t members = (size_t)group->size, sums = 2 * sizeof p->sum;
    uint64_t(*each)[2][3] = lince_alloc(members, sums);
    int code = lince_group_all(group, each ? 0 : LINCE_ENOMEM);
    if (!code) {
        memcpy(each[group->rank][0], p->sum, sizeof p->sum);
        memcpy(each[group->rank][1], p->squares, sizeof p->squares);
        code = lince_group_gather(group, each, members, members, sums);
    }
    for (size_t i = 0; i < members && !code; i++)
        for (int c = 0; c < 3 && i != (size_t)group->rank; c++) {
            p->sum[c] += each[i][0][c];
            p->squares[c] += each[i][1][c];
        }
    lince_free(each);
    return code;
}

int lince_pictures_share(lince_pictures *p, const lince_division *division, bool skip_bad,
                         lince_findings *findings)
{
    const lince_group *group = division->group;
    LINCE_TRY(lince_findings_share(findings, group));
    LINCE_TRY(share_sums(p, group));
    LINCE_TRY(lince_division_gather(division, p->contents, sizeof *p->contents));
    LINCE_TRY(lince_division_gather(division, p->originals, sizeof *p->originals));
    LINCE_TRY(lince_findings_sort_out(findings, group, p->dataset, p->part, skip_bad, p->good, &p->count));
    size_t total = lince_dataset_count(p->dataset, p->part);
    if (p->count || !total) return 0;
    return lince_fail(LINCE_EDATA, "%s: no picture of the %s part can be read (pictures: %zu); the first: %s",
                      lince_dataset_path(p->dataset), lince_part_title(p->part), total, findings->list->why);
}

void lince_pictures_release(lince_pictures *p)
{
    lince_free(p->good);
    lince_free(p->contents);
    lince_free(p->originals);
    lince_free(p->kept);
    lince_free(p->cache);
    *p = (lince_pictures){0};
}
