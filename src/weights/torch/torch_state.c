#include "weights/torch/torch_state.h"
#include "core/display.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/memory.h"
#include "weights/weights_internal.h"

#include <stdio.h>
#include <string.h>

typedef lince_pickle_value value;

enum { ORDERED_DICT, TENSOR, TENSOR_V2, PARAMETER, STORAGE };

const lince_pickle_global lince_torch_globals[] = {
    [ORDERED_DICT] = {"collections", "OrderedDict", .makes_dict = true},
    [TENSOR] = {"torch._utils", "_rebuild_tensor", .called = true},
    [TENSOR_V2] = {"torch._utils", "_rebuild_tensor_v2", .called = true},
    [PARAMETER] = {"torch._utils", "_rebuild_parameter", .called = true},
    [STORAGE + LINCE_F32] = {.module = "torch", .name = "FloatStorage"},
    [STORAGE + LINCE_F16] = {.module = "torch", .name = "HalfStorage"},
    [STORAGE + LINCE_BF16] = {.module = "torch", .name = "BFloat16Storage"},
    [STORAGE + LINCE_F64] = {.module = "torch", .name = "DoubleStorage"},
    [STORAGE + LINCE_I64] = {.module = "torch", .name = "LongStorage"},
    [STORAGE + LINCE_I32] = {.module = "torch", .name = "IntStorage"},
    [STORAGE + LINCE_U8] = {.module = "torch", .name = "ByteStorage"},
    [STORAGE + LINCE_I8] = {.module = "torch", .name = "CharStorage"},
    [STORAGE + LINCE_BOOL] = {.module = "torch", .name = "BoolStorage"},
    [STORAGE + LINCE_DTYPES] = {.name = NULL},
};

const char *lince_torch_storage_type(lince_dtype dtype)
{
    return lince_torch_globals[STORAGE + (int)dtype].name;
}

/* --- storages ------------------------------------------------------------------------------------- */

static int refuse(const char *name, size_t offset, const value *v, const char *rule)
{
    return lince_fail(LINCE_EFORMAT, "%s, byte %zu: %s", name, offset + v->offset, _(rule));
}

/* The item of a tuple where it is of that kind; NULL otherwise. */
static const value *item(const value *tuple, size_t index, lince_pickle_kind kind)
{
    if (index >= tuple->as.list.count) return NULL;
    const value *v = tuple->as.list.items[index];
    return v->kind == kind ? v : NULL;
}

static bool size_at(const value *tuple, size_t index, uint64_t *size)
{
    const value *v = item(tuple, index, LINCE_PICKLE_INT);
    if (!v || v->as.integer < 0) return false;
    *size = (uint64_t)v->as.integer;
    return true;
}

/* The sixth item of an id: None, or (the view's key, its first element, its elements). */
static bool read_view(lince_torch_storage *s, const value *id)
{
    s->view_elements = s->elements;
    if (id->as.list.count < 6 || item(id, 5, LINCE_PICKLE_NONE)) return true;
    const value *view = item(id, 5, LINCE_PICKLE_TUPLE);
    return view && size_at(view, 1, &s->view_begin) && size_at(view, 2, &s->view_elements) &&
           s->view_begin <= s->elements && s->view_elements <= s->elements - s->view_begin;
}

int lince_torch_storage_read(lince_torch_storage *s, const value *persistent, const char *name, size_t offset)
{
    const value *id = persistent->as.id;
    *s = (lince_torch_storage){0};
    if (id->kind != LINCE_PICKLE_TUPLE || !item(id, 0, LINCE_PICKLE_TEXT) ||
        !lince_pickle_is(id->as.list.items[0], "storage"))
        return refuse(name, offset, persistent, "a persistent id that does not name a storage");
    const value *type = item(id, 1, LINCE_PICKLE_GLOBAL), *key = item(id, 2, LINCE_PICKLE_TEXT);
    if (!type || type->as.integer < STORAGE || !key || !size_at(id, 4, &s->elements) || !read_view(s, id))
        return refuse(name, offset, persistent,
                      "a storage's id is not (\"storage\", type, key, location, elements[, view])");
    s->dtype = (lince_dtype)(type->as.integer - STORAGE);
    s->key = key->as.text.bytes;
    s->key_size = key->as.text.size;
    if (s->elements > SIZE_MAX / 2 / lince_dtype_size(s->dtype))
        return refuse(name, offset, persistent, "a storage's size is too large");
    return 0;
}

