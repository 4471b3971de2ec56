#include "weights/formats/safetensors.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "weights/checksum.h"
#include "weights/formats/format.h"
#include "weights/torch/torch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { PREFIX = 8 };
static const char METADATA[] = "__metadata__";
static const uint64_t LARGEST_HEADER = 100000000; /* as the reference implementation */

static uint64_t little_endian(const unsigned char *bytes)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | bytes[i];
    return value;
}

/* 8 bytes of header size, little-endian, of which the upper ones are zero; then the header's brace. */
static bool recognise(const unsigned char *bytes, size_t size)
{
    return size > PREFIX && bytes[PREFIX] == '{' && !bytes[7] && !bytes[6] && !bytes[5];
}

/* --- reading -------------------------------------------------------------------------------------- */

typedef struct reading {
    const char *file;
    lince_weights *weights;
    const unsigned char *data; /* behind the header */
    size_t size;               /* of it */
} reading;

static int refuse(const reading *r, const char *tensor, const char *rule)
{
    return lince_fail(LINCE_EFORMAT, "%s: tensor '%.100s': %s", r->file, tensor, _(rule));
}

static bool whole_number(const json_t *json, uint64_t *value)
{
    if (!json_is_integer(json) || json_integer_value(json) < 0) return false;
    *value = (uint64_t)json_integer_value(json);
    return true;
}

static int read_dtype(const reading *r, const char *name, const json_t *json, lince_dtype *dtype)
{
    const char *text = json_string_value(json_object_get(json, "dtype"));
    if (text && lince_dtype_named(text, strlen(text), dtype)) return 0;
    return refuse(r, name, "its dtype is missing or not one of F32 F16 BF16 F64 I64 I32 U8 BOOL");
}

/* shape x size of dtype, without overflow. */
static int read_shape(const reading *r, const char *name, const json_t *json, lince_tensor *t, size_t *bytes)
{
    const json_t *shape = json_object_get(json, "shape");
    if (!json_is_array(shape)) return refuse(r, name, "its shape is missing or not a list");
    if (json_array_size(shape) > LINCE_MAX_DIMS) return refuse(r, name, "it has more than 8 dimensions");
    t->ndim = (int)json_array_size(shape);
    *bytes = lince_dtype_size(t->dtype);
    for (int i = 0; i < t->ndim; i++) {
        uint64_t n;
        if (!whole_number(json_array_get(shape, (size_t)i), &n))
            return refuse(r, name, "its shape has an entry that is not a size");
        if (!lince_mul(*bytes, n, bytes)) return refuse(r, name, "its shape is too large");
        t->dims[i] = (int64_t)n;
    }
    return 0;
}

static int read_range(const reading *r, const char *name, const json_t *json, lince_tensor *t, size_t bytes)
{
    const json_t *range = json_object_get(json, "data_offsets");
    uint64_t begin, end;
    if (json_array_size(range) != 2 || !whole_number(json_array_get(range, 0), &begin) ||
        !whole_number(json_array_get(range, 1), &end))
        return refuse(r, name, "its data_offsets are missing or not two sizes");
    if (begin > end || end > r->size)
        return lince_fail(LINCE_EFORMAT,
                          "%s: tensor '%.100s': its data lie at %zu..%zu, the file has %zu bytes of data "
                          "(truncated?)",
                          r->file, name, (size_t)begin, (size_t)end, r->size);
    if (end - begin != bytes)
        return lince_fail(LINCE_EFORMAT,
                          "%s: tensor '%.100s': shape and dtype need %zu bytes, its data have %zu", r->file,
                          name, bytes, (size_t)(end - begin));
    t->data = r->data + begin;
    t->bytes = bytes;
    return 0;
}

static int read_tensor(reading *r, const char *name, const json_t *json)
{
    lince_tensor t = {0};
    size_t bytes = 0;
    if (!json_is_object(json)) return refuse(r, name, "its entry is not an object");
    LINCE_TRY(read_dtype(r, name, json, &t.dtype));
    LINCE_TRY(read_shape(r, name, json, &t, &bytes));
    LINCE_TRY(read_range(r, name, json, &t, bytes));
    return lince_weights_add(r->weights, &t, name, strlen(name));
}

