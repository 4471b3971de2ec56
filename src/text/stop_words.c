/* Function words, which stand in texts of any meaning. */
#include "text/words.h"

#include <string.h>

static const struct {
    const char *language, *words;
} lists[] = {
    {"english",
     "a about after again all also am an and any are as at be because been before being between both by "
     "can could did do does doing down during each few for from further had has have having he her here "
     "hers him his how i i'd i'll i'm i've if in into is it it's its just let me more most my of off on "
     "once only or other our ours out over own same she so some such than that that's the their theirs "
     "them then there there's these they they're this those through to too under until up us very was we "
     "we're were what when where which while who whom why will with would you you're your yours"},
    {"spanish",
     "a al algo algunas algunos ante antes aquel aquella como con cual cuando de del desde donde durante "
     "e el ella ellas ellos en entre era eran eres es esa esas ese eso esos esta estaba están estar este "
     "esto estos estoy fue fueron ha había han has hasta hay he la las le les lo los más me mi mis mucho "
     "muy nos nosotros nuestra nuestro o os otra otro para por porque que qué quien se sea ser si sido "
     "sobre son soy su sus también te tiene tienen todo todos tu tus u un una uno unos va vamos ya y yo"},
};

enum { COUNT = sizeof lists / sizeof *lists };

const char *lince_stop_words(const char *language)
{
    for (size_t i = 0; i < COUNT; i++)
        if (!strcmp(lists[i].language, language)) return lists[i].words;
    return NULL;
}

const char *lince_stop_language_at(size_t index)
{
    return index < COUNT ? lists[index].language : NULL;
}
