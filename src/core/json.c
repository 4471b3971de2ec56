#define LINCE_CORE_JSON_MAKER
#include "core/json.h"
#include "core/buffer.h"
#include "core/error.h"
#include "core/file.h"
#include "core/memory.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

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
    *text = buffer.data;
    return 0;
}

/* The library says nothing of memory that was missing while it read. */
int lince_json_parse(const char *text, size_t size, size_t flags, json_t **json, json_error_t *where)
{
    json_error_t error;
    errno = 0;
    *json = json_loadb(text, size, flags, &error);
    if (where) *where = error;
    if (*json) return 0;
    if (errno == ENOMEM) return lince_fail(LINCE_ENOMEM, "out of memory");
    return lince_fail(LINCE_EFORMAT, "line %d: not JSON: %s", error.line, error.text);
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
