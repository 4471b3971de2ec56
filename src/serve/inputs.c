#include "serve/inputs.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/json.h"
#include "core/memory.h"
#include "serve/status.h"

#include <string.h>
#include <strings.h>

void lince_inputs_release(lince_inputs *s)
{
    for (size_t i = 0; s->owned && i < s->count; i++) {
        if (s->given[i].name != s->given[i].bytes) lince_free((char *)s->given[i].name);
        lince_free((void *)s->given[i].bytes);
    }
    lince_free(s->given);
    *s = (lince_inputs){0};
}

/* One more, without anything; NULL: lince_error() says why, LINCE_EUSAGE of too many. */
static lince_given *add(lince_inputs *s, const lince_inputs_form *form, int *code)
{
    *code = s->count < form->most
                ? lince_grow(&s->given, &s->capacity, s->count + 1, sizeof *s->given)
                : lince_fail(LINCE_EUSAGE, "more inputs than %zu, which are the most of one question",
                             form->most);
    if (*code) return NULL;
    s->given[s->count] = (lince_given){.voice = form->voice};
    return &s->given[s->count++];
}

static unsigned status_of(int code)
{
    return !code                   ? LINCE_HTTP_OK
           : code == LINCE_EUSAGE  ? LINCE_HTTP_TOO_LARGE
           : code == LINCE_EFORMAT ? LINCE_HTTP_BAD
                                   : LINCE_HTTP_BUSY;
}

/* --- one ------------------------------------------------------------------------------------------ */

static unsigned read_one(lince_inputs *s, const lince_inputs_form *form, const char *body, size_t size)
{
    int code;
    lince_given *g = add(s, form, &code);
    if (!g) return status_of(code);
    g->name = form->words ? body : _("body");
    g->bytes = body;
    g->size = size;
    return LINCE_HTTP_OK;
}

/* --- parts ---------------------------------------------------------------------------------------- */

typedef struct parts {
    lince_inputs *inputs;
    const lince_inputs_form *form;
    size_t capacity; /* of the last one's bytes */
    int code;
} parts;

static int begin_part(parts *p, const char *name)
{
    lince_given *g = add(p->inputs, p->form, &p->code);
    if (!g) return p->code;
    p->capacity = 0;
    return (g->name = lince_strdup(name)) ? 0 : LINCE_ENOMEM;
}

/* Bytes of a part, as many as there are at a time; the first ones at 0. */
static enum MHD_Result take_part(void *context, enum MHD_ValueKind kind, const char *key, const char *file,
                                 const char *type, const char *encoding, const char *data, uint64_t at,
                                 size_t size)
{
    parts *p = context;
    (void)kind;
    (void)type;
    (void)encoding;
    if (!at) p->code = begin_part(p, file && *file ? file : key ? key : _("body"));
    if (p->code) return MHD_NO;
    lince_given *g = &p->inputs->given[p->inputs->count - 1];
    char *bytes = (char *)g->bytes;
    p->code = lince_grow(&bytes, &p->capacity, g->size + size + 1, 1);
    g->bytes = bytes;
    if (p->code) return MHD_NO;
    if (size) memcpy(bytes + g->size, data, size);
    g->size += size;
    bytes[g->size] = '\0';
    return MHD_YES;
}

/* A text is called by itself. */
static void name_texts(lince_inputs *s)
{
    for (size_t i = 0; i < s->count; i++) {
        lince_free((char *)s->given[i].name);
        s->given[i].name = s->given[i].bytes;
    }
}

static int check_parts(lince_inputs *s, const lince_inputs_form *form, bool whole)
{
    if (!whole) return lince_fail(LINCE_EFORMAT, "the body is not multipart/form-data as its header says");
    if (!s->count) return lince_fail(LINCE_EFORMAT, "multipart/form-data without a part");
    if (form->words) name_texts(s);
    return 0;
}

