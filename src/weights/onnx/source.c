#include "weights/onnx/source.h"
#include "core/error.h"
#include "core/file.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "weights/weights.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OLDEST = 7, NEWEST = 26 }; /* versions of the operators */

static bool is_filled(const char *text)
{
    return text && *text;
}

/* --- opening -------------------------------------------------------------------------------------- */

static int check_version(const lince_onnx_source *s)
{
    const Lince__Onnx__Model *m = s->model;
    for (size_t i = 0; i < m->n_opset_import; i++) {
        const Lince__Onnx__OperatorSet *set = m->opset_import[i];
        if (is_filled(set->domain) && strcmp(set->domain, "ai.onnx") != 0) continue;
        if (set->version >= OLDEST && set->version <= NEWEST) return 0;
        return lince_fail(LINCE_EUNSUPPORTED, "%s: operators of version %lld; lince reads versions %d to %d",
                          s->file, (long long)set->version, OLDEST, NEWEST);
    }
    return lince_fail(LINCE_EFORMAT, "%s: an ONNX file that does not say which version its operators are of",
                      s->file);
}

static uint64_t key_of(const char *name)
{
    return lince_hash(0, name, strlen(name));
}

static int index_tensors(lince_onnx_source *s)
{
    const Lince__Onnx__Graph *g = s->model->graph;
    for (size_t i = 0; i < g->n_initializer; i++) {
        bool is_new;
        const char *name = g->initializer[i]->name;
        if (!name) return lince_fail(LINCE_EFORMAT, "%s: initializer %zu has no name", s->file, i);
        uint32_t *at = lince_map_at(&s->tensors, key_of(name), &is_new);
        if (!at) return LINCE_ENOMEM;
        *at = (uint32_t)i + 1;
    }
    return 0;
}

int lince_onnx_open(lince_onnx_source *s, const void *bytes, size_t size, const char *file)
{
    *s = (lince_onnx_source){.file = file};
    s->model = lince__onnx__model__unpack(NULL, size, bytes);
    if (!s->model || !s->model->graph)
        return lince_fail(LINCE_EFORMAT, "%s: it begins like an ONNX file, but is none (or a truncated one)",
                          file);
    LINCE_TRY(check_version(s));
    return index_tensors(s);
}

void lince_onnx_close(lince_onnx_source *s)
{
    if (s->model) lince__onnx__model__free_unpacked(s->model, NULL);
    lince_map_release(&s->tensors);
    *s = (lince_onnx_source){0};
}

const Lince__Onnx__Tensor *lince_onnx_find(const lince_onnx_source *s, const char *name)
{
    const uint32_t *at = lince_map_find(&s->tensors, key_of(name));
    const Lince__Onnx__Tensor *t = at && *at ? s->model->graph->initializer[*at - 1] : NULL;
    return t && !strcmp(t->name, name) ? t : NULL;
}

const char *lince_onnx_said(const lince_onnx_source *s, const char *key)
{
    for (size_t i = 0; i < s->model->n_metadata_props; i++) {
        const Lince__Onnx__Pair *p = s->model->metadata_props[i];
        if (p->key && p->value && !strcmp(p->key, key)) return p->value;
    }
    return NULL;
}

/* --- numbers -------------------------------------------------------------------------------------- */

size_t lince_onnx_elements(const Lince__Onnx__Tensor *t)
{
    size_t count = 1;
    for (size_t i = 0; i < t->n_dims; i++)
        if (t->dims[i] < 0 || !lince_mul(count, (size_t)t->dims[i], &count)) return 0;
    return count <= SIZE_MAX / 16 ? count : 0;
}

static bool dtype_of(const Lince__Onnx__Tensor *t, lince_dtype *dtype)
{
    switch (t->data_type) {
    case LINCE__ONNX__TENSOR__TYPE__FLOAT: *dtype = LINCE_F32; return true;
    case LINCE__ONNX__TENSOR__TYPE__FLOAT16: *dtype = LINCE_F16; return true;
    case LINCE__ONNX__TENSOR__TYPE__BFLOAT16: *dtype = LINCE_BF16; return true;
    case LINCE__ONNX__TENSOR__TYPE__DOUBLE: *dtype = LINCE_F64; return true;
    case LINCE__ONNX__TENSOR__TYPE__INT64: *dtype = LINCE_I64; return true;
    case LINCE__ONNX__TENSOR__TYPE__INT32: *dtype = LINCE_I32; return true;
    default: return false;
    }
}

static int refuse(const lince_onnx_source *s, const Lince__Onnx__Tensor *t, const char *rule)
{
    return lince_fail(LINCE_EFORMAT, "%s: tensor '%.100s': %s", s->file, t->name ? t->name : "", _(rule));
}

