#include "text/words.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/memory.h"
#include "core/nearest.h"
#include "text/breaks.h"
#include "text/html.h"

#include <ctype.h>
#include <libstemmer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

/* Stand for what was replaced until the text is split; no text holds them then. */
enum { URL = 1, USER = 2 };

struct lince_splitter {
    lince_words_options options;
    struct sb_stemmer *stemmer; /* NULL: none */
    lince_breaker *breaker;     /* NULL: by blanks only */
    bool mends;                 /* entities, tags and signs that are typed as apostrophes */
    lince_map stop;
    lince_buffer plain;  /* the text without entities and tags */
    lince_buffer marked; /* the text with links and names marked */
    lince_buffer word;   /* being put together */
};

static const char *const cleanings[] = {
    [LINCE_CLEAN_WORDS] = "words", [LINCE_CLEAN_TWEETS] = "tweets", [LINCE_CLEAN_NONE] = "none"};

int lince_cleaning_named(const char *name, lince_cleaning *cleaning)
{
    for (size_t i = 0; i < sizeof cleanings / sizeof *cleanings; i++)
        if (!strcmp(cleanings[i], name)) {
            *cleaning = (lince_cleaning)i;
            return 0;
        }
    return lince_fail(LINCE_EUSAGE, "--clean %s: expected words, tweets or none", name);
}

const char *lince_cleaning_name(lince_cleaning cleaning)
{
    return cleanings[cleaning];
}

void lince_words_release(lince_words *words)
{
    lince_buffer_release(&words->text);
    lince_free(words->begin);
    *words = (lince_words){0};
}

/* --- making a splitter ---------------------------------------------------------------------------- */

static const char *stop_language_at(const void *context, size_t index)
{
    (void)context;
    return lince_stop_language_at(index);
}

static const char *stem_language_at(const void *context, size_t index)
{
    return ((const char *const *)context)[index];
}

static int unknown_language(const char *option, const char *language,
                            const char *(*name_at)(const void *context, size_t index), const void *context)
{
    char all[512] = "";
    const char *nearest = lince_nearest(language, name_at, context), *name;
    for (size_t i = 0; (name = name_at(context, i)); i++) {
        size_t used = strlen(all);
        snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", name);
    }
    if (nearest)
        return lince_fail(LINCE_EUSAGE, "--%s %s: not a language that is known; did you mean %s?", option,
                          language, nearest);
    return lince_fail(LINCE_EUSAGE, "--%s %s: not a language that is known; there are: %s", option, language,
                      all);
}

static int open_stop_words(lince_splitter *s)
{
    if (!*s->options.stop_words) return 0;
    const char *words = lince_stop_words(s->options.stop_words);
    if (!words) return unknown_language("stop-words", s->options.stop_words, stop_language_at, NULL);
    while (*words) {
        bool is_new;
        size_t length = strcspn(words, " ");
        if (!lince_map_at(&s->stop, lince_hash(0, words, length), &is_new)) return LINCE_ENOMEM;
        words += length + (words[length] == ' ');
    }
    return 0;
}

static int open_stemmer(lince_splitter *s)
{
    const char **all = sb_stemmer_list();
    const char *wanted = s->options.stem;
    if (!*wanted) return 0;
    for (size_t i = 0; all[i]; i++)
        if (!strcmp(all[i], wanted)) {
            s->stemmer = sb_stemmer_new(wanted, "UTF_8");
            return s->stemmer ? 0 : lince_fail(LINCE_ENOMEM, "out of memory");
        }
    return unknown_language("stem", wanted, stem_language_at, all);
}

int lince_splitter_new(lince_splitter **splitter, const lince_words_options *options)
{
    lince_splitter *s = *splitter = lince_alloc(1, sizeof *s);
    if (!s) return LINCE_ENOMEM;
    s->options = *options;
    if (!s->options.rules) s->options.rules = LINCE_RULES_SCRIPTS;
    bool scripts = s->options.rules == LINCE_RULES_SCRIPTS && options->clean != LINCE_CLEAN_NONE;
    s->mends = scripts && options->clean == LINCE_CLEAN_WORDS;
    int code = scripts ? lince_breaker_new(&s->breaker, options->characters) : 0;
    if (!code) code = open_stop_words(s);
    if (!code) code = open_stemmer(s);
    if (code) {
        lince_splitter_free(s);
        *splitter = NULL;
    }
    return code;
}

