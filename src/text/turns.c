#include "text/turns.h"

#include <stdbool.h>
#include <string.h>

const char lince_negations[] = "not no never none nobody nothing nowhere neither nor without cannot cant "
                               "dont doesnt didnt isnt arent wasnt werent wont wouldnt couldnt shouldnt "
                               "hasnt havent hadnt aint nunca jamás jamas nada nadie ni tampoco ningún "
                               "ningun ninguno ninguna sin";

const char lince_contrasts[] =
    "but however although though despite whereas nevertheless nonetheless pero aunque sino embargo obstante";

static bool is_listed(const char *list, const char *word)
{
    size_t size = strlen(word);
    while (*list) {
        size_t length = strcspn(list, " ");
        if (length == size && !memcmp(list, word, size)) return true;
        list += length + (list[length] == ' ');
    }
    return false;
}

static bool ends_in_not(const char *word)
{
    size_t size = strlen(word);
    return size > 3 && !strcmp(word + size - 3, "n't");
}

unsigned lince_turn(const char *word)
{
    bool negation = ends_in_not(word) || is_listed(lince_negations, word);
    return (negation ? LINCE_NEGATION : 0) | (is_listed(lince_contrasts, word) ? LINCE_CONTRAST : 0);
}

/* "sin embargo" is however, and nothing is without an embargo. */
static bool begins_however(const lince_words *words, size_t i)
{
    return !strcmp(lince_word_at(words, i), "sin") && i + 1 < words->count &&
           !strcmp(lince_word_at(words, i + 1), "embargo");
}

unsigned lince_turns(const lince_words *words)
{
    unsigned turns = 0;
    for (size_t i = 0; i < words->count; i++)
        if (!begins_however(words, i)) turns |= lince_turn(lince_word_at(words, i));
    return turns;
}