static int read_metadata(reading *r, json_t *json)
{
    if (!json_is_object(json)) return lince_fail(LINCE_EFORMAT, "%s: __metadata__ is not an object", r->file);
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value)
    {
        if (!json_is_string(value))
            return lince_fail(LINCE_EFORMAT, "%s: __metadata__ '%.100s' is not a string", r->file, key);
        LINCE_TRY(lince_weights_add_metadata(r->weights, key, json_string_value(value)));
    }
    return 0;
}

static int by_place(const void *a, const void *b)
{
    const lince_tensor *x = a, *y = b;
    if (x->data != y->data) return (const char *)x->data < (const char *)y->data ? -1 : 1;
    return (x->bytes > y->bytes) - (x->bytes < y->bytes); /* an empty tensor lies before its neighbour */
}

/* Every byte of data belongs to exactly one tensor. */
static int check_cover(const reading *r)
{
    const lince_weights *w = r->weights;
    if (w->count) qsort(w->tensors, w->count, sizeof *w->tensors, by_place);
    const unsigned char *end = r->data;
    for (size_t i = 0; i < w->count; i++) {
        const lince_tensor *t = &w->tensors[i];
        if ((const unsigned char *)t->data != end)
            return refuse(r, t->name,
                          (const unsigned char *)t->data < end ? "its data overlap another tensor's"
                                                               : "there is a hole before its data");
        end += t->bytes;
    }
    if (end != r->data + r->size)
        return lince_fail(LINCE_EFORMAT, "%s: bytes behind the last tensor: %zu", r->file,
                          (size_t)(r->data + r->size - end));
    return 0;
}

static int read_header(reading *r, const char *header, size_t size)
{
    json_error_t error;
    json_t *json;
    int code = lince_json_parse(header, size, JSON_REJECT_DUPLICATES, &json, &error);
    if (code == LINCE_ENOMEM) return lince_fail_in(code, r->file);
    if (code)
        return lince_fail(LINCE_EFORMAT, "%s: header, byte %d: %s", r->file, error.position + PREFIX,
                          error.text);
    code =
        json_is_object(json) ? 0 : lince_fail(LINCE_EFORMAT, "%s: the header is not a JSON object", r->file);
    const char *name;
    json_t *value;
    json_object_foreach(json, name, value)
    {
        if (code) break;
        code = strcmp(name, METADATA) != 0 ? read_tensor(r, name, value) : read_metadata(r, value);
    }
    json_decref(json);
    LINCE_TRY(code);
    return check_cover(r);
}

static int parse(lince_weights *weights, const void *bytes, size_t size, const char *file)
{
    if (size < PREFIX)
        return lince_fail(LINCE_EFORMAT, "%s: too short for a safetensors file (size in bytes: %zu)", file,
                          size);
    uint64_t header = little_endian(bytes);
    if (header > LARGEST_HEADER || header > size - PREFIX)
        return lince_fail(LINCE_EFORMAT,
                          "%s: not a safetensors file, or truncated: its header claims %zu bytes, the file "
                          "has %zu",
                          file, (size_t)header, size);
    const char *text = (const char *)bytes + PREFIX;
    if (!header || *text != '{')
        return lince_fail(LINCE_EFORMAT, "%s: not a safetensors file: its header does not begin with '{'",
                          file);
    reading r = {file, weights, (const unsigned char *)text + header, size - PREFIX - header};
    return read_header(&r, text, header);
}

static int outline(const lince_outline *o)
{
    uint64_t header = o->size < PREFIX ? 0 : little_endian(o->bytes);
    return lince_outline_read(o, PREFIX, header < LARGEST_HEADER ? header : LARGEST_HEADER);
}

int lince_safetensors_open(lince_weights **weights, const char *path)
{
    return lince_weights_open_as(&lince_safetensors, weights, path);
}

/* --- writing -------------------------------------------------------------------------------------- */

