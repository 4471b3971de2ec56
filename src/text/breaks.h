/* Words of scripts that have no blanks between them: Chinese and Japanese characters, Thai, Lao, Khmer,
 * Burmese. Found by ICU's dictionaries, where lince is built with it; else each character is a word, with the
 * marks upon it. */
#ifndef LINCE_TEXT_BREAKS_H
#define LINCE_TEXT_BREAKS_H

#include <stdbool.h>
#include <stddef.h>

typedef struct lince_breaker lince_breaker;

/* Whether there are dictionaries. */
bool lince_has_dictionaries(void);

/* `characters`: without dictionaries, though there are some. Of one thread. */
int lince_breaker_new(lince_breaker **breaker, bool characters);
void lince_breaker_free(lince_breaker *breaker);

/* Whether a piece of text holds characters of such scripts. */
bool lince_is_unspaced(const char *text, size_t size);

/* Gives the words of a piece of text, UTF-8 without blanks and signs, one after the other; what `take`
 * returns ends it, if it is not 0. LINCE_EUNSUPPORTED where ICU's dictionaries are damaged. */
int lince_break(lince_breaker *breaker, const char *text, size_t size,
                int (*take)(void *context, const char *word, size_t size), void *context);

#endif