/* --- tensors -------------------------------------------------------------------------------------- */

/* A view into a storage, in elements. */
typedef struct view {
    lince_torch_storage storage;
    uint64_t offset, strides[LINCE_MAX_DIMS];
} view;

typedef struct reading {
    const lince_torch_object *object;
    lince_weights *weights;
    size_t rearranged; /* bytes taken for tensors that are not contiguous */
} reading;

static int refuse_in(const reading *r, const value *v, const char *rule)
{
    return refuse(r->object->name, r->object->offset, v, rule);
}

/* The call that makes the tensor, looked for inside of _rebuild_parameter(tensor, ...); NULL: not a
 * tensor. */
static const value *tensor_call(const value *v)
{
    if (v->kind == LINCE_PICKLE_CALL && v->as.call.global->as.integer == PARAMETER) {
        const value *inner = item(v->as.call.arguments, 0, LINCE_PICKLE_CALL);
        return inner && inner->as.call.global->as.integer != PARAMETER ? inner : NULL;
    }
    return v->kind == LINCE_PICKLE_CALL ? v : NULL;
}

static int read_shape(const reading *r, const value *call, const value *sizes, const value *strides,
                      lince_tensor *t, view *in)
{
    size_t bytes = lince_dtype_size(t->dtype);
    if (sizes->as.list.count != strides->as.list.count)
        return refuse_in(r, call, "a tensor has more sizes than strides, or fewer");
    if (sizes->as.list.count > LINCE_MAX_DIMS)
        return refuse_in(r, call, "a tensor has more than 8 dimensions");
    t->ndim = (int)sizes->as.list.count;
    for (size_t i = 0; i < (size_t)t->ndim; i++) {
        uint64_t size;
        if (!size_at(sizes, i, &size) || !size_at(strides, i, &in->strides[i]))
            return refuse_in(r, call, "a tensor's size or stride is not a whole number of 0 or more");
        if (!lince_mul(bytes, size, &bytes) || size > INT64_MAX)
            return refuse_in(r, call, "a tensor's shape is too large");
        t->dims[i] = (int64_t)size;
    }
    t->bytes = bytes;
    return 0;
}

/* The last element, offset + sum over i of (size - 1) x stride, lies in the part of the storage. */
static int check_extent(const reading *r, const value *call, const lince_tensor *t, const view *in)
{
    size_t last = in->offset;
    bool fits = true;
    for (int i = 0; t->bytes && i < t->ndim; i++) {
        size_t reach;
        fits = fits && lince_mul((size_t)t->dims[i] - 1, in->strides[i], &reach) &&
               lince_add(last, reach, &last);
    }
    if (fits && (t->bytes ? last < in->storage.view_elements : last <= in->storage.view_elements)) return 0;
    return lince_fail(LINCE_EFORMAT,
                      "%s, byte %zu: a tensor reaches beyond its storage: it starts at element %zu"
                      " and needs element %zu of %zu",
                      r->object->name, r->object->offset + call->offset, (size_t)in->offset, last,
                      (size_t)in->storage.view_elements);
}

