#include "weights/onnx/source.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "weights/onnx/beside.h"
#include "weights/weights.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

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

int lince_onnx_refuse(const char *file, const Lince__Onnx__Tensor *t, const char *rule)
{
    return lince_fail(LINCE_EFORMAT, "%s: tensor '%.100s': %s", file, t->name ? t->name : "", _(rule));
}

static int refuse(const lince_onnx_source *s, const Lince__Onnx__Tensor *t, const char *rule)
{
    return lince_onnx_refuse(s->file, t, rule);
}

static int refuse_count(const lince_onnx_source *s, const Lince__Onnx__Tensor *t)
{
    return refuse(s, t, LINCE_ONNX_MISCOUNTED);
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
    if (s->is_outline || !lince_onnx_is_beside(t))
        return (out->data = in_message(t, out->dtype, count)) ? 0 : refuse_count(s, t);
    LINCE_TRY(lince_onnx_beside_holds(s->file, t, out->bytes));
    if (!(*owned = lince_alloc(count, size))) return LINCE_ENOMEM;
    out->data = *owned;
    return lince_onnx_beside_read(s->file, t, out->bytes, *owned);
}

int lince_onnx_holds(const lince_onnx_source *s, const Lince__Onnx__Tensor *t)
{
    lince_dtype dtype;
    size_t count = lince_onnx_elements(t);
    if (!dtype_of(t, &dtype))
        return refuse(s, t, N_("its numbers are neither floats nor whole numbers of 32 or 64 bits"));
    if (s->is_outline || !lince_onnx_is_beside(t))
        return in_message(t, dtype, count) ? 0 : refuse_count(s, t);
    return lince_onnx_beside_holds(s->file, t, count * lince_dtype_size(dtype));
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

/* A tensor's name and size, and the numbers of a small one that come from another file. */
typedef struct bare_tensor {
    Lince__Onnx__Tensor message;
    uint8_t bytes[LINCE_ONNX_SMALL * sizeof(int64_t)];
} bare_tensor;

static void strip(Lince__Onnx__Tensor *bare, const Lince__Onnx__Tensor *t)
{
    lince__onnx__tensor__init(bare);
    bare->name = t->name;
    bare->n_dims = t->n_dims;
    bare->dims = t->dims;
    bare->has_data_type = true;
    bare->data_type = t->data_type;
}

static int take_in(const lince_onnx_source *s, bare_tensor *bare, const Lince__Onnx__Tensor *t)
{
    lince_dtype dtype;
    if (!dtype_of(t, &dtype)) return 0; /* no layer's */
    size_t bytes = lince_onnx_elements(t) * lince_dtype_size(dtype);
    LINCE_TRY(lince_onnx_beside_read(s->file, t, bytes, bare->bytes));
    bare->message.has_raw_data = true;
    bare->message.raw_data = (ProtobufCBinaryData){bytes, bare->bytes};
    return 0;
}

/* What stands for an initializer: itself, where it is small. */
static int shorten(const lince_onnx_source *s, bare_tensor *bare, Lince__Onnx__Tensor **t)
{
    bool small = lince_onnx_elements(*t) <= LINCE_ONNX_SMALL, beside = lince_onnx_is_beside(*t);
    if (small && !beside) return 0;
    strip(&bare->message, *t);
    if (small) LINCE_TRY(take_in(s, bare, *t));
    *t = &bare->message;
    return 0;
}

static int check_constants(const lince_onnx_source *s)
{
    const Lince__Onnx__Graph *g = s->model->graph;
    for (size_t i = 0; i < g->n_node; i++)
        for (size_t k = 0; k < g->node[i]->n_attribute; k++) {
            const Lince__Onnx__Tensor *t = g->node[i]->attribute[k]->t;
            if (t && lince_onnx_is_beside(t))
                return refuse(
                    s, t,
                    N_("a constant of the graph in another file: lince reads weights from there, and no constants"));
        }
    return 0;
}

/* The messages are borrowed; of large tensors there are copies without numbers. */
int lince_onnx_outline(const lince_onnx_source *s, lince_buffer *text)
{
    const Lince__Onnx__Graph *whole = s->model->graph;
    bare_tensor *bare = lince_alloc(whole->n_initializer + 1, sizeof *bare);
    Lince__Onnx__Tensor **all = lince_alloc(whole->n_initializer + 1, sizeof *all);
    Lince__Onnx__Model model = *s->model;
    Lince__Onnx__Graph graph = *whole;
    uint8_t *bytes = NULL;
    int code = bare && all ? check_constants(s) : LINCE_ENOMEM;
    for (size_t i = 0; i < whole->n_initializer && !code; i++) {
        all[i] = whole->initializer[i];
        code = shorten(s, &bare[i], &all[i]);
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

static int decode(const char *text, unsigned char **bytes, size_t *size)
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

int lince_onnx_open_outline(lince_onnx_source *s, const char *text)
{
    unsigned char *bytes;
    size_t size;
    *s = (lince_onnx_source){0};
    LINCE_TRY(decode(text, &bytes, &size));
    int code = lince_onnx_open(s, bytes, size, "ONNX");
    s->is_outline = true;
    lince_free(bytes);
    return code;
}
