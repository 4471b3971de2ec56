/* Weights that were published for ImageNet more than once: each set with a transform of its own. */
#ifndef LINCE_MODELS_PUBLISHED_H
#define LINCE_MODELS_PUBLISHED_H

#include <stdbool.h>

typedef struct lince_published {
    const char *architecture, *name; /* "resnet50", "IMAGENET1K_V2" */
    const char *digits;              /* the first of its file's SHA-256, which stand in the file's name */
    int resize; /* pixels of the shorter side before the architecture's size is cut out */
    bool bicubic;
} lince_published;

/* The set that a file is of, by its name. NULL: the name has the digits of none. */
const lince_published *lince_published_named(const char *architecture, const char *path);

/* The set that wants another transform than the architecture's first, so that a file that does not tell which it is of may be
 * fed otherwise than it expects; NULL: there is none. */
const lince_published *lince_published_second(const char *architecture);

#endif
