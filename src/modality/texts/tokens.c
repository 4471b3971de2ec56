#include "modality/texts/tokens.h"
#include "core/error.h"
#include "core/memory.h"
#include "core/random.h"

#include <string.h>

int lince_tokens_count(lince_counter *counter, const lince_dataset *dataset, lince_part part,
                       lince_encoder *encoder)
{
    for (size_t i = 0; i < lince_dataset_count(dataset, part); i++) {
        LINCE_TRY(
            lince_split_words(encoder->splitter, lince_dataset_text(dataset, part, i), &encoder->words));
        for (size_t k = 0; k < encoder->words.count; k++)
            LINCE_TRY(lince_counter_add(counter, lince_word_at(&encoder->words, k)));
    }
    return 0;
}

static int encode(lince_tokens *t, const char *text, size_t index, lince_encoder *encoder)
{
    size_t most = (size_t)encoder->options.max_tokens, begin = t->begin[index];
    lince_encoded seen;
    LINCE_TRY(lince_grow(&t->token, &t->capacity, begin + most, sizeof *t->token));
    int n = lince_encode(encoder, text, t->token + begin, &seen);
    if (n < 0) return n;
    t->begin[index + 1] = begin + (size_t)n;
    t->words += seen.words;
    t->read += seen.words < most ? seen.words : most;
    t->unknown += seen.unknown;
    t->cut += seen.words > most;
    t->empty += !seen.words;
    return 0;
}

int lince_tokens_init(lince_tokens *t, const lince_dataset *dataset, lince_part part, lince_encoder *encoder)
{
    *t = (lince_tokens){.count = lince_dataset_count(dataset, part)};
    t->begin = lince_alloc(t->count + 1, sizeof *t->begin);
    int code = t->begin ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < t->count && !code; i++)
        code = encode(t, lince_dataset_text(dataset, part, i), i, encoder);
    if (code) lince_tokens_release(t);
    return code;
}

void lince_tokens_release(lince_tokens *t)
{
    lince_free(t->token);
    lince_free(t->begin);
    *t = (lince_tokens){0};
}

int lince_tokens_batch(const lince_tokens *t, const uint32_t *index, size_t n, int32_t *out, int32_t *length)
{
    size_t steps = 0;
    for (size_t i = 0; i < n; i++) {
        length[i] = (int32_t)lince_tokens_length(t, index[i]);
        if ((size_t)length[i] > steps) steps = (size_t)length[i];
    }
    memset(out, 0, n * steps * sizeof *out); /* LINCE_PAD */
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * steps, t->token + t->begin[index[i]], (size_t)length[i] * sizeof *out);
    return (int)steps;
}

/* --- orders --------------------------------------------------------------------------------------- */

/* Sorts by length, stably: by counting, for lengths are small. `spare` has room for n. */
static int sort_by_length(const lince_tokens *t, uint32_t *order, size_t n, uint32_t *spare)
{
    size_t longest = 0;
    for (size_t i = 0; i < n; i++)
        if (lince_tokens_length(t, order[i]) > longest) longest = lince_tokens_length(t, order[i]);
    size_t *next = lince_alloc(longest + 2, sizeof *next);
    if (!next) return LINCE_ENOMEM;
    for (size_t i = 0; i < n; i++) next[lince_tokens_length(t, order[i]) + 1]++;
    for (size_t k = 1; k <= longest; k++) next[k] += next[k - 1];
    for (size_t i = 0; i < n; i++) spare[next[lince_tokens_length(t, order[i])]++] = order[i];
    memcpy(order, spare, n * sizeof *order);
    lince_free(next);
    return 0;
}

/* Permutes the whole batches; a short last one stays the last. */
static void permute_batches(uint64_t key, size_t batch_size, size_t n, uint32_t *order, uint32_t *batches,
                            uint32_t *spare)
{
    size_t whole = n / batch_size;
    lince_random_permutation(key, batches, whole);
    memcpy(spare, order, n * sizeof *order);
    for (size_t b = 0; b < whole; b++)
        memcpy(order + b * batch_size, spare + batches[b] * batch_size, batch_size * sizeof *order);
}

int lince_tokens_arrange(const lince_tokens *t, uint64_t key, size_t batch_size, uint32_t *order)
{
    enum { BATCHES = 64 };
    size_t n = t->count, piece = BATCHES * batch_size;
    uint32_t *spare = lince_alloc(n + 1, sizeof *spare), *batches = lince_alloc(n + 1, sizeof *batches);
    int code = spare && batches ? 0 : LINCE_ENOMEM;
    for (size_t at = 0; at < n && !code; at += piece)
        code = sort_by_length(t, order + at, n - at < piece ? n - at : piece, spare);
    if (!code)
        permute_batches(lince_key(key, LINCE_STREAM_SHUFFLE, 1, 0), batch_size, n, order, batches, spare);
    lince_free(spare);
    lince_free(batches);
    return code;
}

int lince_tokens_sort(const lince_tokens *t, uint32_t *order)
{
    uint32_t *spare = lince_alloc(t->count + 1, sizeof *spare);
    if (!spare) return LINCE_ENOMEM;
    for (size_t i = 0; i < t->count; i++) order[i] = (uint32_t)i;
    int code = sort_by_length(t, order, t->count, spare);
    lince_free(spare);
    return code;
}
