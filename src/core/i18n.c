#include "core/i18n.h"
#include "core/error.h"

#include <lince/language.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char lince_catalogue_es[];
extern const size_t lince_catalogue_es_size;

static _Thread_local const char *current = "en";

int lince_language_set(const char *language)
{
    if (!strcmp(language, "auto")) {
        const char *locale = getenv("LC_ALL");
        if (!locale || !*locale) locale = getenv("LC_MESSAGES");
        if (!locale || !*locale) locale = getenv("LANG");
        current = locale && !strncmp(locale, "es", 2) ? "es" : "en";
        return 0;
    }
    if (!strcmp(language, "en"))
        current = "en";
    else if (!strcmp(language, "es"))
        current = "es";
    else
        return lince_fail(LINCE_EUSAGE, "--lang %s: expected en, es or auto", language);
    return 0;
}

const char *lince_language(void)
{
    return current;
}

static uint32_t word(const unsigned char *mo, size_t offset)
{
    uint32_t value;
    memcpy(&value, mo + offset, sizeof value);
    return value;
}

/* The .mo format (gettext manual, section 10.3): a header of 7 words, then two tables of (length, offset)
 * pairs, originals (sorted) and translations. msgfmt writes this machine's byte order. */
static const char *mo_lookup(const unsigned char *mo, size_t size, const char *text)
{
    if (size < 28 || word(mo, 0) != 0x950412de) return text;
    uint32_t count = word(mo, 8), originals = word(mo, 12), translations = word(mo, 16);
    for (uint32_t low = 0, high = count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        int order = strcmp(text, (const char *)mo + word(mo, originals + 8 * middle + 4));
        if (!order) return (const char *)mo + word(mo, translations + 8 * middle + 4);
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return text;
}

const char *lince_tr_in(const char *language, const char *text)
{
    const char *found = text;
    if (*text && !strcmp(language, "es")) /* the empty key holds the catalogue's header */
        found = mo_lookup(lince_catalogue_es, lince_catalogue_es_size, text);
    const char *context = found == text ? strchr(text, '\004') : NULL;
    return context ? context + 1 : found;
}

const char *lince_translate(const char *text)
{
    return lince_tr_in(current, text);
}
