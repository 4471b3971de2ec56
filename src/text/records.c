#include "text/records.h"

static bool is_csv(const char *text, size_t size)
{
    (void)text, (void)size;
    return true;
}

static int open_csv(lince_records *records)
{
    records->dialect = lince_csv_sniff(records->text, records->size, records->dialect);
    return 0;
}

static int read_csv(const lince_records *records, lince_csv_take *take, void *context)
{
    return lince_csv_read(records->text, records->size, records->dialect, take, context);
}

static void close_csv(lince_records *records)
{
    (void)records;
}

static const lince_records_format csv = {
    .name = "csv", .recognise = is_csv, .open = open_csv, .read = read_csv, .close = close_csv};

/* The first that recognises the content; CSV takes what is left. */
static const lince_records_format *const formats[] = {&lince_json_records, &csv};

int lince_records_open(lince_records *records, const char *text, size_t size, lince_csv_dialect known)
{
    const lince_records_format *const *format = formats;
    while (!(*format)->recognise(text, size)) format++;
    *records = (lince_records){.format = *format, .text = text, .size = size, .dialect = known};
    int code = records->format->open(records);
    if (code < 0) lince_records_close(records);
    return code;
}

int lince_records_read(const lince_records *records, lince_csv_take *take, void *context)
{
    return records->format->read(records, take, context);
}

void lince_records_close(lince_records *records)
{
    if (records->format) records->format->close(records);
    *records = (lince_records){0};
}

const char *lince_records_kind(const lince_records *records)
{
    return records->format == &csv && records->dialect.delimiter == '\t' ? "tsv" : records->format->name;
}
