#include "text/html.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

/* Those that texts have; of HTML's two thousand most are signs of mathematics. */
static const struct {
    const char *name;
    int character;
} entities[] = {
    {"AElig", 198},   {"Aacute", 193}, {"Acirc", 194},   {"Agrave", 192},  {"Aring", 197},  {"Atilde", 195},
    {"Auml", 196},    {"Ccedil", 199}, {"Eacute", 201},  {"Ecirc", 202},   {"Egrave", 200}, {"Euml", 203},
    {"Iacute", 205},  {"Icirc", 206},  {"Igrave", 204},  {"Iuml", 207},    {"Ntilde", 209}, {"Oacute", 211},
    {"Ocirc", 212},   {"Ograve", 210}, {"Oslash", 216},  {"Otilde", 213},  {"Ouml", 214},   {"Uacute", 218},
    {"Ucirc", 219},   {"Ugrave", 217}, {"Uuml", 220},    {"Yacute", 221},  {"aacute", 225}, {"acirc", 226},
    {"acute", 180},   {"aelig", 230},  {"agrave", 224},  {"amp", 38},      {"apos", 39},    {"aring", 229},
    {"atilde", 227},  {"auml", 228},   {"bdquo", 8222},  {"bull", 8226},   {"ccedil", 231}, {"cent", 162},
    {"copy", 169},    {"deg", 176},    {"eacute", 233},  {"ecirc", 234},   {"egrave", 232}, {"euml", 235},
    {"euro", 8364},   {"gt", 62},      {"hearts", 9829}, {"hellip", 8230}, {"iacute", 237}, {"icirc", 238},
    {"iexcl", 161},   {"igrave", 236}, {"iquest", 191},  {"iuml", 239},    {"laquo", 171},  {"ldquo", 8220},
    {"lsaquo", 8249}, {"lsquo", 8216}, {"lt", 60},       {"mdash", 8212},  {"middot", 183}, {"nbsp", 160},
    {"ndash", 8211},  {"ntilde", 241}, {"oacute", 243},  {"ocirc", 244},   {"ograve", 242}, {"ordf", 170},
    {"ordm", 186},    {"oslash", 248}, {"otilde", 245},  {"ouml", 246},    {"pound", 163},  {"quot", 34},
    {"raquo", 187},   {"rdquo", 8221}, {"reg", 174},     {"rsaquo", 8250}, {"rsquo", 8217}, {"sbquo", 8218},
    {"sect", 167},    {"szlig", 223},  {"times", 215},   {"trade", 8482},  {"uacute", 250}, {"ucirc", 251},
    {"ugrave", 249},  {"uuml", 252},   {"yacute", 253},  {"yuml", 255}};

/* Tags that stand in texts; others ("<user>", "<3") are more likely the text's own. */
static const char *const tags[] = {"a",      "abbr",   "b",      "big",  "blockquote", "body",  "br",
                                   "center", "code",   "dd",     "del",  "div",        "dl",    "dt",
                                   "em",     "font",   "h1",     "h2",   "h3",         "h4",    "h5",
                                   "h6",     "head",   "hr",     "html", "i",          "img",   "ins",
                                   "li",     "ol",     "p",      "pre",  "q",          "s",     "small",
                                   "span",   "strike", "strong", "sub",  "sup",        "table", "tbody",
                                   "td",     "th",     "thead",  "tr",   "tt",         "u",     "ul"};

/* The character of an entity's name, what stands between & and ;. 0: none. */
static long named(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (strlen(entities[i].name) == length && !memcmp(entities[i].name, name, length))
            return entities[i].character;
    return 0;
}

/* "#39", "#x27" */
static long numbered(const char *number, size_t length)
{
    enum { DIGITS = 7 };
    bool hex = length > 1 && (number[1] == 'x' || number[1] == 'X');
    size_t at = hex ? 2 : 1, digits = length - at;
    if (length <= at || digits > DIGITS ||
        strspn(number + at, hex ? "0123456789abcdefABCDEF" : "0123456789") != digits)
        return 0;
    return strtol(number + at, NULL, hex ? 16 : 10);
}

/* Bytes of the entity at `text`; 0: it is none. */
static size_t entity_length(const char *text, utf8proc_int32_t *character)
{
    enum { LONGEST = 10 };
    if (*text != '&') return 0;
    size_t length = strcspn(text + 1, "; \t\r\n&");
    if (text[length + 1] != ';' || !length || length > LONGEST) return 0;
    long c = text[1] == '#' ? numbered(text + 1, length) : named(text + 1, length);
    if (c <= 0 || !utf8proc_codepoint_valid((utf8proc_int32_t)c)) return 0;
    *character = (utf8proc_int32_t)c;
    return length + 2;
}

static bool is_tag(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (strlen(tags[i]) == length && !strncasecmp(tags[i], name, length)) return true;
    return false;
}

/* Attributes, "href=... ": nothing, or a name and its =. */
static bool are_attributes(const char *text, size_t length)
{
    size_t at = 0, name;
    while (at < length && strchr(" \t\r\n/", text[at])) at++;
    name = at;
    while (at < length && (isalnum((unsigned char)text[at]) || text[at] == '-')) at++;
    return at == length || (at > name && text[at] == '=');
}

/* Bytes of the tag at `text`; 0: it is none. */
static size_t tag_length(const char *text)
{
    size_t begin = text[0] == '<' ? 1 + (text[1] == '/') : 0, end = begin;
    if (!begin) return 0;
    while (isalnum((unsigned char)text[end])) end++;
    if (!is_tag(text + begin, end - begin)) return 0;
    size_t rest = strcspn(text + end, "<>");
    return text[end + rest] == '>' && are_attributes(text + end, rest) ? end + rest + 1 : 0;
}

static void put_character(lince_buffer *out, utf8proc_int32_t c)
{
    utf8proc_uint8_t bytes[4];
    utf8proc_ssize_t n = utf8proc_encode_char(c, bytes);
    lince_buffer_put(out, (const char *)bytes, (size_t)n);
}

/* One after the other: "&lt;br /&gt;" is a tag that was written twice. */
static void decode(const char *text, lince_buffer *out)
{
    utf8proc_int32_t c;
    for (size_t n; *text; text += n) {
        n = entity_length(text, &c);
        if (n)
            put_character(out, c);
        else
            lince_buffer_put(out, text, n = 1);
    }
}

/* In place. */
static void blank_tags(char *text)
{
    char *out = text;
    for (size_t n; *text; text += n) {
        n = tag_length(text);
        *out++ = n ? ' ' : *text;
        n = n ? n : 1;
    }
    *out = '\0';
}

void lince_html_to_text(const char *text, lince_buffer *out)
{
    out->size = 0;
    lince_buffer_puts(out, "");
    decode(text, out);
    if (!out->error) blank_tags(out->data);
}
