/* Any bytes as a table of JSON: refused with a message, or records of as many fields as the first. */
#include "text/records.h"

#include <lince/error.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size);

static int check(void *context, const lince_csv_record *record)
{
    size_t *columns = context;
    if (!*columns) *columns = record->count;
    if (record->count != *columns) abort();
    for (size_t i = 0; i < record->count; i++)
        if (strlen(record->fields[i].text) != record->fields[i].size) abort();
    return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t size)
{
    lince_records records;
    size_t columns = 0;
    if (lince_records_open(&records, (const char *)bytes, size, (lince_csv_dialect){0}) < 0) {
        if (!*lince_error()) abort();
        return 0;
    }
    if (!strcmp(lince_records_kind(&records), "json") && lince_records_read(&records, check, &columns) < 0)
        abort();
    lince_records_close(&records);
    return 0;
}
