/* Texts out of files and from users as they may be shown: they must not command a terminal, must be UTF-8, as
 * JSON and HTML must, and may be too long. */
#ifndef LINCE_CORE_DISPLAY_H
#define LINCE_CORE_DISPLAY_H

#include <lince/text.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether a name is UTF-8 without control characters, so that it can be printed and written to JSON. */
bool lince_name_is_clean(const char *name);

/* lince_name_for_display of a text, which may have lines. */
void lince_text_for_display(char *out, size_t size, const char *text);

#endif
