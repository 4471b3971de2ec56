/* Records of JSON: an object each. They stand one behind the other (JSON lines) or in a list; or one object
 * holds them, as its only list of objects ({"data": [...]}) or column by column, as pandas writes them
 * ({"text": {"0": ..., "1": ...}, "label": {...}}). Columns are all names that occur, in the order in which
 * they do. Strings are taken as they are; null and what is missing are empty; anything else as JSON writes
 * it. */
#include "core/buffer.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/memory.h"
#include "core/names.h"
#include "text/records.h"

#include <string.h>

typedef struct json_state {
    json_t *list; /* of the objects, where one object holds them; NULL: they are read from the text */
    lince_names *kept;
    const char **columns; /* [count] */
    size_t count, capacity;
    lince_map index; /* of the columns' names, from 1 on */
} json_state;

/* --- one object after the other ------------------------------------------------------------------- */

typedef struct cursor {
    const char *at, *end;
    bool in_list;
    size_t row, line; /* of the last object, from 1 on; `line` is that of `at` until one is read */
    size_t lines;     /* that it goes over */
    const json_t *list;
} cursor;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void pass(cursor *c, size_t size)
{
    for (size_t i = 0; i < size; i++) c->line += c->at[i] == '\n';
    c->at += size;
}

static void pass_blanks(cursor *c)
{
    while (c->at < c->end && is_blank(*c->at)) pass(c, 1);
}

static bool pass_mark(cursor *c, char mark)
{
    pass_blanks(c);
    if (c->at == c->end || *c->at != mark) return false;
    pass(c, 1);
    return true;
}

static cursor begin(const lince_records *records)
{
    const json_state *s = records->state;
    cursor c = {.at = records->text, .end = records->text + records->size, .line = 1, .list = s->list};
    c.in_list = pass_mark(&c, '[');
    return c;
}

static int fail_parse(const cursor *c, const json_error_t *error, int code)
{
    if (code == LINCE_ENOMEM) return code;
    return lince_fail(LINCE_EFORMAT, "row %zu (line %zu): not JSON: %s", c->row + 1,
                      c->line + (size_t)(error->line > 0 ? error->line - 1 : 0), error->text);
}

static int end_list(cursor *c)
{
    pass(c, 1);
    pass_blanks(c);
    return c->at == c->end
               ? 0
               : lince_fail(LINCE_EFORMAT, "line %zu: more stands behind the list's end", c->line);
}

/* The next value, to be released; NULL at the end. */
static int read_value(cursor *c, json_t **value)
{
    json_error_t error;
    *value = NULL;
    if (c->row && c->in_list && !pass_mark(c, ',') && c->at < c->end && *c->at != ']')
        return lince_fail(LINCE_EFORMAT, "line %zu: expected a comma or the list's end", c->line);
    pass_blanks(c);
    if (c->at == c->end && !c->in_list) return 0;
    if (c->in_list && c->at < c->end && *c->at == ']') return end_list(c);
    int code = lince_json_parse(c->at, (size_t)(c->end - c->at), JSON_DISABLE_EOF_CHECK, value, &error);
    if (code) return fail_parse(c, &error, code);
    c->row++;
    size_t line = c->line;
    pass(c, (size_t)error.position);
    c->lines = c->line - line + 1;
    return 0;
}

static int next(cursor *c, json_t **object)
{
    if (c->list) {
        *object = json_incref(json_array_get(c->list, c->row));
        c->row += *object != NULL;
        c->lines = 1;
    } else
        LINCE_TRY(read_value(c, object));
    if (!*object || json_is_object(*object)) return 0;
    json_decref(*object);
    return lince_fail(LINCE_EFORMAT,
                      "row %zu (line %zu): expected an object, {\"text\": ..., \"label\": ...}", c->row,
                      c->line);
}

/* --- one object that holds them ------------------------------------------------------------------- */

static json_t *only_list(json_t *object)
{
    json_t *found = NULL, *value;
    const char *name;
    json_object_foreach(object, name, value)
    {
        if (!json_is_array(value) || !json_is_object(json_array_get(value, 0))) continue;
        if (found) return NULL;
        found = value;
    }
    return json_incref(found);
}

static size_t entries(const json_t *column)
{
    return json_is_array(column) ? json_array_size(column) : json_object_size(column);
}

static bool is_columns(json_t *object)
{
    const json_t *value, *first = json_object_iter_value(json_object_iter(object));
    const char *name;
    size_t n = entries(first);
    json_object_foreach(object, name, value) if (entries(value) != n ||
                                                 json_typeof(value) != json_typeof(first)) return false;
    return n > 0;
}

/* The records of one object that has their columns; NULL where memory was missing. */
static json_t *turn_columns(json_t *object)
{
    json_t *list = json_array();
    json_t *first = json_object_iter_value(json_object_iter(object));
    void *at = json_is_object(first) ? json_object_iter(first) : NULL;
    for (size_t i = 0; i < entries(first); i++) {
        json_t *record = json_object(), *column;
        const char *name;
        json_object_foreach(object, name, column)
        {
            json_t *value =
                at ? json_object_get(column, json_object_iter_key(at)) : json_array_get(column, i);
            if (value) lince_json_put(&record, name, json_incref(value));
        }
        lince_json_add(&list, record);
        if (at) at = json_object_iter_next(first, at);
    }
    return list;
}

