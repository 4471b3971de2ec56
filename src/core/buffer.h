/* Text that grows: pages, tables and messages are put together in it and written in one go. */
#ifndef LINCE_CORE_BUFFER_H
#define LINCE_CORE_BUFFER_H

#include <stddef.h>

typedef struct lince_buffer {
    char *data;  /* always NUL-terminated once something was put in; NULL before */
    size_t size; /* bytes, without the NUL */
    size_t capacity;
    int error; /* sticky: the first failure; callers check once, at the end */
} lince_buffer;

void lince_buffer_put(lince_buffer *buffer, const char *bytes, size_t size);
void lince_buffer_puts(lince_buffer *buffer, const char *text);
void lince_buffer_printf(lince_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As puts, with & < > " ' escaped for HTML, and the replacement character for each that may not be shown
 * (lince_character) but the ends of lines. */
#define LINCE_REPLACEMENT "\ufffd"
void lince_buffer_html(lince_buffer *buffer, const char *text);

/* Standard base64 (RFC 4648), for data: addresses. */
void lince_buffer_base64(lince_buffer *buffer, const void *bytes, size_t size);

/* What a part has, "" where that is nothing; what failed in the part has failed in the whole. */
const char *lince_buffer_part(lince_buffer *whole, const lince_buffer *part);

/* As lince_alloc, of what is needed to put the text together: NULL, and `error` is set. */
void *lince_buffer_alloc(lince_buffer *buffer, size_t count, size_t size);

void lince_buffer_release(lince_buffer *buffer);

#endif
