#include "core/display.h"

#include <string.h>
#include <utf8proc.h>

static bool is_control(utf8proc_int32_t c) /* C0, DEL, C1 */
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Separators of lines and paragraphs; bidirectional embeddings, overrides and isolates (UAX #9). */
static bool is_layout(utf8proc_int32_t c)
{
    return (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* The bytes of the character at `text`, 0 where it is no UTF-8. */
static size_t next_character(const char *text, utf8proc_int32_t *c)
{
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, c);
    return n > 0 ? (size_t)n : 0;
}

size_t lince_character(const char *text, bool *shown)
{
    utf8proc_int32_t c;
    size_t n = next_character(text, &c);
    *shown = n && !is_control(c) && !is_layout(c);
    return n ? n : 1;
}

bool lince_name_is_clean(const char *name)
{
    utf8proc_int32_t c;
    for (size_t n; *name; name += n)
        if (!(n = next_character(name, &c)) || is_control(c)) return false;
    return true;
}

static void show(char *out, size_t size, const char *text, char kept)
{
    size_t used = 0;
    for (size_t n; *text; text += n) {
        bool shown;
        n = lince_character(text, &shown);
        shown = shown || *text == kept;
        size_t room = shown ? n : 1;
        if (used + room >= size) break;
        if (shown)
            memcpy(out + used, text, n);
        else
            out[used] = '?';
        used += room;
    }
    out[used] = '\0';
}

void lince_name_for_display(char *out, size_t size, const char *name)
{
    if (out && size) show(out, size, name ? name : "", '\0');
}

void lince_text_for_display(char *out, size_t size, const char *text)
{
    show(out, size, text, '\n');
}

static void put(lince_buffer *out, const char *text, const char *kept, const char *instead)
{
    for (size_t n; *text; text += n) {
        bool shown;
        n = lince_character(text, &shown);
        if (shown || strchr(kept, *text))
            lince_buffer_put(out, text, n);
        else
            lince_buffer_puts(out, instead);
    }
}

void lince_put_for_display(lince_buffer *out, const char *text, const char *instead)
{
    put(out, text, "\n\t", instead);
}

void lince_put_name_for_display(lince_buffer *out, const char *text, const char *instead)
{
    put(out, text, "", instead);
}

int lince_cut(const char *text, size_t most)
{
    size_t n = strnlen(text, most + 1);
    if (n > most)
        for (n = most; n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;) n--;
    return (int)n;
}

int lince_characters(const char *text)
{
    int count = 0;
    for (; text && *text; text++) count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

int lince_field(int columns, const char *text)
{
    int more = text ? (int)strlen(text) - lince_characters(text) : 0;
    return columns < 0 ? columns - more : columns + more;
}
