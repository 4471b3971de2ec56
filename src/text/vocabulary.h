/* Words and their numbers: 0 <pad>, 1 <unk>, then words by falling frequency, ties by their bytes. */
#ifndef LINCE_TEXT_VOCABULARY_H
#define LINCE_TEXT_VOCABULARY_H

#include "core/hash.h"
#include "core/names.h"

#include <stddef.h>
#include <stdint.h>

enum { LINCE_PAD = 0, LINCE_UNK = 1, LINCE_FIRST_WORD = 2, LINCE_VOCABULARY_MAX = 1 << 24 };

typedef struct lince_vocabulary {
    const char **words; /* [size] */
    size_t size, capacity;
    lince_map find;     /* by hash: the word's number */
    lince_names *names; /* owns the words */
} lince_vocabulary;

/* Begins with <pad> and <unk>. */
int lince_vocabulary_init(lince_vocabulary *vocabulary);
void lince_vocabulary_release(lince_vocabulary *vocabulary);

/* Appends a word; LINCE_EDATA where it is there already. */
int lince_vocabulary_add(lince_vocabulary *vocabulary, const char *word);

/* A word's number; LINCE_UNK where it is not known. */
int32_t lince_vocabulary_find(const lince_vocabulary *vocabulary, const char *word);

/* Counts words, of which a vocabulary is then made. */
typedef struct lince_word_count {
    const char *word;
    size_t times;
} lince_word_count;

typedef struct lince_counter {
    lince_word_count *words;
    size_t count, capacity;
    size_t total; /* of all words, each time it came */
    lince_map find;
    lince_names *names;
} lince_counter;

int lince_counter_add(lince_counter *counter, const char *word);
void lince_counter_release(lince_counter *counter);

/* The words that came `least` times or more, `most` at most (0: all), <pad> and <unk> not counted. Sorts the
 * counter. */
int lince_vocabulary_make(lince_vocabulary *vocabulary, lince_counter *counter, size_t least, size_t most);

#endif
