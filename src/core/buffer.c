#include "core/buffer.h"
#include "core/display.h"
#include "core/error.h"
#include "core/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void lince_buffer_put(lince_buffer *buffer, const char *bytes, size_t size)
{
    size_t needed;
    if (buffer->error) return;
    if (!lince_add(buffer->size, size, &needed) || !lince_add(needed, 1, &needed)) {
        buffer->error =
            lince_fail(LINCE_ENOMEM, "out of memory while writing a text of %zu bytes", buffer->size);
        return;
    }
    buffer->error = lince_grow(&buffer->data, &buffer->capacity, needed, 1);
    if (buffer->error) return;
    memcpy(buffer->data + buffer->size, bytes, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
}

void lince_buffer_puts(lince_buffer *buffer, const char *text)
{
    lince_buffer_put(buffer, text, strlen(text));
}

void lince_buffer_printf(lince_buffer *buffer, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    size_t needed = length < 0 ? 0 : buffer->size + (size_t)length + 1;
    if (!buffer->error && length < 0) buffer->error = lince_fail(LINCE_ENOMEM, "out of memory");
    if (!buffer->error && !(buffer->error = lince_grow(&buffer->data, &buffer->capacity, needed, 1))) {
        vsnprintf(buffer->data + buffer->size, (size_t)length + 1, format, again);
        buffer->size += (size_t)length;
    }
    va_end(again);
}

void lince_buffer_html(lince_buffer *buffer, const char *text)
{
    static const char *const entity[256] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};
    for (size_t n; *text; text += n) {
        bool shown;
        n = lince_character(text, &shown);
        const char *escaped = entity[(unsigned char)*text];
        if (!shown && *text != '\n' && *text != '\t') escaped = LINCE_REPLACEMENT;
        if (escaped)
            lince_buffer_puts(buffer, escaped);
        else
            lince_buffer_put(buffer, text, n);
    }
}

void lince_buffer_base64(lince_buffer *buffer, const void *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        unsigned group =
            (unsigned)in[i] << 16 | (left > 1 ? in[i + 1] : 0u) << 8 | (left > 2 ? in[i + 2] : 0u);
        char quad[4] = {digits[group >> 18], digits[group >> 12 & 63],
                        left > 1 ? digits[group >> 6 & 63] : '=', left > 2 ? digits[group & 63] : '='};
        lince_buffer_put(buffer, quad, 4);
    }
}

const char *lince_buffer_part(lince_buffer *whole, const lince_buffer *part)
{
    if (!whole->error) whole->error = part->error;
    return part->data ? part->data : "";
}

void *lince_buffer_alloc(lince_buffer *buffer, size_t count, size_t size)
{
    void *memory = lince_alloc(count, size);
    if (!memory && !buffer->error) buffer->error = LINCE_ENOMEM;
    return memory;
}

void lince_buffer_release(lince_buffer *buffer)
{
    lince_free(buffer->data);
    *buffer = (lince_buffer){0};
}
