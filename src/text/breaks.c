#include "text/breaks.h"
#include "core/error.h"
#include "core/memory.h"

#include <stdint.h>
#include <utf8proc.h>

#ifdef LINCE_ICU
#include <unicode/ubrk.h>
#include <unicode/utext.h>
#else
typedef void UBreakIterator;
#endif

struct lince_breaker {
    bool characters;       /* each is a word */
    UBreakIterator *words; /* NULL: not opened yet */
};

bool lince_has_dictionaries(void)
{
#ifdef LINCE_ICU
    return true;
#else
    return false;
#endif
}

/* Unicode's blocks of these scripts. */
static const struct {
    int32_t first, last;
} blocks[] = {
    {0x0e00, 0x0eff},   /* Thai, Lao */
    {0x1000, 0x109f},   /* Myanmar */
    {0x1780, 0x17ff},   /* Khmer */
    {0x3005, 0x3007},   /* ideographic iteration and number zero */
    {0x3040, 0x30ff},   /* Hiragana, Katakana */
    {0x31f0, 0x31ff},   /* Katakana extensions */
    {0x3400, 0x4dbf},   /* CJK extension A */
    {0x4e00, 0x9fff},   /* CJK */
    {0xf900, 0xfaff},   /* CJK compatibility */
    {0x20000, 0x3ffff}, /* CJK extensions */
};

static bool is_of_block(int32_t c)
{
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        if (c >= blocks[i].first && c <= blocks[i].last) return true;
    return false;
}

/* The next character and its bytes; what is not UTF-8 is a byte. */
static size_t next_character(const char *text, size_t size, int32_t *c)
{
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, c);
    if (n < 0) *c = (unsigned char)*text;
    return n < 0 ? 1 : (size_t)n;
}

bool lince_is_unspaced(const char *text, size_t size)
{
    enum { FIRST_LEAD = 0xe0 }; /* all of them take three bytes or more */
    int32_t c;
    for (size_t at = 0; at < size; at++) {
        if ((unsigned char)text[at] < FIRST_LEAD) continue;
        next_character(text + at, size - at, &c);
        if (is_of_block(c)) return true;
    }
    return false;
}

int lince_breaker_new(lince_breaker **breaker, bool characters)
{
    lince_breaker *b = *breaker = lince_alloc(1, sizeof *b);
    if (!b) return LINCE_ENOMEM;
    b->characters = characters;
    return 0;
}

void lince_breaker_free(lince_breaker *b)
{
    if (!b) return;
#ifdef LINCE_ICU
    if (b->words) ubrk_close(b->words);
#endif
    lince_free(b);
}

/* A character of such a script with the marks upon it; or all up to the next one. */
static size_t character_length(const char *text, size_t size)
{
    int32_t c, next;
    size_t length = next_character(text, size, &c);
    bool alone = is_of_block(c);
    while (length < size) {
        size_t n = next_character(text + length, size - length, &next);
        bool joined = alone ? !utf8proc_grapheme_break(c, next) : !is_of_block(next);
        if (!joined) break;
        length += n;
        c = next;
    }
    return length;
}

static int break_characters(const char *text, size_t size,
                            int (*take)(void *context, const char *word, size_t size), void *context)
{
    for (size_t at = 0, n; at < size; at += n) {
        n = character_length(text + at, size - at);
        LINCE_TRY(take(context, text + at, n));
    }
    return 0;
}

#ifdef LINCE_ICU
/* ICU opens its locales and dictionaries once a process, and crashes where memory is missing meanwhile. */
static int open_words(lince_breaker *b)
{
    enum { ENOUGH = 8 << 20 };
    UErrorCode status = U_ZERO_ERROR;
    if (b->words) return 0;
    LINCE_TRY(lince_memory_at_hand(ENOUGH));
    b->words = ubrk_open(UBRK_WORD, "", NULL, 0, &status);
    if (U_SUCCESS(status)) return 0;
    b->words = NULL;
    return lince_fail(LINCE_EUNSUPPORTED, "ICU cannot break words: %s", u_errorName(status));
}

static int break_words(UBreakIterator *words, const char *text,
                       int (*take)(void *context, const char *word, size_t size), void *context)
{
    int32_t begin = ubrk_first(words);
    for (int32_t end; (end = ubrk_next(words)) != UBRK_DONE; begin = end)
        LINCE_TRY(take(context, text + begin, (size_t)(end - begin)));
    return 0;
}

int lince_break(lince_breaker *b, const char *text, size_t size,
                int (*take)(void *context, const char *word, size_t size), void *context)
{
    if (b->characters) return break_characters(text, size, take, context);
    LINCE_TRY(open_words(b));
    UErrorCode status = U_ZERO_ERROR;
    UText *opened = utext_openUTF8(NULL, text, (int64_t)size, &status);
    if (U_SUCCESS(status)) ubrk_setUText(b->words, opened, &status);
    int code = U_SUCCESS(status)
                   ? break_words(b->words, text, take, context)
                   : lince_fail(LINCE_ENOMEM, "ICU cannot break words: %s", u_errorName(status));
    utext_close(opened);
    return code;
}
#else
int lince_break(lince_breaker *b, const char *text, size_t size,
                int (*take)(void *context, const char *word, size_t size), void *context)
{
    (void)b;
    return break_characters(text, size, take, context);
}
#endif
