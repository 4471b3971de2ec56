#include "core/display.h"

#include <string.h>
#include <utf8proc.h>

/* The bytes of the character at `text`; 0: a control character (C0, DEL, C1), or no UTF-8. */
static size_t printable(const char *text)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text, -1, &c);
    return n < 1 || c < 0x20 || (c >= 0x7f && c < 0xa0) ? 0 : (size_t)n;
}

bool lince_name_is_clean(const char *name)
{
    for (size_t n; *name; name += n)
        if (!(n = printable(name))) return false;
    return true;
}

/* Bytes of what is replaced by one '?'. */
static size_t replaced(const char *text)
{
    bool c1 = (unsigned char)*text == 0xc2 && (text[1] & 0xc0) == 0x80;
    return c1 ? 2 : 1;
}

static void show(char *out, size_t size, const char *text, char kept)
{
    size_t used = 0;
    while (*text) {
        size_t n = *text == kept ? 1 : printable(text), room = n ? n : 1;
        if (used + room >= size) break;
        if (n)
            memcpy(out + used, text, n);
        else
            out[used] = '?';
        used += room;
        text += n ? n : replaced(text);
    }
    out[used] = '\0';
}

void lince_name_for_display(char *out, size_t size, const char *name)
{
    show(out, size, name, '\0');
}

void lince_text_for_display(char *out, size_t size, const char *text)
{
    show(out, size, text, '\n');
}

int lince_characters(const char *text)
{
    int count = 0;
    for (; *text; text++) count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

int lince_field(int columns, const char *text)
{
    int more = (int)strlen(text) - lince_characters(text);
    return columns < 0 ? columns - more : columns + more;
}
