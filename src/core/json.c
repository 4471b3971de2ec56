#define LINCE_CORE_JSON_MAKER
#include "core/json.h"
#include "core/buffer.h"
#include "core/display.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

/* Why a piece of the thread's document could not be made: told at its end. 0: memory, or nothing. */
static _Thread_local int reason;

json_t *lince_json_pack(const char *format, ...)
{
    json_error_t error;
    va_list args;
    va_start(args, format);
    json_t *json = json_vpack_ex(&error, 0, format, args);
    va_end(args);
    if (!json && json_error_code(&error) == json_error_numeric_overflow) reason = LINCE_ENUMERIC;
    if (!json && json_error_code(&error) == json_error_invalid_utf8) reason = LINCE_EDATA;
    return json;
}

json_t *lince_json_string(const char *text)
{
    errno = 0;
    json_t *json = json_string(text);
    if (!json && errno != ENOMEM) reason = LINCE_EDATA;
    return json;
}

json_t *lince_json_real(double value)
{
    if (!isfinite(value)) reason = LINCE_ENUMERIC;
    return json_real(value);
}

json_t *lince_json_measure(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static void drop(json_t **json)
{
    json_decref(*json);
    *json = NULL;
}

void lince_json_put(json_t **object, const char *key, json_t *value)
{
    if (json_object_set_new(*object, key, value)) drop(object);
}

void lince_json_add(json_t **array, json_t *value)
{
    if (json_array_append_new(*array, value)) drop(array);
}

static int put(const char *bytes, size_t size, void *buffer)
{
    lince_buffer_put(buffer, bytes, size);
    return ((lince_buffer *)buffer)->error;
}

static int fail(void)
{
    int code = reason ? reason : LINCE_ENOMEM;
    reason = 0;
    if (code == LINCE_ENUMERIC) return lince_fail(code, "a number is not finite, which JSON cannot say");
    if (code == LINCE_EDATA) return lince_fail(code, "a text is not UTF-8");
    return lince_fail(code, "out of memory");
}

/* What may not be shown as it is (lince_character) stands as \uXXXX: all such characters have four digits at most, and are in
 * strings. The text itself where there is none; NULL: out of memory. */
static char *escape(char *text)
{
    lince_buffer out = {0};
    bool shown = true, line = false;
    const char *c = text;
    for (size_t n; *c && (shown || line); c += n) {
        n = lince_character(c, &shown);
        line = *c == '\n';
    }
    if (shown || line) return text;
    for (size_t n; *text; text += n) {
        utf8proc_int32_t point;
        n = lince_character(text, &shown);
        if (shown || *text == '\n')
            lince_buffer_put(&out, text, n);
        else if (utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)n, &point) > 0)
            lince_buffer_printf(&out, "\\u%04x", (unsigned)point);
    }
    if (!out.error) return out.data;
    lince_buffer_release(&out);
    return NULL;
}

int lince_json_text(json_t *json, size_t layout, char **text)
{
    lince_buffer buffer = {0};
    *text = NULL;
    if (!json || json_dump_callback(json, put, &buffer, layout)) {
        lince_buffer_release(&buffer);
        json_decref(json);
        return fail();
    }
    json_decref(json);
    *text = escape(buffer.data);
    lince_free(*text == buffer.data ? NULL : buffer.data);
    return *text ? 0 : fail();
}

/* --- reading ------------------------------------------------------------------------------------------ */

/* jansson collects a token in one buffer, which grows; where it cannot, a character is dropped without a word, and
 * another text or number is read. So a text as long as the longest token is read first, as ["   ", DOCUMENT]: if
 * that is whole, so is all behind it. */
typedef struct outline {
    size_t end;     /* of the first object or array; 0: there is none that is whole */
    size_t longest; /* bytes of a token */
    size_t deepest; /* level */
} outline;