/* Reads the arguments (storage, offset, sizes, strides[, requires_grad, hooks[, metadata]]). */
static int read_view_of(const reading *r, const value *call, lince_tensor *t, view *in)
{
    const value *a = call->as.call.arguments, *storage = item(a, 0, LINCE_PICKLE_PERSISTENT);
    const value *sizes = item(a, 2, LINCE_PICKLE_TUPLE), *strides = item(a, 3, LINCE_PICKLE_TUPLE);
    if (!storage || !sizes || !strides || !size_at(a, 1, &in->offset))
        return refuse_in(r, call, "a tensor is not made of (storage, offset, sizes, strides, ...)");
    const value *metadata = a->as.list.count > 6 ? a->as.list.items[6] : NULL;
    if (metadata && metadata->kind != LINCE_PICKLE_NONE &&
        (metadata->kind != LINCE_PICKLE_DICT || metadata->as.list.count))
        return refuse_in(r, call, "a tensor that is marked as conjugate or negative");
    LINCE_TRY(lince_torch_storage_read(&in->storage, storage, r->object->name, r->object->offset));
    t->dtype = in->storage.dtype;
    LINCE_TRY(read_shape(r, call, sizes, strides, t, in));
    return check_extent(r, call, t, in);
}

static bool contiguous(const lince_tensor *t, const view *in)
{
    uint64_t stride = 1;
    for (int i = t->ndim; i-- > 0;) {
        if (t->dims[i] != 1 && in->strides[i] != stride) return false;
        stride *= (uint64_t)t->dims[i];
    }
    return true;
}

/* Copies the elements in row-major order. */
static void gather(const lince_tensor *t, const view *in, const unsigned char *from, unsigned char *to)
{
    size_t width = lince_dtype_size(t->dtype);
    int64_t index[LINCE_MAX_DIMS] = {0};
    for (size_t done = 0; done < t->bytes; done += width) {
        memcpy(to + done, from, width);
        for (int i = t->ndim; i-- > 0;) {
            from += in->strides[i] * width;
            if (++index[i] < t->dims[i]) break;
            from -= (uint64_t)t->dims[i] * in->strides[i] * width;
            index[i] = 0;
        }
    }
}

/* A transposed or otherwise strided view gets memory of its own: altogether not more than the file has. */
static int rearrange(reading *r, const value *call, lince_tensor *t, const view *in,
                     const unsigned char *from)
{
    lince_weights *w = r->weights;
    if (t->bytes > r->object->file_size - r->rearranged)
        return refuse_in(r, call, "its tensors that are not contiguous are larger than the file");
    unsigned char *copy = lince_weights_own(w, t->bytes);
    if (!copy) return LINCE_ENOMEM;
    r->rearranged += t->bytes;
    gather(t, in, from, copy);
    t->data = copy;
    return 0;
}

static int add_tensor(reading *r, const value *key, const value *call)
{
    lince_tensor t = {0};
    view in = {0};
    const unsigned char *bytes;
    LINCE_TRY(read_view_of(r, call, &t, &in));
    LINCE_TRY(r->object->find(r->object->context, &in.storage, &bytes));
    bytes += (in.storage.view_begin + in.offset) * lince_dtype_size(t.dtype);
    t.data = bytes;
    if (t.bytes && !contiguous(&t, &in)) LINCE_TRY(rearrange(r, call, &t, &in, bytes));
    return lince_weights_add(r->weights, &t, key->as.text.bytes, key->as.text.size);
}

/* --- the state dict ------------------------------------------------------------------------------- */

static bool is_name(const value *key)
{
    return key->kind == LINCE_PICKLE_TEXT && lince_is_name(key->as.text.bytes, key->as.text.size);
}

static int check_name(const reading *r, const value *key)
{
    enum { LONGEST = 1000 };
    if (!is_name(key) || key->as.text.size > LONGEST)
        return refuse_in(r, key, "a name in the state dict is not a text of 1 to 1000 bytes of UTF-8");
    return 0;
}

static size_t count_tensors(const value *v)
{
    size_t count = 0;
    for (size_t i = 1; v->kind == LINCE_PICKLE_DICT && i < v->as.list.count; i += 2)
        count += tensor_call(v->as.list.items[i]) != NULL;
    return count;
}

