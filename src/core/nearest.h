/* The name a user probably meant. */
#ifndef LINCE_CORE_NEAREST_H
#define LINCE_CORE_NEAREST_H

#include <stddef.h>

/* Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`; names longer than 63 bytes count
 * as far. */
int lince_edit_distance(const char *a, const char *b);

/* The name nearest to `word` among name_at(context, 0), ... until NULL; NULL where none is near
 * (more than a third of its letters differ) and none begins with it. */
const char *lince_nearest(const char *word, const char *(*name_at)(const void *context, size_t index),
                          const void *context);

#endif
