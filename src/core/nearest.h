/* The name a user probably meant (lince_nearest), and how far names are apart. */
#ifndef LINCE_CORE_NEAREST_H
#define LINCE_CORE_NEAREST_H

#include <lince/text.h>

/* Edits (insert, delete, replace, swap neighbours) that turn `a` into `b`; names longer than 63 bytes count
 * as far. */
int lince_edit_distance(const char *a, const char *b);

#endif
