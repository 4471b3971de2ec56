/* What lince reads and writes does not depend on the locale of the program that embeds it: numbers have a
 * decimal point, letters are those of ASCII, and I becomes i in Turkish, too. */
#ifndef LINCE_CORE_PLAIN_LOCALE_H
#define LINCE_CORE_PLAIN_LOCALE_H

#include <locale.h>

typedef struct lince_locale {
    locale_t usual; /* the thread's own */
} lince_locale;

/* The thread's locale is "C" from here to the end of the block. First in each function of the public
 * interface that reads or writes, and in what threads of lince do with texts. */
#define LINCE_PLAIN_LOCALE                                                                    \
    lince_locale lince_locale_before __attribute__((unused, cleanup(lince_locale_restore))) = \
        lince_locale_use_plain()

lince_locale lince_locale_use_plain(void);
void lince_locale_restore(lince_locale *locale);

#endif