static outline outline_of(const char *text, size_t size)
{
    outline o = {0};
    size_t begin = 0, depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (quoted && c == '\\') {
            i++;
            continue;
        }
        if (quoted ? c != '"' : !strchr("{}[]:,\" \t\r\n", c)) continue;
        if (i - begin > o.longest) o.longest = i - begin;
        begin = i + 1;
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if ((c == '{' || c == '[') && ++depth > o.deepest) o.deepest = depth;
        if ((c == '}' || c == ']') && depth && !--depth) {
            o.end = begin;
            break;
        }
    }
    return o;
}

enum { PARTS = 5, DEEPEST = 1000 /* levels; jansson reads 2048 */ };

typedef struct feed {
    struct {
        const char *bytes; /* NULL: blanks */
        size_t size;
    } part[PARTS];
    size_t now;
} feed;

static size_t give(void *out, size_t room, void *context)
{
    feed *f = context;
    while (f->now < PARTS && !f->part[f->now].size) f->now++;
    if (f->now == PARTS) return 0;
    size_t size = f->part[f->now].size < room ? f->part[f->now].size : room;
    if (f->part[f->now].bytes) {
        memcpy(out, f->part[f->now].bytes, size);
        f->part[f->now].bytes += size;
    } else {
        memset(out, ' ', size);
    }
    f->part[f->now].size -= size;
    return size;
}

/* NULL where the document is none, or memory is missing. */
static json_t *load_whole(const char *text, const outline *o, size_t flags)
{
    feed f = {.part = {{"[\"", 2}, {NULL, o->longest}, {"\",", 2}, {text, o->end}, {"]", 1}}};
    json_t *both = json_load_callback(give, &f, flags & ~(size_t)JSON_DISABLE_EOF_CHECK, NULL);
    bool whole = json_string_length(json_array_get(both, 0)) == o->longest && json_array_size(both) == 2;
    json_t *json = whole ? json_incref(json_array_get(both, 1)) : NULL;
    json_decref(both);
    return json;
}

static bool is_blank(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (!strchr(" \t\r\n", text[i]) || !text[i]) return false;
    return true;
}

/* What jansson says of a document that could not be read: nothing where memory was missing. */
static int tell(const char *text, size_t size, size_t flags, json_error_t *error)
{
    errno = 0;
    json_t *json = json_loadb(text, size, flags, error);
    bool lacking = json || errno == ENOMEM || !*error->text;
    json_decref(json);
    if (lacking) return lince_fail(LINCE_ENOMEM, "out of memory");
    return lince_fail(LINCE_EFORMAT, "line %d: not JSON: %s", error->line, error->text);
}

static int tell_depth(json_error_t *error)
{
    error->line = 1;
    snprintf(error->text, sizeof error->text, "more than %d levels", DEEPEST);
    return lince_fail(LINCE_EFORMAT, "not JSON: %s", error->text);
}

int lince_json_parse(const char *text, size_t size, size_t flags, json_t **json, json_error_t *where)
{
    const outline o = outline_of(text, size);
    json_error_t error = {.position = (int)o.end};
    bool ends = flags & JSON_DISABLE_EOF_CHECK || is_blank(text + o.end, size - o.end);
    int code = 0;
    *json = NULL;
    if (o.end && ends && o.deepest <= DEEPEST) *json = load_whole(text, &o, flags);
    if (!*json) code = o.deepest > DEEPEST ? tell_depth(&error) : tell(text, size, flags, &error);
    if (where) *where = error;
    return code;
}

int lince_json_read(const char *path, json_t **json)
{
    char *text;
    size_t size;
    *json = NULL;
    LINCE_TRY(lince_file_read(path, (size_t)1 << 31, &text, &size));
    int code = lince_json_parse(text, size, 0, json, NULL);
    lince_free(text);
    return code ? lince_fail_in(code, path) : 0;
}

int lince_json_read_if_there(const char *path, json_t **json)
{
    *json = NULL;
    return lince_file_is_missing(path) ? 0 : lince_json_read(path, json);
}
