/* Words that turn what a text says: negations, and what sets one clause against another. English and
 * Spanish. */
#ifndef LINCE_TEXT_TURNS_H
#define LINCE_TEXT_TURNS_H

#include "text/words.h"

enum { LINCE_NEGATION = 1, LINCE_CONTRAST = 2 };

/* Which of them stand in a text that was split with LINCE_CLEAN_WORDS, without stop words and stemming. */
unsigned lince_turns(const lince_words *words);

/* Those that one word is. */
unsigned lince_turn(const char *word);

/* The words of the lists, separated by blanks; words that end in n't are negations besides. */
extern const char lince_negations[], lince_contrasts[];

#endif
