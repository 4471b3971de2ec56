/* Texts: what a program around the library needs to show and to understand them as the library does. */
#ifndef LINCE_TEXT_H
#define LINCE_TEXT_H

#include <lince/export.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Frees a text that a function of this interface made for its caller; NULL is none. */
LINCE_API void lince_text_free(char *text);

/* The name a user probably meant: the nearest to `word` among name_at(context, 0), ... until NULL; NULL where
 * none is near (more than a third of its letters differ) and none begins with it. */
LINCE_API const char *lince_nearest(const char *word,
                                    const char *(*name_at)(const void *context, size_t index),
                                    const void *context);

/* Characters of a text in UTF-8, as Python's len counts them. */
LINCE_API int lince_characters(const char *text);

/* The width for printf's "%*s" (which counts bytes) that puts the text into so many columns of letters; below
 * 0: to their left. */
LINCE_API int lince_field(int columns, const char *text);

/* The bytes of the character that `text` begins with (1 where it begins with no UTF-8), and in *shown whether it may be shown
 * as it is: not what commands a terminal or ends a line (control characters, U+2028, U+2029), nor what reorders the text
 * around it (bidirectional embeddings, overrides and isolates: U+202A to U+202E, U+2066 to U+2069). */
LINCE_API size_t lince_character(const char *text, bool *shown);

/* A name as it may be shown: characters that may not be, and bytes that are not UTF-8, become '?', what is too long for
 * out[size] is cut between two characters. */
LINCE_API void lince_name_for_display(char *out, size_t size, const char *name);

/* Whether a spreadsheet would compute a cell of a CSV file instead of showing it: it begins with = + - @, a tab or an end of a
 * line, and is no number. lince writes an apostrophe before it, as OWASP advises (docs/formats.md). */
LINCE_API bool lince_csv_is_formula(const char *cell);

#ifdef __cplusplus
}
#endif
#endif
