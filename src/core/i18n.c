#include "core/i18n.h"

#include <stdint.h>
#include <string.h>

extern const unsigned char lince_catalogue_es[];
extern const size_t lince_catalogue_es_size;

static _Thread_local lince_voice voice = {.language = "en"};

lince_voice lince_voice_now(void)
{
    return voice;
}

void lince_voice_use(lince_voice used)
{
    voice = used;
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

/* "--" in front of a name, or of the %s that one is put into. */
static bool is_dashes(const char *text, const char *at)
{
    bool begins = at == text || strchr(" ('\"\xab", at[-1]); /* \xab ends a « */
    return begins && at[0] == '-' && at[1] == '-' && (at[2] == '%' || (at[2] >= 'a' && at[2] <= 'z'));
}

/* Commands ("lince train --resume %s") stay as they are typed. */
static const char *without_dashes(const char *text)
{
    enum { TEXTS = 12, LONGEST = 1024 };
    static _Thread_local char texts[TEXTS][LONGEST];
    static _Thread_local unsigned next;
    if (!strstr(text, "--") || strstr(text, "lince ") || strlen(text) >= LONGEST) return text;
    char *out = texts[next++ % TEXTS], *end = out;
    for (const char *at = text; *at; at++) {
        if (is_dashes(text, at)) at += 2;
        *end++ = *at;
    }
    *end = '\0';
    return out;
}

const char *lince_translate(const char *text)
{
    if (!text) return "";
    const char *found = lince_tr_in(voice.language, text);
    return voice.dashes ? found : without_dashes(found);
}