static unsigned read_parts(lince_inputs *s, const lince_inputs_form *form, struct MHD_Connection *connection,
                           const char *body, size_t size)
{
    enum { BUFFER = 4096 };
    parts p = {.inputs = s, .form = form};
    s->owned = true;
    struct MHD_PostProcessor *reader = MHD_create_post_processor(connection, BUFFER, take_part, &p);
    if (!reader) return status_of(check_parts(s, form, false)); /* without a boundary */
    bool whole = MHD_post_process(reader, body, size) == MHD_YES;
    whole &= MHD_destroy_post_processor(reader) == MHD_YES;
    return status_of(p.code ? p.code : check_parts(s, form, whole));
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static int add_text(lince_inputs *s, const lince_inputs_form *form, const json_t *text)
{
    int code;
    if (!json_is_string(text))
        return lince_fail(LINCE_EFORMAT, "JSON: expected a text, a list of texts, or {\"texts\": [...]}");
    lince_given *g = add(s, form, &code);
    if (!g) return code;
    g->size = json_string_length(text);
    g->bytes = lince_strndup(json_string_value(text), g->size);
    g->name = g->bytes;
    return g->bytes ? 0 : LINCE_ENOMEM;
}

static int add_texts(lince_inputs *s, const lince_inputs_form *form, const json_t *json)
{
    const json_t *one;
    size_t i;
    if (json_is_object(json)) {
        const json_t *texts = json_object_get(json, "texts");
        json = texts ? texts : json_object_get(json, "text");
    }
    if (!json_is_array(json)) return add_text(s, form, json);
    if (!json_array_size(json)) return lince_fail(LINCE_EFORMAT, "JSON: the list of texts is empty");
    json_array_foreach((json_t *)json, i, one) LINCE_TRY(add_text(s, form, one));
    return 0;
}

/* A list of one document, because a text by itself is none for core/json.h. NULL: LINCE_ENOMEM, LINCE_EFORMAT. */
static json_t *parse(const char *body, size_t size, int *code)
{
    lince_buffer list = {0};
    json_t *json = NULL;
    lince_buffer_puts(&list, "[");
    lince_buffer_put(&list, body, size);
    lince_buffer_puts(&list, "]");
    *code = list.error ? list.error : lince_json_parse(list.data, list.size, 0, &json, NULL);
    if (*code == LINCE_EFORMAT) lince_fail_in(*code, "JSON");
    lince_buffer_release(&list);
    return json;
}

static unsigned read_json(lince_inputs *s, const lince_inputs_form *form, const char *body, size_t size)
{
    int code;
    if (!form->words) {
        (void)lince_fail(LINCE_EUSAGE,
                         "JSON holds texts, and this model classifies files: send a file's bytes, or "
                         "several as multipart/form-data");
        return LINCE_HTTP_TYPE;
    }
    s->owned = true;
    json_t *list = parse(body, size, &code);
    if (!code) code = add_texts(s, form, json_array_size(list) == 1 ? json_array_get(list, 0) : NULL);
    json_decref(list);
    return status_of(code);
}

/* --- either --------------------------------------------------------------------------------------- */

static bool is_type(const char *said, const char *type)
{
    size_t size = strlen(type);
    return said && !strncasecmp(said, type, size) && (!said[size] || strchr("; \t", said[size]));
}

unsigned lince_inputs_read(lince_inputs *s, const lince_inputs_form *form, struct MHD_Connection *connection,
                           const char *body, size_t size)
{
    const char *type = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Type");
    *s = (lince_inputs){0};
    if (is_type(type, "multipart/form-data")) return read_parts(s, form, connection, body, size);
    if (is_type(type, "application/json")) return read_json(s, form, body, size);
    if (size || form->words) return read_one(s, form, body, size);
    (void)lince_fail(LINCE_EUSAGE, "the body is empty: expected a file's bytes");
    return LINCE_HTTP_BAD;
}
