/* PyTorch's zip form, read:
 *     <any name>/data.pkl         the object; storages as ("storage", type, key, location, elements)
 *     <any name>/byteorder        "little" or "big"; missing in older files, which are little-endian
 *     <any name>/data/<key>       a storage's bytes
 *     <any name>/extra/lince.json lince's metadata, where lince wrote the file */
#include "core/error.h"
#include "core/json.h"
#include "weights/formats/format.h"
#include "weights/torch/stored_zip.h"
#include "weights/torch/torch.h"
#include "weights/torch/torch_state.h"

#include <stdio.h>
#include <string.h>
#include <zip.h>

enum { NAME_MAX_SIZE = 512 };
static const char OBJECT[] = "/data.pkl";

typedef struct reading {
    const char *file;
    const unsigned char *bytes;
    lince_stored_zip zip;
    char folder[NAME_MAX_SIZE];
} reading;

/* <folder>/data.pkl */
static bool is_pickle(const char *name, size_t size)
{
    size_t length = strlen(OBJECT);
    return size > length && !memcmp(name + size - length, OBJECT, length) &&
           memchr(name, '/', size) == name + size - length;
}

/* NULL: it is another zip file. */
static const lince_zip_entry *find_pickle(const lince_stored_zip *zip)
{
    for (size_t i = 0; i < zip->count; i++)
        if (is_pickle(zip->entries[i].name, zip->entries[i].name_size)) return &zip->entries[i];
    return NULL;
}

/* The record <folder>/<part><key>; NULL where there is none. */
static const lince_zip_entry *record(const reading *r, const char *part, const char *key, size_t key_size)
{
    char name[2 * NAME_MAX_SIZE];
    int length = snprintf(name, sizeof name, "%s/%s%.*s", r->folder, part,
                          (int)(key_size < 256 ? key_size : 256), key);
    return key_size < 256 ? lince_stored_zip_find(&r->zip, name, (size_t)length) : NULL;
}

static int check_stored(const reading *r, const lince_zip_entry *e)
{
    if (!e->method) return 0;
    return lince_fail(LINCE_EFORMAT,
                      "%s, byte %llu: entry '%.*s' is compressed (method %d); PyTorch stores its entries",
                      r->file, (unsigned long long)e->header, (int)(e->name_size < 100 ? e->name_size : 100),
                      e->name, e->method);
}

static int find_storage(const void *context, const lince_torch_storage *s, const unsigned char **bytes)
{
    const reading *r = context;
    const lince_zip_entry *e = record(r, "data/", s->key, s->key_size);
    if (!e)
        return lince_fail(LINCE_EFORMAT, "%s: there is no record '%s/data/%.*s' for a storage", r->file,
                          r->folder, (int)(s->key_size < 100 ? s->key_size : 100), s->key);
    LINCE_TRY(check_stored(r, e));
    if (e->size / lince_dtype_size(s->dtype) != s->elements)
        return lince_fail(
            LINCE_EFORMAT,
            "%s, byte %zu: storage '%.*s' should have %llu elements of %zu bytes, its record has %zu "
            "bytes",
            r->file, e->offset, (int)(s->key_size < 100 ? s->key_size : 100), s->key,
            (unsigned long long)s->elements, lince_dtype_size(s->dtype), e->size);
    *bytes = r->bytes + e->offset;
    return 0;
}

static int find_object(reading *r, const lince_zip_entry **object)
{
    const lince_zip_entry *e = *object = find_pickle(&r->zip);
    if (!e)
        return lince_fail(LINCE_EFORMAT, "%s: a zip file, but not of PyTorch: it has no <folder>/data.pkl",
                          r->file);
    size_t length = e->name_size - strlen(OBJECT);
    if (length >= sizeof r->folder || memchr(e->name, '\0', length))
        return lince_fail(LINCE_EFORMAT, "%s, byte %llu: the name of its folder is not usable", r->file,
                          (unsigned long long)e->header);
    memcpy(r->folder, e->name, length);
    if (record(r, "constants.pkl", "", 0))
        return lince_fail(LINCE_EFORMAT,
                          "%s: a TorchScript program; lince reads its weights once they are saved as a "
                          "state dict: torch.save(model.state_dict(), ...)",
                          r->file);
    return check_stored(r, e);
}

