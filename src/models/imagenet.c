/* imagenet.txt, embedded: one name a line. */
#include "models/imagenet.h"
#include "core/memory.h"

#include <assert.h>
#include <string.h>

extern const unsigned char lince_imagenet[];
extern const size_t lince_imagenet_size;

char *lince_imagenet_class(int index)
{
    const char *line = (const char *)lince_imagenet, *end = line + lince_imagenet_size;
    assert(index >= 0 && index < LINCE_IMAGENET_CLASSES);
    for (; index > 0; index--) line = (const char *)memchr(line, '\n', (size_t)(end - line)) + 1;
    return lince_strndup(line, (size_t)((const char *)memchr(line, '\n', (size_t)(end - line)) - line));
}
