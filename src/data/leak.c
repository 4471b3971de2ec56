#include "data/leak.h"
#include "core/cpu.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/plain_locale.h"
#include "text/words.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A text's 80 smallest hashes in 20 bands of 4: two texts of similarity s share a band with probability
 * 1 - (1 - s^4)^20. */
enum { BANDS = 20, ROWS = 4, HASHES = BANDS * ROWS, SHINGLE = 3, GRAIN = 256, MOST_CANDIDATES = 64 };

#define NONE UINT32_MAX

typedef struct outcome {
    uint32_t from; /* NONE: it stands nowhere */
    bool exact;
    double similarity;
} outcome;

typedef struct search {
    const lince_dataset *dataset;
    lince_part part, from;
    uint64_t *keys;     /* [from][BANDS]; 0: a text without words */
    uint64_t *whole;    /* [from] hash of its words */
    lince_map buckets;  /* by band and key: the last text in it + 1 */
    uint32_t *previous; /* [from][BANDS] the one before it in its bucket + 1; 0: none */
    lince_map exact;    /* by hash of its words: the first text + 1 */
    outcome *outcomes;  /* [part] */
    atomic_bool failed; /* out of memory */
} search;

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
static int sign(bench *b, const char *text, uint64_t *whole, uint64_t keys[BANDS], size_t *count)
{
    size_t size;
    *count = *whole = 0;
    LINCE_TRY(join_words(b, text, &size));
    if (!size) return 0;
    *whole = lince_hash(0, b->joined.data, size) | 1;
    LINCE_TRY(list_shingles(b->joined.data, size, &b->set, &b->set_capacity, count));
    band_keys(b->set, *count, keys);
    return 0;
}

/* --- the part that is searched -------------------------------------------------------------------- */

static void sign_range(void *context, size_t begin, size_t end)
{
    LINCE_PLAIN_LOCALE;
    search *s = context;
    bench b;
    size_t count;
    int code = open_bench(&b);
    for (size_t i = begin; i < end && !code; i++)
        code =
            sign(&b, lince_dataset_text(s->dataset, s->from, i), &s->whole[i], s->keys + i * BANDS, &count);
    if (code) s->failed = true;
    close_bench(&b);
}

static int fill_buckets(search *s, size_t count)
{
    bool is_new;
    for (size_t i = 0; i < count; i++) {
        if (!s->whole[i]) continue;
        uint32_t *first = lince_map_at(&s->exact, s->whole[i], &is_new);
        if (!first) return LINCE_ENOMEM;
        if (is_new) *first = (uint32_t)i + 1;
        for (size_t b = 0; b < BANDS && is_new; b++) { /* copies of a text need not be compared again */
            uint32_t *last = lince_map_at(&s->buckets, s->keys[i * BANDS + b], &(bool){false});
            if (!last) return LINCE_ENOMEM;
            s->previous[i * BANDS + b] = *last;
            *last = (uint32_t)i + 1;
        }
    }
    return 0;
}

/* --- the part whose texts are looked for ---------------------------------------------------------- */

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

static int compare(search *s, bench *b, size_t count, uint32_t candidate, outcome *best)
{
    size_t size, other;
    LINCE_TRY(join_words(b, lince_dataset_text(s->dataset, s->from, candidate), &size));
    LINCE_TRY(list_shingles(b->joined.data, size, &b->other, &b->other_capacity, &other));
    double similarity = jaccard(b->set, count, b->other, other);
    if (similarity >= LINCE_NEAR && similarity > best->similarity)
        *best = (outcome){candidate, false, similarity};
    return 0;
}

/* The most similar text among the candidates of the first band that has a near one. */
static int find_near(search *s, bench *b, const uint64_t keys[BANDS], size_t count, outcome *best)
{
    for (size_t band = 0; band < BANDS && best->from == NONE; band++) {
        const uint32_t *last = lince_map_find(&s->buckets, keys[band]);
        uint32_t at = last ? *last : 0;
        for (int n = 0; at && n < MOST_CANDIDATES; n++) {
            LINCE_TRY(compare(s, b, count, at - 1, best));
            at = s->previous[(size_t)(at - 1) * BANDS + band];
        }
    }
    return 0;
}