void lince_splitter_free(lince_splitter *s)
{
    if (!s) return;
    if (s->stemmer) sb_stemmer_delete(s->stemmer);
    lince_breaker_free(s->breaker);
    lince_map_release(&s->stop);
    lince_buffer_release(&s->plain);
    lince_buffer_release(&s->marked);
    lince_buffer_release(&s->word);
    lince_free(s);
}

/* --- words ---------------------------------------------------------------------------------------- */

/* At most LINCE_WORD_MAX bytes, whole characters. */
static size_t cut(const char *word, size_t size)
{
    if (size <= LINCE_WORD_MAX) return size;
    size = LINCE_WORD_MAX;
    while (size > 0 && ((unsigned char)word[size] & 0xc0) == 0x80) size--;
    return size;
}

static int add_word(lince_splitter *s, lince_words *words, const char *word, size_t size)
{
    size = cut(word, size);
    if (!size || (s->stop.count && lince_map_find(&s->stop, lince_hash(0, word, size)))) return 0;
    if (s->stemmer) {
        word = (const char *)sb_stemmer_stem(s->stemmer, (const sb_symbol *)word, (int)size);
        if (!word) return lince_fail(LINCE_ENOMEM, "out of memory");
        size = (size_t)sb_stemmer_length(s->stemmer);
    }
    LINCE_TRY(lince_grow(&words->begin, &words->capacity, words->count + 1, sizeof *words->begin));
    words->begin[words->count++] = words->text.size;
    lince_buffer_put(&words->text, word, size);
    lince_buffer_put(&words->text, "", 1);
    return words->text.error;
}

typedef struct piece_taker {
    lince_splitter *splitter;
    lince_words *words;
} piece_taker;

static int take_piece(void *context, const char *word, size_t size)
{
    const piece_taker *t = context;
    return add_word(t->splitter, t->words, word, size);
}

/* The word that was put together so far, if any; several where its script has no blanks between them. */
static int end_word(lince_splitter *s, lince_words *words)
{
    size_t size = s->word.size;
    s->word.size = 0;
    if (!size) return 0;
    if (!s->breaker || !lince_is_unspaced(s->word.data, size)) return add_word(s, words, s->word.data, size);
    return lince_break(s->breaker, s->word.data, size, take_piece, &(piece_taker){s, words});
}

/* --- links and names ------------------------------------------------------------------------------ */

static bool is_name_byte(unsigned char c)
{
    return isalnum(c) || c == '_';
}

/* A host with a path behind it, as "pic.twitter.com/abc". Names of hosts have 253 characters at most (RFC 1035, 2.3.4), so that
 * a text without blanks is not looked through from each of its characters on. */
static bool is_host(const char *text)
{
    enum { LONGEST = 253 };
    size_t host = 0, top = 0;
    while (host < LONGEST &&
           (isalnum((unsigned char)text[host]) || text[host] == '-' || (host && text[host] == '.')))
        host++;
    while (top < host && isalpha((unsigned char)text[host - top - 1])) top++;
    return text[host] == '/' && top >= 2 && top < host && text[host - top - 1] == '.';
}

/* Bytes of a link at the beginning of `text`, to the next blank; 0: none. Either with its scheme or "www.", or a host. */
static size_t link_length(const char *text)
{
    bool is = !strncasecmp(text, "http://", 7) || !strncasecmp(text, "https://", 8) ||
              (!strncasecmp(text, "www.", 4) && isalnum((unsigned char)text[4])) || is_host(text);
    return is ? strcspn(text, " \t\r\n\f\v") : 0;
}

static size_t mention_length(const char *text)
{
    size_t length = 1;
    if (text[0] != '@') return 0;
    while (is_name_byte((unsigned char)text[length])) length++;
    return length > 1 ? length : 0;
}

/* Other signs that are typed as apostrophes; their bytes. NFKC would take the accent apart. */
static size_t typed_apostrophe(const lince_splitter *s, const char *text)
{
    bool is = s->mends && (!strncmp(text, "\xc2\xb4", 2) || !strncmp(text, "\xca\xbc", 2));
    return is ? 2 : 0;
}

/* Copies a text; in place of a link and of a name stands its mark between blanks, in place of a control
 * character a blank. */