/* Sets `list` where the text is one object that holds the records. */
static int find_list(const lince_records *records)
{
    json_state *s = records->state;
    cursor c = begin(records);
    json_t *object;
    int code = 0;
    if (c.in_list) return 0;
    LINCE_TRY(next(&c, &object));
    pass_blanks(&c);
    if (object && c.at == c.end && !(s->list = only_list(object)) && is_columns(object)) {
        s->list = turn_columns(object);
        code = s->list ? 0 : lince_fail(LINCE_ENOMEM, "out of memory");
    }
    json_decref(object);
    return code;
}

/* --- columns -------------------------------------------------------------------------------------- */

static int add_columns(json_state *s, json_t *object)
{
    const char *name;
    json_t *value;
    bool is_new;
    json_object_foreach(object, name, value)
    {
        uint32_t *index = lince_map_at(&s->index, lince_hash(0, name, strlen(name)), &is_new);
        if (!index) return LINCE_ENOMEM;
        if (!is_new) continue;
        if (s->count == LINCE_CSV_COLUMNS_MAX)
            return lince_fail(LINCE_EFORMAT, "more than %d different names in its objects",
                              LINCE_CSV_COLUMNS_MAX);
        LINCE_TRY(lince_grow(&s->columns, &s->capacity, s->count + 1, sizeof *s->columns));
        if (!(s->columns[s->count] = lince_names_add(&s->kept, name))) return LINCE_ENOMEM;
        *index = (uint32_t)++s->count;
    }
    return 0;
}

static int find_columns(const lince_records *records)
{
    cursor c = begin(records);
    json_t *object;
    for (;;) {
        LINCE_TRY(next(&c, &object));
        if (!object) return 0;
        int code = add_columns(records->state, object);
        json_decref(object);
        if (code) return code;
    }
}

/* --- records -------------------------------------------------------------------------------------- */

typedef struct writer {
    lince_csv_field *fields; /* [columns] */
    lince_buffer text;       /* theirs, a NUL behind each */
} writer;

static int put_value(writer *w, json_t *value)
{
    char *json;
    if (json_is_string(value))
        lince_buffer_put(&w->text, json_string_value(value), json_string_length(value));
    else if (value && !json_is_null(value)) {
        LINCE_TRY(lince_json_text(json_incref(value),
                                  JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15), &json));
        lince_buffer_puts(&w->text, json);
        lince_free(json);
    } else
        lince_buffer_puts(&w->text, "");
    lince_buffer_put(&w->text, "", 1);
    return w->text.error;
}

static int give(const writer *w, size_t count, lince_csv_record record, lince_csv_take *take, void *context)
{
    const char *text = w->text.data;
    for (size_t i = 0; i < count; i++) {
        w->fields[i].text = text;
        w->fields[i].size = strlen(text);
        w->fields[i].lines = 1;
        text += w->fields[i].size + 1;
    }
    record.fields = w->fields;
    record.count = count;
    return take(context, &record);
}

static int give_names(const json_state *s, writer *w, lince_csv_take *take, void *context)
{
    w->text.size = 0;
    for (size_t i = 0; i < s->count; i++)
        lince_buffer_put(&w->text, s->columns[i], strlen(s->columns[i]) + 1);
    if (w->text.error) return w->text.error;
    return give(w, s->count, (lince_csv_record){.lines = 1}, take, context);
}

static int give_object(const json_state *s, writer *w, const cursor *c, const json_t *object,
                       lince_csv_take *take, void *context)
{
    lince_csv_record record = {.row = c->row,
                               .line = c->list ? c->row : c->line - c->lines + 1,
                               .lines = c->lines};
    w->text.size = 0;
    for (size_t i = 0; i < s->count; i++) LINCE_TRY(put_value(w, json_object_get(object, s->columns[i])));
    return give(w, s->count, record, take, context);
}

static int give_all(const lince_records *records, writer *w, lince_csv_take *take, void *context)
{
    const json_state *s = records->state;
    cursor c = begin(records);
    int code = s->count ? give_names(s, w, take, context) : 0;
    while (!code) {
        json_t *object;
        LINCE_TRY(next(&c, &object));
        if (!object) break;
        code = give_object(s, w, &c, object, take, context);
        json_decref(object);
    }
    return code;
}

static int read_json(const lince_records *records, lince_csv_take *take, void *context)
{
    const json_state *s = records->state;
    writer w = {.fields = lince_alloc(s->count + 1, sizeof *w.fields)};
    int code = w.fields ? give_all(records, &w, take, context) : LINCE_ENOMEM;
    lince_buffer_release(&w.text);
    lince_free(w.fields);
    return code < 0 ? code : 0;
}

/* --- the format ----------------------------------------------------------------------------------- */

/* {"..., or [{ */
static bool recognise(const char *text, size_t size)
{
    size_t i = 0;
    while (i < size && is_blank(text[i])) i++;
    if (i == size || (text[i] != '{' && text[i] != '[')) return false;
    char second = text[i] == '{' ? '"' : '{';
    for (i++; i < size && is_blank(text[i]);) i++;
    return i < size && text[i] == second;
}

static int open_json(lince_records *records)
{
    if (!(records->state = lince_alloc(1, sizeof(json_state)))) return LINCE_ENOMEM;
    LINCE_TRY(find_list(records));
    return find_columns(records);
}

static void close_json(lince_records *records)
{
    json_state *s = records->state;
    if (!s) return;
    json_decref(s->list);
    lince_map_release(&s->index);
    lince_names_release(&s->kept);
    lince_free(s->columns);
    lince_free(s);
}

const lince_records_format lince_json_records = {.name = "json",
                                                 .named = true,
                                                 .recognise = recognise,
                                                 .open = open_json,
                                                 .read = read_json,
                                                 .close = close_json};
