/* Texts as UTF-8: from other encodings, and checked. */
#ifndef LINCE_TEXT_ENCODING_H
#define LINCE_TEXT_ENCODING_H

#include <stddef.h>

/* Turns a file's bytes into UTF-8, without a byte order mark, in a lince_alloc'ed, NUL-terminated block.
 * `encoding`: "utf-8" (copied; not checked, so that the caller can say where it is wrong), "latin-1",
 * "windows-1252" or "utf-16" (of either byte order; little-endian without a mark). LINCE_EUSAGE for another
 * name, LINCE_EFORMAT, with the byte's offset, for what the encoding does not have, and for UTF-16 that is
 * given as UTF-8. */
int lince_decode(const void *bytes, size_t size, const char *encoding, char **text, size_t *text_size);

/* The offset of the first byte that is not UTF-8 (RFC 3629: shortest form, no surrogates, up to U+10FFFF);
 * `size` where all is. */
size_t lince_utf8_check(const char *text, size_t size);

/* What is wrong there, in the user's language, into out[out_size]: "byte 0xE9 at offset 7 is not UTF-8". */
void lince_utf8_explain(const char *text, size_t size, size_t at, char *out, size_t out_size);

/* Their names, for lince_decode; NULL behind the last. */
const char *lince_encoding_name_at(const void *context, size_t index);

#endif