static int mark(lince_splitter *s, const char *text)
{
    static const char url[] = {' ', URL, ' '}, user[] = {' ', USER, ' '};
    s->marked.size = 0;
    for (const char *begin = text; *text;) {
        bool inside = text > begin && is_name_byte((unsigned char)text[-1]);
        size_t link = inside ? 0 : link_length(text), name = inside || link ? 0 : mention_length(text),
               apostrophe = typed_apostrophe(s, text);
        if (link)
            lince_buffer_put(&s->marked, url, sizeof url);
        else if (name)
            lince_buffer_put(&s->marked, user, sizeof user);
        else
            lince_buffer_put(&s->marked, apostrophe ? "'" : (unsigned char)*text < ' ' ? " " : text, 1);
        text += link ? link : name ? name : apostrophe ? apostrophe : 1;
    }
    lince_buffer_put(&s->marked, "", 1);
    return s->marked.error;
}

/* NFKC and case folding, without what shows nothing (joiners, variation selectors); a malloc'ed text, NULL
 * where it is not UTF-8. ASCII only becomes lower case: then it is changed in place and returned. */
static char *fold(char *text, size_t size)
{
    bool ascii = true;
    for (size_t i = 0; i < size && ascii; i++) ascii = !(text[i] & 0x80);
    if (ascii) {
        for (size_t i = 0; i < size; i++) text[i] = (char)tolower((unsigned char)text[i]);
        return text;
    }
    utf8proc_uint8_t *folded;
    utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, &folded,
                                      UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT |
                                          UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
    return n < 0 ? NULL : (char *)folded;
}

/* A mark that stands upon the letter before it. */
static bool is_upon_another(utf8proc_int32_t c)
{
    enum { FIRST = 0x300 };
    return c >= FIRST && utf8proc_get_property(c)->combining_class != 0;
}

/* Puts blanks in place of each byte that is not UTF-8, and of marks behind the 30th upon one letter (UAX #15, 13: Unicode's
 * limit for streams): normalising sorts them in quadratic time. */
static void mend(char *text, size_t size)
{
    enum { MARKS = 30 };
    utf8proc_int32_t c;
    int marks = 0;
    for (size_t at = 0, length; at < size; at += length) {
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(size - at), &c);
        length = n < 0 ? 1 : (size_t)n;
        marks = n > 0 && is_upon_another(c) ? marks + 1 : 0;
        if (n < 0 || marks > MARKS) memset(text + at, ' ', length);
    }
}

/* --- three ways to split -------------------------------------------------------------------------- */

static bool is_letter(utf8proc_category_t k)
{
    return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_ME; /* letters, and marks upon them */
}

static bool is_number(utf8proc_category_t k)
{
    return k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO;
}

/* Bytes of a face that is written with signs, after case folding; 0: none. One that ends in a letter or digit
 * stands by itself: neither "re:do" nor "3:30" is one. */
static size_t emoticon_length(const char *text, bool in_word)
{
    /* The longer before those they begin with. */
    static const char *const faces[] = {":'-(", ":'(", ":-)", ":-(", ":-d", ":-p", ":-/", ":-|",
                                        ":-o",  ":-*", ":)",  ":(",  ":d",  ":p",  ":/",  ":|",
                                        ":o",   ":*",  ":3",  ";-)", ";)",  ";d",  "=)",  "=(",
                                        "=d",   "<3",  "</3", "(:",  "):",  "^_^", "-_-"};
    if (!strchr(":;=<()^-", *text)) return 0; /* hardly any character begins one */
    for (size_t i = 0; i < sizeof faces / sizeof *faces; i++) {
        size_t length = strlen(faces[i]);
        bool joins = isalnum((unsigned char)faces[i][length - 1]);
        if (!strncmp(text, faces[i], length) &&
            !(joins && (in_word || is_name_byte((unsigned char)text[length]))))
            return length;
    }
    return 0;
}

/* An apostrophe between two letters belongs to their word: don't. Its bytes; 0: it is none. */
static size_t apostrophe_length(const char *text, bool in_word)
{
    size_t n = *text == '\'' ? 1 : !strncmp(text, "\xe2\x80\x99", 3) ? 3 : 0;
    utf8proc_int32_t next;
    if (!n || !in_word || utf8proc_iterate((const utf8proc_uint8_t *)text + n, -1, &next) <= 0) return 0;
    return is_letter(utf8proc_category(next)) ? n : 0;
}

