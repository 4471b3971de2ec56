/* PyTorch's form before 1.6, read. Five pickles, one behind the other:
 *     0x1950a86a20f9469cfc6c      the magic number
 *     1001                        the protocol
 *     {"little_endian": True, ...}
 *     the object                  storages as ("storage", type, key, location, elements, view)
 *     [key, key, ...]             the storages that follow, in this order
 * and each storage: its elements' number (64 bits), then their bytes. */
#include "core/error.h"
#include "core/memory.h"
#include "weights/formats/format.h"
#include "weights/torch/torch.h"
#include "weights/torch/torch_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const unsigned char MAGIC[10] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
enum { PROTOCOL = 1001 };

/* A storage of the file, as the object describes it, and where it lies. */
typedef struct place {
    lince_torch_storage storage;
    const unsigned char *bytes;
} place;

typedef struct reading {
    const char *file;
    const unsigned char *bytes;
    size_t size, at;
    place *places; /* sorted by key */
    size_t count;
} reading;

static int next_pickle(reading *r, lince_pickle *pickle)
{
    LINCE_TRY(
        lince_pickle_read(pickle, r->file, r->bytes + r->at, r->size - r->at, r->at, lince_torch_globals));
    r->at += pickle->size;
    return 0;
}

/* --- before the object ---------------------------------------------------------------------------- */

typedef int check(const reading *r, const lince_pickle_value *root);

static int check_magic(const reading *r, const lince_pickle_value *root)
{
    if (root->kind == LINCE_PICKLE_BIG && root->as.text.size == sizeof MAGIC &&
        !memcmp(root->as.text.bytes, MAGIC, sizeof MAGIC))
        return 0;
    return lince_fail(LINCE_EFORMAT, "%s, byte 0: a pickle, but not of PyTorch: its magic number is missing",
                      r->file);
}

static int check_protocol(const reading *r, const lince_pickle_value *root)
{
    if (root->kind == LINCE_PICKLE_INT && root->as.integer == PROTOCOL) return 0;
    return lince_fail(LINCE_EFORMAT, "%s, byte %zu: the protocol of PyTorch's file is not %d", r->file, r->at,
                      PROTOCOL);
}

static int check_system(const reading *r, const lince_pickle_value *root)
{
    const lince_pickle_value *little = lince_pickle_get(root, "little_endian");
    if (!little || little->kind != LINCE_PICKLE_BOOL)
        return lince_fail(LINCE_EFORMAT, "%s, byte %zu: it does not say its byte order", r->file, r->at);
    if (!little->as.integer)
        return lince_fail(LINCE_EFORMAT,
                          "%s, byte %zu: its byte order is 'big'; lince reads little-endian files", r->file,
                          r->at);
    return 0;
}

static int read_preamble(reading *r)
{
    static check *const checks[] = {check_magic, check_protocol, check_system};
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        lince_pickle pickle;
        reading here = *r;
        LINCE_TRY(next_pickle(r, &pickle));
        int code = checks[i](&here, pickle.root);
        lince_pickle_release(&pickle);
        LINCE_TRY(code);
    }
    return 0;
}

/* --- storages ------------------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b)
{
    const lince_torch_storage *x = &((const place *)a)->storage, *y = &((const place *)b)->storage;
    int order = memcmp(x->key, y->key, x->key_size < y->key_size ? x->key_size : y->key_size);
    return order ? order : (x->key_size > y->key_size) - (x->key_size < y->key_size);
}

static place *find(const reading *r, const char *key, size_t key_size)
{
    const place wanted = {.storage = {.key = key, .key_size = key_size}};
    return r->count ? bsearch(&wanted, r->places, r->count, sizeof wanted, by_key) : NULL;
}

/* The storages that the object names, each once. */
static int list_storages(reading *r, const lince_pickle *object, size_t offset)
{
    if (!(r->places = lince_alloc(object->outside_count + 1, sizeof *r->places))) return LINCE_ENOMEM;
    for (size_t i = 0; i < object->outside_count; i++)
        LINCE_TRY(lince_torch_storage_read(&r->places[i].storage, object->outside[i], r->file, offset));
    if (object->outside_count) qsort(r->places, object->outside_count, sizeof *r->places, by_key);
    for (size_t i = 0; i < object->outside_count; i++) {
        const lince_torch_storage *s = &r->places[i].storage;
        if (!r->count || by_key(&r->places[r->count - 1], &r->places[i])) {
            r->places[r->count++] = r->places[i];
            continue;
        }
        const lince_torch_storage *other = &r->places[r->count - 1].storage;
        if (s->dtype != other->dtype || s->elements != other->elements)
            return lince_fail(LINCE_EFORMAT, "%s: storage '%.*s' is described in two ways", r->file,
                              (int)(s->key_size < 100 ? s->key_size : 100), s->key);
    }
    return 0;
}

