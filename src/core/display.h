/* Texts out of files and from users as they may be shown: they must not command a terminal, must be UTF-8, as
 * JSON and HTML must, and may be too long. */
#ifndef LINCE_CORE_DISPLAY_H
#define LINCE_CORE_DISPLAY_H

#include "core/buffer.h"

#include <lince/text.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether a name is UTF-8 without control characters, so that it can be printed and written to JSON. */
bool lince_name_is_clean(const char *name);

/* lince_name_for_display of a text, which may have lines. */
void lince_text_for_display(char *out, size_t size, const char *text);

/* Appends a text, which may have lines and tabs, or a name, which has none, with something instead of each character that may
 * not be shown. */
void lince_put_for_display(lince_buffer *out, const char *text, const char *instead);
void lince_put_name_for_display(lince_buffer *out, const char *name, const char *instead);

/* For "%.*s": the bytes of a text that are written where there is room for `most`; none of its characters is cut. */
int lince_cut(const char *text, size_t most);
#define LINCE_CUT(text, most) lince_cut(text, most), text

#endif
