#include "weights/torch/stored_zip.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOCAL_HEADER = 30,
    CENTRAL_HEADER = 46,
    END = 22,
    END64 = 56,
    LOCATOR64 = 20,
    LONGEST_COMMENT = 65535
};

typedef struct reading {
    const char *file;
    const unsigned char *bytes;
    size_t size;
    lince_stored_zip *zip;
} reading;

/* The central directory: where it lies, and how many entries it says it has. */
typedef struct directory {
    uint64_t begin, size, count;
    size_t end; /* offset of the record that told */
} directory;

static int refuse(const reading *r, uint64_t offset, const char *rule)
{
    return lince_fail(LINCE_EFORMAT, "%s, byte %zu: zip: %s", r->file, (size_t)offset, _(rule));
}

/* A little-endian number of `width` bytes that lie inside the file. */
static uint64_t number(const reading *r, size_t offset, size_t width)
{
    uint64_t value = 0;
    for (size_t i = width; i-- > 0;) value = value << 8 | r->bytes[offset + i];
    return value;
}

static bool signature(const reading *r, uint64_t offset, size_t record, const char *letters)
{
    return offset <= r->size && record <= r->size - offset && !memcmp(r->bytes + offset, letters, 4);
}

/* The end record lies at the file's end, before a comment of the length that it states. */
static int find_end(const reading *r, size_t *end)
{
    for (size_t back = END; back <= r->size && back <= END + LONGEST_COMMENT; back++) {
        *end = r->size - back;
        if (signature(r, *end, END, "PK\5\6") && number(r, *end + 20, 2) == back - END) return 0;
    }
    return refuse(r, r->size, "there is no end of the central directory (truncated?)");
}

static int read_end(const reading *r, directory *d)
{
    LINCE_TRY(find_end(r, &d->end));
    if (number(r, d->end + 4, 2) || number(r, d->end + 6, 2))
        return refuse(r, d->end, "it is a part of several");
    *d = (directory){number(r, d->end + 16, 4), number(r, d->end + 12, 4), number(r, d->end + 10, 2), d->end};
    if (d->end >= LOCATOR64 && signature(r, d->end - LOCATOR64, LOCATOR64, "PK\6\7")) {
        uint64_t end64 = number(r, d->end - LOCATOR64 + 8, 8);
        if (!signature(r, end64, END64, "PK\6\6"))
            return refuse(r, d->end - LOCATOR64, "its ZIP64 end record is not where it says");
        *d = (directory){number(r, end64 + 48, 8), number(r, end64 + 40, 8), number(r, end64 + 32, 8), end64};
    }
    if (d->begin > d->end || d->size > d->end - d->begin)
        return refuse(r, d->end, "the central directory does not lie before its end (truncated?)");
    if (d->count > d->size / CENTRAL_HEADER)
        return refuse(r, d->end, "more entries than the central directory has place for");
    return 0;
}

/* ZIP64: sizes and offset that did not fit into 32 bits stand in extra field 1, in this order. */
static int read_extra(const reading *r, size_t at, size_t end, uint64_t *size, uint64_t *packed,
                      uint64_t *header)
{
    uint64_t *const wide[] = {size, packed, header};
    while (at + 4 <= end) {
        uint64_t id = number(r, at, 2), length = number(r, at + 2, 2);
        size_t next = at + 4 + length;
        if (next > end) return refuse(r, at, "an extra field reaches beyond its entry");
        for (size_t i = 0, from = at + 4; id == 1 && i < 3; i++) {
            if (*wide[i] != UINT32_MAX) continue;
            if (from + 8 > next) return refuse(r, at, "the ZIP64 field is too short");
            *wide[i] = number(r, from, 8);
            from += 8;
        }
        at = next;
    }
    return 0;
}

/* The data begin behind the local header, whose own name and extra field count. */
static int find_data(const reading *r, lince_zip_entry *e)
{
    if (!signature(r, e->header, LOCAL_HEADER, "PK\3\4"))
        return refuse(r, e->header, "there is no local header where the directory says");
    size_t header = (size_t)e->header, name = number(r, header + 26, 2), extra = number(r, header + 28, 2);
    if (name + extra > r->size - header - LOCAL_HEADER)
        return refuse(r, header, "the local header reaches beyond the file (truncated?)");
    if (name != e->name_size || memcmp(r->bytes + header + LOCAL_HEADER, e->name, name) != 0)
        return refuse(r, header, "the local header has another name than the directory");
    e->offset = header + LOCAL_HEADER + name + extra;
    if (e->size > r->size - e->offset)
        return lince_fail(LINCE_EFORMAT,
                          "%s, byte %zu: zip: entry '%.*s' claims %zu bytes, the file has %zu (truncated?)",
                          r->file, header, (int)(e->name_size < 100 ? e->name_size : 100), e->name, e->size,
                          r->size - e->offset);
    return 0;
}

