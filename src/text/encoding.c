#include "text/encoding.h"
#include "core/choice.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"

#include <iconv.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

static const struct {
    const char *name, *iconv;
    size_t growth; /* UTF-8 bytes a byte, at most */
} encodings[] = {{"latin-1", "ISO-8859-1", 2},
                 {"windows-1252", "WINDOWS-1252", 3},
                 {"utf-16", "UTF-16LE", 2}};

const char *lince_encoding_name_at(const void *context, size_t index)
{
    (void)context;
    if (!index) return "utf-8";
    return index <= sizeof encodings / sizeof *encodings ? encodings[index - 1].name : NULL;
}

static int keep(const void *bytes, size_t size, char **text, size_t *text_size)
{
    size_t room;
    if (!lince_add(size, 1, &room)) return lince_fail(LINCE_ENOMEM, "out of memory");
    if (!(*text = lince_alloc(room, 1))) return LINCE_ENOMEM;
    memcpy(*text, bytes, size);
    *text_size = size;
    return 0;
}

static int convert(const char *name, const char *from, const char *bytes, size_t size, size_t growth,
                   char **text, size_t *text_size)
{
    size_t room, left = size;
    iconv_t converter = iconv_open("UTF-8", from);
    if (converter == (iconv_t)-1)
        return lince_fail(LINCE_EUNSUPPORTED, "--encoding %s: this system cannot read it", name);
    char *in = (char *)(size_t)bytes; /* iconv does not write there */
    *text = lince_mul(size + 1, growth, &room) ? lince_alloc(room, 1) : NULL;
    char *out = *text;
    int code = out ? 0 : lince_fail(LINCE_ENOMEM, "out of memory");
    if (!code && iconv(converter, &in, &left, &out, &room) == (size_t)-1)
        code = lince_fail(LINCE_EFORMAT, "the bytes at offset %zu are not %s", size - left, name);
    iconv_close(converter);
    if (code) {
        lince_free(*text);
        *text = NULL;
    } else
        *text_size = (size_t)(out - *text);
    return code;
}

int lince_decode(const void *bytes, size_t size, const char *encoding, char **text, size_t *text_size)
{
    static const char utf8[] = "\xef\xbb\xbf", little[] = "\xff\xfe", big[] = "\xfe\xff";
    bool is_little = size >= 2 && !memcmp(bytes, little, 2), is_big = size >= 2 && !memcmp(bytes, big, 2);
    *text = NULL;
    if (!strcmp(encoding, "utf-8")) {
        if (is_little || is_big)
            return lince_fail(LINCE_EFORMAT, "the file is UTF-16; --encoding utf-16 reads it");
        size_t mark = size >= 3 && !memcmp(bytes, utf8, 3) ? 3 : 0;
        return keep((const char *)bytes + mark, size - mark, text, text_size);
    }
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        if (strcmp(encodings[i].name, encoding) != 0) continue;
        bool wide = !strcmp(encoding, "utf-16");
        size_t mark = wide && (is_little || is_big) ? 2 : 0;
        return convert(encoding, wide && is_big ? "UTF-16BE" : encodings[i].iconv, (const char *)bytes + mark,
                       size - mark, encodings[i].growth, text, text_size);
    }
    return lince_choice_check("encoding", encoding, lince_encoding_name_at, NULL);
}

size_t lince_utf8_check(const char *text, size_t size)
{
    utf8proc_int32_t c;
    for (size_t at = 0; at < size;) {
        if (!(text[at] & 0x80)) {
            at++;
            continue;
        }
        utf8proc_ssize_t n =
            utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(size - at), &c);
        if (n < 0) return at;
        at += (size_t)n;
    }
    return size;
}

void lince_utf8_explain(const char *text, size_t size, size_t at, char *out, size_t out_size)
{
    const unsigned char *c = (const unsigned char *)text + at;
    bool surrogate = *c == 0xed && at + 1 < size && c[1] >= 0xa0;
    snprintf(out, out_size,
             surrogate ? _("byte 0x%02X at offset %zu is half of a surrogate pair, which UTF-8 does not have")
                       : _("byte 0x%02X at offset %zu is not UTF-8"),
             *c, at);
}