/* The two letters of a flag; 0: there is none. */
static size_t flag_length(const lince_splitter *s, const char *text)
{
    static const char lead[] = "\xf0\x9f\x87"; /* of U+1F1E6 to U+1F1FF, regional indicators */
    bool is = s->breaker && !strncmp(text, lead, 3) && (unsigned char)text[3] >= 0xa6 &&
              !strncmp(text + 4, lead, 3) && (unsigned char)text[7] >= 0xa6;
    return is ? 8 : 0;
}

/* A character that is no part of a word: itself a word where it says something. */
static int take_sign(lince_splitter *s, lince_words *words, const char *text, size_t size, utf8proc_int32_t c,
                     int times)
{
    static const char url[] = "<url>", user[] = "<user>";
    if (c == URL) return add_word(s, words, url, sizeof url - 1);
    if (c == USER) return add_word(s, words, user, sizeof user - 1);
    bool shout = (c == '!' || c == '?') && times == 1;
    bool picture =
        utf8proc_category(c) == UTF8PROC_CATEGORY_SO; /* emoji; their skin tones are no signs (SK) */
    return shout || picture ? add_word(s, words, text, size) : 0;
}

/* What begins at `text`, into the word that is put together or as a word of its own. `times`: how often its
 * character stands here in a row. */
static int take_character(lince_splitter *s, lince_words *words, const char *text, utf8proc_int32_t c,
                          size_t n, int times)
{
    utf8proc_category_t k = utf8proc_category(c);
    if (is_letter(k) || is_number(k)) {
        if (times <= 2 || is_number(k)) lince_buffer_put(&s->word, text, n);
        return 0;
    }
    LINCE_TRY(end_word(s, words));
    return take_sign(s, words, text, n, c, times);
}

static int split_words(lince_splitter *s, const char *text, lince_words *words)
{
    utf8proc_int32_t c, last = 0;
    int times = 0;
    for (size_t n; *text; text += n) {
        bool in_word = s->word.size > 0;
        size_t face = emoticon_length(text, in_word), apostrophe = apostrophe_length(text, in_word);
        if (!face) face = flag_length(s, text);
        n = face ? face : apostrophe;
        if (face) LINCE_TRY(end_word(s, words));
        if (face) LINCE_TRY(add_word(s, words, text, face));
        if (apostrophe) lince_buffer_put(&s->word, "'", 1);
        if (n) {
            last = 0;
            continue;
        }
        utf8proc_ssize_t got = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);
        n = got > 0 ? (size_t)got : 1;
        times = c == last ? times + 1 : 1;
        last = c;
        if (got > 0) LINCE_TRY(take_character(s, words, text, c, n, times));
    }
    return end_word(s, words);
}

static int split_letters(lince_splitter *s, const char *text, lince_words *words)
{
    utf8proc_int32_t c;
    for (size_t n; *text; text += n) {
        utf8proc_ssize_t got = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);
        n = got > 0 ? (size_t)got : 1;
        if (got > 0 && is_letter(utf8proc_category(c)))
            lince_buffer_put(&s->word, text, n);
        else if (isspace((unsigned char)*text) || (got > 0 && utf8proc_category(c) == UTF8PROC_CATEGORY_ZS))
            LINCE_TRY(end_word(s, words));
    }
    return end_word(s, words);
}

static int split_blanks(lince_splitter *s, const char *text, lince_words *words)
{
    for (size_t n; *(text += strspn(text, " \t\r\n\f\v")); text += n) {
        n = strcspn(text, " \t\r\n\f\v");
        LINCE_TRY(add_word(s, words, text, n));
    }
    return 0;
}

int lince_split_words(lince_splitter *s, const char *text, lince_words *words)
{
    words->count = words->text.size = 0;
    s->word.size = 0;
    if (s->options.clean == LINCE_CLEAN_NONE) return split_blanks(s, text, words);
    if (s->mends && strpbrk(text, "&<")) {
        lince_html_to_text(text, &s->plain);
        if (s->plain.error) return s->plain.error;
        text = s->plain.data;
    }
    LINCE_TRY(mark(s, text));
    mend(s->marked.data, s->marked.size - 1);
    char *folded = fold(s->marked.data, s->marked.size - 1);
    if (!folded) return lince_fail(LINCE_ENOMEM, "out of memory");
    int code = s->options.clean == LINCE_CLEAN_WORDS ? split_words(s, folded, words)
                                                     : split_letters(s, folded, words);
    if (folded != s->marked.data) free(folded);
    return code ? code : s->word.error;
}
