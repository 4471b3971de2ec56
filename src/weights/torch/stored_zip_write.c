#include "weights/torch/stored_zip_write.h"

#include <string.h>
#include <zlib.h>

/* Bytes of the records; ZIP64 field and padding field lie behind a local header's name. */
enum { LOCAL_HEADER = 30, ZIP64_FIELD = 20, PADDING_FIELD = 4, ALIGNMENT = 64 };
enum { VERSION = 45 /* 4.5: ZIP64 */, DATE = 33 /* 1980-01-01 */ };

static void put_number(lince_buffer *out, uint64_t number, int width)
{
    for (int i = 0; i < width; i++) lince_buffer_put(out, (char[]){(char)(number >> 8 * i)}, 1);
}

static void write_bytes(lince_zip_writer *w, const void *bytes, size_t size)
{
    if (size) fwrite(bytes, 1, size, w->stream);
    w->written += size;
}

/* In pieces that zlib's type can count. */
static uint32_t checksum(const unsigned char *bytes, size_t size)
{
    const size_t piece = 1 << 30;
    uLong sum = crc32(0, NULL, 0);
    for (size_t at = 0; at < size; at += piece)
        sum = crc32(sum, bytes + at, (uInt)(size - at < piece ? size - at : piece));
    return (uint32_t)sum;
}

/* What local header and directory say alike: from the version to the lengths of name and extra fields. */
static void put_common(lince_buffer *out, uint32_t sum, size_t name, size_t extra)
{
    put_number(out, VERSION, 2);
    put_number(out, 0, 4); /* flags; method: stored */
    put_number(out, 0, 2); /* time */
    put_number(out, DATE, 2);
    put_number(out, sum, 4);
    put_number(out, UINT32_MAX, 4); /* both sizes: see the ZIP64 field */
    put_number(out, UINT32_MAX, 4);
    put_number(out, name, 2);
    put_number(out, extra, 2);
}

static void put_directory_entry(lince_buffer *out, const char *name, uint32_t sum, size_t size,
                                uint64_t header)
{
    enum { EXTRA = 28 };
    lince_buffer_put(out, "PK\1\2", 4);
    put_number(out, VERSION, 2);
    put_common(out, sum, strlen(name), EXTRA);
    put_number(out, 0, 6);          /* comment, disk, internal attributes */
    put_number(out, 0, 4);          /* external ones */
    put_number(out, UINT32_MAX, 4); /* header: see the ZIP64 field */
    lince_buffer_puts(out, name);
    put_number(out, 1, 2);
    put_number(out, EXTRA - 4, 2);
    put_number(out, size, 8);
    put_number(out, size, 8);
    put_number(out, header, 8);
}

void lince_zip_add(lince_zip_writer *w, const char *name, const void *bytes, size_t size)
{
    uint32_t sum = checksum(bytes, size);
    uint64_t header = w->written, before = header + LOCAL_HEADER + strlen(name) + ZIP64_FIELD + PADDING_FIELD;
    size_t padding = (size_t)((ALIGNMENT - before % ALIGNMENT) % ALIGNMENT);
    lince_buffer out = {0};
    lince_buffer_put(&out, "PK\3\4", 4);
    put_common(&out, sum, strlen(name), ZIP64_FIELD + PADDING_FIELD + padding);
    lince_buffer_puts(&out, name);
    put_number(&out, 1, 2);
    put_number(&out, ZIP64_FIELD - 4, 2);
    put_number(&out, size, 8);
    put_number(&out, size, 8);
    lince_buffer_put(&out, "FB", 2); /* PyTorch's name for the padding */
    put_number(&out, padding, 2);
    for (size_t i = 0; i < padding; i++) put_number(&out, 0, 1);
    if (out.error) w->directory.error = out.error;
    put_directory_entry(&w->directory, name, sum, size, header);
    write_bytes(w, out.data, out.size);
    write_bytes(w, bytes, size);
    w->entries++;
    lince_buffer_release(&out);
}

void lince_zip_finish(lince_zip_writer *w)
{
    lince_buffer *out = &w->directory;
    uint64_t begin = w->written, size = out->size;
    lince_buffer_put(out, "PK\6\6", 4); /* ZIP64 end */
    put_number(out, 44, 8);
    put_number(out, VERSION, 2);
    put_number(out, VERSION, 2);
    put_number(out, 0, 8); /* disks */
    put_number(out, w->entries, 8);
    put_number(out, w->entries, 8);
    put_number(out, size, 8);
    put_number(out, begin, 8);
    lince_buffer_put(out, "PK\6\7", 4); /* its locator */
    put_number(out, 0, 4);
    put_number(out, begin + size, 8);
    put_number(out, 1, 4);
    lince_buffer_put(out, "PK\5\6", 4); /* the old end */
    put_number(out, 0, 4);
    put_number(out, UINT16_MAX, 2);
    put_number(out, UINT16_MAX, 2);
    put_number(out, UINT32_MAX, 4);
    put_number(out, UINT32_MAX, 4);
    put_number(out, 0, 2);
    write_bytes(w, out->data, out->size);
}