static int refuse_count(const lince_onnx_source *s, const Lince__Onnx__Tensor *t)
{
    return refuse(s, t, N_("its numbers are not as many as its dimensions say"));
}

/* What is said of numbers in another file. */
static const char *said_of(const Lince__Onnx__Tensor *t, const char *key)
{
    for (size_t i = 0; i < t->n_external_data; i++)
        if (t->external_data[i]->key && !strcmp(t->external_data[i]->key, key))
            return t->external_data[i]->value;
    return NULL;
}

static bool is_external(const Lince__Onnx__Tensor *t)
{
    return t->data_location == LINCE__ONNX__TENSOR__LOCATION__EXTERNAL;
}

/* A file in the model's own folder, opened, and the numbers' place in it. */
static int open_beside(const lince_onnx_source *s, const Lince__Onnx__Tensor *t, size_t bytes, int *fd,
                       off_t *offset)
{
    const char *name = said_of(t, "location"), *at = said_of(t, "offset"), *length = said_of(t, "length");
    char folder[LINCE_PATH_MAX], path[LINCE_PATH_MAX];
    struct stat status;
    if (!is_filled(name) || strchr(name, '/') || !strcmp(name, ".."))
        return refuse(s, t, N_("its numbers are said to be in another file, but in none beside this one"));
    *offset = at ? (off_t)strtoll(at, NULL, 10) : 0;
    if (length && strtoull(length, NULL, 10) != bytes) return refuse_count(s, t);
    snprintf(folder, sizeof folder, "%s", s->file);
    char *end = strrchr(folder, '/');
    if (end) *end = '\0';
    LINCE_TRY(lince_path_join(path, end ? folder : ".", name));
    *fd = lince_open_to_read(path);
    if (*fd < 0) return lince_fail(LINCE_EIO, "%s: %s", path, lince_reason(errno));
    if (*offset >= 0 && !fstat(*fd, &status) && (uint64_t)*offset + bytes <= (uint64_t)status.st_size)
        return 0;
    close(*fd);
    return refuse(s, t, N_("the file that its numbers are in ends before them"));
}

static int read_beside(const lince_onnx_source *s, const Lince__Onnx__Tensor *t, size_t bytes, void *out)
{
    int fd;
    off_t offset;
    LINCE_TRY(open_beside(s, t, bytes, &fd, &offset));
    size_t done = 0;
    while (done < bytes) {
        ssize_t n = pread(fd, (char *)out + done, bytes - done, offset + (off_t)done);
        if (n <= 0) break;
        done += (size_t)n;
    }
    close(fd);
    return done == bytes ? 0 : refuse(s, t, N_("the file that its numbers are in ends before them"));
}

/* The elements where the message has them, in a list of their type or as bytes; NULL: it has not so many. */
static const void *in_message(const Lince__Onnx__Tensor *t, lince_dtype dtype, size_t count)
{
    static const char nothing[] = "";
    if (t->n_float_data) return dtype == LINCE_F32 && t->n_float_data == count ? t->float_data : NULL;
    if (t->n_double_data) return dtype == LINCE_F64 && t->n_double_data == count ? t->double_data : NULL;
    if (t->n_int64_data) return dtype == LINCE_I64 && t->n_int64_data == count ? t->int64_data : NULL;
    if (t->n_int32_data) return dtype == LINCE_I32 && t->n_int32_data == count ? t->int32_data : NULL;
    if (t->raw_data.len != count * lince_dtype_size(dtype)) return NULL;
    return count ? (const void *)t->raw_data.data : nothing;
}

/* Its elements as the file has them; *owned is to be freed. */
static int find_numbers(const lince_onnx_source *s, const Lince__Onnx__Tensor *t, lince_tensor *out,
                        void **owned)
{
    size_t count = lince_onnx_elements(t);
    *owned = NULL;
    *out = (lince_tensor){.name = t->name};
    if (!dtype_of(t, &out->dtype))
        return refuse(s, t, N_("its numbers are neither floats nor whole numbers of 32 or 64 bits"));
    size_t size = lince_dtype_size(out->dtype);
    out->bytes = count * size;
    if (!is_external(t)) return (out->data = in_message(t, out->dtype, count)) ? 0 : refuse_count(s, t);
    LINCE_TRY(lince_onnx_holds(s, t));
    if (!(*owned = lince_alloc(count, size))) return LINCE_ENOMEM;
    out->data = *owned;
    return read_beside(s, t, out->bytes, *owned);
}