/* One entry of the central directory, which ends at `end`; *at moves on. */
static int read_entry(const reading *r, size_t *at, size_t end, lince_zip_entry *e)
{
    size_t here = *at;
    if (CENTRAL_HEADER > end - here || !signature(r, here, CENTRAL_HEADER, "PK\1\2"))
        return refuse(r, here, "there is no entry of the central directory");
    size_t name = number(r, here + 28, 2), extra = number(r, here + 30, 2), comment = number(r, here + 32, 2);
    if (name + extra + comment > end - here - CENTRAL_HEADER)
        return refuse(r, here, "an entry reaches beyond the central directory");
    uint64_t flags = number(r, here + 8, 2), packed = number(r, here + 20, 4), size = number(r, here + 24, 4);
    *e = (lince_zip_entry){.name = (const char *)r->bytes + here + CENTRAL_HEADER,
                           .name_size = name,
                           .method = (int)number(r, here + 10, 2),
                           .header = number(r, here + 42, 4)};
    size_t extras = here + CENTRAL_HEADER + name;
    LINCE_TRY(read_extra(r, extras, extras + extra, &size, &packed, &e->header));
    if (flags & 1) return refuse(r, here, "an entry is encrypted");
    if (!e->method && size != packed) return refuse(r, here, "a stored entry has two different sizes");
    e->size = packed;
    *at = extras + extra + comment;
    return find_data(r, e);
}

static int by_header(const void *a, const void *b)
{
    const lince_zip_entry *x = a, *y = b;
    return (x->header > y->header) - (x->header < y->header);
}

static int compare_names(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : (a_size > b_size) - (a_size < b_size);
}

static int by_name(const void *a, const void *b)
{
    const lince_zip_entry *x = a, *y = b;
    return compare_names(x->name, x->name_size, y->name, y->name_size);
}

static int check_entries(const reading *r, uint64_t directory_begin)
{
    lince_stored_zip *zip = r->zip;
    qsort(zip->entries, zip->count, sizeof *zip->entries, by_header);
    for (size_t i = 0; i < zip->count; i++) {
        const lince_zip_entry *e = &zip->entries[i];
        if (e->offset + e->size > (i + 1 < zip->count ? e[1].header : directory_begin))
            return refuse(r, e->header, "two entries overlap");
    }
    qsort(zip->entries, zip->count, sizeof *zip->entries, by_name);
    for (size_t i = 1; i < zip->count; i++)
        if (!by_name(&zip->entries[i - 1], &zip->entries[i]))
            return refuse(r, zip->entries[i].header, "two entries have the same name");
    return 0;
}

int lince_stored_zip_read(lince_stored_zip *zip, const char *file, const void *bytes, size_t size)
{
    reading r = {file, bytes, size, zip};
    directory d = {0};
    *zip = (lince_stored_zip){0};
    LINCE_TRY(read_end(&r, &d));
    if (!(zip->entries = lince_alloc((size_t)d.count + 1, sizeof *zip->entries))) return LINCE_ENOMEM;
    size_t at = (size_t)d.begin, end = (size_t)(d.begin + d.size);
    int code = 0;
    for (; zip->count < d.count && !code; zip->count++)
        code = read_entry(&r, &at, end, &zip->entries[zip->count]);
    if (!code && at != end) code = refuse(&r, at, "bytes behind the last entry of the central directory");
    if (!code) code = check_entries(&r, d.begin);
    if (code) lince_stored_zip_release(zip);
    return code;
}

/* Of the entry of the central directory at `at`: the local header with what follows it, or all of it. */
static int outline_entry(const lince_outline *o, size_t at, bool (*wanted)(const char *name, size_t size),
                         size_t *next)
{
    reading r = {o->path, o->bytes, o->size, NULL};
    size_t name = number(&r, at + 28, 2), extra = number(&r, at + 30, 2), comment = number(&r, at + 32, 2),
           extras = at + CENTRAL_HEADER + name;
    uint64_t packed = number(&r, at + 20, 4), size = number(&r, at + 24, 4), header = number(&r, at + 42, 4);
    *next = extras + extra + comment;
    if (*next > o->size) return 0;
    LINCE_TRY(read_extra(&r, extras, extras + extra, &size, &packed, &header));
    bool whole = wanted((const char *)o->bytes + at + CENTRAL_HEADER, name);
    LINCE_TRY(lince_outline_read(o, header, LOCAL_HEADER));
    if (header > o->size || o->size - header < LOCAL_HEADER) return 0;
    uint64_t behind = number(&r, (size_t)header + 26, 2) + number(&r, (size_t)header + 28, 2);
    return lince_outline_read(o, header + LOCAL_HEADER, behind + (whole ? packed : 0));
}

int lince_stored_zip_outline(const lince_outline *o, bool (*wanted)(const char *name, size_t size))
{
    const uint64_t tail = END + LONGEST_COMMENT + LOCATOR64 + END64;
    reading r = {o->path, o->bytes, o->size, NULL};
    directory d;
    LINCE_TRY(lince_outline_read(o, o->size > tail ? o->size - tail : 0, tail));
    if (read_end(&r, &d)) return 0;
    LINCE_TRY(lince_outline_read(o, d.begin, d.size));
    for (size_t at = (size_t)d.begin, end = at + (size_t)d.size, next; at < end && end - at >= CENTRAL_HEADER;
         at = next)
        LINCE_TRY(outline_entry(o, at, wanted, &next));
    return 0;
}

void lince_stored_zip_release(lince_stored_zip *zip)
{
    lince_free(zip->entries);
    *zip = (lince_stored_zip){0};
}

const lince_zip_entry *lince_stored_zip_find(const lince_stored_zip *zip, const char *name, size_t name_size)
{
    const lince_zip_entry wanted = {.name = name, .name_size = name_size};
    if (!zip->count) return NULL;
    return bsearch(&wanted, zip->entries, zip->count, sizeof *zip->entries, by_name);
}
