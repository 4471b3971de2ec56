/* A weights file, described: format, tensors, likely architecture, metadata. */
#include "core/display.h"
#include "core/error.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/memory.h"
#include "train/blueprint/blueprint.h"
#include "train/data/describe.h"

#include <string.h>

static json_t *tensor_json(const lince_tensor *t)
{
    json_t *shape = json_array();
    for (int i = 0; i < t->ndim; i++) lince_json_add(&shape, json_integer(t->dims[i]));
    return lince_json_pack("{s:s, s:s, s:o}", "name", t->name, "dtype", lince_dtype_name(t->dtype), "shape",
                           shape);
}

static json_t *lines_json(const char *text)
{
    json_t *lines = json_array();
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        lince_json_add(&lines, json_stringn(text, length));
    }
    return lines;
}

static json_t *metadata_json(const lince_weights *w)
{
    json_t *object = json_object();
    const lince_metadata *pair;
    for (size_t i = 0; (pair = lince_weights_metadata_at(w, i)); i++)
        lince_json_put(&object, pair->key, lince_json_string(pair->value));
    return object;
}

/* {"name": "vgg16", "classes": 1000, "fits": 32, "of": 32}; null where none comes near. */
static json_t *architecture_json(const lince_weights *w)
{
    lince_likely likely;
    int code = lince_blueprint_recognise(w, &likely);
    if (code) return code == LINCE_ENOMEM ? NULL : json_null();
    return lince_json_pack("{s:s, s:i, s:I, s:I}", "name", likely.architecture, "classes", likely.classes,
                           "fits", (json_int_t)likely.fits, "of", (json_int_t)likely.of);
}

int lince_describe_weights(const char *path, json_t **result)
{
    lince_weights *w;
    LINCE_TRY(lince_weights_open_outline(&w, path));
    json_t *tensors = json_array(), *types = json_object();
    size_t elements = 0, bytes = 0, of_type[LINCE_DTYPES] = {0};
    for (size_t i = 0; i < lince_weights_count(w); i++) {
        const lince_tensor *t = lince_weights_at(w, i);
        lince_json_add(&tensors, tensor_json(t));
        elements += lince_tensor_elements(t);
        bytes += t->bytes;
        of_type[t->dtype]++;
    }
    for (int d = 0; d < LINCE_DTYPES; d++)
        if (of_type[d])
            lince_json_put(&types, lince_dtype_name((lince_dtype)d), json_integer((json_int_t)of_type[d]));
    *result =
        lince_json_pack("{s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "path", path, "kind", "weights",
                        "format", lince_weights_format_name(w), "notes", lines_json(lince_weights_notes(w)),
                        "architecture", architecture_json(w), "elements", (json_int_t)elements, "bytes",
                        (json_int_t)bytes, "types", types, "metadata", metadata_json(w), "tensors", tensors);
    lince_weights_free(w);
    return 0;
}

/* --- as text -------------------------------------------------------------------------------------- */

static void put_architecture(lince_buffer *out, const json_t *a)
{
    char text[256];
    const char *name = json_string_value(json_object_get(a, "name"));
    if (!name) return;
    snprintf(text, sizeof text, _("%s, classes: %d; parameters that fit: %d of %d"), name,
             (int)json_integer_value(json_object_get(a, "classes")),
             (int)json_integer_value(json_object_get(a, "fits")),
             (int)json_integer_value(json_object_get(a, "of")));
    lince_put_fact(out, _("architecture"), text);
}

static void put_count(lince_buffer *out, const char *label, const json_t *count)
{
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)json_integer_value(count));
    lince_put_fact(out, label, text);
}

static void put_tensor(lince_buffer *out, const json_t *t)
{
    char *shape;
    if (!out->error) out->error = lince_json_text(json_incref(json_object_get(t, "shape")), 0, &shape);
    if (out->error) return;
    const char *name = json_string_value(json_object_get(t, "name"));
    lince_buffer_puts(out, "  ");
    lince_put_name_for_display(out, name, "?");
    lince_buffer_printf(out, "%*s %-5s %s\n", (int)(strlen(name) < 44 ? 44 - strlen(name) : 0), "",
                        json_string_value(json_object_get(t, "dtype")), shape);
    lince_free(shape);
}

/* Of a long value, as a network or a vocabulary, the beginning; --json has all of it. */
static void put_metadata(lince_buffer *out, const char *key, const char *value)
{
    enum { MOST = 1000 };
    lince_buffer text = {0};
    lince_buffer_printf(&text, "%s = %.*s", key, LINCE_CUT(value, MOST));
    if (strlen(value) > MOST) lince_buffer_printf(&text, _(" ... (bytes in all: %zu)"), strlen(value));
    lince_put_fact(out, _("metadata"), lince_buffer_part(out, &text));
    lince_buffer_release(&text);
}

/* "116: 97 F32 19 I64" */
static void put_types(lince_buffer *out, size_t tensors, json_t *types)
{
    const char *type;
    json_t *count;
    lince_buffer text = {0};
    lince_buffer_printf(&text, "%zu:", tensors);
    json_object_foreach(types, type, count)
        lince_buffer_printf(&text, " %lld %s", (long long)json_integer_value(count), type);
    lince_put_fact(out, _("tensors"), lince_buffer_part(out, &text));
    lince_buffer_release(&text);
}

void lince_put_weights(lince_buffer *out, const json_t *w)
{
    const char *key;
    const json_t *entry;
    json_t *value;
    size_t i;
    lince_put_fact(out, _("weights file"), json_string_value(json_object_get(w, "path")));
    lince_put_fact(out, _("format"), json_string_value(json_object_get(w, "format")));
    json_array_foreach(json_object_get(w, "notes"), i, entry)
        lince_put_fact(out, _("note"), json_string_value(entry));
    put_architecture(out, json_object_get(w, "architecture"));
    put_count(out, _("numbers"), json_object_get(w, "elements"));
    put_count(out, _("bytes"), json_object_get(w, "bytes"));
    json_object_foreach(json_object_get(w, "metadata"), key, value)
        put_metadata(out, key, json_string_value(value));
    put_types(out, json_array_size(json_object_get(w, "tensors")), json_object_get(w, "types"));
    json_array_foreach(json_object_get(w, "tensors"), i, entry) put_tensor(out, entry);
}