static int check_byte_order(const reading *r)
{
    const lince_zip_entry *e = record(r, "byteorder", "", 0);
    if (!e || (!e->method && e->size == 6 && !memcmp(r->bytes + e->offset, "little", 6))) return 0;
    return lince_fail(LINCE_EFORMAT,
                      "%s, byte %zu: its byte order is '%.*s'; lince reads little-endian files", r->file,
                      e->offset, (int)(e->size < 16 ? e->size : 16), (const char *)r->bytes + e->offset);
}

/* {"key": "value", ...}, as lince_torch_write leaves it. */
static int read_metadata(const reading *r, lince_weights *w)
{
    const lince_zip_entry *e = record(r, "extra/lince.json", "", 0);
    if (!e) return 0;
    LINCE_TRY(check_stored(r, e));
    json_t *json, *value;
    const char *key;
    int code =
        lince_json_parse((const char *)r->bytes + e->offset, e->size, JSON_REJECT_DUPLICATES, &json, NULL);
    if (code == LINCE_ENOMEM) return lince_fail_in(code, r->file);
    code = json_is_object(json)
               ? 0
               : lince_fail(LINCE_EFORMAT, "%s, byte %zu: extra/lince.json is not a JSON object", r->file,
                            e->offset);
    json_object_foreach(json, key, value)
    {
        if (!code && !json_is_string(value))
            code = lince_fail(LINCE_EFORMAT, "%s, byte %zu: extra/lince.json: '%.100s' is not a string",
                              r->file, e->offset, key);
        if (!code) code = lince_weights_add_metadata(w, key, json_string_value(value));
    }
    json_decref(json);
    return code;
}

static int read_file(reading *r, lince_weights *w, size_t size)
{
    const lince_zip_entry *object;
    char name[2 * NAME_MAX_SIZE];
    lince_pickle pickle;
    LINCE_TRY(lince_stored_zip_read(&r->zip, r->file, r->bytes, size));
    LINCE_TRY(find_object(r, &object));
    LINCE_TRY(check_byte_order(r));
    LINCE_TRY(read_metadata(r, w));
    snprintf(name, sizeof name, "%.500s: %.500s%s", r->file, r->folder, OBJECT);
    LINCE_TRY(lince_pickle_read(&pickle, name, r->bytes + object->offset, object->size, object->offset,
                                lince_torch_globals));
    lince_torch_object state = {name, pickle.root, object->offset, size, find_storage, r};
    int code = lince_torch_state(w, &state);
    lince_pickle_release(&pickle);
    return code;
}

static int parse(lince_weights *weights, const void *bytes, size_t size, const char *file)
{
    reading r = {.file = file, .bytes = bytes};
    int code = read_file(&r, weights, size);
    lince_stored_zip_release(&r.zip);
    return code;
}

/* All but the tensors' numbers. */
static bool is_said(const char *name, size_t size)
{
    static const char DATA[] = "/data/";
    const char *slash = memchr(name, '/', size);
    size_t behind = slash ? size - (size_t)(slash - name) : 0;
    return behind < strlen(DATA) || memcmp(slash, DATA, strlen(DATA)) != 0;
}

static int outline(const lince_outline *o)
{
    return lince_stored_zip_outline(o, is_said);
}

static bool recognise(const unsigned char *bytes, size_t size)
{
    return size >= 4 && !memcmp(bytes, "PK\3\4", 4);
}

/* Many things are zip files, some of them large: only the directory is read. */
static bool holds(const char *path)
{
    zip_t *archive = zip_open(path, ZIP_RDONLY, NULL);
    bool found = false;
    for (zip_int64_t i = 0; archive && !found && i < zip_get_num_entries(archive, 0); i++) {
        const char *name = zip_get_name(archive, (zip_uint64_t)i, ZIP_FL_ENC_RAW);
        found = name && is_pickle(name, strlen(name));
    }
    if (archive) zip_discard(archive);
    return found;
}

const lince_weights_format lince_torch_zip = {.name = "PyTorch (zip)",
                                              .recognise = recognise,
                                              .holds = holds,
                                              .parse = parse,
                                              .outline = outline,
                                              .rename = lince_torch_rename,
                                              .write = lince_torch_write};
