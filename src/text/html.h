/* Texts that were cut out of web pages: entities and tags. */
#ifndef LINCE_TEXT_HTML_H
#define LINCE_TEXT_HTML_H

#include "core/buffer.h"

/* Puts `text` into `out`, which it empties first: entities as the characters they stand for, a blank in place
 * of a tag. What only looks like one stays: "a < b", "<3", "<user>", "AT&T". */
void lince_html_to_text(const char *text, lince_buffer *out);

#endif
