/* Any bytes as a CSV file: refused with a message, or records that lie within the bytes. */
#include "core/memory.h"
#include "text/csv.h"
#include "text/encoding.h"

#include <lince/error.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

typedef struct seen {
    size_t rows, line, bytes;
} seen;

static int check(void *context, const lince_csv_record *record)
{
    seen *s = context;
    if (record->row != ++s->rows || record->line <= s->line || !record->count) abort();
    s->line = record->line + record->lines - 1;
    for (size_t i = 0; i < record->count; i++) {
        const lince_csv_field *f = &record->fields[i];
        if (f->text[f->size] || (!memchr(f->text, 0, f->size) && strlen(f->text) != f->size)) abort();
        size_t at = lince_utf8_check(f->text, f->size);
        char why[256] = "";
        if (at < f->size) lince_utf8_explain(f->text, f->size, at, why, sizeof why);
        if (at > f->size || (at < f->size && !*why)) abort();
        s->bytes += f->size + (i > 0);
    }
    return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    static const char *const encodings[] = {"utf-8", "latin-1", "utf-16"};
    static const lince_csv_quoting quotings[] = {LINCE_QUOTING_AUTO, LINCE_QUOTING_MINIMAL,
                                                 LINCE_QUOTING_NONE};
    for (size_t i = 0; i < sizeof encodings / sizeof *encodings; i++) {
        char *text;
        size_t text_size;
        if (lince_decode(bytes, size, encodings[i], &text, &text_size) < 0) {
            if (text || !*lince_error()) abort();
            continue;
        }
        for (size_t q = 0; q < sizeof quotings / sizeof *quotings; q++) {
            seen s = {0};
            lince_csv_dialect dialect =
                lince_csv_sniff(text, text_size, (lince_csv_dialect){.quoting = quotings[q]});
            if (!dialect.delimiter || dialect.quoting == LINCE_QUOTING_AUTO) abort();
            if (lince_csv_read(text, text_size, dialect, check, &s) < 0 && !*lince_error()) abort();
            if (s.bytes > text_size) abort();
        }
        lince_free(text);
    }
    return 0;
}
