/* From a text to its words. */
#ifndef LINCE_TEXT_WORDS_H
#define LINCE_TEXT_WORDS_H

#include "core/buffer.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum lince_cleaning {
    /* NFKC and case folding; links become <url>, @names <user>, a hashtag its word; emoji and emoticons
     * are words of their own, so are ! and ?; other punctuation separates; three and more of a letter
     * become two. */
    LINCE_CLEAN_WORDS,
    /* As the course's notebook: links and @names are removed, then all but letters and blanks; lower case. */
    LINCE_CLEAN_TWEETS,
    LINCE_CLEAN_NONE, /* what stands between blanks, as it is */
} lince_cleaning;

/* What LINCE_CLEAN_WORDS and LINCE_CLEAN_TWEETS take for words. Models say by which rules theirs were
 * found. */
typedef enum lince_words_rules {
    LINCE_RULES_LATEST, /* the last of these */
    /* What stands between blanks and signs. */
    LINCE_RULES_BLANKS,
    /* Of scripts without blanks between words those that breaks.h finds; and LINCE_CLEAN_WORDS takes entities
     * and tags of HTML for no text, an acute accent and a modifier letter for apostrophes, a flag for one
     * word. */
    LINCE_RULES_SCRIPTS,
} lince_words_rules;

typedef struct lince_words_options {
    lince_cleaning clean;
    char stop_words[24]; /* language whose function words are left out: "english"; "": none are */
    char stem[24];       /* language of the Snowball stemmer; "": none */
    lince_words_rules rules;
    bool characters; /* of scripts without blanks each character is a word, though there are dictionaries */
} lince_words_options;

/* "words", "tweets" or "none"; LINCE_EUSAGE for another name. */
int lince_cleaning_named(const char *name, lince_cleaning *cleaning);
const char *lince_cleaning_name(lince_cleaning cleaning);

/* A text's words, one behind the other, each with a NUL. Begin with zero; may be used again and again. */
typedef struct lince_words {
    lince_buffer text;
    size_t *begin; /* [count] offsets in text.data */
    size_t count, capacity;
} lince_words;

static inline const char *lince_word_at(const lince_words *words, size_t index)
{
    return words->text.data + words->begin[index];
}

void lince_words_release(lince_words *words);

enum { LINCE_WORD_MAX = 128 /* bytes: what is longer is cut */ };

typedef struct lince_splitter lince_splitter;

/* LINCE_EUSAGE, with the nearest and all there are, for an unknown language. */
int lince_splitter_new(lince_splitter **splitter, const lince_words_options *options);
void lince_splitter_free(lince_splitter *splitter);

/* Splits a text. What is not UTF-8 separates, as a blank does. Not by several threads at a time.
 * LINCE_ENOMEM. */
int lince_split_words(lince_splitter *splitter, const char *text, lince_words *words);

/* The function words of a language, separated by blanks; NULL: not known. Negations and "but" are not among
 * them: they turn a text's meaning. */
const char *lince_stop_words(const char *language);
const char *lince_stop_language_at(size_t index); /* NULL after the last */

#endif
