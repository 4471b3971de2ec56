/* The calling thread's language and how it names settings (include/lince/language.h). */
#include "core/error.h"
#include "core/i18n.h"

#include <stdlib.h>
#include <string.h>

/* As gettext reads the environment. */
static const char *of_the_environment(void)
{
    const char *locale = getenv("LC_ALL");
    if (!locale || !*locale) locale = getenv("LC_MESSAGES");
    if (!locale || !*locale) locale = getenv("LANG");
    return locale && !strncmp(locale, "es", 2) ? "es" : "en";
}

int lince_language_set(const char *language)
{
    LINCE_NEED(language);
    static const char *const known[] = {"en", "es"};
    const char *wanted = strcmp(language, "auto") != 0 ? language : of_the_environment();
    lince_voice voice = lince_voice_now();
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!strcmp(wanted, known[i])) {
            voice.language = known[i];
            lince_voice_use(voice);
            return 0;
        }
    return lince_fail(LINCE_EUSAGE, "--lang %s: expected en, es or auto", language);
}

const char *lince_language(void)
{
    return lince_voice_now().language;
}

void lince_language_dashes(int dashes)
{
    lince_voice voice = lince_voice_now();
    voice.dashes = dashes;
    lince_voice_use(voice);
}
