/* What a weights file says of itself: the metadata by which a model is built again and fed. */
#ifndef LINCE_MODALITY_PASSPORT_H
#define LINCE_MODALITY_PASSPORT_H

#include "weights/weights.h"

enum { LINCE_PASSPORT_MAX = 32 };

typedef struct lince_passport {
    lince_metadata list[LINCE_PASSPORT_MAX];
    size_t count;
} lince_passport;

/* Adds a copy of a value; or the value itself, lince_alloc'ed, where NULL is out of memory. */
int lince_passport_put(lince_passport *passport, const char *key, const char *value);
int lince_passport_take(lince_passport *passport, const char *key, char *value);

/* Also after a failure. */
void lince_passport_release(lince_passport *passport);

#endif
