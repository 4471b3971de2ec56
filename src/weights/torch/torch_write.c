/* PyTorch's zip form, written: see torch_zip.c for the records. */
#include "core/error.h"
#include "core/file.h"
#include "core/json.h"
#include "core/memory.h"
#include "weights/checksum.h"
#include "weights/torch/stored_zip_write.h"
#include "weights/torch/torch.h"
#include "weights/torch/torch_state.h"
#include "weights/weights_internal.h"

#include <string.h>

/* --- the pickle ----------------------------------------------------------------------------------- */

static void put_number(lince_buffer *out, uint64_t number, int width)
{
    for (int i = 0; i < width; i++) lince_buffer_put(out, (char[]){(char)(number >> 8 * i)}, 1);
}

/* BINUNICODE */
static void put_text(lince_buffer *out, const char *text)
{
    lince_buffer_puts(out, "X");
    put_number(out, strlen(text), 4);
    lince_buffer_puts(out, text);
}

/* BININT, or LONG1 where it is larger. */
static void put_integer(lince_buffer *out, uint64_t number)
{
    bool small = number <= INT32_MAX;
    lince_buffer_puts(out, small ? "J" : "\x8a\x08");
    put_number(out, number, small ? 4 : 8);
}

/* ("storage", type, key, "cpu", elements), made a persistent id */
static void put_storage(lince_buffer *out, const lince_tensor *t, size_t key)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", key);
    lince_buffer_puts(out, "(");
    put_text(out, "storage");
    lince_buffer_printf(out, "ctorch\n%s\n", lince_torch_storage_type(t->dtype));
    put_text(out, digits);
    put_text(out, "cpu");
    put_integer(out, lince_tensor_elements(t));
    lince_buffer_puts(out, "tQ");
}

/* name: _rebuild_tensor_v2(storage, 0, sizes, strides, False, OrderedDict()) */
static void put_tensor(lince_buffer *out, const lince_tensor *t, size_t key)
{
    put_text(out, t->name);
    lince_buffer_puts(out, "ctorch._utils\n_rebuild_tensor_v2\n(");
    put_storage(out, t, key);
    put_integer(out, 0);
    lince_buffer_puts(out, "(");
    for (int i = 0; i < t->ndim; i++) put_integer(out, (uint64_t)t->dims[i]);
    lince_buffer_puts(out, "t(");
    for (int i = 0; i < t->ndim; i++) {
        uint64_t stride = 1;
        for (int k = i + 1; k < t->ndim; k++) stride *= (uint64_t)(t->dims[k] ? t->dims[k] : 1);
        put_integer(out, stride);
    }
    lince_buffer_puts(out, "t\x89"
                           "ccollections\nOrderedDict\n)RtR");
}

static void put_object(lince_buffer *out, const lince_tensor *tensors, size_t count)
{
    lince_buffer_puts(out, "\x80\x02"
                           "ccollections\nOrderedDict\n)R(");
    for (size_t i = 0; i < count; i++) put_tensor(out, &tensors[i], i);
    lince_buffer_puts(out, "u.");
}

/* --- the file ------------------------------------------------------------------------------------- */

/* Metadata as a JSON object, the checksum in it; a lince_alloc'ed text. */
static int metadata_text(char **text, const char *path, const lince_tensor *tensors, size_t tensor_count,
                         const lince_metadata *metadata, size_t count)
{
    lince_metadata *all;
    LINCE_TRY(lince_checksum_add(&all, tensors, tensor_count, metadata, count));
    json_t *object = json_object();
    for (size_t i = 0; i <= count; i++) lince_json_put(&object, all[i].key, lince_json_string(all[i].value));
    lince_checksum_release(all, count);
    int code = lince_json_text(object, JSON_COMPACT, text);
    return code ? lince_fail_in(code, path) : 0;
}

static void add_records(lince_zip_writer *w, const lince_buffer *object, const lince_tensor *tensors,
                        size_t count, const char *metadata)
{
    char name[64];
    lince_zip_add(w, "archive/data.pkl", object->data, object->size);
    lince_zip_add(w, "archive/byteorder", "little", 6);
    for (size_t i = 0; i < count; i++) {
        snprintf(name, sizeof name, "archive/data/%zu", i);
        lince_zip_add(w, name, tensors[i].data, tensors[i].bytes);
    }
    lince_zip_add(w, "archive/version", "3\n", 2);
    lince_zip_add(w, "archive/extra/lince.json", metadata, strlen(metadata));
    lince_zip_finish(w);
}

int lince_torch_write(const char *path, const lince_tensor *tensors, size_t count,
                      const lince_metadata *metadata, size_t metadata_count)
{
    char *texts = NULL;
    lince_file file;
    lince_buffer object = {0};
    LINCE_TRY(lince_tensors_check(path, tensors, count));
    LINCE_TRY(metadata_text(&texts, path, tensors, count, metadata, metadata_count));
    put_object(&object, tensors, count);
    int code = object.error ? object.error : lince_file_open(&file, path);
    if (!code) {
        lince_zip_writer w = {.stream = file.stream};
        add_records(&w, &object, tensors, count, texts);
        if ((code = w.directory.error))
            lince_file_abandon(&file);
        else
            code = lince_file_commit(&file);
        lince_buffer_release(&w.directory);
    }
    lince_buffer_release(&object);
    lince_free(texts);
    return code;
}
