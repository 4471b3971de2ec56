/* Texts: what a program around the library needs to show and to understand them as the library does. */
#ifndef LINCE_TEXT_H
#define LINCE_TEXT_H

#include <lince/export.h>
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

/* A name as it may be shown: control characters and bytes that are not UTF-8 become '?', what is too long for
 * out[size] is cut between two characters. */
LINCE_API void lince_name_for_display(char *out, size_t size, const char *name);

#ifdef __cplusplus
}
#endif
#endif
