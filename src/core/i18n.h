/* Translations: gettext's catalogues (po/<lang>.po), embedded, looked up without locales. There are no plural
 * forms: a count that may be 1 stands behind what it counts ("pictures left out: 1"), in every language. */
#ifndef LINCE_CORE_I18N_H
#define LINCE_CORE_I18N_H

#include <lince/language.h>
#include <stdbool.h>

/* How a thread of the library's own speaks: as the thread that started it. */
typedef struct lince_voice {
    const char *language; /* "en" or "es" */
    bool dashes;          /* lince_language_dashes */
} lince_voice;

lince_voice lince_voice_now(void);
void lince_voice_use(lince_voice voice);

/* Marks a literal for extraction where it cannot be translated yet (tables). */
#define N_(text) text
#define _(text)  lince_translate(text)

/* The same word in another sense, as gettext's pgettext: the context is not shown. */
#define NC_(context, text) context "\004" text
#define C_(context, text)  lince_translate(NC_(context, text))

/* The text in a given language ("en", "es"), whatever the thread's. */
const char *lince_tr_in(const char *language, const char *text) __attribute__((format_arg(2)));

#endif
