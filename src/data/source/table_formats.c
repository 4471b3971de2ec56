#include "data/source/table_formats.h"
#include "core/i18n.h"
#include "data/source/unpack.h"

#include <string.h>
#include <strings.h>

static const lince_foreign_table foreign[] = {
    {".parquet", "PAR1", NULL, N_("a Parquet table"), "read_parquet"},
    {".feather", "ARROW1", NULL, N_("an Arrow table"), "read_feather"},
    {".arrow", "ARROW1", NULL, N_("an Arrow table"), "read_feather"},
    {".xlsx", NULL, "xl/workbook.xml", N_("an Excel workbook"), "read_excel"},
    {".xls", "\xd0\xcf\x11\xe0", NULL, N_("an Excel workbook"), "read_excel"},
    {".ods", NULL, "content.xml", N_("an OpenDocument spreadsheet"), "read_excel"},
};

enum { FOREIGN = sizeof foreign / sizeof *foreign };

bool lince_ends_in(const char *name, const char *const *extensions, size_t count)
{
    size_t length = lince_unpacked_name(name);
    for (size_t i = 0; i < count; i++) {
        size_t end = strlen(extensions[i]);
        if (length > end && !strncasecmp(name + length - end, extensions[i], end)) return true;
    }
    return false;
}

bool lince_is_table_name(const char *name)
{
    static const char *const tables[] = {".csv", ".tsv", ".tab", ".jsonl", ".ndjson"};
    return lince_ends_in(name, tables, sizeof tables / sizeof *tables);
}

const lince_foreign_table *lince_foreign_named(const char *name)
{
    for (size_t i = 0; i < FOREIGN; i++)
        if (lince_ends_in(name, &foreign[i].extension, 1)) return &foreign[i];
    return NULL;
}

const lince_foreign_table *lince_foreign_begun(const void *bytes, size_t size)
{
    for (size_t i = 0; i < FOREIGN; i++) {
        size_t length = foreign[i].magic ? strlen(foreign[i].magic) : 0;
        if (length && size > length && !memcmp(bytes, foreign[i].magic, length)) return &foreign[i];
    }
    return NULL;
}

const lince_foreign_table *lince_foreign_member(const char *name)
{
    for (size_t i = 0; i < FOREIGN; i++)
        if (foreign[i].member && !strcmp(name, foreign[i].member)) return &foreign[i];
    return NULL;
}
