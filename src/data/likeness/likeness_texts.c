/* Texts: alike where the sets of 3-character shingles of their words are, found by MinHash and
 * locality-sensitive hashing: of those with a similarity of LINCE_NEAR, 99.6 %; of more similar ones, more.
 * Each is verified, so that none is counted wrongly. 60,000 texts take about a second. A. Z. Broder, "On the
 * resemblance and containment of documents", 1997. */
#include "core/cpu.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "data/likeness/leak.h"
#include "data/likeness/likeness.h"
#include "text/words.h"

#include <stdatomic.h>
#include <stdlib.h>

/* A text's 80 smallest hashes in 20 bands of 4: two texts of similarity s share a band with probability
 * 1 - (1 - s^4)^20. */
enum { BANDS = 20, ROWS = 4, HASHES = BANDS * ROWS, SHINGLE = 3, GRAIN = 256, MOST_CANDIDATES = 64 };

typedef struct signatures {
    uint64_t *keys;     /* [count][BANDS] of those with content */
    lince_map buckets;  /* by band and key: the last text in it + 1 */
    uint32_t *previous; /* [count][BANDS] the one before it in its bucket + 1; 0: none */
} signatures;

/* What one thread works with. */
typedef struct bench {
    lince_splitter *splitter;
    lince_words words;
    lince_buffer joined;
    uint32_t *set, *other; /* shingles, sorted, each once */
    size_t set_capacity, other_capacity;
} bench;

static int open_bench(bench *b)
{
    *b = (bench){0};
    return lince_splitter_new(&b->splitter, &(lince_words_options){.clean = LINCE_CLEAN_WORDS});
}

static void close_bench(bench *b)
{
    lince_splitter_free(b->splitter);
    lince_words_release(&b->words);
    lince_buffer_release(&b->joined);
    lince_free(b->set);
    lince_free(b->other);
}

/* The text's words with one blank between them, in b->joined; its size. */
static int join_words(bench *b, const char *text, size_t *size)
{
    b->joined.size = 0;
    LINCE_TRY(lince_split_words(b->splitter, text, &b->words));
    for (size_t i = 0; i < b->words.count; i++) {
        if (i) lince_buffer_puts(&b->joined, " ");
        lince_buffer_puts(&b->joined, lince_word_at(&b->words, i));
    }
    *size = b->joined.size;
    return b->joined.error;
}

static int by_value(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return left < right ? -1 : left > right;
}

/* The character behind the one at `at`. */
static size_t next_character(const char *text, size_t size, size_t at)
{
    if (at < size) at++;
    while (at < size && ((unsigned char)text[at] & 0xc0) == 0x80) at++;
    return at;
}

/* Hashes of all pieces of SHINGLE characters of a text, which is one piece itself where it is shorter. */
static int list_shingles(const char *text, size_t size, uint32_t **set, size_t *capacity, size_t *count)
{
    size_t n = 0, kept = 0, end = 0;
    LINCE_TRY(lince_grow(set, capacity, size, sizeof **set));
    for (int i = 0; i < SHINGLE; i++) end = next_character(text, size, end);
    for (size_t begin = 0; n == 0 || end < size; begin = next_character(text, size, begin)) {
        if (n) end = next_character(text, size, end);
        (*set)[n++] = (uint32_t)lince_hash(0, text + begin, end - begin);
    }
    qsort(*set, n, sizeof **set, by_value);
    for (size_t i = 0; i < n; i++)
        if (!kept || (*set)[i] != (*set)[kept - 1]) (*set)[kept++] = (*set)[i];
    *count = kept;
    return 0;
}

/* The k-th of a family of permutations of 32-bit numbers. */
static uint32_t permute(uint32_t x, uint32_t k)
{
    x ^= k * 0x9e3779b9u;
    x *= 2 * k * 0x85ebca6bu + 0xc2b2ae35u;
    return x ^ x >> 15;
}

LINCE_EACH_LEVEL(smallest_hashes, (const uint32_t *set, size_t count, uint32_t smallest[HASHES]),
                 (set, count, smallest))
{
    for (uint32_t k = 0; k < HASHES; k++) smallest[k] = UINT32_MAX;
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < HASHES; k++) {
            uint32_t h = permute(set[i], k);
            smallest[k] = h < smallest[k] ? h : smallest[k];
        }
}

static void band_keys(const uint32_t *set, size_t count, uint64_t keys[BANDS])
{
    uint32_t smallest[HASHES];
    smallest_hashes(set, count, smallest);
    for (size_t b = 0; b < BANDS; b++)
        keys[b] = lince_hash(b + 1, smallest + b * ROWS, ROWS * sizeof *smallest) | 1;
}

/* Its words' hash and its bands' keys; 0 and nothing where it has no words. */
static int sign(bench *b, const char *text, uint64_t *content, uint64_t keys[BANDS])
{
    size_t size, count;
    *content = 0;
    LINCE_TRY(join_words(b, text, &size));
    if (!size) return 0;
    *content = lince_hash(0, b->joined.data, size) | 1;
    LINCE_TRY(list_shingles(b->joined.data, size, &b->set, &b->set_capacity, &count));
    band_keys(b->set, count, keys);
    return 0;
}

