#include "text/vocabulary.h"
#include "core/error.h"
#include "core/memory.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash_of(const char *word)
{
    return lince_hash(0, word, strlen(word));
}

int lince_vocabulary_init(lince_vocabulary *v)
{
    *v = (lince_vocabulary){0};
    LINCE_TRY(lince_vocabulary_add(v, "<pad>"));
    return lince_vocabulary_add(v, "<unk>");
}

void lince_vocabulary_release(lince_vocabulary *v)
{
    lince_free(v->words);
    lince_map_release(&v->find);
    lince_names_release(&v->names);
    *v = (lince_vocabulary){0};
}

int lince_vocabulary_add(lince_vocabulary *v, const char *word)
{
    bool is_new;
    if (v->size >= LINCE_VOCABULARY_MAX)
        return lince_fail(LINCE_EDATA, "a vocabulary of more than %d words; choose a smaller --max-vocab",
                          LINCE_VOCABULARY_MAX);
    LINCE_TRY(lince_grow(&v->words, &v->capacity, v->size + 1, sizeof *v->words));
    uint32_t *number = lince_map_at(&v->find, hash_of(word), &is_new);
    const char *kept = number && is_new ? lince_names_add(&v->names, word) : NULL;
    if (number && !is_new) return lince_fail(LINCE_EDATA, "the vocabulary has the word '%.64s' twice", word);
    if (!kept) return LINCE_ENOMEM;
    *number = (uint32_t)v->size;
    v->words[v->size++] = kept;
    return 0;
}

int32_t lince_vocabulary_find(const lince_vocabulary *v, const char *word)
{
    const uint32_t *number = lince_map_find(&v->find, hash_of(word));
    return number ? (int32_t)*number : LINCE_UNK;
}

int lince_counter_add(lince_counter *c, const char *word)
{
    bool is_new;
    uint32_t *number = lince_map_at(&c->find, hash_of(word), &is_new);
    if (!number) return LINCE_ENOMEM;
    if (is_new) {
        LINCE_TRY(lince_grow(&c->words, &c->capacity, c->count + 1, sizeof *c->words));
        const char *kept = lince_names_add(&c->names, word);
        if (!kept) return LINCE_ENOMEM;
        c->words[c->count] = (lince_word_count){kept, 0};
        *number = (uint32_t)c->count++;
    }
    c->words[*number].times++;
    c->total++;
    return 0;
}

void lince_counter_release(lince_counter *c)
{
    lince_free(c->words);
    lince_map_release(&c->find);
    lince_names_release(&c->names);
    *c = (lince_counter){0};
}

static int by_frequency(const void *a, const void *b)
{
    const lince_word_count *left = a, *right = b;
    if (left->times != right->times) return left->times > right->times ? -1 : 1;
    return strcmp(left->word, right->word);
}

/* A text may hold a word that looks as the special ones do: it is none of them, and is left out. */
static bool is_special(const char *word)
{
    return !strcmp(word, "<pad>") || !strcmp(word, "<unk>");
}

int lince_vocabulary_make(lince_vocabulary *v, lince_counter *c, size_t least, size_t most)
{
    if (c->count) qsort(c->words, c->count, sizeof *c->words, by_frequency);
    lince_map_release(&c->find); /* its numbers are no longer true */
    int code = lince_vocabulary_init(v);
    for (size_t i = 0; i < c->count && !code; i++) {
        if (c->words[i].times < least || (most && v->size - LINCE_FIRST_WORD >= most)) break;
        if (!is_special(c->words[i].word)) code = lince_vocabulary_add(v, c->words[i].word);
    }
    if (code) lince_vocabulary_release(v);
    return code;
}