static json_t *tensor_entry(const lince_tensor *t, size_t begin)
{
    json_t *shape = json_array();
    for (int i = 0; i < t->ndim; i++) lince_json_add(&shape, json_integer(t->dims[i]));
    return lince_json_pack("{s:s, s:o, s:[I, I]}", "dtype", lince_dtype_name(t->dtype), "shape", shape,
                           "data_offsets", (json_int_t)begin, (json_int_t)(begin + t->bytes));
}

/* Adds one tensor's entry; *begin moves on. */
static int put_tensor(json_t **root, const char *path, const lince_tensor *t, size_t *begin)
{
    if (!strcmp(t->name, METADATA))
        return lince_fail(LINCE_EDATA, "%s: no tensor may be named '%s'", path, METADATA);
    if (!lince_add(*begin, t->bytes, begin))
        return lince_fail(LINCE_ENOMEM, "%s: out of memory for its header", path);
    lince_json_put(root, t->name, tensor_entry(t, *begin - t->bytes));
    return 0;
}

static int put_metadata(json_t **root, const char *path, const lince_metadata *metadata, size_t count)
{
    json_t *pairs = json_object();
    for (size_t i = 0; i < count; i++) {
        if (json_object_get(pairs, metadata[i].key)) {
            json_decref(pairs);
            return lince_fail(LINCE_EDATA, "%s: metadata '%.100s': its key is there twice", path,
                              metadata[i].key);
        }
        lince_json_put(&pairs, metadata[i].key, lince_json_string(metadata[i].value));
    }
    lince_json_put(root, METADATA, pairs);
    return 0;
}

/* The header as a lince_alloc'ed string. */
static int header_text(char **text, const char *path, const lince_tensor *tensors, size_t count,
                       const lince_metadata *metadata, size_t metadata_count)
{
    json_t *root = json_object();
    size_t begin = 0;
    int code = put_metadata(&root, path, metadata, metadata_count);
    for (size_t i = 0; i < count && !code; i++) code = put_tensor(&root, path, &tensors[i], &begin);
    *text = NULL;
    if (code) {
        json_decref(root);
        return code;
    }
    code = lince_json_text(root, JSON_COMPACT, text);
    return code ? lince_fail_in(code, path) : 0;
}

/* With the checksum in it. */
static int sealed_header(char **text, const char *path, const lince_tensor *tensors, size_t count,
                         const lince_metadata *metadata, size_t metadata_count)
{
    lince_metadata *all;
    LINCE_TRY(lince_checksum_add(&all, tensors, count, metadata, metadata_count));
    int code = header_text(text, path, tensors, count, all, metadata_count + 1);
    lince_checksum_release(all, metadata_count);
    return code;
}

int lince_safetensors_write_in(const char *folder, const char *name, const lince_tensor *tensors,
                               size_t count, const lince_metadata *metadata, size_t metadata_count)
{
    char *header;
    LINCE_TRY(lince_tensors_check(name, tensors, count));
    LINCE_TRY(sealed_header(&header, name, tensors, count, metadata, metadata_count));
    lince_file file;
    int code = lince_file_open_in(&file, folder, name);
    if (!code) {
        /* blanks, so that data begin at a multiple of 8 */
        size_t length = strlen(header), padded = (length + 7) / 8 * 8;
        unsigned char prefix[PREFIX];
        for (int i = 0; i < PREFIX; i++) prefix[i] = (unsigned char)((uint64_t)padded >> 8 * i);
        fwrite(prefix, 1, PREFIX, file.stream);
        fwrite(header, 1, length, file.stream);
        fwrite("        ", 1, padded - length, file.stream);
        for (size_t i = 0; i < count; i++) fwrite(tensors[i].data, 1, tensors[i].bytes, file.stream);
        code = lince_file_commit(&file);
    }
    lince_free(header);
    return code;
}

int lince_safetensors_write(const char *path, const lince_tensor *tensors, size_t count,
                            const lince_metadata *metadata, size_t metadata_count)
{
    return lince_safetensors_write_in(NULL, path, tensors, count, metadata, metadata_count);
}

/* Its names are what PyTorch called them, mostly. */
const lince_weights_format lince_safetensors = {.name = "safetensors",
                                                .recognise = recognise,
                                                .parse = parse,
                                                .outline = outline,
                                                .rename = lince_torch_rename,
                                                .write = lince_safetensors_write};