/* --- opening -------------------------------------------------------------------------------------- */

typedef struct signing {
    lince_likeness *likeness;
    uint64_t *keys;
    atomic_bool failed; /* out of memory */
} signing;

static void sign_range(void *context, size_t begin, size_t end)
{
    LINCE_PLAIN_LOCALE;
    signing *s = context;
    lince_likeness *l = s->likeness;
    bench b;
    int code = open_bench(&b);
    for (size_t i = begin; i < end && !code; i++)
        code = sign(&b, lince_dataset_text(l->dataset, l->part, i), &l->content[i], s->keys + i * BANDS);
    if (code) s->failed = true;
    close_bench(&b);
}

static int fill_buckets(lince_likeness *l, signatures *s)
{
    for (size_t i = 0; i < l->count; i++)
        for (size_t b = 0; b < BANDS && lince_likeness_is_first(l, i); b++) {
            uint32_t *last = lince_map_at(&s->buckets, s->keys[i * BANDS + b], &(bool){false});
            if (!last) return LINCE_ENOMEM;
            s->previous[i * BANDS + b] = *last;
            *last = (uint32_t)i + 1;
        }
    return 0;
}

static int open(lince_likeness *l, int threads, const lince_watch *watch)
{
    (void)watch; /* it is soon done */
    signatures *s = l->state = lince_alloc(1, sizeof *s);
    if (!s) return LINCE_ENOMEM;
    s->keys = lince_alloc(l->count, BANDS * sizeof *s->keys);
    s->previous = lince_alloc(l->count, BANDS * sizeof *s->previous);
    if (!s->keys || !s->previous) return LINCE_ENOMEM;
    signing work = {.likeness = l, .keys = s->keys};
    lince_parallel_ranges(threads, l->count, GRAIN, sign_range, &work);
    if (work.failed)
        return lince_fail(LINCE_ENOMEM, "out of memory while looking for texts that occur twice");
    LINCE_TRY(lince_likeness_index(l));
    return fill_buckets(l, s);
}

static void close_signatures(lince_likeness *l)
{
    signatures *s = l->state;
    lince_free(s->keys);
    lince_free(s->previous);
    lince_map_release(&s->buckets);
    lince_free(s);
}

/* --- finding -------------------------------------------------------------------------------------- */

/* |A and B| / |A or B| of two sorted sets. */
static double jaccard(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
    size_t both = 0;
    for (size_t i = 0, k = 0; i < n && k < m;) {
        bool in_a = a[i] <= b[k], in_b = b[k] <= a[i];
        both += in_a && in_b;
        i += in_a;
        k += in_b;
    }
    return (double)both / (double)(n + m - both);
}

static int compare(const lince_likeness *in, bench *b, size_t count, uint32_t candidate, lince_match *best)
{
    size_t size, other;
    LINCE_TRY(join_words(b, lince_dataset_text(in->dataset, in->part, candidate), &size));
    LINCE_TRY(list_shingles(b->joined.data, size, &b->other, &b->other_capacity, &other));
    double similarity = jaccard(b->set, count, b->other, other);
    if (similarity >= LINCE_NEAR && similarity > best->similarity)
        *best = (lince_match){candidate, false, similarity};
    return 0;
}

/* The most similar text among the candidates of the first band that has a near one. */
static int find_near(const lince_likeness *in, const lince_likeness *of, bench *b, size_t i,
                     lince_match *best)
{
    const signatures *there = in->state, *here = of->state;
    size_t size, count;
    LINCE_TRY(join_words(b, lince_dataset_text(of->dataset, of->part, i), &size));
    LINCE_TRY(list_shingles(b->joined.data, size, &b->set, &b->set_capacity, &count));
    for (size_t band = 0; band < BANDS && best->index == LINCE_UNLIKE; band++) {
        const uint32_t *last = lince_map_find(&there->buckets, here->keys[i * BANDS + band]);
        uint32_t at = last ? *last : 0;
        for (int n = 0; at && n < MOST_CANDIDATES; n++) {
            LINCE_TRY(compare(in, b, count, at - 1, best));
            at = there->previous[(size_t)(at - 1) * BANDS + band];
        }
    }
    return 0;
}

/* One word more may turn what a text says: under another label only the same words count. */
static int find(const lince_likeness *in, const lince_likeness *of, bool relabelled, size_t begin, size_t end,
                lince_match *matches)
{
    bench b;
    if (relabelled) return 0;
    int code = open_bench(&b);
    for (size_t i = begin; i < end && !code; i++)
        if (of->content[i] && matches[i].index == LINCE_UNLIKE) code = find_near(in, of, &b, i, &matches[i]);
    close_bench(&b);
    return code;
}

const lince_likeness_kind lince_likeness_texts = {.open = open, .find = find, .close = close_signatures};
