/* JSON documents that are put together piece by piece, and read.
 *
 * A piece that cannot be made (no memory, a number that is not finite, bytes that are no UTF-8) is NULL, and NULL
 * becomes whatever it is put into: so a failure reaches the end of the document, lince_json_text, which tells it.
 * Nothing in between needs to be checked, and nothing can be overlooked: jansson's own functions that would leave a
 * document with less in it cannot be called where this header is included. */
#ifndef LINCE_CORE_JSON_H
#define LINCE_CORE_JSON_H

#include <jansson.h>

/* As json_pack; values are taken over also where it fails. */
json_t *lince_json_pack(const char *format, ...);

/* As json_string and json_real: NULL for bytes that are no UTF-8, and for what is not finite. */
json_t *lince_json_string(const char *text);
json_t *lince_json_real(double value);

/* The same, and JSON's null for what is not finite: a measure that there is none of. */
json_t *lince_json_measure(double value);

/* Puts a value, which is taken over, into *object or behind the last of *array. */
void lince_json_put(json_t **object, const char *key, json_t *value);
void lince_json_add(json_t **array, json_t *value);

/* The document, which is taken over, as text, lince_alloc'ed; `layout`: jansson's flags. Where a part of it could not
 * be made: LINCE_ENOMEM, LINCE_ENUMERIC or LINCE_EDATA, and *text is NULL. */
int lince_json_text(json_t *json, size_t layout, char **text);

/* A document from `size` bytes of text; `flags`: jansson's; `where` (or NULL) gets what it says. LINCE_EFORMAT with the
 * line, LINCE_ENOMEM. */
int lince_json_parse(const char *text, size_t size, size_t flags, json_t **json, json_error_t *where);

/* A document from a file; errors name it. The second: NULL, and no error, where there is no such file. */
int lince_json_read(const char *path, json_t **json);
int lince_json_read_if_there(const char *path, json_t **json);

#ifndef LINCE_CORE_JSON_MAKER
#pragma GCC poison json_pack json_pack_ex json_vpack_ex json_string json_real json_object_set \
    json_object_set_new
#pragma GCC poison json_array_append json_array_append_new json_array_extend json_object_update json_dumps
#pragma GCC poison json_dump_file json_loads json_loadb json_load_file
#endif

#endif