int lince_onnx_holds(const lince_onnx_source *s, const Lince__Onnx__Tensor *t)
{
    lince_dtype dtype;
    size_t count = lince_onnx_elements(t);
    int fd;
    off_t offset;
    if (!dtype_of(t, &dtype))
        return refuse(s, t, N_("its numbers are neither floats nor whole numbers of 32 or 64 bits"));
    if (!is_external(t)) return in_message(t, dtype, count) ? 0 : refuse_count(s, t);
    LINCE_TRY(open_beside(s, t, count * lince_dtype_size(dtype), &fd, &offset));
    close(fd);
    return 0;
}

int lince_onnx_read_floats(const lince_onnx_source *s, const Lince__Onnx__Tensor *t, float *out)
{
    lince_tensor numbers;
    void *owned;
    int code = find_numbers(s, t, &numbers, &owned);
    if (!code) lince_tensor_floats(&numbers, 0, lince_onnx_elements(t), out);
    lince_free(owned);
    return code;
}

int lince_onnx_read_longs(const lince_onnx_source *s, const Lince__Onnx__Tensor *t, int64_t *out)
{
    lince_tensor numbers;
    void *owned;
    size_t count = lince_onnx_elements(t);
    int code = find_numbers(s, t, &numbers, &owned);
    bool wide = !code && numbers.dtype == LINCE_I64;
    if (!code && !wide && numbers.dtype != LINCE_I32) code = refuse(s, t, N_("whole numbers were expected"));
    for (size_t i = 0; i < count && !code; i++) {
        int32_t narrow = 0;
        if (wide) memcpy(&out[i], (const char *)numbers.data + i * sizeof *out, sizeof *out);
        if (!wide) memcpy(&narrow, (const char *)numbers.data + i * sizeof narrow, sizeof narrow);
        if (!wide) out[i] = narrow;
    }
    lince_free(owned);
    return code;
}

/* --- without the numbers -------------------------------------------------------------------------- */

static void strip(Lince__Onnx__Tensor *bare, const Lince__Onnx__Tensor *t)
{
    lince__onnx__tensor__init(bare);
    bare->name = t->name;
    bare->n_dims = t->n_dims;
    bare->dims = t->dims;
    bare->has_data_type = true;
    bare->data_type = t->data_type;
}

/* The messages are borrowed; of large tensors there are copies without numbers. */
int lince_onnx_outline(const lince_onnx_source *s, lince_buffer *text)
{
    const Lince__Onnx__Graph *whole = s->model->graph;
    Lince__Onnx__Tensor *bare = lince_alloc(whole->n_initializer + 1, sizeof *bare),
                        **all = lince_alloc(whole->n_initializer + 1, sizeof *all);
    Lince__Onnx__Model model = *s->model;
    Lince__Onnx__Graph graph = *whole;
    uint8_t *bytes = NULL;
    int code = bare && all ? 0 : LINCE_ENOMEM;
    for (size_t i = 0; i < whole->n_initializer && !code; i++) {
        const Lince__Onnx__Tensor *t = whole->initializer[i];
        bool small = lince_onnx_elements(t) <= LINCE_ONNX_SMALL && !is_external(t);
        if (!small) strip(&bare[i], t);
        all[i] = small ? whole->initializer[i] : &bare[i];
    }
    graph.initializer = all;
    model.graph = &graph;
    model.n_metadata_props = 0;
    if (!code && !(bytes = lince_alloc(lince__onnx__model__get_packed_size(&model), 1))) code = LINCE_ENOMEM;
    if (!code) lince_buffer_base64(text, bytes, lince__onnx__model__pack(&model, bytes));
    lince_free(bytes);
    lince_free(all);
    lince_free(bare);
    return code ? code : text->error;
}

int lince_onnx_outline_bytes(const char *text, unsigned char **bytes, size_t *size)
{
    size_t length = strlen(text), padding = 0;
    *bytes = NULL;
    while (padding < 2 && padding < length && text[length - 1 - padding] == '=') padding++;
    if (length > INT_MAX || length % 4)
        return lince_fail(LINCE_EDATA, "the model's graph is not as lince wrote it");
    if (!(*bytes = lince_alloc(length / 4 * 3 + 1, 1))) return LINCE_ENOMEM;
    int n = EVP_DecodeBlock(*bytes, (const unsigned char *)text, (int)length);
    *size = n < 0 ? 0 : (size_t)n - padding;
    if (n >= 0) return 0;
    lince_free(*bytes);
    *bytes = NULL;
    return lince_fail(LINCE_EDATA, "the model's graph is not as lince wrote it");
}