static int find(search *s, bench *b, size_t i)
{
    uint64_t whole, keys[BANDS];
    size_t count;
    outcome *o = &s->outcomes[i];
    *o = (outcome){.from = NONE};
    LINCE_TRY(sign(b, lince_dataset_text(s->dataset, s->part, i), &whole, keys, &count));
    if (!whole) return 0;
    const uint32_t *same = lince_map_find(&s->exact, whole);
    if (same) {
        *o = (outcome){*same - 1, true, 1};
        return 0;
    }
    return find_near(s, b, keys, count, o);
}

static void find_range(void *context, size_t begin, size_t end)
{
    LINCE_PLAIN_LOCALE;
    search *s = context;
    bench b;
    int code = open_bench(&b);
    for (size_t i = begin; i < end && !code; i++) code = find(s, &b, i);
    if (code) s->failed = true;
    close_bench(&b);
}

/* --- counting ------------------------------------------------------------------------------------- */

static bool are_kin(const search *s, size_t index, size_t from)
{
    const char *a = lince_dataset_group(s->dataset, s->part, index),
               *b = lince_dataset_group(s->dataset, s->from, from);
    return a && b && *a && !strcmp(a, b);
}

static void take_examples(lince_leak *leak, const search *s, bool exact)
{
    for (size_t i = 0; i < leak->count && leak->example_count < LINCE_LEAK_EXAMPLES; i++) {
        const outcome *o = &s->outcomes[i];
        if (o->from != NONE && o->exact == exact)
            leak->examples[leak->example_count++] = (lince_leak_pair){i, o->from, o->similarity};
    }
}

static void count(lince_leak *leak, const search *s)
{
    for (size_t i = 0; i < leak->count; i++) {
        const outcome *o = &s->outcomes[i];
        if (o->from == NONE) continue;
        leak->exact += o->exact;
        leak->near += !o->exact;
        leak->kin += are_kin(s, i, o->from);
    }
    take_examples(leak, s, false);
    take_examples(leak, s, true);
}

static int run(search *s, size_t from_count, size_t part_count, int threads)
{
    s->keys = lince_alloc(from_count, BANDS * sizeof *s->keys);
    s->previous = lince_alloc(from_count, BANDS * sizeof *s->previous);
    s->whole = lince_alloc(from_count, sizeof *s->whole);
    s->outcomes = lince_alloc(part_count, sizeof *s->outcomes);
    if (!s->keys || !s->previous || !s->whole || !s->outcomes) return LINCE_ENOMEM;
    lince_parallel_ranges(threads, from_count, GRAIN, sign_range, s);
    if (!s->failed) LINCE_TRY(fill_buckets(s, from_count));
    if (!s->failed) lince_parallel_ranges(threads, part_count, GRAIN, find_range, s);
    return s->failed ? lince_fail(LINCE_ENOMEM, "out of memory while looking for texts that stand twice") : 0;
}

int lince_leak_find(lince_leak *leak, const lince_dataset *dataset, lince_part part, lince_part from,
                    int threads, bool *known)
{
    search s = {.dataset = dataset, .part = part, .from = from};
    *leak = (lince_leak){.part = part, .from = from, .count = lince_dataset_count(dataset, part)};
    int code = run(&s, lince_dataset_count(dataset, from), leak->count, threads);
    if (!code) count(leak, &s);
    for (size_t i = 0; !code && known && i < leak->count; i++) known[i] = s.outcomes[i].from != NONE;
    lince_free(s.keys);
    lince_free(s.previous);
    lince_free(s.whole);
    lince_free(s.outcomes);
    lince_map_release(&s.buckets);
    lince_map_release(&s.exact);
    return code;
}