/* The storage that lies next. */
static int read_storage(reading *r, const lince_pickle_value *key)
{
    place *p = key->kind == LINCE_PICKLE_TEXT ? find(r, key->as.text.bytes, key->as.text.size) : NULL;
    if (!p || p->bytes)
        return lince_fail(LINCE_EFORMAT,
                          "%s, byte %zu: the list of storages names one twice, or one that no tensor uses",
                          r->file, r->at);
    if (r->size - r->at < 8)
        return lince_fail(LINCE_EFORMAT, "%s, byte %zu: there is no storage (truncated?)", r->file, r->at);
    uint64_t elements = 0;
    for (int i = 7; i >= 0; i--) elements = elements << 8 | r->bytes[r->at + (size_t)i];
    if (elements != p->storage.elements)
        return lince_fail(LINCE_EFORMAT, "%s, byte %zu: elements of a storage: %llu; the object says %llu",
                          r->file, r->at, (unsigned long long)elements,
                          (unsigned long long)p->storage.elements);
    r->at += 8;
    size_t width = lince_dtype_size(p->storage.dtype);
    if (elements > (r->size - r->at) / width)
        return lince_fail(LINCE_EFORMAT,
                          "%s, byte %zu: a storage claims %llu elements of %zu bytes, the file has %zu bytes "
                          "(truncated?)",
                          r->file, r->at, (unsigned long long)elements, width, r->size - r->at);
    p->bytes = r->bytes + r->at;
    r->at += (size_t)elements * width;
    return 0;
}

static int read_storages(reading *r)
{
    lince_pickle keys;
    LINCE_TRY(next_pickle(r, &keys));
    int code =
        keys.root->kind == LINCE_PICKLE_LIST
            ? 0
            : lince_fail(LINCE_EFORMAT, "%s, byte %zu: the storages' keys are not a list", r->file, r->at);
    for (size_t i = 0; !code && i < keys.root->as.list.count; i++)
        code = read_storage(r, keys.root->as.list.items[i]);
    lince_pickle_release(&keys);
    if (!code && r->at != r->size)
        code = lince_fail(LINCE_EFORMAT, "%s, byte %zu: bytes behind the last storage: %zu", r->file, r->at,
                          r->size - r->at);
    return code;
}

static int find_storage(const void *context, const lince_torch_storage *s, const unsigned char **bytes)
{
    const reading *r = context;
    const place *p = find(r, s->key, s->key_size);
    *bytes = p ? p->bytes : NULL;
    return *bytes ? 0
                  : lince_fail(LINCE_EFORMAT, "%s: storage '%.*s' is not in the file (truncated?)", r->file,
                               (int)(s->key_size < 100 ? s->key_size : 100), s->key);
}

/* --- all ------------------------------------------------------------------------------------------ */

static int read_file(reading *r, lince_weights *w)
{
    lince_pickle object;
    LINCE_TRY(read_preamble(r));
    size_t offset = r->at;
    LINCE_TRY(next_pickle(r, &object));
    int code = list_storages(r, &object, offset);
    if (!code) code = read_storages(r);
    lince_torch_object state = {r->file, object.root, offset, r->size, find_storage, r};
    if (!code) code = lince_torch_state(w, &state);
    lince_pickle_release(&object);
    return code;
}

static int parse(lince_weights *weights, const void *bytes, size_t size, const char *file)
{
    reading r = {.file = file, .bytes = bytes, .size = size};
    int code = read_file(&r, weights);
    lince_free(r.places);
    return code;
}

static bool recognise(const unsigned char *bytes, size_t size)
{
    return size > 2 && bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5;
}

const lince_weights_format lince_torch_legacy = {
    .name = "PyTorch (legacy)", .recognise = recognise, .parse = parse, .rename = lince_torch_rename};
