/* The order in which classes are listed. In a model they are sorted by name, as torchvision's ImageFolder
 * does ("1", "10", "2"): weights of others depend on it. People look for 2 behind 1. */
#ifndef LINCE_CORE_CLASS_ORDER_H
#define LINCE_CORE_CLASS_ORDER_H

#include <stddef.h>

/* Of classes that are all called by numbers the lowest first, else as they are: the index of the first, of
 * the second, ... The caller's (lince_free); NULL: LINCE_ENOMEM. */
int *lince_class_order(const char *(*name_at)(const void *classes, size_t index), const void *classes,
                       size_t count);

#endif