static const char *key_text(char out[104], const value *key)
{
    char name[104];
    bool fit = is_name(key) && key->as.text.size < sizeof name;
    snprintf(name, sizeof name, "%.*s", fit ? (int)key->as.text.size : 1, fit ? key->as.text.bytes : "?");
    lince_name_for_display(out, 104, name);
    return out;
}

/* Says which entries of a dict are not taken; `taken`: the place of the one that is. */
static void note_left_out(lince_buffer *notes, const value *dict, size_t taken)
{
    char name[104];
    size_t listed = 0, entries = dict->as.list.count / 2;
    for (size_t i = 0; i < entries && listed < 20; i++) {
        if (i == taken) continue;
        lince_buffer_puts(notes, listed++ ? ", " : _("beside it, left out: "));
        lince_buffer_puts(notes, key_text(name, dict->as.list.items[2 * i]));
    }
    if (listed) lince_buffer_puts(notes, entries - 1 > listed ? ", ...\n" : "\n");
}

/* The names under which checkpoints keep the model, best first. */
static const char *const usual[] = {"state_dict", "model_state_dict", "model_state", "model",  "net",
                                    "network",    "weights",          "params",      "module", "state"};

static const value *usual_entry(const value *dict, size_t *place)
{
    for (size_t u = 0; u < sizeof usual / sizeof *usual; u++)
        for (size_t i = dict->as.list.count / 2; i-- > 0;)
            if (lince_pickle_is(dict->as.list.items[2 * i], usual[u]) &&
                dict->as.list.items[2 * i + 1]->kind == LINCE_PICKLE_DICT) {
                *place = i;
                return dict->as.list.items[2 * i + 1];
            }
    return NULL;
}

/* Under another name: taken only where there is one dict with tensors. */
static const value *only_entry(const value *dict, size_t *place)
{
    const value *found = NULL;
    for (size_t i = 0; i < dict->as.list.count / 2; i++) {
        const value *v = dict->as.list.items[2 * i + 1];
        if (!count_tensors(v)) continue;
        if (found) return NULL;
        found = v;
        *place = i;
    }
    return found;
}

/* The dict that holds the tensors: the object, or an entry of it, or an entry of that. */
static int find_state_dict(reading *r, const value **found)
{
    enum { DEEPEST = 4 };
    char name[104];
    lince_buffer *notes = &r->weights->notes;
    const value *v = r->object->root;
    for (int depth = 0; v && v->kind == LINCE_PICKLE_DICT && depth < DEEPEST; depth++) {
        size_t place = 0;
        if (count_tensors(v)) {
            *found = v;
            return 0;
        }
        const value *dict = v;
        if (!(v = usual_entry(dict, &place))) v = only_entry(dict, &place);
        if (!v) break;
        lince_buffer_printf(notes, _("a checkpoint; the weights are in '%s'\n"),
                            key_text(name, dict->as.list.items[2 * place]));
        note_left_out(notes, dict, place);
    }
    return lince_fail(
        LINCE_EFORMAT,
        "%s: there is no state dict in it: expected a dict of tensors, or one under 'state_dict', "
        "'model_state_dict', 'model' or 'net'",
        r->object->name);
}

int lince_torch_state(lince_weights *weights, const lince_torch_object *object)
{
    reading r = {object, weights, 0};
    const value *dict = NULL;
    char name[104];
    LINCE_TRY(find_state_dict(&r, &dict));
    for (size_t i = 0; i < dict->as.list.count; i += 2) {
        const value *key = dict->as.list.items[i], *call = tensor_call(dict->as.list.items[i + 1]);
        LINCE_TRY(check_name(&r, key));
        if (call)
            LINCE_TRY(add_tensor(&r, key, call));
        else {
            lince_buffer_printf(&weights->notes, _("%s: not a tensor, left out\n"), key_text(name, key));
        }
    }
    return weights->notes.error;
}
