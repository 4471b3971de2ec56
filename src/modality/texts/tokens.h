/* The texts of one part of a data set as numbers of words. */
#ifndef LINCE_MODALITY_TEXTS_TOKENS_H
#define LINCE_MODALITY_TEXTS_TOKENS_H

#include "data/dataset.h"
#include "text/encoder.h"

typedef struct lince_tokens {
    int32_t *token; /* of all texts, one behind the other */
    size_t *begin;  /* [count + 1] */
    size_t count, capacity;

    /* What was seen of the texts. */
    size_t words;   /* in all, beyond max_tokens too */
    size_t read;    /* of them, those that are read */
    size_t unknown; /* of those, the ones that are not in the vocabulary */
    size_t cut;     /* texts of more than max_tokens words */
    size_t empty;   /* texts without a word */
} lince_tokens;

/* Encodes a part. LINCE_ENOMEM. */
int lince_tokens_init(lince_tokens *tokens, const lince_dataset *dataset, lince_part part,
                      lince_encoder *encoder);
void lince_tokens_release(lince_tokens *tokens);

static inline size_t lince_tokens_length(const lince_tokens *tokens, size_t index)
{
    return tokens->begin[index + 1] - tokens->begin[index];
}

/* Whether most of the words that are read are not in the vocabulary: little of the texts is seen. */
static inline bool lince_tokens_are_unknown(const lince_tokens *tokens)
{
    return 2 * tokens->unknown > tokens->read;
}

/* Counts the words of a part's texts, for a vocabulary. */
int lince_tokens_count(lince_counter *counter, const lince_dataset *dataset, lince_part part,
                       lince_encoder *encoder);

/* A batch of texts: index[n] of the part into tokens[n][steps], length[n] and the longest length, which it
 * returns. `tokens` has room for n * the encoder's max_tokens. */
int lince_tokens_batch(const lince_tokens *tokens, const uint32_t *index, size_t n, int32_t *out,
                       int32_t *length);

/* Arranges an epoch's texts, order[count] as they were drawn, so that those of a batch are about as long as
 * each other: sorted by length within pieces of 64 batches, and the whole batches permuted by `key`. */
int lince_tokens_arrange(const lince_tokens *tokens, uint64_t key, size_t batch_size, uint32_t *order);

/* The shortest first; of one length in their order. */
int lince_tokens_sort(const lince_tokens *tokens, uint32_t *order);

#endif
